#include "ops/measure/statistics.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "protocol/base/assert.h"

namespace redress::measure {

double percentile(std::vector<double> values, double part) {
  REDRESS_ASSERT(!values.empty() && part >= 0 && part <= 1);
  std::sort(values.begin(), values.end());
  const auto rank = static_cast<std::size_t>(std::ceil(part * static_cast<double>(values.size())));
  return values[std::max<std::size_t>(rank, 1) - 1];
}

double median(std::vector<double> values) {
  REDRESS_ASSERT(!values.empty());
  std::sort(values.begin(), values.end());
  const std::size_t middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

}  // namespace redress::measure
