// What is measured one by one, at a steady pace, in short slices that contenders take in turns.
//
// Functions; one thread.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "ops/measure/stage.h"

namespace redress::measure {

// Lag at 200 entries a second: from when an entry was due until the answer is back at the branch, of the product its
// checked receipt. `lag_kept_*` of the product end when that stands on the branch's disk.
[[nodiscard]] Result<nlohmann::json> contest_lag(Stage& stage);

// A register over HTTP on a kept connection, 50 a second, against one durable put of the same size into a file that is
// as large; line and followers at work.
[[nodiscard]] Result<nlohmann::json> contest_register(Stage& stage);

}  // namespace redress::measure
