// Text of instants and dates: RFC 3339 with a zone offset, and ISO dates. Pure arithmetic, no clock, no zone table.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "protocol/base/ids.h"

namespace redress {

// "2026-11-22T08:05:00.123+08:00"; a zero offset is written "Z".
[[nodiscard]] std::string to_rfc3339(WallTime at, std::int16_t offset_minutes = 0);
// The inverse; takes an absent fraction and 'Z'; nothing if any part is out of range or anything follows.
[[nodiscard]] std::optional<WallTime> from_rfc3339(std::string_view text);
// "20261122": the calendar day of `at` in a zone `offset_minutes` east of UTC.
[[nodiscard]] std::string to_compact_date(WallTime at, std::int16_t offset_minutes);
// True for a day that exists, written "yyyy-mm-dd".
[[nodiscard]] bool is_iso_date(std::string_view text);

}  // namespace redress
