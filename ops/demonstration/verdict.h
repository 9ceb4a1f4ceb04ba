// What a run of the check says in the end, and whether that is a pass.
//
// A value; pure.
#pragma once

#include <cstdint>
#include <string>

#include "ops/demonstration/check_compare.h"

namespace redress::demo {

struct Verdict {
  Proof proof;
  std::uint64_t registered = 0;       // as the imports counted
  std::uint64_t verify_errors = 0;    // of all sites
  std::uint64_t crashes = 0;          // processes that ended by SIGKILL
  double partition_s = 0;             // how long the line was cut, as the relay counted
  std::uint64_t lag_entries_max = 0;  // of the branch that was cut off
  double drain_s = 0;                 // from healing the line until every lag was zero
};

// One line with exactly the keys that the command promises.
[[nodiscard]] std::string to_json(const Verdict& verdict);
// True if nothing was lost, doubled, altered or misrouted, all that was disposed came back, and the run was hard enough
// to say so.
[[nodiscard]] bool passes(const Verdict& verdict);

}  // namespace redress::demo
