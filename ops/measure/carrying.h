// One run of one contender from a branch to head office: live, or catching up with what waits.
//
// Functions; one thread. Each run has stores of its own, new ones, which are removed.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "ops/measure/stage.h"

namespace redress::measure {

enum class Contender { product, sealed, raw };
[[nodiscard]] const char* name_of(Contender contender);

struct Carried {
  double rate = 0;           // entries a second, from the first begun to the last receipt durable at the branch
  double branch_cpu_us = 0;  // an entry, of the branch's process
  double hub_cpu_us = 0;     // an entry, of head office's process
  double flowing_ms = 0;     // catch-up: from the hub's listening to the first receipt
  double found_s = 0;        // live, product: from the last receipt until what was carried is found (finding.h)
};

enum class Way { live, catch_up };

[[nodiscard]] Result<Carried> carry(Stage& stage, Contender contender, Way way);

// Rounds in which the contenders take turns; the medians, the ratios of each round, and what was in force. Catch-up
// leaves SEALED out: its records are sealed already.
[[nodiscard]] Result<nlohmann::json> contest(Stage& stage, Way way);

}  // namespace redress::measure
