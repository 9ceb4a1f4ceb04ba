#include "ops/measure/statistics.h"

#include <catch2/catch.hpp>

namespace redress::measure {

TEST_CASE("Statistics: a median is the middle value, or the mean of the two in the middle") {
  CHECK(median({3.0, 1.0, 2.0}) == 2.0);
  CHECK(median({4.0, 1.0, 3.0, 2.0}) == 2.5);
  CHECK(median({7.0}) == 7.0);
}

TEST_CASE("Statistics: a percentile is a value that occurs, by nearest rank") {
  std::vector<double> values;
  for (int i = 100; i > 0; --i) values.push_back(i);
  CHECK(percentile(values, 0.5) == 50.0);
  CHECK(percentile(values, 0.95) == 95.0);
  CHECK(percentile(values, 1) == 100.0);
  CHECK(percentile(values, 0) == 1.0);
  CHECK(percentile({5.0}, 0.99) == 5.0);
}

}  // namespace redress::measure
