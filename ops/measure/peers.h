// What others need for the same work on this machine: PostgreSQL's logical replication and NATS JetStream from a leaf
// to a hub, where they are installed.
//
// Functions; one thread. Servers are children of this process on ports and folders of their own; nothing of the
// system's own servers is touched.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "ops/measure/stage.h"

namespace redress::measure {

// Each peer's rates, live and catching up, with the durability in force, or `skipped` with the reason; the product's
// beside them, and the ratios of each round's.
[[nodiscard]] Result<nlohmann::json> measure_peers(Stage& stage);

}  // namespace redress::measure
