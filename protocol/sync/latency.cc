#include "protocol/sync/latency.h"

#include <algorithm>
#include <bit>

namespace redress::sync {

// Below 8 ms each has its own; then the three bits behind the first set one choose among eight.
std::size_t Latencies::bucket_of(std::uint64_t ms) {
  if (ms < 8) return static_cast<std::size_t>(ms);
  const auto first = static_cast<std::size_t>(std::bit_width(ms)) - 1;
  const auto next = static_cast<std::size_t>((ms >> (first - 3)) & 7U);
  return std::min(8 + 8 * (first - 3) + next, buckets - 1);
}

std::uint64_t Latencies::end_of(std::size_t bucket) {
  if (bucket < 8) return bucket;
  const std::size_t first = (bucket - 8) / 8 + 3;
  const std::uint64_t next = (bucket - 8) % 8;
  return ((8 + next + 1) << (first - 3)) - 1;
}

void Latencies::add(std::int64_t ms, std::uint64_t count) {
  counts_[bucket_of(static_cast<std::uint64_t>(std::max<std::int64_t>(ms, 0)))] += count;
  count_ += count;
}

void Latencies::merge(const Latencies& other) {
  for (std::size_t i = 0; i < buckets; ++i) counts_[i] += other.counts_[i];
  count_ += other.count_;
}

std::int64_t Latencies::at_most(std::uint64_t permille) const {
  if (count_ == 0) return 0;
  // Rounded up, and at least one: the smallest count that is that share of all.
  const std::uint64_t wanted =
      std::max<std::uint64_t>(1, (count_ / 1000) * permille + ((count_ % 1000) * permille + 999) / 1000);
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < buckets; ++i) {
    sum += counts_[i];
    if (sum >= wanted) return static_cast<std::int64_t>(end_of(i));
  }
  return static_cast<std::int64_t>(end_of(buckets - 1));
}

Took Latencies::took() const { return {count_, at_most(500), at_most(950), at_most(990)}; }

}  // namespace redress::sync
