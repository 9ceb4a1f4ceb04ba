#include "tests/sim/minimise.h"

#include <algorithm>

namespace redress::sim {

std::vector<unsigned> minimise(std::uint64_t seed, const RunOptions& options, std::uint64_t& runs) {
  const auto fails = [&](const std::vector<unsigned>& numbers) {
    RunOptions with = options;
    with.setting.only = std::set<unsigned>{numbers.begin(), numbers.end()};
    ++runs;
    return !run(seed, with).broken.empty();
  };
  std::vector<unsigned> left;
  for (const Fault& fault : draw_setting(seed, options.setting).faults) left.push_back(fault.number);
  if (fails({})) return {};
  std::size_t parts = 2;
  while (left.size() >= 2) {
    const std::size_t size = (left.size() + parts - 1) / parts;
    bool smaller = false;
    for (std::size_t at = 0; at < left.size() && !smaller; at += size) {
      std::vector<unsigned> rest{left.begin(), left.begin() + static_cast<std::ptrdiff_t>(at)};
      rest.insert(rest.end(), left.begin() + static_cast<std::ptrdiff_t>(std::min(left.size(), at + size)), left.end());
      if (!fails(rest)) continue;
      left = std::move(rest);
      parts = std::max<std::size_t>(2, parts - 1);
      smaller = true;
    }
    if (smaller) continue;
    if (size == 1) break;
    parts = std::min(left.size(), 2 * parts);
  }
  return left;
}

}  // namespace redress::sim
