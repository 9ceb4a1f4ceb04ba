#include "ops/measure/door_client.h"

#include "ops/shell/home.h"
#include "protocol/wire/refusal.h"

namespace redress::measure {

Result<tool::Client> client_of(const std::string& home) {
  const auto url = shell::read_small_file(home + "/" + shell::url_file);
  if (!url) return fail(url.error());
  const auto token = shell::read_small_file(home + "/" + shell::desk_token_file);
  if (!token) return fail(token.error());
  tool::ClientOptions options;
  options.url = *url;
  options.token = *token;
  options.language = "en";
  options.code_named = wire::code_named;
  if (url->starts_with("https://")) options.ca_file = home + "/door.crt";
  return tool::Client::open(options);
}

}  // namespace redress::measure
