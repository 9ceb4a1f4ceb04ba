#include "ops/tool/session.h"

#include <cstdlib>
#include <iostream>
#include <nlohmann/json.hpp>

#include "ops/tool/terminal.h"
#include "protocol/wire/refusal.h"

namespace redress::tool {

namespace {

std::string_view environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string_view{} : value;
}

// "No answer" is of use only with who was asked.
std::string detail_of(const Options& options, const Error& error) {
  if (error.code != Code::unreachable) return error.what;
  const auto url = shell::read_small_file(options.home + "/" + shell::url_file);
  return error.what + (url ? " url=" + *url : "") + " home=" + options.home;
}

}  // namespace

std::string language_of_environment() {
  for (const char* name : {"LC_ALL", "LC_MESSAGES", "LANG"}) {
    const std::string_view language = language_in(environment(name));
    if (!language.empty()) return std::string{language};
  }
  return "zh";
}

bool terminal_writes_gb18030() {
  for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    if (const std::string_view locale = environment(name); !locale.empty()) return writes_gb18030(locale);
  }
  return false;
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
  return report(options, error, {std::string{reason.zh}, std::string{reason.en}});
}

int report(const Options& options, const Error& error, const Words& words) {
  const wire::Reason& reason = wire::reason_of(error.code);
  const bool zh = speaks_chinese(options);
  const std::string detail = detail_of(options, error);
  if (options.json) {
    std::cerr << json_text({{"code", reason.name},
                            {"message", zh ? words.zh : words.en},
                            {"detail", detail},
                            {"field", error.field},
                            {"who", wire::actor_in(reason.who, options.language)}})
              << "\n";
  } else {
    std::cerr << reason.name << ": " << (zh ? words.zh : words.en) << "\n  " << lines_of(detail, "  ")
              << (error.field.empty() ? "" : (zh ? "\n  位置：" : "\n  where: ") + one_line(error.field)) << "\n"
              << (zh ? "  由谁处理：" : "  who acts: ") << wire::actor_in(reason.who, options.language) << "\n";
  }
  return error.code == Code::unreachable || error.code == Code::io || error.code == Code::damaged ? exit_unreachable
                                                                                                  : exit_refused;
}

int report_of_office(const Options& options, const Error& error) {
  const bool no_route = error.code == Code::not_found && error.field == "path";
  if (!no_route) return report(options, error);
  return report(options, error,
                {"只有总行能这样做；这里是网点。请在总行的机构目录（--home）执行。",
                 "Only head office does this, and this is a branch. Do it in head office's home (--home)."});
}

Error not_utf8(const std::string& what) {
  return {
      Code::malformed,
      "not UTF-8: the terminal probably writes GB18030; set it to UTF-8, or LC_CTYPE to zh_CN.GB18030 (不是 UTF-8：终"
      "端的编码可能是 GB18030；请把终端设为 UTF-8，或把 LC_CTYPE 设为 zh_CN.GB18030)",
      what};
}

std::string json_text(const nlohmann::json& value) {
  return value.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

void print_json(const nlohmann::json& value) { std::cout << json_text(value) << std::endl; }

int finish(const Options& options, int status) {
  std::cout.flush();
  const bool was_good = status == exit_done || status == exit_attention;
  if (std::cout || !was_good) return status;
  return report(
      options, {Code::io, "write to standard output: not all of it was taken", "stdout"},
      {"结果没有写全：标准输出已满或已关闭。", "Standard output is full or closed; the result is not whole."});
}

}  // namespace redress::tool
