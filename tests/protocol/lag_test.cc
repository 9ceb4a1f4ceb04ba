#include "protocol/sync/lag.h"

#include <catch2/catch.hpp>
#include <set>
#include <string>
#include <vector>

#include "tests/sim/pair.h"

namespace redress::sync {
namespace {

constexpr Instant at(std::int64_t ms) { return Instant{ms}; }

// Of a store without an entry, as of 0.
LagMeter fresh_meter() {
  LagMeter meter;
  meter.on_up(at(0));
  meter.on_head(at(0), Seq{}, at(0));
  meter.on_durable(at(0), Seq{});
  return meter;
}

// The author is here: what is new was written now.
void write(LagMeter& meter, std::int64_t now, std::uint64_t head) { meter.on_head(at(now), Seq{head}, at(now)); }

void check_exact(const LagMeter& meter, const Latencies& truth) {
  const Took shown = meter.took();
  const Took is = truth.took();
  REQUIRE(shown.count == is.count);
  REQUIRE(shown.p50_ms == is.p50_ms);
  REQUIRE(shown.p95_ms == is.p95_ms);
  REQUIRE(shown.p99_ms == is.p99_ms);
}

void check_took(const LagMeter& meter, std::uint64_t count, std::int64_t ms) {
  Latencies truth;
  truth.add(ms, count);
  check_exact(meter, truth);
}

// A stream's life, and what the meter was told of it.
struct Life {
  void write(std::uint64_t count) {
    written.insert(written.end(), count, now);
    sync::write(meter, now, written.size());
  }
  void arrive(std::uint64_t durable) {
    while (took.count() < durable) took.add(now - written[took.count()]);
    meter.on_durable(at(now), Seq{durable});
  }
  void check_exact() const { sync::check_exact(meter, took); }
  void check_at_least() const {
    const Took shown = meter.took();
    const Took is = took.took();
    REQUIRE(shown.count == is.count);
    REQUIRE(shown.p50_ms >= is.p50_ms);
    REQUIRE(shown.p95_ms >= is.p95_ms);
    REQUIRE(shown.p99_ms >= is.p99_ms);
  }

  LagMeter meter = fresh_meter();
  std::int64_t now = 0;
  std::vector<std::int64_t> written;  // when each entry was
  Latencies took;                     // of those that arrived
};

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

TEST_CASE("Lag: an entry that waits so long counts as so long") {
  for (const std::int64_t ms : {0LL, 5LL, 100LL, 5'000LL, 3 * 86'400'000LL}) {
    LagMeter meter = fresh_meter();
    write(meter, 1'000, 1);
    meter.on_durable(at(1'000 + ms), Seq{1});
    check_took(meter, 1, ms);
  }
}

TEST_CASE("Lag: three days of telling the same head do not shorten what an entry took, nor what the next one takes") {
  constexpr std::int64_t three_days = 3 * 86'400'000LL;
  LagMeter meter = fresh_meter();
  write(meter, 1'000, 1);
  std::int64_t now = 1'000;
  // As both programs measure: the head, then how far the reader is.
  for (; now < 1'000 + three_days; now += 2'000) {
    write(meter, now, 1);
    meter.on_durable(at(now), Seq{});
  }
  write(meter, now, 1);
  meter.on_durable(at(now), Seq{1});
  check_took(meter, 1, three_days);
  write(meter, now + 50, 2);
  write(meter, now + 70, 2);
  meter.on_durable(at(now + 90), Seq{2});
  Latencies truth;
  truth.add(three_days);
  truth.add(40);
  check_exact(meter, truth);
}

TEST_CASE("Lag: entries that are told together and arrive apart each count from the telling") {
  LagMeter meter = fresh_meter();
  write(meter, 1'000, 3);
  write(meter, 9'000, 4);
  meter.on_durable(at(1'010), Seq{2});
  check_took(meter, 2, 10);
  meter.on_durable(at(21'000), Seq{4});
  Latencies truth;
  truth.add(10, 2);
  truth.add(20'000);
  truth.add(12'000);
  check_exact(meter, truth);
}

TEST_CASE("Lag: what moved after the last measuring counts from there") {
  LagMeter meter = fresh_meter();
  meter.on_head(at(10'000), Seq{}, at(10'000));
  meter.on_head(at(10'100), Seq{1}, at(10'000));
  meter.on_durable(at(10'100), Seq{1});
  check_took(meter, 1, 100);
}

TEST_CASE("Lag: after a restart neither what had arrived nor what was waiting is counted; what is written then is") {
  LagMeter meter;
  write(meter, 500, 1'000);
  meter.on_durable(at(500), Seq{990});
  CHECK(meter.took().count == 0);
  CHECK(meter.lag(at(500)).entries == 10);
  meter.on_durable(at(700), Seq{995});
  write(meter, 800, 1'001);
  CHECK(meter.took().count == 0);
  meter.on_durable(at(1'000), Seq{1'001});
  check_took(meter, 1, 200);
}

TEST_CASE("Lag: after a restart what another site tells for the first time is not counted either") {
  LagMeter meter;
  meter.on_durable(at(500), Seq{990});
  meter.on_head(at(600), Seq{1'000});
  CHECK(meter.told_at() == at(600));
  meter.on_durable(at(700), Seq{1'000});
  CHECK(meter.took().count == 0);
  CHECK(meter.lag(at(700)).entries == 0);
  meter.on_head(at(2'600), Seq{1'001});
  meter.on_durable(at(2'700), Seq{1'001});
  check_took(meter, 1, 2'100);
}

TEST_CASE("Lag: the first entry of an empty stream is counted, whether or not its empty head was told") {
  LagMeter meter;
  meter.on_durable(at(0), Seq{});
  write(meter, 1'000, 1);
  meter.on_durable(at(1'300), Seq{1});
  check_took(meter, 1, 300);
}

TEST_CASE("Lag: what another site tells of after a cut may have been there since before the cut") {
  LagMeter meter;
  meter.on_up(at(0));
  meter.on_durable(at(0), Seq{5});
  meter.on_head(at(0), Seq{5});
  meter.on_head(at(2'000), Seq{5});
  meter.on_lost();
  meter.on_up(at(7'200'000));
  meter.on_head(at(7'200'010), Seq{8});
  meter.on_durable(at(7'200'020), Seq{8});
  check_took(meter, 3, 7'198'020);
}

TEST_CASE("Lag: a backlog that another site told of does not make what it writes later older") {
  LagMeter meter;
  meter.on_durable(at(0), Seq{});
  for (std::int64_t now = 0; now <= 3'600'000; now += 2'000) meter.on_head(at(now), Seq{5});
  CHECK(meter.lag(at(3'600'000)).oldest_ms == 3'600'000);
  meter.on_head(at(3'602'000), Seq{6});
  meter.on_durable(at(3'602'100), Seq{6});
  check_took(meter, 1, 2'100);
}

TEST_CASE("Lag: what arrives before its author told of it is not counted, and what was told is") {
  LagMeter meter = fresh_meter();
  meter.on_head(at(2'000), Seq{2});
  meter.on_durable(at(2'100), Seq{9});
  check_took(meter, 2, 2'100);
  meter.on_head(at(4'000), Seq{7});
  meter.on_head(at(6'000), Seq{9});
  meter.on_durable(at(6'100), Seq{9});
  CHECK(meter.took().count == 2);
}

TEST_CASE("Lag: a lower head changes nothing of what an entry took") {
  LagMeter meter = fresh_meter();
  write(meter, 1'000, 4);
  write(meter, 5'000, 2);
  write(meter, 6'000, 4);
  meter.on_durable(at(7'000), Seq{4});
  check_took(meter, 4, 6'000);
}

TEST_CASE("Lag: thinning only lengthens, of each entry and of the oldest") {
  // An entry a second, many times more marks than are kept, and no receipt.
  Life life;
  constexpr std::uint64_t entries = 5'000;
  while (life.written.size() < entries) {
    life.now += 1'000;
    life.write(1);
  }
  life.now += 1'000;
  const Life waiting = life;
  for (std::uint64_t i = 1; i <= entries; ++i) {
    // Each entry is once the median of those that arrive.
    life = waiting;
    life.arrive(i);
    life.check_at_least();
    if (i < entries) REQUIRE(life.meter.lag(at(life.now)).oldest_ms >= life.now - life.written[i]);
  }
  // Not for ever: no entry counts as older than the first.
  CHECK(life.meter.took().p99_ms <= life.now + life.now / 8);
}

TEST_CASE("Lag: what is written and receipted while marks are thinned counts for no less than it took") {
  sim::SeededRandom random{7};
  Life life;
  for (int turn = 0; turn < 30'000; ++turn) {
    life.now += random.below(200);
    if (random.chance(700)) life.write(1 + static_cast<std::uint64_t>(random.below(3)));
    // The line is down for two thirds of the time, longer than marks are kept one by one.
    const std::uint64_t missing = life.written.size() - life.took.count();
    const bool is_up = turn % 3'000 >= 2'000;
    if (is_up && missing > 0) life.arrive(life.took.count() + static_cast<std::uint64_t>(random.below(missing)) + 1);
    if (life.took.count() > 0) life.check_at_least();
  }
  CHECK(life.took.count() > 20'000);
}

TEST_CASE("Lag: under load each entry counts for what it took, whatever was told and receipted together") {
  sim::SeededRandom random{8};
  Life life;
  for (int turn = 0; turn < 100'000; ++turn) {
    life.now += random.below(40);
    life.write(static_cast<std::uint64_t>(random.below(20)));
    const std::uint64_t missing = life.written.size() - life.took.count();
    if (missing > 0 && random.chance(300))
      life.arrive(life.took.count() + static_cast<std::uint64_t>(random.below(missing)) + 1);
    if (turn % 100 == 0) life.check_exact();
  }
  life.arrive(life.written.size());
  life.check_exact();
  CHECK(life.took.count() == life.written.size());
  CHECK(life.took.count() > 900'000);
}

TEST_CASE("Lag: each state has its own name") {
  std::set<std::string> names;
  for (const LagState state : {LagState::level, LagState::draining, LagState::stalled, LagState::unknown}) {
    CHECK(names.insert(name_of(state)).second);
  }
}

TEST_CASE("Lag: the age of what was missing before the program began is a lower bound until it has arrived", "[P13]") {
  LagMeter meter;
  meter.on_up(Instant{0});
  meter.on_head(Instant{0}, Seq{5});
  meter.on_durable(Instant{0}, Seq{2});
  CHECK(meter.lag(Instant{20'000}).oldest_ms == 20'000);
  CHECK(meter.lag(Instant{20'000}).oldest_at_least);
  meter.on_head(Instant{21'000}, Seq{6});
  meter.on_durable(Instant{22'000}, Seq{4});
  CHECK(meter.lag(Instant{22'000}).oldest_at_least);
  meter.on_durable(Instant{23'000}, Seq{5});
  CHECK(meter.lag(Instant{23'000}).entries == 1);
  CHECK_FALSE(meter.lag(Instant{23'000}).oldest_at_least);
  meter.on_durable(Instant{24'000}, Seq{6});
  CHECK_FALSE(meter.lag(Instant{24'000}).oldest_at_least);
}

}  // namespace redress::sync
