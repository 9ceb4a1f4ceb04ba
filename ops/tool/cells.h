// What tables on a terminal are put together from.
//
// Pure.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

namespace redress::tool {

// The text that `object` has under this name; empty: it has none.
[[nodiscard]] std::string text(const nlohmann::json& object, const char* name);

// The same, as a terminal may be shown it on one line.
[[nodiscard]] std::string shown(const nlohmann::json& object, const char* name);

// Columns on a terminal: a Chinese character takes two. At least one blank follows.
[[nodiscard]] std::string padded(const std::string& cell, std::size_t width);

}  // namespace redress::tool
