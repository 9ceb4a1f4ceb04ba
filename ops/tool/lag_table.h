// The lag of all branches as a table for people: three numbers a direction, never one (P13).
//
// Pure: JSON of GET /api/v1/lag in, text out.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>

namespace redress::tool {

// What the table is sorted by; the worst first, except by site.
enum class LagOrder { site, state, entries, oldest, contact, took };
// "site", "state", "entries", "oldest", "contact", "took".
[[nodiscard]] std::optional<LagOrder> lag_order_named(std::string_view name);

struct LagView {
  LagOrder order = LagOrder::site;
  bool reversed = false;
  bool chinese = false;
  bool took = false;     // with how long entries took: half of them, and 99 of 100, both ways
  bool summary = false;  // with a first line that counts the states
  std::size_t rows = 0;  // no more branches than this; 0: all
};

[[nodiscard]] std::string lag_table(const nlohmann::json& answer, const LagView& view);

}  // namespace redress::tool
