// Lists of streams as hello and welcome carry them: parents first.
//
// Pure.
#pragma once

#include <algorithm>
#include <vector>

#include "protocol/wire/frames.h"

namespace redress::sync {

// Nothing: the stream is not in the list.
[[nodiscard]] inline const wire::Held* held_in(const std::vector<wire::Held>& all, const StreamName& stream) {
  const auto found =
      std::find_if(all.begin(), all.end(), [&](const wire::Held& held) { return held.head.stream == stream; });
  return found == all.end() ? nullptr : &*found;
}

// Leaves the last `count_max`: a store that was repaired so often that a frame cannot name all its epochs names the
// newest.
inline void keep_newest(std::vector<wire::Held>& all, std::size_t count_max) {
  if (all.size() > count_max) all.erase(all.begin(), all.end() - static_cast<std::ptrdiff_t>(count_max));
}

}  // namespace redress::sync
