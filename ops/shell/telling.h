// Turns a session's events into log lines and counters.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "ops/shell/log.h"
#include "ops/shell/metrics.h"
#include "protocol/sync/lag.h"
#include "protocol/sync/step.h"

namespace redress::shell {

void tell(Log& log, Metrics& metrics, const sync::Event& event);

// The three numbers, the state, and whether they are "at least".
[[nodiscard]] nlohmann::json lag_json(const sync::Lag& lag);
void set_lag(Metrics& metrics, const Labels& labels, const sync::Lag& lag);

}  // namespace redress::shell
