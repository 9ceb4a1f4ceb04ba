// How fast what waited arrives: records that are counted from outside, at the place where they arrive.
//
// A function; one thread.
#pragma once

#include <functional>

#include "ops/demonstration/processes.h"

namespace redress::measure {

// Calls `arrived` again and again until it says `count`. Records a second, from when the first were seen to the last;
// from the call on, if the first look that sees any sees all of them. Fails with unreachable after half an hour,
// draining when told to stop, or with what `arrived` says; `what` is for whom it waits.
[[nodiscard]] Result<double> rate_of_arrivals(const demo::Surroundings& around, const std::string& what,
                                              std::size_t count, const std::function<Result<std::size_t>()>& arrived);

}  // namespace redress::measure
