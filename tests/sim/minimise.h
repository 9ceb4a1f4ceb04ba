// Finds few faults with which a seed still fails.
//
// Pure but for the runs it makes.
#pragma once

#include "tests/sim/run.h"

namespace redress::sim {

// The numbers of a set of the setting's faults with which the run still breaks a promise, and from which no one can be
// taken; delta debugging. `runs` gains how many runs it took. Requires: with all of them it does.
[[nodiscard]] std::vector<unsigned> minimise(std::uint64_t seed, const RunOptions& options, std::uint64_t& runs);

}  // namespace redress::sim
