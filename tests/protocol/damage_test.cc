// One damaged entry, at either end, holds up nothing that follows it (P11, D11).
#include <catch2/catch.hpp>

#include "tests/sim/forge.h"

namespace redress::sim {
namespace {

// In the middle of the row, or near its beginning: of an entry, the body or the header.
void flip(Node& node, store::Table table, ByteView key, bool early = false) {
  Bytes& row = node.truth.rows(table).at(copy_of(key));
  row[early ? row.size() / 16 : row.size() - 3] ^= std::byte{1};
}

std::size_t alarms_of(const Node& node, Code code) {
  std::size_t count = 0;
  for (const store::Alarm& alarm : node.site->alarms()) count += alarm.code == code ? 1 : 0;
  return count;
}

// Registers while the line is cut.
std::vector<CaseId> registered_alone(Pair& pair, int cases) {
  pair.drive(3'000);
  pair.cut_all(Cut::both);
  std::vector<CaseId> out;
  for (int i = 1; i <= cases; ++i) {
    const auto told = pair.register_case(pair.branch(), "desk/" + std::to_string(i));
    REQUIRE(told.has_value());
    out.push_back(told->case_id);
  }
  return out;
}

std::size_t held_of(Node& node, const std::vector<CaseId>& cases) {
  std::size_t held = 0;
  for (const CaseId& id : cases) held += node.file_of(id) ? 1 : 0;
  return held;
}

}  // namespace

TEST_CASE("Damage: what a branch wrote after a damaged entry reaches head office", "[P11]") {
  for (const auto& [table, early] : {std::pair{store::Table::entries, false}, std::pair{store::Table::entries, true},
                                     std::pair{store::Table::places, false}}) {
    for (const std::uint64_t at : {1, 3, 5}) {
      Pair pair{at};
      const auto cases = registered_alone(pair, 5);
      Node& node = pair.branch();
      const Epoch before = node.site->epoch();
      flip(node, table,
           table == store::Table::entries ? store::key_of(Position{at}) : store::key_of(node.site->journal(), Seq{at}),
           early);
      pair.cut_all(Cut::none);
      REQUIRE(pair.drive_bounded());
      INFO("table=" << static_cast<int>(table) << " at=" << at);
      CHECK(held_of(pair.gateway(), cases) == 4);
      CHECK_FALSE(pair.gateway().file_of(cases[at - 1]).has_value());
      CHECK(node.site->epoch() != before);
      CHECK(alarms_of(node, Code::damaged) == 2);  // what happened, and what could not be placed again
      const auto later = pair.register_case(node, "later/1");
      REQUIRE(later.has_value());
      REQUIRE(pair.drive_bounded());
      CHECK(pair.gateway().file_of(later->case_id).has_value());
    }
  }
}

TEST_CASE("Damage: a place that is gone altogether is passed over like a damaged one", "[P11]") {
  for (const std::uint64_t at : {1, 3, 5}) {
    Pair pair{at};
    const auto cases = registered_alone(pair, 5);
    Node& node = pair.branch();
    REQUIRE(node.truth.rows(store::Table::places).erase(copy_of(store::key_of(node.site->journal(), Seq{at}))) == 1);
    pair.cut_all(Cut::none);
    REQUIRE(pair.drive_bounded());
    INFO("at=" << at);
    CHECK(held_of(pair.gateway(), cases) == 4);
    const auto later = pair.register_case(node, "later/1");
    REQUIRE(later.has_value());
    REQUIRE(pair.drive_bounded());
    CHECK(pair.gateway().file_of(later->case_id).has_value());
  }
}

TEST_CASE("Damage: two damaged entries are passed over one after the other", "[P11]") {
  Pair pair{7};
  const auto cases = registered_alone(pair, 6);
  flip(pair.branch(), store::Table::entries, store::key_of(Position{2}));
  flip(pair.branch(), store::Table::entries, store::key_of(Position{5}));
  pair.cut_all(Cut::none);
  REQUIRE(pair.drive_bounded());
  CHECK(held_of(pair.gateway(), cases) == 4);
}

TEST_CASE("Damage: what is receipted holds up nothing and makes no new epoch", "[P11]") {
  Pair pair{8};
  REQUIRE(pair.register_case(pair.branch(), "desk/1").has_value());
  REQUIRE(pair.drive_bounded());
  pair.drive(3'000);
  const Epoch before = pair.branch().site->epoch();
  flip(pair.branch(), store::Table::entries, store::key_of(Position{1}));
  const auto later = pair.register_case(pair.branch(), "desk/2");
  REQUIRE(later.has_value());
  REQUIRE(pair.drive_bounded());
  CHECK(pair.gateway().file_of(later->case_id).has_value());
  CHECK(pair.branch().site->epoch() == before);
}

TEST_CASE("Damage: what head office fed after a damaged entry reaches its readers", "[P11]") {
  const bool early = GENERATE(false, true);
  Pair pair{PairOptions{113, 2}};
  std::vector<CaseId> cases;
  for (int i = 1; i <= 3; ++i) {
    const auto told = pair.register_case(pair.branch(0), "desk/" + std::to_string(i));
    REQUIRE(told.has_value());
    cases.push_back(told->case_id);
  }
  const auto other = pair.register_case(pair.branch(1), "other/1");
  REQUIRE(other.has_value());
  REQUIRE(pair.drive_bounded());
  pair.drive(3'000);
  pair.cut_all(Cut::both);
  for (std::size_t i = 0; i < cases.size(); ++i) {
    const auto told = pair.dispose(cases[i], "ho/" + std::to_string(i));
    REQUIRE(told.has_value());
    if (i == 1) flip(pair.gateway(), store::Table::entries, store::key_of(told->ledger), early);
  }
  REQUIRE(pair.dispose(other->case_id, "ho/other").has_value());
  const Epoch before = pair.gateway().site->epoch();
  pair.cut_all(Cut::none);
  REQUIRE(pair.drive_bounded());
  const auto is_disposed = [&](std::size_t branch, const CaseId& id) {
    const auto file = pair.branch(branch).file_of(id);
    return file && file->view.state.disposed.has_value();
  };
  CHECK(is_disposed(0, cases[0]));
  CHECK_FALSE(is_disposed(0, cases[1]));
  CHECK(is_disposed(0, cases[2]));
  CHECK(is_disposed(1, other->case_id));
  CHECK(pair.gateway().site->epoch() != before);
  CHECK(alarms_of(pair.gateway(), Code::damaged) == 1);
  // Nothing was lost that a branch could hold: nobody is waited for.
  CHECK(pair.gateway().site->unheard().empty());
  REQUIRE(pair.dispose(cases[1], "ho/again").has_value());
  REQUIRE(pair.drive_bounded());
  CHECK(is_disposed(0, cases[1]));
}

// Head office has lost a feed's last places, of which the branch got three in one batch; the second is damaged there.
TEST_CASE("Damage: of a feed that goes back nothing is signed by the branch, and its journal does not wait", "[P2]") {
  const std::uint64_t at = GENERATE(1, 2, 3);
  Pair pair{114};
  std::vector<CaseId> cases;
  for (int i = 1; i <= 3; ++i) {
    const auto told = pair.register_case(pair.branch(), "desk/" + std::to_string(i));
    REQUIRE(told.has_value());
    cases.push_back(told->case_id);
  }
  REQUIRE(pair.drive_bounded());
  pair.drive(3'000);
  const auto image = pair.gateway().truth.snapshot();
  pair.cut_all(Cut::both);
  for (std::size_t i = 0; i < cases.size(); ++i) REQUIRE(pair.dispose(cases[i], "ho/" + std::to_string(i)).has_value());
  pair.cut_all(Cut::none);
  REQUIRE(pair.drive_bounded());
  pair.drive(3'000);
  const StreamName feed = feed_for(pair.gateway().site->epoch(), pair.branch().id);
  const Seq head = pair.branch().site->mark_of(feed)->seq;
  const Seq lost{head.value() - 3 + at};
  REQUIRE_FALSE(pair.branch().site->checkpoint_at(feed, Seq{head.value() - 1}).has_value());
  const Bytes place = pair.branch().truth.rows(store::Table::places).at(copy_of(store::key_of(feed, lost)));
  flip(pair.branch(), store::Table::places, store::key_of(feed, lost));
  pair.restore(pair.gateway(), image);
  const auto later = pair.register_case(pair.branch(), "later/1");
  REQUIRE(later.has_value());
  pair.drive(60'000);
  INFO("at=" << at);
  CHECK(pair.gateway().file_of(later->case_id).has_value());
  const std::size_t events = pair.gateway().events.size();
  pair.drive(60'000);
  CHECK(refused_with(pair.gateway(), events) == std::nullopt);
  CHECK(pair.served()->state() == sync::GatewaySession::State::up);
  for (const sync::Event& event : pair.gateway().events) CHECK(event.code != Code::bad_signature);
  // Made good, it goes back whole.
  pair.branch().truth.rows(store::Table::places).at(copy_of(store::key_of(feed, lost))) = place;
  CHECK(pair.drive_bounded());
  CHECK(lines_of(pair.judge()) == "");
}

TEST_CASE("Damage: a branch says what head office cannot give back of its journal", "[P11]") {
  Pair pair{115};
  REQUIRE(pair.register_case(pair.branch(), "first/1").has_value());
  REQUIRE(pair.drive_bounded());
  pair.drive(3'000);
  const auto image = pair.branch().truth.snapshot();
  std::vector<CaseId> cases;
  for (int i = 1; i <= 3; ++i) {
    const auto told = pair.register_case(pair.branch(), "lost/" + std::to_string(i));
    REQUIRE(told.has_value());
    cases.push_back(told->case_id);
  }
  REQUIRE(pair.drive_bounded());
  pair.drive(3'000);
  const Bytes key = copy_of(store::key_of(pair.branch().site->journal(), Seq{3}));
  const Bytes place = pair.gateway().truth.rows(store::Table::places).at(key);
  flip(pair.gateway(), store::Table::places, key);
  pair.restore(pair.branch(), image);
  pair.branch().events.clear();
  pair.drive(30'000);
  REQUIRE(pair.agent().state() == sync::AgentSession::State::up);
  CHECK(held_of(pair.branch(), cases) == 1);
  CHECK_FALSE(pair.agent().trouble().has_value());
  pair.drive(60'000);
  REQUIRE(pair.agent().state() == sync::AgentSession::State::up);
  REQUIRE(pair.agent().trouble().has_value());
  CHECK(pair.agent().trouble()->code == Code::damaged);
  CHECK(pair.agent().trouble()->what.find("after seq=2 up to seq=4") != std::string::npos);
  CHECK(event_of(pair.branch(), sync::Happening::wanted) != nullptr);
  // It holds up nothing else.
  const auto later = pair.register_case(pair.branch(), "later/1");
  REQUIRE(later.has_value());
  pair.drive(1'000);
  CHECK(pair.gateway().file_of(later->case_id).has_value());
  pair.gateway().truth.rows(store::Table::places).at(key) = place;
  pair.drive(30'000);
  CHECK(held_of(pair.branch(), cases) == 3);
  CHECK_FALSE(pair.agent().trouble().has_value());
}

}  // namespace redress::sim
