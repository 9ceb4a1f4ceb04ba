// What is measured one by one, at a steady pace, in short slices that contenders take in turns.
//
// Functions; one thread.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "ops/measure/stage.h"

namespace redress::measure {

// Lag at 200 entries a second: from when an entry was due to its receipt, durable at the branch; of RAW to the answer's
// arrival, before it is noted. So the product's includes a commit that RAW's does not.
[[nodiscard]] Result<nlohmann::json> contest_lag(Stage& stage);

// A register over HTTP on a kept connection, 50 a second, against one durable put of the same size into a file that is
// as large; line and followers at work.
[[nodiscard]] Result<nlohmann::json> contest_register(Stage& stage);

}  // namespace redress::measure
