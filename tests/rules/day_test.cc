#include "protocol/rules/day.h"

#include <catch2/catch.hpp>

namespace redress::rules {
namespace {

Day day(std::string_view text) {
  const auto parsed = parse_day(text);
  REQUIRE(parsed);
  return *parsed;
}

}  // namespace

TEST_CASE("Day: each day of four centuries is the next of the one before, and is read as it is written") {
  Day at = day("1900-01-01");
  CHECK(weekday_of(at) == Weekday::monday);
  int count = 0;
  for (const Day last = day("2299-12-31"); at < last; ++count) {
    const Day next = day_after(at, 1);
    REQUIRE(next.value() == at.value() + 1);
    REQUIRE(parse_day(to_iso(next)) == next);
    REQUIRE(static_cast<int>(weekday_of(next)) == (static_cast<int>(weekday_of(at)) + 1) % 7);
    at = next;
  }
  CHECK(count == 146'096);
  CHECK(to_iso(Day{0}) == "1970-01-01");
  CHECK(day("1970-01-01") == Day{0});
}

TEST_CASE("Day: a moment's day is the zone's") {
  const WallTime last_minute{1'795'305'540'000};  // 2026-11-21T23:59:00Z
  CHECK(to_iso(day_of(last_minute, 0)) == "2026-11-21");
  CHECK(to_iso(day_of(last_minute, zone_of_china)) == "2026-11-22");
  CHECK(minute_text(last_minute, zone_of_china) == "2026-11-22 07:59");
  CHECK(start_of(Day{0}, zone_of_china) == WallTime{-8 * 3'600'000});
  CHECK(day_of(start_of(Day{-5}, -210), -210) == Day{-5});
  CHECK(to_iso(day_of(WallTime{-1}, 0)) == "1969-12-31");
}

TEST_CASE("Day: an end at midnight is 24:00 of the day that ends") {
  CHECK(end_text(start_of(day("2026-03-05"), zone_of_china), zone_of_china) == "2026-03-04 24:00");
  CHECK(minute_text(start_of(day("2026-03-05"), zone_of_china), zone_of_china) == "2026-03-05 00:00");
  CHECK(end_text(WallTime{start_of(day("2026-03-05"), 480).value() + 60'000}, 480) == "2026-03-05 00:01");
}

TEST_CASE("Day: a month later is the same day or the month's last") {
  CHECK(month_after(day("2026-01-31"), 1) == day("2026-02-28"));
  CHECK(month_after(day("2024-01-31"), 1) == day("2024-02-29"));
  CHECK(month_after(day("2026-11-30"), 3) == day("2027-02-28"));
  CHECK(month_after(day("2026-12-15"), 1) == day("2027-01-15"));
  CHECK(month_after(day("2026-03-31"), -1) == day("2026-02-28"));
  CHECK(month_after(day("2026-05-06"), 0) == day("2026-05-06"));
}

TEST_CASE("Day: what lies outside the years stops at their ends") {
  CHECK(to_iso(day_of(WallTime{INT64_MAX}, 480)) == "9999-12-31");
  CHECK(to_iso(day_of(WallTime{INT64_MIN}, 480)) == "0001-01-01");
  CHECK(to_iso(day_after(day("2026-01-01"), INT64_MAX)) == "9999-12-31");
  CHECK(to_iso(day_after(day("2026-01-01"), INT64_MIN)) == "0001-01-01");
  CHECK(to_iso(month_after(day("2026-01-01"), INT64_MAX)) == "9999-12-31");
  CHECK(to_iso(month_after(day("2026-01-01"), INT64_MIN)) == "0001-01-01");
  CHECK(minute_text(WallTime{INT64_MAX}, 480) == "9999-12-31 23:59");
  for (const char* bad : {"", "2026-02-29", "2026-2-01", "0000-01-01", "2026/01/01", "2026-01-01x"}) {
    INFO(bad);
    CHECK_FALSE(parse_day(bad));
  }
}

}  // namespace redress::rules
