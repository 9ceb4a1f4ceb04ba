// One run: a seed's setting, its world, its people and faults; then healing; then the judgement.
#pragma once

#include <functional>

#include "tests/sim/marks.h"
#include "tests/sim/setting.h"

namespace redress::sim {

struct RunOptions {
  SettingOptions setting;
  bool tell = false;  // every event, in words, to `line`
  std::function<void(const std::string&)> line;
  std::string folder;  // for members.log, while the run lasts
};

struct Outcome {
  Setting setting;
  std::vector<std::string> broken;  // empty: every promise was kept
  Digest trace;
  std::uint64_t faults = 0;
  std::uint64_t registrations = 0;
  std::uint64_t acts = 0;
  std::uint64_t fed = 0;
  std::uint64_t frames = 0;
  std::uint64_t turns = 0;
  std::int64_t settled_after_ms = 0;
  Marks marks;
};

[[nodiscard]] Outcome run(std::uint64_t seed, const RunOptions& options);

}  // namespace redress::sim
