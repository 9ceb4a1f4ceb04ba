// What the product costs beside time: bytes on the wire and in the store, memory and wake-ups at rest, size.
//
// Functions; one thread.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "ops/measure/stage.h"

namespace redress::measure {

// TCP payload both ways, counted by the relay while entries that waited are sent, over the bytes of the entries (header
// and body) and grants; and what a row of the journal's `entries` has beside its body.
[[nodiscard]] Result<nlohmann::json> measure_wire(Stage& stage);

// The shipped programs with nothing to do, line up; and how large they are, stripped.
[[nodiscard]] Result<nlohmann::json> measure_idle(Stage& stage);

}  // namespace redress::measure
