// The unattended check: imports a table at every branch, cuts a line, kills two daemons, disposes, heals, waits until
// nothing lags, and has redress-check prove that nothing is lost, doubled, altered or misrouted.
//
// A resource of one thread. Told: lines for a person to follow it by.
#pragma once

#include <functional>
#include <string>

#include "ops/demonstration/network.h"
#include "ops/demonstration/plant.h"
#include "ops/demonstration/verdict.h"

namespace redress::demo {

struct CheckOptions {
  std::string programs;  // the folder of the programs
  std::string folder;    // for homes, logs and exports; exists
  std::string input;
  std::string mapping;  // the mapping file's path
  std::size_t branches = 3;
  std::uint64_t seed = 1;
  Plant plant = Plant::none;
  Surroundings around;
  std::function<void(const std::string& line)> tell;
};

// How many good rows the table has. Fails as reading and binding it does.
[[nodiscard]] Result<std::size_t> count_rows(const std::string& input, const std::string& mapping);

// Fails if the run could not be carried out at all; what it found is in the verdict.
[[nodiscard]] Result<Verdict> run_check(const CheckOptions& options);

}  // namespace redress::demo
