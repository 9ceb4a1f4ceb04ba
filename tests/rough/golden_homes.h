// Homes that are kept for ever, so that later programs can be shown to open them (tests/golden/homes).
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "tests/rough/stage.h"

namespace redress::rough {

// Makes homes, lets people use them, and keeps them as `name`. For a new stored format, once.
[[nodiscard]] Status make_golden_homes(const DrillPlaces& places, const std::string& name);

// A case without what is told of its arrival here.
[[nodiscard]] nlohmann::json portrait_of(const nlohmann::json& shown);

}  // namespace redress::rough
