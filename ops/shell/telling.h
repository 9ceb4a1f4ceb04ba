// Turns what the rooms below found out into log lines, counters and JSON.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "ops/shell/log.h"
#include "ops/shell/metrics.h"
#include "protocol/sync/lag.h"
#include "protocol/sync/step.h"
#include "store/verify_views.h"

namespace redress::shell {

void tell(Log& log, Metrics& metrics, const sync::Event& event);

// The three numbers, the state, and whether they are "at least"; and how long what has arrived took.
[[nodiscard]] nlohmann::json lag_json(const sync::Lag& lag, const sync::Took& took);
void set_lag(Metrics& metrics, const Labels& labels, const sync::Lag& lag, const sync::Took& took);

[[nodiscard]] nlohmann::json verified_json(const store::Verified& verified, const store::VerifiedViews& views);

}  // namespace redress::shell
