// lag: how far every branch is behind, once or as a live screen.
#pragma once

#include "ops/tool/lag_table.h"
#include "ops/tool/session.h"

namespace redress::tool {

struct LagCommand {
  std::string sort = "site";  // as lag_order_named() takes it
  bool reversed = false;
  bool watch = false;  // again every second; on a terminal s, e, o, c, t, n sort, r turns the order round, q ends it
};

// Three numbers a direction, never one. With `watch` until interrupted.
[[nodiscard]] int lag(const Options& options, const LagCommand& command);

}  // namespace redress::tool
