// A date with a time of day, as people write it: without a zone.
//
// Functions; they ask the zone of the process.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace redress::tool {

// "2026-11-30 09:30", "2026-11-30T09:30:05": the same in RFC 3339, with the zone that this process had or will have
// then. Nothing: it is not of this form, or no such time.
[[nodiscard]] std::optional<std::string> with_zone(std::string_view local);

}  // namespace redress::tool
