// Clocks that are a year off, either way, at either end: shown, never deciding.
#include <catch2/catch.hpp>

#include "tests/sim/forge.h"

namespace redress::hostile {
namespace {

constexpr std::int64_t year_ms = std::int64_t{365} * 24 * 3'600'000;

// A case up, its disposition down, and everything told as it should be.
void check_works(std::int64_t branch_ahead_ms, std::int64_t office_ahead_ms) {
  INFO(branch_ahead_ms << " " << office_ahead_ms);
  sim::Pair pair{301};
  pair.branch().clock_ahead_ms = branch_ahead_ms;
  pair.gateway().clock_ahead_ms = office_ahead_ms;
  const auto registered = pair.register_case(pair.branch(), "desk/1");
  REQUIRE(registered.has_value());
  REQUIRE(pair.drive_bounded());
  const auto disposed = pair.dispose(registered->case_id, "office/1");
  REQUIRE(disposed.has_value());
  REQUIRE(pair.drive_bounded());
  pair.drive(10'000);
  CHECK(sim::lines_of(pair.judge()).empty());
  CHECK_FALSE(sim::refused_with(pair.gateway()).has_value());
  CHECK_FALSE(sim::refused_with(pair.branch()).has_value());
  REQUIRE(pair.served() != nullptr);
  // The answer: the difference is shown, less the hello's way.
  CHECK(pair.served()->clock_skew_ms() == branch_ahead_ms - office_ahead_ms - pair.weather.delay_ms);
  const auto file = pair.branch().file_of(registered->case_id);
  REQUIRE(file.has_value());
  CHECK(file->view.timeline.size() == 2);
  // Each author's time stands as it was written.
  CHECK(registered->time.value() - disposed->time.value() > branch_ahead_ms - office_ahead_ms - 60'000);
  CHECK(registered->time.value() - disposed->time.value() <= branch_ahead_ms - office_ahead_ms);
}

}  // namespace

TEST_CASE("Hostile: a clock a year ahead or behind, at either end, stops nothing and is shown") {
  check_works(year_ms, 0);
  check_works(-year_ms, 0);
  check_works(0, year_ms);
  check_works(0, -year_ms);
  check_works(year_ms, -year_ms);
}

TEST_CASE("Hostile: a clock that jumps a year in the middle of a session ends nothing") {
  for (const std::int64_t jump : {year_ms, -year_ms}) {
    sim::Pair pair{302};
    REQUIRE(pair.register_case(pair.branch(), "desk/1").has_value());
    REQUIRE(pair.drive_bounded());
    pair.drive(3'000);
    REQUIRE(pair.served() != nullptr);
    const SessionId session = pair.served()->exchange().session();
    pair.branch().clock_ahead_ms = jump;
    pair.gateway().clock_ahead_ms = -jump;
    REQUIRE(pair.register_case(pair.branch(), "desk/2").has_value());
    REQUIRE(pair.drive_bounded());
    pair.drive(20'000);
    CHECK(pair.served()->exchange().session() == session);
    CHECK(pair.served()->state() == sync::GatewaySession::State::up);
    CHECK(sim::lines_of(pair.judge()).empty());
  }
}

}  // namespace redress::hostile
