#include "protocol/sync/lag.h"

#include <catch2/catch.hpp>
#include <set>
#include <string>

#include "tests/sim/pair.h"

namespace redress::sync {
namespace {

constexpr Instant at(std::int64_t ms) { return Instant{ms}; }

}  // namespace

TEST_CASE("Lag: a cut line shows in the entries at once, and the healed one drains them") {
  sim::Pair pair{95};
  REQUIRE(pair.drive_bounded());
  const store::Site& site = *pair.branch().site;
  LagMeter meter;
  meter.on_up(pair.now(pair.branch()).mono);
  const auto look = [&] {
    const Instant now = pair.now(pair.branch()).mono;
    meter.on_head(now, site.mark_of(site.journal())->seq);
    meter.on_durable(now, site.receipted(site.journal()));
    return meter.lag(now);
  };
  CHECK(look().state == LagState::level);
  pair.cut(sim::Cut::both);
  for (const char* key : {"desk/1", "desk/2", "desk/3"}) REQUIRE(pair.register_case(pair.branch(), key).has_value());
  CHECK(look().entries == 3);
  pair.drive(5'000);
  CHECK(look().oldest_ms >= 5'000);
  pair.cut(sim::Cut::none);
  REQUIRE(pair.drive_bounded());
  CHECK(look().entries == 0);
}

TEST_CASE("Lag: nothing heard yet is unknown, without a contact") {
  const LagMeter meter;
  const Lag lag = meter.lag(at(5));
  CHECK(lag.state == LagState::unknown);
  CHECK(lag.entries == 0);
  CHECK_FALSE(lag.contact_ms.has_value());
}

TEST_CASE("Lag: counts what is missing and dates the oldest of it, at most") {
  LagMeter meter;
  meter.on_up(at(0));
  meter.on_head(at(1'000), Seq{10});
  meter.on_head(at(2'000), Seq{20});
  meter.on_durable(at(2'100), Seq{9});
  CHECK(meter.lag(at(3'000)).entries == 11);
  CHECK(meter.lag(at(3'000)).oldest_ms == 2'000);
  meter.on_durable(at(2'200), Seq{10});
  CHECK(meter.lag(at(3'000)).entries == 10);
  CHECK(meter.lag(at(3'000)).oldest_ms >= 1'000);
  CHECK(meter.lag(at(3'000)).state == LagState::draining);
  meter.on_durable(at(3'000), Seq{20});
  CHECK(meter.lag(at(3'000)).state == LagState::level);
  CHECK(meter.lag(at(3'000)).oldest_ms == 0);
}

TEST_CASE("Lag: is never negative, also if receipts run ahead of heartbeats or the clock goes back") {
  LagMeter meter;
  meter.on_up(at(1'000));
  meter.on_durable(at(1'000), Seq{7});
  CHECK(meter.lag(at(1'000)).entries == 0);
  meter.on_head(at(1'100), Seq{5});
  CHECK(meter.lag(at(1'100)).entries == 0);
  meter.on_head(at(1'200), Seq{9});
  const Lag lag = meter.lag(at(100));
  CHECK(lag.entries == 2);
  CHECK(lag.oldest_ms == 0);
  CHECK(lag.contact_ms == 0);
}

TEST_CASE("Lag: without contact every number is at least, and says so") {
  LagMeter meter;
  meter.on_up(at(0));
  meter.on_head(at(100), Seq{3});
  meter.on_lost();
  const Lag lag = meter.lag(at(60'100));
  CHECK(lag.state == LagState::unknown);
  CHECK(lag.entries == 3);
  CHECK(lag.oldest_ms == 60'000);
  CHECK(lag.contact_ms == 60'100);
}

TEST_CASE("Lag: a backlog from before the start grows older, however often it is told") {
  LagMeter meter;
  meter.on_up(at(0));
  for (std::int64_t now = 0; now <= 60'000; now += 2'000) meter.on_head(at(now), Seq{5});
  CHECK(meter.lag(at(60'000)).oldest_ms == 60'000);
  CHECK(meter.lag(at(60'000)).state == LagState::stalled);
}

TEST_CASE("Lag: a line that is up but moves nothing is stalled, and draining again when it moves") {
  LagMeter meter;
  meter.on_up(at(0));
  meter.on_head(at(0), Seq{5});
  CHECK(meter.lag(at(15'000)).state == LagState::draining);
  CHECK(meter.lag(at(15'001)).state == LagState::stalled);
  meter.on_durable(at(15'100), Seq{1});
  CHECK(meter.lag(at(15'200)).state == LagState::draining);
}

TEST_CASE("Lag: is never below the truth by more than a heartbeat, over a random life") {
  constexpr std::int64_t beat_ms = 2'000;
  sim::SeededRandom random{6};
  LagMeter meter;
  meter.on_up(at(0));
  std::vector<std::int64_t> written;  // when each entry was
  std::uint64_t durable = 0;
  for (std::int64_t now = 0; now < 3'000'000; now += 500) {
    for (std::int64_t i = random.below(4); i > 0; --i) written.push_back(now);
    if (now % beat_ms == 0) meter.on_head(at(now), Seq{written.size()});
    durable += static_cast<std::uint64_t>(random.below(static_cast<std::int64_t>(written.size() - durable) + 1)) /
               (now % 100'000 < 50'000 ? 9 : 1);
    meter.on_durable(at(now), Seq{durable});
    const Lag lag = meter.lag(at(now));
    REQUIRE(lag.oldest_ms >= 0);
    REQUIRE(lag.entries <= written.size() - durable);
    if (durable == written.size()) continue;
    const std::int64_t truth = now - written[static_cast<std::size_t>(durable)];
    REQUIRE(lag.oldest_ms + beat_ms >= truth);
  }
}

TEST_CASE("Lag: each state has its own name") {
  std::set<std::string> names;
  for (const LagState state : {LagState::level, LagState::draining, LagState::stalled, LagState::unknown}) {
    CHECK(names.insert(name_of(state)).second);
  }
}

}  // namespace redress::sync
