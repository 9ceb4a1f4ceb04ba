// alarms, revoke, restore, recover: what operations does when a store was lost, copied or restored.
#pragma once

#include "ops/tool/session.h"

namespace redress::tool {

// What waits for a person to know it, newest first. Exit status 4 if there is anything.
[[nodiscard]] int alarms(const Options& options);
// The site's key opens nothing any more; what it wrote stays.
[[nodiscard]] int revoke(const Options& options, std::uint32_t site);
// Head office: sites that were not heard since it lost its past will not be waited for any longer.
[[nodiscard]] int recover(const Options& options, const std::string& reason);
// Puts a copy made by `backup` in the place of this home's journal, in a new epoch; no daemon may run. The journal that
// was there is kept beside. members.log is never replaced: who was revoked since stays out (D23).
[[nodiscard]] int restore(const Options& options, const std::string& folder);

}  // namespace redress::tool
