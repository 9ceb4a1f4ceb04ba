#include "ops/measure/arrivals.h"

#include <catch2/catch.hpp>

#include "ops/measure/stopwatch.h"

namespace redress::measure {

TEST_CASE("Arrivals: the rate is that of what comes after the first that were seen") {
  std::vector<std::int64_t> looks;
  const std::vector<std::size_t> there{0, 0, 40, 70, 100};
  const auto rate = rate_of_arrivals({}, "records", 100, [&]() -> Result<std::size_t> {
    looks.push_back(ns_now());
    return there.at(looks.size() - 1);
  });
  REQUIRE(rate);
  REQUIRE(looks.size() == there.size());
  // The clock is read just after the look that saw the first, and after the last.
  const double most = 60.0 * ns_a_s / static_cast<double>(looks[4] - looks[3]);
  CHECK(*rate <= most);
  CHECK(*rate >= 60.0 * ns_a_s / static_cast<double>(ns_now() - looks[2]));
}

TEST_CASE("Arrivals: what is seen only when it is whole is timed from the beginning") {
  const std::int64_t begun = ns_now();
  bool looked = false;
  const auto rate = rate_of_arrivals({}, "records", 100, [&]() -> Result<std::size_t> {
    return std::exchange(looked, true) ? std::size_t{100} : std::size_t{0};
  });
  REQUIRE(rate);
  CHECK(*rate >= 100.0 * ns_a_s / static_cast<double>(ns_now() - begun));
}

TEST_CASE("Arrivals: who cannot look says why") {
  const auto rate = rate_of_arrivals({}, "records", 100,
                                     []() -> Result<std::size_t> { return fail(Code::io, "the server is gone"); });
  REQUIRE_FALSE(rate);
  CHECK(rate.error().what == "the server is gone");
}

}  // namespace redress::measure
