// A backlog comes through a line however narrow, and a fast line is not held back for it (P2).
#include <catch2/catch.hpp>

#include "protocol/base/limits.h"
#include "tests/sim/forge.h"

namespace redress::sim {
namespace {

using limits::kib;
using sync::Happening;

// Text that compression leaves almost as long as it is.
std::string noise(Node& node, std::size_t bytes) {
  std::string out(bytes, ' ');
  for (char& c : out) c = static_cast<char>('!' + node.random.below(94));
  return out;
}

// Two fields, since one may not hold all of the greatest entry.
void registered(Pair& pair, int count, std::size_t bytes) {
  Node& node = pair.branch();
  for (int i = 1; i <= count; ++i) {
    const std::string key = "narrow/" + std::to_string(pair.told().size());
    const std::vector<casework::FieldText> fields{{"narrative", noise(node, bytes / 2)},
                                                  {"claim", noise(node, bytes / 2)}};
    REQUIRE(pair.register_case(node, key, fields).has_value());
  }
}

void disposed(Pair& pair, int count, std::size_t bytes) {
  Node& node = pair.gateway();
  for (int i = 0; i < count; ++i) {
    const CaseId id = pair.told().at(static_cast<std::size_t>(i)).appended.case_id;
    const std::vector<casework::FieldText> fields{
        {"decision", "upheld"}, {"opinion", noise(node, bytes / 2)}, {"remedy", noise(node, bytes / 2)}};
    REQUIRE(pair.act(node, id, "disposed", "ho/" + std::to_string(i), fields).has_value());
  }
}

std::size_t body_bytes(const Node& node) {
  std::size_t bytes = 0;
  for (const store::StoredEntry& entry : entries_in(node.truth)) bytes += entry.item.body.size();
  return bytes;
}

// A pair whose branch has `count` more entries of this size to send, and as many to receive, in a session that began
// now.
std::unique_ptr<Pair> waiting(std::uint64_t seed, int count, std::size_t bytes, std::int64_t bytes_a_second) {
  auto pair = std::make_unique<Pair>(seed);
  registered(*pair, count, 200);
  REQUIRE(pair->drive_bounded());
  pair->drive(3'000);
  pair->cut(Cut::both);
  pair->drive(20'000);
  registered(*pair, count, bytes);
  disposed(*pair, count, bytes);
  pair->weather.bytes_a_second = bytes_a_second;
  pair->cut(Cut::none);
  while (pair->agent().state() != sync::AgentSession::State::up) pair->step();
  pair->branch().events.clear();
  pair->gateway().events.clear();
  return pair;
}

std::size_t count_of(const Node& node, Happening what) {
  return static_cast<std::size_t>(std::count_if(node.events.begin(), node.events.end(),
                                                [&](const sync::Event& event) { return event.what == what; }));
}

constexpr std::int64_t kbit = 1'000 / 8;  // bytes a second

}  // namespace

TEST_CASE("Narrow line: 300 KB each way come over 64 kbit/s in one session, and nothing is sent twice", "[P2]") {
  const auto pair = waiting(400, 60, 6'400, 64 * kbit);
  REQUIRE(body_bytes(pair->branch()) > 290 * kib);
  REQUIRE(pair->drive_bounded(75'000));
  for (const Node* node : {&pair->branch(), &pair->gateway()}) {
    INFO("site " << node->id.value());
    CHECK(count_of(*node, Happening::down) == 0);
    CHECK(count_of(*node, Happening::rewound) == 0);
    CHECK(count_of(*node, Happening::duplicate) == 0);
  }
  CHECK(lines_of(pair->judge()) == "");
}

TEST_CASE("Narrow line: the greatest entries come over 64 kbit/s in one session", "[P2]") {
  const auto pair = waiting(401, 4, 44 * kib, 64 * kbit);
  REQUIRE(body_bytes(pair->branch()) > 4 * 34 * kib);
  REQUIRE(pair->drive_bounded(60'000));
  CHECK(count_of(pair->branch(), Happening::down) == 0);
  CHECK(count_of(pair->gateway(), Happening::down) == 0);
  CHECK(lines_of(pair->judge()) == "");
}

TEST_CASE("Narrow line: what takes longer than silence is borne has more patience in the next session", "[P2]") {
  for (const std::int64_t rate : {32, 16}) {
    INFO(rate << " kbit/s");
    const auto pair = waiting(402, 3, 44 * kib, rate * kbit);
    REQUIRE(pair->drive_bounded(400'000));
    CHECK(count_of(pair->branch(), Happening::down) >= 1);
    CHECK(count_of(pair->branch(), Happening::down) <= 2);
    CHECK(count_of(pair->gateway(), Happening::down) <= 2);
    // Patience ends with what it was for.
    pair->drive(5'000);
    pair->cut(Cut::both);
    pair->drive(6'500);
    CHECK(pair->agent().state() != sync::AgentSession::State::up);
    CHECK(lines_of(pair->judge()) == "");
  }
}

TEST_CASE("Narrow line: a backlog comes over 9,600 bit/s", "[P2]") {
  const auto pair = waiting(403, 15, 2'000, 9'600 / 8);
  REQUIRE(pair->drive_bounded(120'000));
  CHECK(count_of(pair->branch(), Happening::down) <= 1);
  CHECK(lines_of(pair->judge()) == "");
}

TEST_CASE("Narrow line: little is under way before the line has borne it, half of that after a silence") {
  Pair pair{404};
  pair.cut(Cut::both);
  registered(pair, 20, 6'000);
  pair.cut(Cut::none);
  std::size_t under_way = 0;
  pair.tap = [&](SiteId from, Bytes& frame) {
    const auto decoded = wire::decode(frame);
    if (from != head_office && decoded && std::holds_alternative<wire::Batch>(*decoded)) under_way += frame.size();
    return !decoded || !std::holds_alternative<wire::Receipted>(*decoded);
  };
  while (pair.agent().state() != sync::AgentSession::State::up) pair.step();
  pair.drive(4'000);
  CHECK(under_way > 8 * kib);
  CHECK(under_way < 24 * kib);
  CHECK(pair.agent().exchange().pace().allowed_bytes() == sync::Pace::first_bytes);
  pair.cut(Cut::both);
  pair.drive(10'000);
  REQUIRE(pair.agent().state() != sync::AgentSession::State::up);
  pair.cut(Cut::none);
  while (pair.agent().state() != sync::AgentSession::State::up) pair.step();
  CHECK(pair.agent().exchange().pace().allowed_bytes() == sync::Pace::least_bytes);
  pair.tap = nullptr;
  REQUIRE(pair.drive_bounded());
  CHECK(pair.agent().exchange().pace().allowed_bytes() > sync::Pace::first_bytes);
}

TEST_CASE("Narrow line: a fast line has its whole window after a few round trips") {
  const auto pair = waiting(405, 250, 10'000, 0);
  REQUIRE(body_bytes(pair->branch()) > 1'900 * kib);
  const Instant began = pair->now(pair->branch()).mono;
  REQUIRE(pair->drive_bounded());
  const std::int64_t took_ms = pair->now(pair->branch()).mono.value() - began.value();
  CHECK(took_ms <= 12 * 2 * pair->weather.delay_ms);
  CHECK(pair->agent().exchange().pace().allowed_bytes() >= limits::mib);
}

}  // namespace redress::sim
