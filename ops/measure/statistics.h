// Medians and percentiles.
//
// Pure.
#pragma once

#include <vector>

namespace redress::measure {

// The value that `part` (0 to 1) of the values do not exceed, nearest rank. Requires: values is not empty.
[[nodiscard]] double percentile(std::vector<double> values, double part);
// The middle value; of an even number, the mean of the two. Requires: values is not empty.
[[nodiscard]] double median(std::vector<double> values);

}  // namespace redress::measure
