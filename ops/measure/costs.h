// What an entry costs the product as its store grows, and as its case does.
//
// Functions; one thread.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "ops/measure/stage.h"

namespace redress::measure {

// CPU of both processes and bytes written, an entry: of the last twentieth of --count entries, over those of the
// second.
[[nodiscard]] Result<nlohmann::json> measure_growth(Stage& stage);

// CPU of both processes an entry, and entries a second: where every entry belongs to a case of fifty, and where every
// entry opens a case.
[[nodiscard]] Result<nlohmann::json> measure_cases(Stage& stage);

}  // namespace redress::measure
