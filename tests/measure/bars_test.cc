#include "ops/measure/bars.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

namespace redress::measure {

using nlohmann::json;

TEST_CASE("Bars: a ratio of speeds is to be at least its bar, one of costs at most") {
  const json judgement = judged({{"live", {{"live_sealed", 0.85}, {"live_raw", 0.34}}},
                                 {"paced", {{"lag_p50", 2.0}, {"lag_p95", 3.1}, {"lag_p99", 40.0}}}});
  CHECK(judgement["live_sealed"]["met"] == true);
  CHECK(judgement["live_raw"]["met"] == false);
  CHECK(judgement["lag_p50"]["met"] == true);
  CHECK(judgement["lag_p95"]["met"] == false);
  CHECK(judgement["lag_p95"]["bar"] == "<= 3");
  CHECK(judgement.size() == 4);
}

TEST_CASE("Bars: nothing is said of what was not measured") {
  CHECK(judged(json::object()).empty());
  CHECK(judged({{"growth", {{"growth_cpu", 1.0}, {"growth_io", nullptr}}}}).size() == 1);
}

}  // namespace redress::measure
