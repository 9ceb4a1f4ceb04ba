#include "protocol/sync/agent_session.h"

#include <catch2/catch.hpp>

#include "tests/sim/forge.h"

namespace redress::sync {
namespace {

using sim::Cut;
using sim::Pair;
using sim::refused_with;
using State = AgentSession::State;

// Runs with every welcome changed; why the branch refused it.
std::optional<Code> refused_welcome(Pair& pair, const std::function<void(wire::Welcome&)>& change) {
  pair.tap = [&](SiteId from, Bytes& frame) {
    auto decoded = wire::decode(frame);
    auto* welcome = from == head_office && decoded ? std::get_if<wire::Welcome>(&*decoded) : nullptr;
    if (welcome == nullptr) return true;
    change(*welcome);
    frame = wire::encode(*welcome);
    return true;
  };
  pair.drive(1'000);
  CHECK(pair.agent().state() != State::up);
  pair.tap = nullptr;
  return refused_with(pair.branch());
}

}  // namespace

TEST_CASE("AgentSession: opens at once, greets when the line is up, and is up after the welcome") {
  Pair pair{60};
  CHECK(pair.agent().state() == State::waiting);
  pair.step();
  CHECK(pair.agent().state() == State::opening);
  pair.step();
  CHECK(pair.agent().state() == State::greeting);
  pair.drive(100);
  CHECK(pair.agent().state() == State::up);
  CHECK_FALSE(pair.agent().trouble().has_value());
  CHECK(event_of(pair.branch(), Happening::up) != nullptr);
}

TEST_CASE("AgentSession: a line that cannot be had is tried again, ever more rarely, never seldom") {
  Pair pair{61};
  pair.cut(Cut::both);
  pair.drive(120'000);
  CHECK(pair.agent().trouble()->code == Code::silent);
  const auto tries = std::count_if(pair.branch().events.begin(), pair.branch().events.end(),
                                   [](const Event& event) { return event.what == Happening::down; });
  CHECK(tries >= 14);  // five seconds of patience and at most three of waiting each
  CHECK(tries <= 24);
  pair.cut(Cut::none);
  pair.drive(8'500);
  CHECK(pair.agent().state() == State::up);
}

TEST_CASE("AgentSession: a peer that says no is asked again ever more rarely, within a minute") {
  Pair pair{62};
  pair.tap = [](SiteId from, Bytes& frame) {
    auto decoded = wire::decode(frame);
    if (auto* hello = decoded ? std::get_if<wire::Hello>(&*decoded) : nullptr;
        hello != nullptr && from != head_office) {
      hello->suite = SuiteId{9};
      frame = wire::encode(*decoded);
    }
    return true;
  };
  pair.drive(30'000);
  const std::size_t early = pair.branch().events.size();
  pair.drive(600'000);
  const std::size_t later = pair.branch().events.size() - early;
  CHECK(early >= 3);
  CHECK(later >= 9);
  CHECK(later <= 60);
  pair.tap = nullptr;
  pair.drive(61'000);
  CHECK(pair.agent().state() == State::up);
}

TEST_CASE("AgentSession: who is welcomed and then refused each time comes back ever more rarely", "[D17]") {
  Pair pair{74};
  pair.tap = [&](SiteId from, Bytes& frame) {
    const auto decoded = wire::decode(frame);
    if (from == head_office && decoded && std::holds_alternative<wire::Beat>(*decoded))
      frame = wire::encode(wire::Refusal{SessionId{1}, Code::bad_signature, "each time", 0});
    return true;
  };
  const auto welcomed = [&] {
    return std::count_if(pair.branch().events.begin(), pair.branch().events.end(),
                         [](const Event& event) { return event.what == Happening::up; });
  };
  pair.drive(60'000);
  CHECK(welcomed() >= 3);
  const auto early = welcomed();
  pair.drive(600'000);
  CHECK(welcomed() - early >= 8);
  CHECK(welcomed() - early <= 60);
  pair.tap = nullptr;
  pair.drive(61'000);
  CHECK(pair.agent().state() == State::up);
}

TEST_CASE("AgentSession: a session that lasts, or brings a receipt, makes the next one come soon", "[D17]") {
  const bool receipt = GENERATE(false, true);
  Pair pair{75};
  const auto wait_ms = [&] {
    const Instant at = pair.now(pair.branch()).mono;
    pair.inject_to_branch(wire::encode(wire::Refusal{SessionId{1}, Code::bad_signature, "no", 0}));
    REQUIRE(pair.agent().state() == State::waiting);
    return pair.agent().next_deadline().value() - at.value();
  };
  const auto come_up = [&] {
    while (pair.agent().state() != State::up) pair.step();
  };
  std::int64_t longest = 0;
  for (int i = 0; i < 12; ++i) {
    come_up();
    longest = std::max(longest, wait_ms());
  }
  CHECK(longest > 10'000);
  come_up();
  if (receipt) {
    REQUIRE(pair.register_case(pair.branch(), "desk/1").has_value());
    pair.drive(500);
  } else {
    pair.drive(6'500);
  }
  CHECK(wait_ms() <= 1'001);
}

TEST_CASE("AgentSession: a commit that failed says why") {
  Pair pair{76};
  pair.drive(3'000);
  REQUIRE(pair.agent().state() == State::up);
  pair.agent().on_commit_failed(pair.now(pair.branch()), {Code::fork, "rewind: no such feed place", "store"});
  REQUIRE(pair.agent().trouble().has_value());
  CHECK(pair.agent().trouble()->code == Code::retry_later);
  CHECK(pair.agent().trouble()->what.find("no such feed place") != std::string::npos);
}

TEST_CASE("AgentSession: three missed heartbeats end the line, also if only one way is cut") {
  for (const Cut how : {Cut::both, Cut::down}) {
    Pair pair{63};
    pair.drive(5'000);
    REQUIRE(pair.agent().state() == State::up);
    pair.cut(how);
    pair.drive(6'500);
    CHECK(pair.agent().state() != State::up);
    CHECK(pair.agent().trouble()->code == Code::silent);
  }
}

TEST_CASE("AgentSession: a welcome that shows another past is refused with its reason") {
  const auto fresh = [](std::uint64_t seed) {
    auto pair = std::make_unique<Pair>(seed);
    pair->cut(Cut::both);
    for (int i = 1; i <= 3; ++i) REQUIRE(pair->register_case(pair->branch(), "desk/" + std::to_string(i)).has_value());
    pair->cut(Cut::none);
    return pair;
  };
  CHECK(refused_welcome(*fresh(64), [](wire::Welcome& w) { w.protocol = 7; }) == Code::version);
  // An entry of ours that we never signed is no proof against us.
  auto pair = fresh(65);
  REQUIRE(pair->drive_bounded());
  pair->crash(pair->branch());
  const auto other = [](wire::Welcome& w) { w.streams[0].head.mark = {Seq{2}, Digest{}}; };
  CHECK(refused_welcome(*pair, other) == Code::bad_signature);
}

TEST_CASE("AgentSession: a welcome that was not asked for is unexpected") {
  Pair pair{68};
  pair.drive(3'000);
  REQUIRE(pair.agent().state() == State::up);
  pair.inject_to_branch(wire::encode(wire::Welcome{}));
  CHECK(refused_with(pair.branch()) == Code::unexpected_frame);
  CHECK(pair.drive_bounded());
}

TEST_CASE("AgentSession: frames that are none, or of another session, are answered or dropped") {
  Pair pair{69};
  pair.drive(3'000);
  pair.inject_to_branch(wire::encode(wire::Beat{SessionId{5}, {}, {}, WallTime{}}));
  CHECK(event_of(pair.branch(), Happening::stale) != nullptr);
  CHECK(pair.agent().state() == State::up);
  pair.inject_to_branch(view_of("sixteen bytes and a few that say nothing"));
  CHECK(refused_with(pair.branch()) == Code::bad_frame);
  CHECK(pair.agent().state() == State::waiting);
  REQUIRE(pair.register_case(pair.branch(), "desk/1").has_value());
  CHECK(pair.drive_bounded());
}

TEST_CASE("AgentSession: a refusal's wait is kept, but never longer than an hour") {
  for (const std::uint32_t asked : {20'000U, 4'000'000'000U}) {
    Pair pair{70};
    pair.drive(3'000);
    const Instant at = pair.now(pair.branch()).mono;
    pair.inject_to_branch(wire::encode(wire::Refusal{SessionId{1}, Code::recovering, "refilling", asked}));
    const std::int64_t wait = pair.agent().next_deadline().value() - at.value();
    CHECK(wait > std::min<std::int64_t>(asked, 3'600'000));
    CHECK(wait <= std::min<std::int64_t>(asked, 3'600'000) + 60'001);
  }
}

TEST_CASE("AgentSession: knows how far its feed goes from head office's heartbeat") {
  Pair pair{71};
  const auto opened = pair.register_case(pair.branch(), "desk/1");
  REQUIRE(pair.drive_bounded());
  CHECK_FALSE(pair.agent().feed_head().has_value());
  REQUIRE(pair.dispose(opened->case_id, "ho/1").has_value());
  REQUIRE(pair.drive_bounded());
  pair.drive(5'000);
  CHECK(pair.agent().feed_head() == Seq{1});
}

// The longest wait of `tries` lines that could not be had, one after the other.
std::int64_t longest_wait_ms(AgentSession& agent, Now& now, std::size_t tries) {
  std::int64_t longest = 0;
  for (std::size_t i = 0; i < tries; ++i) {
    const std::int64_t wait = agent.next_deadline().value() - now.mono.value();
    longest = std::max(longest, wait);
    now.mono = agent.next_deadline();
    agent.on_tick(now);
    REQUIRE(agent.take_step().line == Line::open);
    agent.on_line_down(now, Code::unreachable);
  }
  return longest;
}

TEST_CASE("AgentSession: a line lost minutes ago is asked for eagerly, one lost long ago every three seconds") {
  Pair pair{73};
  sim::Node& node = pair.branch();
  Self self{sim::sim_domain(), node.id, &node.signer, node.site.get(), 2'000, 65'536, "sim", 600};
  AgentSession agent{self, {pair.gateway().keys.signing.public_key}, node.random};
  Now now = pair.now(pair.branch());
  agent.on_tick(now);
  agent.on_line_down(now, Code::unreachable);
  CHECK(longest_wait_ms(agent, now, 3) <= 601);
  const std::int64_t eager = longest_wait_ms(agent, now, 400);
  CHECK(eager <= 601);
  CHECK(eager > 400);
  const std::int64_t patient = longest_wait_ms(agent, now, 400);
  CHECK(patient <= 3'001);
  CHECK(patient > 2'000);
}

TEST_CASE("AgentSession: a line that ends is opened again, and told why") {
  Pair pair{72};
  pair.drive(3'000);
  pair.agent().on_line_down(pair.now(pair.branch()), Code::unreachable);
  CHECK(pair.agent().take_step().line == Line::close);
  CHECK(pair.agent().trouble()->code == Code::unreachable);
  pair.drive(10'000);
  CHECK(pair.agent().state() == State::up);
}

}  // namespace redress::sync
