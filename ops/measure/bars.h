// What is asked of each figure, and whether a result meets it.
//
// Pure.
#pragma once

#include <nlohmann/json_fwd.hpp>

namespace redress::measure {

// `result` has an object for each mode that was measured. An object of each figure that is there and has a bar:
// its value, the bar in words, whether it is met.
[[nodiscard]] nlohmann::json judged(const nlohmann::json& result);

}  // namespace redress::measure
