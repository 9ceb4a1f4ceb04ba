#include "ops/tool/session.h"

#include <cstdlib>
#include <iostream>
#include <nlohmann/json.hpp>

#include "protocol/wire/refusal.h"

namespace redress::tool {

std::string language_of_environment() {
  const char* language = std::getenv("LANG");
  return language != nullptr && std::string_view{language}.starts_with("en") ? "en" : "zh";
}

bool speaks_chinese(const Options& options) { return options.language != "en"; }

Result<Client> connect(const Options& options, Acts acts) {
  const std::string folder = options.home + "/";
  const auto url = shell::read_small_file(folder + shell::url_file);
  if (!url) return fail(Code::unreachable, "no daemon has run in this home: " + url.error().what, "home");
  const bool own = acts == Acts::as_desk && !options.token_file.empty();
  const auto token = shell::read_small_file(
      own ? options.token_file : folder + (acts == Acts::as_desk ? shell::desk_token_file : shell::ops_token_file));
  if (!token) return fail(token.error());
  ClientOptions client;
  client.url = *url;
  client.token = *token;
  client.language = options.language;
  client.code_named = wire::code_named;
  if (url->starts_with("https://")) client.ca_file = folder + "door.crt";
  return Client::open(std::move(client));
}

int report(const Options& options, const Error& error) {
  const wire::Reason& reason = wire::reason_of(error.code);
  const bool zh = speaks_chinese(options);
  if (options.json) {
    std::cerr << nlohmann::json{{"code", reason.name},
                                {"message", zh ? reason.zh : reason.en},
                                {"detail", error.what},
                                {"field", error.field},
                                {"who", wire::actor_in(reason.who, options.language)}}
                     .dump()
              << "\n";
  } else {
    std::cerr << reason.name << ": " << (zh ? reason.zh : reason.en) << "\n  " << error.what
              << (error.field.empty() ? "" : (zh ? "\n  位置：" : "\n  where: ") + error.field) << "\n"
              << (zh ? "  由谁处理：" : "  who acts: ") << wire::actor_in(reason.who, options.language) << "\n";
  }
  return error.code == Code::unreachable || error.code == Code::io || error.code == Code::damaged ? exit_unreachable
                                                                                                  : exit_refused;
}

void print_json(const nlohmann::json& value) { std::cout << value.dump() << std::endl; }

}  // namespace redress::tool
