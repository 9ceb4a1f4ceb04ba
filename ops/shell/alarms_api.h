// GET /api/v1/alarms: what waits for a person to know it (D35), newest first.
#pragma once

#include "ops/shell/api.h"
#include "store/site.h"

namespace redress::shell {

// `site` outlives the API; its alarms may be read by any thread.
void add_alarms_route(Api& api, const store::Site& site);

}  // namespace redress::shell
