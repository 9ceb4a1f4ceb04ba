// What grows is found, what stands still or grows with what it stores is not.
#include "tests/rough/soak_rule.h"

#include <catch2/catch.hpp>
#include <functional>

namespace redress::rough {
namespace {

constexpr std::int64_t total_ms = 4'000;
constexpr std::int64_t mib = std::int64_t{1} << 20;

// Forty moments, each as `at` says of its number.
std::vector<Footprint> moments(const std::function<Footprint(std::int64_t)>& at) {
  std::vector<Footprint> out;
  for (std::int64_t i = 0; i < 40; ++i) {
    out.push_back(at(i));
    out.back().at_ms = i * 100;
  }
  return out;
}

const Footprint still{0, 20 * mib, 40, 10 * mib, 0};

bool finds(const std::vector<Footprint>& all, const std::string& what) {
  const auto found = grown("site 1", all, total_ms);
  return found.size() == 1 && found.front().starts_with("site 1: " + what);
}

TEST_CASE("SoakRule: what stands still has not grown") {
  CHECK(grown("site 1", moments([](auto) { return still; }), total_ms).empty());
}

TEST_CASE("SoakRule: memory and descriptors that creep are found, a high first quarter and single peaks are not") {
  CHECK(finds(moments([](auto i) {
                Footprint one = still;
                one.anonymous_bytes += i * mib / 2;
                return one;
              }),
              "memory"));
  CHECK(finds(moments([](auto i) {
                Footprint one = still;
                one.descriptors += i;
                return one;
              }),
              "the number of descriptors"));
  CHECK(grown("site 1", moments([](auto i) {
                Footprint one = still;
                if (i < 10 || i == 35) one = {0, 90 * mib, 400, 10 * mib, 0};
                return one;
              }),
              total_ms)
            .empty());
}

TEST_CASE("SoakRule: files may grow with what they store, and not without") {
  const auto growing = [](std::int64_t entries_each) {
    return moments([=](auto i) {
      Footprint one = still;
      one.home_bytes += i * mib;
      one.entries = i * entries_each;
      return one;
    });
  };
  CHECK(grown("site 1", growing(100), total_ms).empty());
  CHECK(finds(growing(10), "the size of its files"));
}

TEST_CASE("SoakRule: who was never seen is no proof") {
  auto all = moments([](auto) { return still; });
  all.resize(30);
  CHECK(grown("site 1", all, total_ms).front() == "site 1 was never seen in quarter 4");
}

TEST_CASE("SoakRule: the median of a quarter is of its own moments only") {
  const auto all = moments([](auto i) { return Footprint{0, i, i, i, i}; });
  CHECK(median_of_quarter(all, 1, total_ms).descriptors == 15);
  CHECK(median_of_quarter(all, 3, total_ms).entries == 35);
}

}  // namespace
}  // namespace redress::rough
