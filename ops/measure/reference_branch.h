// The branch's end of the references: appends a batch of records in one durable commit, then sends it; at most sixteen
// batches under way; what the hub has acknowledged is noted durably, together with the next batch or at the end.
//
// RAW carries plain records, SEALED seals each on this same thread first. One thread; blocks.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "ops/measure/reference_line.h"
#include "ops/measure/slices.h"

namespace redress::reference {

struct BranchPlan {
  std::string folder;
  Address hub;
  std::vector<std::string> records;  // plain; used again and again
  std::size_t count = 0;
  bool sealed = false;
};

struct Times {
  std::int64_t begun_ns = 0;   // live: the first record was begun; catch-up: the first answer came
  std::int64_t done_ns = 0;    // the last answer was durably noted
  std::uint64_t begun_at = 0;  // records that were answered at begun_ns
  std::int64_t cpu_ns = 0;     // of this process, between the two
};

// From nothing to everything answered. The line is up before the clock starts.
[[nodiscard]] Times run_live(const BranchPlan& plan);
// Writes all records, says `ready`, connects, and sends what is on the disk.
[[nodiscard]] Times run_catch_up(const BranchPlan& plan, const std::function<void()>& ready);
// Records come one by one as `slices` say; answers, of each, the microseconds from when it was due to its answer.
// `begin` gives the slices once the line is up.
[[nodiscard]] std::vector<std::int64_t> run_paced(const BranchPlan& plan,
                                                  const std::function<measure::Slices()>& begin);

}  // namespace redress::reference
