#include "ops/tool/local_moment.h"

#include <catch2/catch.hpp>

#include "ops/shell/process.h"

namespace redress::tool {
namespace {

std::string completed(std::string_view local) { return with_zone(local).value_or("no"); }

TEST_CASE("LocalMoment: a time without a zone is one of the zone of the process, in summer and in winter") {
  REQUIRE(shell::set_zone("America/New_York"));
  CHECK(completed("2026-01-15 09:30") == "2026-01-15T09:30:00-05:00");
  CHECK(completed("2026-07-15 09:30") == "2026-07-15T09:30:00-04:00");
  CHECK(completed("2026-03-08 01:59") == "2026-03-08T01:59:00-05:00");
  CHECK(completed("2026-03-08 03:00") == "2026-03-08T03:00:00-04:00");
  REQUIRE(shell::set_zone("UTC"));
  CHECK(completed("2026-11-30T09:30") == "2026-11-30T09:30:00Z");
  REQUIRE(shell::set_zone("Asia/Shanghai"));
  CHECK(completed("2026-11-30 09:30") == "2026-11-30T09:30:00+08:00");
  CHECK(completed("2026-11-30T23:59:07") == "2026-11-30T23:59:07+08:00");
}

TEST_CASE("LocalMoment: what has a zone, is a date alone or no time at all is left to others") {
  for (const char* other : {"", "2026-11-30", "2026-11-30T09:30:00+08:00", "2026-11-30T09:30:00Z", "2026-02-30 09:30",
                            "2026-11-30 24:30", "2026-11-30 9:30", "2026/11/30 09:30", "2026-11-30_09:30"}) {
    INFO(other);
    CHECK(completed(other) == "no");
  }
}

}  // namespace
}  // namespace redress::tool
