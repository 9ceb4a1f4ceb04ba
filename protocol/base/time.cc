#include "protocol/base/time.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>

namespace redress {
namespace {

using std::chrono::days;
using std::chrono::sys_days;
using std::chrono::year_month_day;

constexpr std::int64_t ms_per_minute = 60'000;
constexpr std::int64_t ms_per_day = 86'400'000;
// The years 0000 to 9999: what can be written.
constexpr std::int64_t first_ms = -62'167'219'200'000;
constexpr std::int64_t last_ms = 253'402'300'799'999;

struct Civil {
  year_month_day date;
  std::int64_t ms_of_day;
};

// An instant may be a peer's word and any number: one that cannot be written becomes the nearest that can.
Civil civil_of(WallTime at, std::int16_t offset_minutes) {
  const std::int64_t shown = std::clamp(at.value(), first_ms, last_ms) + offset_minutes * ms_per_minute;
  const std::int64_t local = std::clamp(shown, first_ms, last_ms);
  std::int64_t day = local / ms_per_day;
  if (local % ms_per_day < 0) --day;
  return {year_month_day{sys_days{days{day}}}, local - day * ms_per_day};
}

// The number written in `width` digits at `at`, or -1.
int digits(std::string_view text, std::size_t at, std::size_t width) {
  if (text.size() < at + width) return -1;
  int value = 0;
  for (std::size_t i = at; i < at + width; ++i) {
    if (text[i] < '0' || text[i] > '9') return -1;
    value = value * 10 + (text[i] - '0');
  }
  return value;
}

std::optional<year_month_day> date_of(std::string_view text) {
  const int year = digits(text, 0, 4);
  const int month = digits(text, 5, 2);
  const int day = digits(text, 8, 2);
  if (year < 0 || month < 0 || day < 0 || text[4] != '-' || text[7] != '-') return std::nullopt;
  const year_month_day date{std::chrono::year{year}, std::chrono::month{static_cast<unsigned>(month)},
                            std::chrono::day{static_cast<unsigned>(day)}};
  if (!date.ok()) return std::nullopt;
  return date;
}

// Minutes east of UTC written as "Z" or "+hh:mm".
std::optional<int> offset_of(std::string_view text) {
  if (text == "Z" || text == "z") return 0;
  if (text.size() != 6 || (text[0] != '+' && text[0] != '-') || text[3] != ':') return std::nullopt;
  const int hours = digits(text, 1, 2);
  const int minutes = digits(text, 4, 2);
  if (hours < 0 || hours > 14 || minutes < 0 || minutes > 59) return std::nullopt;
  return (text[0] == '-' ? -1 : 1) * (hours * 60 + minutes);
}

}  // namespace

std::string to_rfc3339(WallTime at, std::int16_t offset_minutes) {
  const Civil civil = civil_of(at, offset_minutes);
  const auto ms = static_cast<int>(civil.ms_of_day);
  std::array<char, 64> out{};
  std::snprintf(out.data(), out.size(), "%04d-%02u-%02uT%02d:%02d:%02d.%03d", static_cast<int>(civil.date.year()),
                static_cast<unsigned>(civil.date.month()), static_cast<unsigned>(civil.date.day()), ms / 3'600'000,
                ms / 60'000 % 60, ms / 1000 % 60, ms % 1000);
  std::string text = out.data();
  if (offset_minutes == 0) return text + "Z";
  const int east = offset_minutes < 0 ? -offset_minutes : offset_minutes;
  std::snprintf(out.data(), out.size(), "%c%02d:%02d", offset_minutes < 0 ? '-' : '+', east / 60, east % 60);
  return text + out.data();
}

std::optional<WallTime> from_rfc3339(std::string_view text) {
  if (text.size() < 20 || (text[10] != 'T' && text[10] != ' ') || text[13] != ':' || text[16] != ':')
    return std::nullopt;
  const auto date = date_of(text.substr(0, 10));
  const int hour = digits(text, 11, 2);
  const int minute = digits(text, 14, 2);
  const int second = digits(text, 17, 2);
  if (!date || hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59) return std::nullopt;
  std::string_view rest = text.substr(19);
  int ms = 0;
  if (rest.front() == '.') {
    std::size_t count = 0;
    int scale = 100;
    for (rest.remove_prefix(1); !rest.empty() && rest[0] >= '0' && rest[0] <= '9'; rest.remove_prefix(1), ++count) {
      ms += (rest[0] - '0') * scale;
      scale /= 10;
    }
    if (count == 0 || count > 9) return std::nullopt;
  }
  const auto offset = offset_of(rest);
  if (!offset) return std::nullopt;
  const std::int64_t day = sys_days{*date}.time_since_epoch().count();
  return WallTime{day * ms_per_day + ((hour * 60 + minute) * 60 + second) * std::int64_t{1000} + ms -
                  *offset * ms_per_minute};
}

std::string to_compact_date(WallTime at, std::int16_t offset_minutes) {
  const Civil civil = civil_of(at, offset_minutes);
  std::array<char, 32> out{};
  std::snprintf(out.data(), out.size(), "%04d%02u%02u", static_cast<int>(civil.date.year()),
                static_cast<unsigned>(civil.date.month()), static_cast<unsigned>(civil.date.day()));
  return out.data();
}

bool is_iso_date(std::string_view text) { return text.size() == 10 && date_of(text).has_value(); }

}  // namespace redress
