#include "protocol/base/time.h"

#include <catch2/catch.hpp>

namespace redress {

TEST_CASE("Time: an instant is written in its zone and read back") {
  const WallTime at{1'795'305'900'123};
  CHECK(to_rfc3339(WallTime{0}) == "1970-01-01T00:00:00.000Z");
  CHECK(to_rfc3339(at, 480) == "2026-11-22T08:05:00.123+08:00");
  CHECK(to_rfc3339(at, -210) == "2026-11-21T20:35:00.123-03:30");
  CHECK(to_rfc3339(WallTime{-1}) == "1969-12-31T23:59:59.999Z");
  for (const int minutes : {-720, -210, 0, 330, 480, 840}) {
    const auto offset = static_cast<std::int16_t>(minutes);
    for (const std::int64_t ms : {INT64_C(0), INT64_C(-1), INT64_C(951'782'400'000), at.value()}) {
      CHECK(from_rfc3339(to_rfc3339(WallTime{ms}, offset)) == WallTime{ms});
    }
  }
}

TEST_CASE("Time: fractions may be absent or long, zones must be there") {
  CHECK(from_rfc3339("1970-01-01T00:00:01Z") == WallTime{1000});
  CHECK(from_rfc3339("1970-01-01 00:00:01z") == WallTime{1000});
  CHECK(from_rfc3339("1970-01-01T00:00:00.5Z") == WallTime{500});
  CHECK(from_rfc3339("1970-01-01T00:00:00.123456789Z") == WallTime{123});
  for (const char* bad :
       {"", "1970-01-01", "1970-01-01T00:00:00", "1970-01-01T00:00:00.Z", "1970-01-01T00:00:00.1234567890Z",
        "1970-02-29T00:00:00Z", "1970-13-01T00:00:00Z", "1970-01-01T24:00:00Z", "1970-01-01T00:60:00Z",
        "1970-01-01T00:00:60Z", "1970-01-01T00:00:00+15:00", "1970-01-01T00:00:00+08:60", "1970-01-01T00:00:00Zx",
        "1970-01-01T00:00:00+0800", "1970-01-01X00:00:00Z", "1970/01/01T00:00:00Z", "197a-01-01T00:00:00Z"}) {
    INFO(bad);
    CHECK_FALSE(from_rfc3339(bad).has_value());
  }
}

TEST_CASE("Time: the day of an instant is the zone's") {
  CHECK(to_compact_date(WallTime{0}, 0) == "19700101");
  CHECK(to_compact_date(WallTime{0}, -1) == "19691231");
  CHECK(to_compact_date(WallTime{16 * 3'600'000}, 480) == "19700102");
}

TEST_CASE("Time: ISO dates are days that exist") {
  for (const char* good : {"2026-11-22", "2024-02-29", "2000-02-29", "0001-01-01"}) CHECK(is_iso_date(good));
  for (const char* bad :
       {"2026-02-29", "1900-02-29", "2026-11-31", "2026-00-01", "2026-1-01", "20261122", "2026-11-22 "}) {
    CHECK_FALSE(is_iso_date(bad));
  }
}

}  // namespace redress
