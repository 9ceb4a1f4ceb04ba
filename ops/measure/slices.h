// When what is due, of two contenders that take turns: slices of equal length, one and the other, in each of them the
// same number of items at equal distances.
//
// Pure.
#pragma once

#include <cstddef>
#include <cstdint>

namespace redress::measure {

struct Slices {
  std::int64_t start_ns = 0;
  std::int64_t slice_ns = 0;
  std::int64_t period_ns = 0;  // between two items; a slice holds a whole number of them
  std::size_t count = 0;       // slices of each contender
  std::size_t turn = 0;        // 0: begins; 1: comes second

  [[nodiscard]] std::size_t items_a_slice() const { return static_cast<std::size_t>(slice_ns / period_ns); }
  [[nodiscard]] std::size_t items() const { return count * items_a_slice(); }
  [[nodiscard]] std::int64_t due_ns(std::size_t item) const {
    const std::size_t slice = 2 * (item / items_a_slice()) + turn;
    return start_ns + static_cast<std::int64_t>(slice) * slice_ns +
           static_cast<std::int64_t>(item % items_a_slice()) * period_ns;
  }
};

}  // namespace redress::measure
