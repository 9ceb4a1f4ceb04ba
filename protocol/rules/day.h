// Calendar days and moments, in a zone that lies a fixed time east of UTC: the arithmetic under every limit.
//
// Values; pure. China has one zone and no summer time (480 minutes); a zone that shifts in a year is not known here.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "protocol/base/ids.h"

namespace redress::rules {

// Days since 1970-01-01, between the years 1 and 9999.
using Day = Tagged<struct DayTag, std::int32_t>;
enum class Weekday { sunday, monday, tuesday, wednesday, thursday, friday, saturday };

inline constexpr std::int64_t ms_per_day = 86'400'000;
inline constexpr std::int16_t zone_of_china = 480;

// Of any number a peer may give: a moment outside the years counts as the nearest inside.
[[nodiscard]] Day day_of(WallTime at, std::int16_t offset_minutes);
// 00:00 of the day, which is 24:00 of the day before.
[[nodiscard]] WallTime start_of(Day day, std::int16_t offset_minutes);

// "yyyy-mm-dd", a day that exists.
[[nodiscard]] std::optional<Day> parse_day(std::string_view text);
[[nodiscard]] std::string to_iso(Day day);
// "2026-03-04 17:30"; midnight is written as 24:00 of the day before if it ends something.
[[nodiscard]] std::string minute_text(WallTime at, std::int16_t offset_minutes);
[[nodiscard]] std::string end_text(WallTime at, std::int16_t offset_minutes);

[[nodiscard]] int year_of(Day day);
[[nodiscard]] bool is_late_december(Day day);  // from the 25th on
[[nodiscard]] Weekday weekday_of(Day day);
[[nodiscard]] Day day_after(Day day, std::int64_t days);  // days may be negative; stops at the years' ends
// The same day of a later month, or its last day if it has no such day.
[[nodiscard]] Day month_after(Day day, std::int64_t months);

}  // namespace redress::rules
