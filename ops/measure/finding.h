// How long head office needs until what it has just taken in can be found: substrings of bodies, asked over HTTPS.
//
// A function; one thread.
#pragma once

#include "ops/measure/office.h"

namespace redress::measure {

inline constexpr std::size_t sought_count = 200;

// Begin when the last receipt is there. Draws 200 substrings of the first `count` texts that were carried (2 to 6
// Chinese characters, 4 to 12 letters), and 200 alike that are in none. Returns the seconds until each of the former is
// found. Fails with unreachable if the views are not level after two minutes; with not_found or bad_value, naming what
// is not found, or is and should not be.
[[nodiscard]] Result<double> seconds_until_found(Stage& stage, Office& office, std::size_t count);

}  // namespace redress::measure
