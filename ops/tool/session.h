// What every subcommand of redress-ops starts from: a home, a client to its daemon, the language, the way to print.
//
// Values, one thread. Exit status: 0 done; 1 the command line; 2 refused, with the reason; 3 no answer, or a broken
// file; 4 done, and something needs a person (verify found something, rows were rejected).
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "ops/shell/home.h"
#include "ops/tool/client.h"

namespace redress::tool {

inline constexpr int exit_done = 0;
inline constexpr int exit_command_line = 1;
inline constexpr int exit_refused = 2;
inline constexpr int exit_unreachable = 3;
inline constexpr int exit_attention = 4;

struct Options {
  std::string home = ".";
  std::string language;    // zh or en
  std::string token_file;  // of the person who does casework; empty: the home's own
  bool json = false;
};

enum class Acts { as_desk, as_operations };

// A client of the daemon whose home this is, with the token for the duty. Fails with unreachable if no daemon has
// written its address there.
[[nodiscard]] Result<Client> connect(const Options& options, Acts acts);

// What a refusal means where it was met, if the catalogue's sentence would mislead.
struct Words {
  std::string zh;
  std::string en;
};

// Prints the reason in both forms (JSON with --json) on standard error and returns the exit status.
[[nodiscard]] int report(const Options& options, const Error& error);
[[nodiscard]] int report(const Options& options, const Error& error, const Words& words);
// Of what head office alone answers: its home is told from a branch's.
[[nodiscard]] int report_of_office(const Options& options, const Error& error);

// The same text, each byte of it that is not UTF-8 as U+FFFD: a file's name may be any bytes.
[[nodiscard]] std::string json_text(const nlohmann::json& value);
void print_json(const nlohmann::json& value);
// Writes out what standard output still holds. `status`; or if that cannot be done, and it was to be a good one,
// another, with the reason told.
[[nodiscard]] int finish(const Options& options, int status);

// Of LC_ALL, LC_MESSAGES and LANG the first that says a language; zh if none does.
[[nodiscard]] std::string language_of_environment();
// What was said in place of `what` is no UTF-8.
[[nodiscard]] Error not_utf8(const std::string& what);
// By LC_ALL, LC_CTYPE and LANG, as writes_gb18030() reads the first of them that is set.
[[nodiscard]] bool terminal_writes_gb18030();
[[nodiscard]] bool speaks_chinese(const Options& options);

}  // namespace redress::tool
