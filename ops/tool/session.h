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

// Prints the reason in both forms (JSON with --json) on standard error and returns the exit status.
[[nodiscard]] int report(const Options& options, const Error& error);
void print_json(const nlohmann::json& value);
// zh unless the environment says otherwise.
[[nodiscard]] std::string language_of_environment();
[[nodiscard]] bool speaks_chinese(const Options& options);

}  // namespace redress::tool
