// How long entries took from one end to the other, as counts that can be added to those of another.
//
// A value. Buckets grow with what they hold: eight to a doubling, so that a quantile is at most an eighth too high and
// never too low; from 0 ms to 2^36 ms (two years), beyond which everything counts as that.
#pragma once

#include <array>
#include <cstdint>

namespace redress::sync {

// Upper ends: "half of them took at most p50_ms". All 0 if nothing was counted.
struct Took {
  std::uint64_t count = 0;
  std::int64_t p50_ms = 0;
  std::int64_t p95_ms = 0;
  std::int64_t p99_ms = 0;
};

class Latencies {
 public:
  // `count` entries took `ms` each; a time below 0, which clocks that differ may give, counts as 0.
  void add(std::int64_t ms, std::uint64_t count = 1);
  // All that the other has counted, too.
  void merge(const Latencies& other);

  [[nodiscard]] std::uint64_t count() const noexcept { return count_; }
  // At least `permille` of them took at most this long; 0 if nothing was counted.
  [[nodiscard]] std::int64_t at_most(std::uint64_t permille) const;
  [[nodiscard]] Took took() const;

 private:
  static constexpr std::size_t buckets = 8 + 8 * 33;
  static std::size_t bucket_of(std::uint64_t ms);
  static std::uint64_t end_of(std::size_t bucket);

  std::array<std::uint64_t, buckets> counts_{};
  std::uint64_t count_ = 0;
};

}  // namespace redress::sync
