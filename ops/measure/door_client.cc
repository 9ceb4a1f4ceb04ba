#include "ops/measure/door_client.h"

#include <nlohmann/json.hpp>

#include "ops/measure/stopwatch.h"
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

Status await_level(const std::string& home) {
  constexpr std::int64_t level_ns_max = 600 * ns_a_s;
  auto client = client_of(home);
  if (!client) return fail(client.error());
  const std::int64_t end = ns_now() + level_ns_max;
  while (ns_now() < end) {
    const auto list = client->get("/api/v1/cases?limit=1");
    if (!list) return fail(list.error());
    if (!list->value("stale", true)) return Done{};
  }
  return fail(Code::unreachable, "the lists do not become level: home=" + home);
}

}  // namespace redress::measure
