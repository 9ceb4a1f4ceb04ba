#include "protocol/rules/day.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>

#include "protocol/base/time.h"

namespace redress::rules {
namespace {

using std::chrono::sys_days;
using std::chrono::year_month_day;

constexpr std::int64_t ms_per_minute = 60'000;
constexpr std::int64_t first_day = -719'162;  // 0001-01-01
constexpr std::int64_t last_day = 2'932'896;  // 9999-12-31

Day clamped(std::int64_t day) { return Day{static_cast<std::int32_t>(std::clamp(day, first_day, last_day))}; }

year_month_day civil(Day day) { return year_month_day{sys_days{std::chrono::days{day.value()}}}; }

Day day_at(year_month_day date) { return clamped(sys_days{date}.time_since_epoch().count()); }

unsigned two_or_four(std::string_view text, std::size_t at, std::size_t width) {
  unsigned value = 0;
  for (const char c : text.substr(at, width)) value = value * 10 + static_cast<unsigned>(c - '0');
  return value;
}

}  // namespace

Day day_of(WallTime at, std::int16_t offset_minutes) {
  const std::int64_t ms = std::clamp(at.value(), (first_day - 1) * ms_per_day, (last_day + 1) * ms_per_day);
  const std::int64_t local = ms + offset_minutes * ms_per_minute;
  return clamped(local / ms_per_day - (local % ms_per_day < 0 ? 1 : 0));
}

WallTime start_of(Day day, std::int16_t offset_minutes) {
  return WallTime{day.value() * ms_per_day - offset_minutes * ms_per_minute};
}

std::optional<Day> parse_day(std::string_view text) {
  if (!is_iso_date(text)) return std::nullopt;
  const std::chrono::year year{static_cast<int>(two_or_four(text, 0, 4))};
  if (static_cast<int>(year) < 1) return std::nullopt;
  return day_at({year, std::chrono::month{two_or_four(text, 5, 2)}, std::chrono::day{two_or_four(text, 8, 2)}});
}

std::string to_iso(Day day) {
  const year_month_day date = civil(day);
  std::array<char, 32> out{};
  std::snprintf(out.data(), out.size(), "%04d-%02u-%02u", static_cast<int>(date.year()),
                static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
  return out.data();
}

std::string minute_text(WallTime at, std::int16_t offset_minutes) {
  const Day day = day_of(at, offset_minutes);
  const std::int64_t minutes = std::clamp((at.value() - start_of(day, offset_minutes).value()) / ms_per_minute,
                                          std::int64_t{0}, std::int64_t{24 * 60 - 1});
  std::array<char, 16> out{};
  std::snprintf(out.data(), out.size(), " %02d:%02d", static_cast<int>(minutes / 60), static_cast<int>(minutes % 60));
  return to_iso(day) + out.data();
}

std::string end_text(WallTime at, std::int16_t offset_minutes) {
  const Day day = day_of(at, offset_minutes);
  if (at != start_of(day, offset_minutes)) return minute_text(at, offset_minutes);
  return to_iso(day_after(day, -1)) + " 24:00";
}

int year_of(Day day) { return static_cast<int>(civil(day).year()); }

bool is_late_december(Day day) {
  const year_month_day date = civil(day);
  return date.month() == std::chrono::December && date.day() >= std::chrono::day{25};
}

Weekday weekday_of(Day day) {
  return static_cast<Weekday>(std::chrono::weekday{sys_days{std::chrono::days{day.value()}}}.c_encoding());
}

Day day_after(Day day, std::int64_t days) {
  return clamped(day.value() + std::clamp(days, first_day - last_day, last_day - first_day));
}

Day month_after(Day day, std::int64_t months) {
  constexpr std::int64_t months_max = 9999 * 12;
  const year_month_day date = civil(day);
  const std::int64_t index = static_cast<int>(date.year()) * 12 + static_cast<int>(unsigned{date.month()}) - 1 +
                             std::clamp(months, -months_max, months_max);
  if (index < 12) return clamped(first_day);
  if (index >= 10'000 * 12) return clamped(last_day);
  const auto month =
      std::chrono::year{static_cast<int>(index / 12)} / std::chrono::month{static_cast<unsigned>(index % 12 + 1)};
  const std::chrono::day last = (month / std::chrono::last).day();
  return day_at(month / std::min(date.day(), last));
}

}  // namespace redress::rules
