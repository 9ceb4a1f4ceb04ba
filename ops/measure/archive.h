// How head office answers with many cases: a page of a list, a search, a start; over HTTPS, from the shipped gateway.
//
// Functions; one thread.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "ops/measure/stage.h"

namespace redress::measure {

// Fills a gateway's home with options().cases cases of the stage's texts, makes its views, and asks it: lists by every
// filter and order, first pages and deep ones; searches for what one case has, what many have and what none has. The
// figures are medians of the rounds.
[[nodiscard]] Result<nlohmann::json> measure_archive(Stage& stage);

}  // namespace redress::measure
