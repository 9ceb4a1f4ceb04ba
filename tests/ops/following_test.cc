#include "ops/shell/following.h"

#include <sched.h>

#include <catch2/catch.hpp>
#include <future>
#include <thread>

#include "tests/ops/served.h"
#include "tests/sim/pair.h"

namespace redress::shell {
namespace {

constexpr std::uint64_t mib = std::uint64_t{1} << 20;
constexpr store::Space short_of_disk{50 * mib, 100 * mib, 3 * mib};
constexpr store::Space ample{50 * mib, 100 * mib, 80 * mib};
constexpr std::chrono::seconds patience{60};

constexpr Pace never_by_itself{std::chrono::hours{1}, std::chrono::hours{1}, 1};

// A branch with its first entries, and the follower of its lists, which show none of them yet.
struct Lists {
  explicit Lists(std::uint64_t seed, int entries = 3) : pair{seed} {
    for (int i = 1; i <= entries; ++i) append(i);
    REQUIRE(follower.open().has_value());
    auto opened = Log::open(LogLevel::error, folder / "log");
    REQUIRE(opened.has_value());
    log = std::move(*opened);
  }
  void append(int number) { REQUIRE(pair.register_case(node, "desk/" + std::to_string(number)).has_value()); }

  sim::Pair pair;
  sim::Node& node{pair.branch()};
  sim::MemoryTruth views;
  store::Follower follower{node.truth,      views,        node.options(), node.site->epoch(),
                           node.keys.views, pair.kinds(), node.random};
  TempFolder folder;
  std::unique_ptr<Log> log;
};

Result<std::uint64_t> drops_nothing() { return std::uint64_t{0}; }

}  // namespace

TEST_CASE("Following: a short disk takes the lists first; with room they are made anew and follow to the end") {
  sim::Pair pair{190};
  sim::Node& node = pair.branch();
  for (int i = 1; i <= 3; ++i) REQUIRE(pair.register_case(node, "desk/" + std::to_string(i)).has_value());
  sim::MemoryTruth views;
  store::Catalogue catalogue;
  store::Follower follower{node.truth,      views,        node.options(), node.site->epoch(),
                           node.keys.views, pair.kinds(), node.random,    store::Keeps{nullptr, &catalogue}};
  REQUIRE(follower.open().has_value());
  REQUIRE(follower.advance(2).has_value());

  const TempFolder folder;
  auto log = Log::open(LogLevel::error, folder / "log");
  REQUIRE(log.has_value());
  std::atomic<bool> has_room{false};
  std::promise<void> dropped;
  std::promise<Position> level;
  const auto space = [&] { return has_room ? ample : short_of_disk; };
  const auto drop = [&]() -> Result<std::uint64_t> {
    views.restore({});
    dropped.set_value();
    return std::uint64_t{1} * mib;
  };
  Following following{follower, {space, drop}, **log, [&] {
                        if (follower.position() == Position{3}) level.set_value(follower.position());
                      }};
  following.start();
  following.on_ledger(Position{3});
  REQUIRE(dropped.get_future().wait_for(patience) == std::future_status::ready);
  CHECK(following.is_waiting());
  CHECK(following.has_dropped());
  CHECK(following.position() == Position{2});  // nothing is written
  has_room = true;
  REQUIRE(level.get_future().wait_for(patience) == std::future_status::ready);
  following.stop();
  CHECK_FALSE(following.is_waiting());
  CHECK_FALSE(following.has_dropped());
  const store::Views lists{views, sim::sim_domain(), node.keys.views, catalogue};
  const auto all = lists.list({}, store::Sorted::newest, {}, 10);
  REQUIRE(all.has_value());
  CHECK(all->cases.size() == 3);  // those of before it was dropped too
}

TEST_CASE("Following: who waits has the views at once, and nobody else's entries are folded one by one") {
  Lists lists{191, 0};
  std::vector<std::uint64_t> steps;  // on the follower's thread; read when it has ended
  std::promise<void> moved;
  std::promise<void> level;
  Following following{lists.follower,
                      {[] { return ample; }, drops_nothing},
                      *lists.log,
                      [&] {
                        steps.push_back(lists.follower.position().value());
                        if (steps.size() == 1) moved.set_value();
                        if (lists.follower.position() == Position{3}) level.set_value();
                      },
                      never_by_itself};
  following.start();
  const auto first = moved.get_future();
  for (int head = 1; head <= 3; ++head) {
    lists.append(head);
    following.on_ledger(Position{static_cast<std::uint64_t>(head)});
    // Time for one who does not gather to be seen.
    CHECK(first.wait_for(std::chrono::milliseconds{20}) == std::future_status::timeout);
  }
  following.hurry(Position{3});
  REQUIRE(level.get_future().wait_for(patience) == std::future_status::ready);
  following.stop();
  CHECK(steps == std::vector<std::uint64_t>{3});
}

TEST_CASE("Following: who waits for more than the loop has told of yet is not kept waiting when it does") {
  Lists lists{195};
  std::promise<void> level;
  Following following{lists.follower,
                      {[] { return ample; }, drops_nothing},
                      *lists.log,
                      [&] {
                        if (lists.follower.position() == Position{3}) level.set_value();
                      },
                      never_by_itself};
  following.start();
  following.hurry(Position{3});
  following.on_ledger(Position{3});
  CHECK(level.get_future().wait_for(patience) == std::future_status::ready);
  following.stop();
}

TEST_CASE("Following: what came back while the disk was short is followed when there is room") {
  Lists lists{196};
  REQUIRE(lists.follower.advance(10).has_value());
  std::atomic<int> looks{0};
  std::promise<void> moved;
  const auto space = [&] { return ++looks == 1 ? short_of_disk : ample; };
  const auto drop = []() -> Result<std::uint64_t> { return fail(Code::busy, "not now"); };
  Following following{lists.follower, {space, drop}, *lists.log, [&] { moved.set_value(); }};
  following.on_healed();
  following.start();
  CHECK(moved.get_future().wait_for(patience) == std::future_status::ready);
  following.stop();
}

TEST_CASE("Following: what is followed after a yield gives way to all, and what is not has its share") {
  sim::Pair pair{194};
  sim::Node& node = pair.branch();
  for (int i = 1; i <= 3; ++i) REQUIRE(pair.register_case(node, "desk/" + std::to_string(i)).has_value());
  const TempFolder folder;
  auto log = Log::open(LogLevel::error, folder / "log");
  REQUIRE(log.has_value());
  const auto policy_at = [&](const Pace& pace) {
    sim::MemoryTruth views;
    store::Follower follower{node.truth,      views,        node.options(), node.site->epoch(),
                             node.keys.views, pair.kinds(), node.random};
    REQUIRE(follower.open().has_value());
    std::promise<int> policy;
    Following following{follower,
                        {[] { return ample; }, [] { return Result<std::uint64_t>{std::uint64_t{0}}; }},
                        **log,
                        [&] { policy.set_value(::sched_getscheduler(0)); },
                        pace};
    following.start();
    following.on_ledger(Position{3});
    return policy.get_future().get();
  };
  constexpr std::chrono::milliseconds moment{1};
  // Nothing is slower than not at all.
  CHECK(policy_at({moment, 3 * moment, /*fast=*/0}) == SCHED_IDLE);
  CHECK(policy_at({moment, 3 * moment, /*fast=*/1}) != SCHED_IDLE);
}

TEST_CASE("Following: what is done between two commits is told to who waits") {
  Lists lists{193};
  std::vector<Position> told;
  Following following{lists.follower, {[] { return ample; }, drops_nothing}, *lists.log, [&] {
                        told.push_back(lists.follower.position());
                      }};
  following.start();
  REQUIRE(following.between([&] { REQUIRE(lists.follower.advance(10).has_value()); }));
  following.stop();
  CHECK(told == std::vector<Position>{Position{3}});
}

TEST_CASE("Following: whoever asks for a moment between two commits is told if it stops meanwhile") {
  sim::Pair pair{192};
  sim::Node& node = pair.branch();
  for (int i = 1; i <= 3; ++i) REQUIRE(pair.register_case(node, "desk/" + std::to_string(i)).has_value());
  const TempFolder folder;
  auto log = Log::open(LogLevel::error, folder / "log");
  REQUIRE(log.has_value());
  // Whether it is asked before it is stopped is chance, and in one of these rounds it was.
  for (int round = 0; round < 50; ++round) {
    sim::MemoryTruth views;
    store::Follower follower{node.truth,      views,        node.options(), node.site->epoch(),
                             node.keys.views, pair.kinds(), node.random};
    REQUIRE(follower.open().has_value());
    Following following{
        follower, {[] { return ample; }, [] { return Result<std::uint64_t>{std::uint64_t{0}}; }}, **log, [] {}};
    following.start();
    std::promise<void> asks;
    std::promise<void> told;
    std::thread asking{[&] {
      // The ledger grows in the first moment, so that right after it the follower gathers.
      static_cast<void>(following.between([&] { following.on_ledger(Position{3}); }));
      asks.set_value();
      static_cast<void>(following.between([] {}));
      told.set_value();
    }};
    asks.get_future().wait();
    following.stop();
    const bool is_told = told.get_future().wait_for(std::chrono::seconds{60}) == std::future_status::ready;
    if (!is_told) following.start();  // lets go of who waits
    asking.join();
    REQUIRE(is_told);
  }
}

TEST_CASE("Following: views whose last commit is in doubt are begun anew, and shown again") {
  Lists lists{197};
  lists.views.unknown_commit(sim::MemoryTruth::Applied::no);
  int dropped = 0;  // on the follower's thread; read when it has ended
  std::promise<void> level;
  const auto drop = [&]() -> Result<std::uint64_t> {
    ++dropped;
    lists.views.restore({});
    return std::uint64_t{1} * mib;
  };
  Following following{lists.follower, {[] { return ample; }, drop}, *lists.log, [&] {
                        if (lists.follower.position() == Position{3}) level.set_value();
                      }};
  following.start();
  following.on_ledger(Position{3});
  CHECK(level.get_future().wait_for(patience) == std::future_status::ready);
  following.stop();
  CHECK(dropped == 1);
  CHECK_FALSE(following.has_dropped());
}

TEST_CASE("Following: views that are not there show nothing, and are begun anew when that can be had") {
  Lists lists{198};
  lists.views.unknown_commit(sim::MemoryTruth::Applied::no);
  int tries = 0;
  std::promise<void> level;
  std::atomic<bool> was_gone{false};
  Following* asked = nullptr;
  const auto drop = [&]() -> Result<std::uint64_t> {
    if (++tries == 1) return fail(Code::io, "a disk that does not take it");
    was_gone = asked->has_dropped();
    lists.views.restore({});
    return std::uint64_t{0};
  };
  Following following{lists.follower, {[] { return ample; }, drop}, *lists.log, [&] {
                        if (lists.follower.position() == Position{3}) level.set_value();
                      }};
  asked = &following;
  following.start();
  following.on_ledger(Position{3});
  CHECK(level.get_future().wait_for(patience) == std::future_status::ready);
  following.stop();
  CHECK(was_gone);
  CHECK_FALSE(following.has_dropped());
}

TEST_CASE("Following: who searches by signatures goes on with views that could not be dropped") {
  sim::Pair pair{199};
  sim::Node& node = pair.branch();
  REQUIRE(pair.register_case(node, "desk/1").has_value());
  sim::MemoryTruth views;
  store::SignTail signs{node.keys.views};
  store::Follower follower{node.truth,      views,        node.options(), node.site->epoch(),
                           node.keys.views, pair.kinds(), node.random,    store::Keeps{&signs}};
  REQUIRE(follower.open().has_value());
  REQUIRE(follower.advance(10).has_value());
  const TempFolder folder;
  auto log = Log::open(LogLevel::error, folder / "log");
  REQUIRE(log.has_value());
  int tries = 0;  // on the follower's thread
  const auto drop = [&]() -> Result<std::uint64_t> {
    ++tries;
    follower.close();
    return fail(Code::busy, "readers do not leave");
  };
  Following following{follower, {[] { return short_of_disk; }, drop}, **log, [] {}};
  following.start();
  // What the thread does between two of these is one look at the disk.
  REQUIRE(following.between([] {}));
  bool is_open = false;
  REQUIRE(following.between([&] { is_open = signs.generation() % 2 == 0; }));
  following.stop();
  CHECK(tries >= 1);
  CHECK(is_open);
  CHECK(following.is_waiting());
  CHECK_FALSE(following.has_dropped());
}

TEST_CASE("Following: a follower that could not be opened is, before anything is followed") {
  sim::Pair pair{200};
  sim::Node& node = pair.branch();
  REQUIRE(pair.register_case(node, "desk/1").has_value());
  sim::MemoryTruth views;
  store::Catalogue catalogue;
  store::Follower follower{node.truth,      views,        node.options(), node.site->epoch(),
                           node.keys.views, pair.kinds(), node.random,    store::Keeps{nullptr, &catalogue}};
  views.fail_commit(Code::store_full);
  REQUIRE_FALSE(follower.open().has_value());
  const TempFolder folder;
  auto log = Log::open(LogLevel::error, folder / "log");
  REQUIRE(log.has_value());
  std::promise<void> level;
  Following following{follower, {[] { return ample; }, drops_nothing}, **log, [&] { level.set_value(); }};
  following.on_closed();
  following.start();
  following.on_ledger(Position{1});
  CHECK(level.get_future().wait_for(patience) == std::future_status::ready);
  following.stop();
  // As the views say whose they are, the next start goes on with them.
  store::Follower next{node.truth,      views,        node.options(), node.site->epoch(),
                       node.keys.views, pair.kinds(), node.random};
  REQUIRE(next.open().has_value());
  CHECK(next.position() == Position{1});
}

}  // namespace redress::shell
