#include "protocol/sync/latency.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <vector>

#include "tests/sim/pair.h"

namespace redress::sync {
namespace {

std::int64_t exact(std::vector<std::int64_t> all, std::uint64_t permille) {
  std::sort(all.begin(), all.end());
  return all[std::max<std::size_t>(1, (all.size() * permille + 999) / 1000) - 1];
}

}  // namespace

TEST_CASE("Latency: a quantile is never too low, and at most an eighth too high") {
  sim::SeededRandom random{3};
  for (const std::uint64_t most : {7ULL, 100ULL, 90'000ULL, 4'000'000'000ULL}) {
    Latencies counted;
    std::vector<std::int64_t> all;
    for (int i = 0; i < 3'000; ++i) {
      all.push_back(static_cast<std::int64_t>(random.below(most)));
      counted.add(all.back());
    }
    for (const std::uint64_t permille : {1ULL, 500ULL, 950ULL, 990ULL, 1000ULL}) {
      const std::int64_t is = exact(all, permille);
      CHECK(counted.at_most(permille) >= is);
      CHECK(counted.at_most(permille) <= is + is / 8);
    }
  }
}

TEST_CASE("Latency: two merged are as one that counted all") {
  Latencies one;
  Latencies other;
  Latencies both;
  for (std::int64_t ms = 0; ms < 500; ++ms) {
    (ms % 3 == 0 ? one : other).add(ms * ms, 2);
    both.add(ms * ms, 2);
  }
  one.merge(other);
  CHECK(one.count() == 1'000);
  for (std::uint64_t permille = 0; permille <= 1000; permille += 50)
    CHECK(one.at_most(permille) == both.at_most(permille));
}

TEST_CASE("Latency: nothing counted is 0, a clock that runs ahead is 0, and two years are the end") {
  Latencies counted;
  CHECK(counted.took().count == 0);
  CHECK(counted.at_most(990) == 0);
  counted.add(-5'000);
  CHECK(counted.at_most(1000) == 0);
  counted.add(INT64_MAX);
  CHECK(counted.at_most(1000) == (std::int64_t{1} << 36) - 1);
}

}  // namespace redress::sync
