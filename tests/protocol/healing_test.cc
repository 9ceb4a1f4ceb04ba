// What is damaged at one end comes back from the other, and from nobody who may not ask or who lies (D11, D33).
#include "protocol/sync/healing.h"

#include <catch2/catch.hpp>

#include "protocol/base/limits.h"
#include "tests/sim/forge.h"

namespace redress::sim {
namespace {

using store::Table;

enum class Harm { body, header, gone };

void harm(Node& node, Position at, Harm how) {
  MemoryTruth::Rows& rows = node.truth.rows(Table::entries);
  Bytes& row = rows.at(copy_of(store::key_of(at)));
  if (how == Harm::body) row[row.size() - 3] ^= std::byte{1};
  if (how == Harm::header) row[3 + 60] ^= std::byte{1};
  if (how == Harm::gone) rows.erase(copy_of(store::key_of(at)));
}

// Two cases of a branch's, one disposed of: at either end entries of both, three ledger positions each.
struct Lived {
  explicit Lived(std::uint64_t seed, std::uint16_t branch_protocol = wire::protocol_max)
      : pair{options(seed, branch_protocol)} {
    for (const char* key : {"desk/1", "desk/2"}) {
      const auto told = pair.register_case(pair.branch(), key);
      REQUIRE(told.has_value());
      cases.push_back(told->case_id);
    }
    REQUIRE(pair.drive_bounded());
    REQUIRE(pair.dispose(cases[0], "ho/1").has_value());
    REQUIRE(pair.drive_bounded());
    pair.drive(3'000);
  }
  static PairOptions options(std::uint64_t seed, std::uint16_t branch_protocol) {
    PairOptions out;
    out.seed = seed;
    out.branch_protocol = branch_protocol;
    return out;
  }
  // Somebody looks at both cases.
  void look(Node& node) const {
    for (const CaseId& id : cases) static_cast<void>(node.file_of(id));
  }
  Pair pair;
  std::vector<CaseId> cases;
};

std::size_t told_of(const Node& node, const std::string& words) {
  std::size_t count = 0;
  for (const store::Alarm& alarm : node.site->alarms()) count += alarm.what.find(words) != std::string::npos ? 1 : 0;
  return count;
}

store::Verified verified(Pair& pair, Node& node) {
  const store::SigningKeysOf keys_of = [&](SiteId site) { return std::vector{pair.node(site).signer.public_key()}; };
  const auto out = store::verify(node.truth, node.options(), keys_of, node.random);
  REQUIRE(out.has_value());
  return *out;
}

// Frames of one kind that leave `from`.
template <typename Kind>
std::function<bool(SiteId, Bytes&)> counting(SiteId from, std::vector<Kind>& seen) {
  return [from, &seen](SiteId who, Bytes& frame) {
    const auto decoded = wire::decode(frame);
    const auto* one = decoded ? std::get_if<Kind>(&*decoded) : nullptr;
    if (who == from && one != nullptr) seen.push_back(*one);
    return true;
  };
}

}  // namespace

TEST_CASE("Healing: whatever is damaged at either end comes back from the other, byte for byte", "[P7][P11]") {
  for (const Harm how : {Harm::body, Harm::header, Harm::gone}) {
    for (const std::uint64_t at : {1, 2, 3}) {
      for (const bool centre : {false, true}) {
        Lived lived{200 + at};
        Node& node = centre ? lived.pair.gateway() : lived.pair.branch();
        const auto whole = node.truth.snapshot();
        const std::string shown = portrait(*node.file_of(lived.cases[0]));
        harm(node, Position{at}, how);
        INFO("harm=" << static_cast<int>(how) << " at=" << at << " centre=" << centre);
        REQUIRE(verified(lived.pair, node).errors > 0);
        lived.pair.drive(5'000);
        const auto entries = static_cast<std::size_t>(Table::entries);
        CHECK(node.truth.snapshot()[entries] == whole[entries]);
        CHECK(told_of(node, "an entry was damaged here, and came back from this site") == 1);
        CHECK(verified(lived.pair, node).errors == 0);
        CHECK(portrait(*node.file_of(lived.cases[0])) == shown);
        CHECK(node.site->healed() == 1);
        CHECK(lines_of(lived.pair.judge()) == "");
      }
    }
  }
}

TEST_CASE("Healing: whoever opens the case finds it, nobody need verify", "[P11]") {
  for (const Harm how : {Harm::body, Harm::header, Harm::gone}) {
    for (const std::uint64_t at : {1, 2, 3}) {
      for (const bool centre : {false, true}) {
        Lived lived{210 + at};
        Node& node = centre ? lived.pair.gateway() : lived.pair.branch();
        harm(node, Position{at}, how);
        lived.pair.drive(5'000);
        INFO("harm=" << static_cast<int>(how) << " at=" << at << " centre=" << centre);
        CHECK(node.site->healed() == 0);
        lived.look(node);
        lived.pair.drive(5'000);
        CHECK(node.site->healed() == 1);
        CHECK(verified(lived.pair, node).errors == 0);
      }
    }
  }
}

TEST_CASE("Healing: a case key that is damaged comes back with its entry", "[P11]") {
  for (const bool centre : {false, true}) {
    Lived lived{220};
    Node& node = centre ? lived.pair.gateway() : lived.pair.branch();
    for (auto& [key, row] : node.truth.rows(Table::keyring)) row.back() ^= std::byte{1};
    for (const CaseId& id : lived.cases) CHECK(node.file_of(id)->told.front().unread == Code::key_waiting);
    lived.pair.drive(5'000);
    for (const CaseId& id : lived.cases) CHECK(node.file_of(id)->told.front().event.has_value());
    CHECK(told_of(node, "a case key was damaged here") == 2);
    CHECK(verified(lived.pair, node).errors == 0);
  }
}

TEST_CASE("Healing: other bytes than those that stood there are refused, and nothing is written", "[P7]") {
  for (const int lie : {0, 1, 2}) {
    for (const bool centre : {false, true}) {
      Lived lived{230};
      Pair& pair = lived.pair;
      Node& node = centre ? pair.gateway() : pair.branch();
      const SiteId liar = centre ? pair.branch().id : head_office;
      pair.tap = [&](SiteId from, Bytes& frame) {
        auto decoded = wire::decode(frame);
        auto* give = decoded ? std::get_if<wire::Give>(&*decoded) : nullptr;
        if (from != liar || give == nullptr) return true;
        REQUIRE(give->item.has_value());
        if (lie == 0) give->item->body.back() ^= std::byte{1};
        if (lie == 1) give->item->header[60] ^= std::byte{1};
        if (lie == 2) give->item->header.push_back(std::byte{0});
        frame = wire::encode(*give);
        return true;
      };
      harm(node, Position{1}, Harm::body);
      const auto damaged = node.truth.snapshot()[static_cast<std::size_t>(Table::entries)];
      lived.look(node);
      pair.drive(3'000);
      INFO("lie=" << lie << " centre=" << centre);
      CHECK(refused_with(node) == Code::bad_chain);
      CHECK(node.truth.snapshot()[static_cast<std::size_t>(Table::entries)] == damaged);
      CHECK(node.site->healed() == 0);
      pair.tap = nullptr;
      pair.drive(120'000);
      CHECK(node.site->healed() == 1);
      CHECK(lines_of(pair.judge()) == "");
    }
  }
}

TEST_CASE("Healing: what the other end does not hold either is told once, and asked for again after an hour", "[P11]") {
  Lived lived{240};
  Pair& pair = lived.pair;
  Node& node = pair.branch();
  for (Node* each : {&pair.branch(), &pair.gateway()}) harm(*each, Position{1}, Harm::body);
  std::vector<wire::Want> asked;
  pair.tap = counting<wire::Want>(node.id, asked);
  lived.look(node);
  pair.drive(600'000);
  CHECK(asked.size() == 1);
  CHECK(told_of(node, "this site does not hold it either") == 1);
  CHECK(node.site->healed() == 0);
  // Another session asks anew; people were told.
  pair.crash(pair.gateway());
  pair.drive(60'000);
  CHECK(asked.size() == 2);
  CHECK(told_of(node, "this site does not hold it either") == 1);
  pair.drive(3'700'000);
  CHECK(asked.size() == 3);
}

TEST_CASE("Healing: a question that was lost is asked again", "[P11]") {
  Lived lived{241};
  Pair& pair = lived.pair;
  Node& node = pair.branch();
  std::size_t lost = 0;
  pair.tap = [&](SiteId, Bytes& frame) {
    const auto decoded = wire::decode(frame);
    return !decoded || !std::holds_alternative<wire::Want>(*decoded) || ++lost > 1;
  };
  harm(node, Position{1}, Harm::body);
  lived.look(node);
  pair.drive(50'000);
  CHECK(lost == 1);
  pair.drive(20'000);
  CHECK(lost == 2);
  CHECK(node.site->healed() == 1);
}

TEST_CASE("Healing: a peer of an earlier version is not asked", "[P11]") {
  for (const bool centre : {false, true}) {
    Lived lived{242, wire::protocol_heals - 1};
    Pair& pair = lived.pair;
    Node& node = centre ? pair.gateway() : pair.branch();
    harm(node, Position{1}, Harm::body);
    std::vector<wire::Want> asked;
    pair.tap = counting<wire::Want>(node.id, asked);
    lived.look(node);
    pair.drive(120'000);
    CHECK(asked.empty());
    CHECK(pair.agent().state() == sync::AgentSession::State::up);
    const SessionId session = pair.agent().exchange().session();
    pair.inject_to_gateway(wire::encode(wire::Want{session, pair.branch().site->journal(), Seq{1}}));
    CHECK(refused_with(pair.gateway()) == Code::unexpected_frame);
  }
}

TEST_CASE("Healing: nobody is given another's journal, another's feed, or head office's own journal", "[P12]") {
  const auto answered = [](const std::function<StreamName(Pair&)>& stream_of) {
    Pair pair{PairOptions{243, 2}};
    for (const std::size_t i : {0, 1}) {
      const auto told = pair.register_case(pair.branch(i), "desk/1");
      REQUIRE(told.has_value());
      REQUIRE(pair.drive_bounded());
      REQUIRE(pair.dispose(told->case_id, "ho/" + std::to_string(i)).has_value());
    }
    REQUIRE(pair.drive_bounded());
    pair.drive(3'000);
    std::vector<wire::Give> given;
    pair.tap = counting<wire::Give>(head_office, given);
    const SessionId session = pair.served()->exchange().session();
    pair.inject_to_gateway(wire::encode(wire::Want{session, stream_of(pair), Seq{1}}));
    const auto refused = refused_with(pair.gateway());
    CHECK(given.size() == (refused ? 0 : 1));
    return std::pair{refused, !given.empty() && given[0].item.has_value()};
  };
  using Answer = std::pair<std::optional<Code>, bool>;
  const Answer foreign{Code::foreign_site, false};
  CHECK(answered([](Pair& p) { return p.branch(1).site->journal(); }) == foreign);
  CHECK(answered([](Pair& p) { return feed_for(p.gateway().site->epoch(), p.branch(1).id); }) == foreign);
  CHECK(answered([](Pair& p) { return p.gateway().site->journal(); }) == foreign);
  CHECK(answered([](Pair& p) {
          return StreamName{p.branch().id, p.branch().site->epoch(), p.branch(1).id};
        }) == foreign);
  CHECK(answered([](Pair& p) { return p.branch().site->journal(); }) == Answer{std::nullopt, true});
  CHECK(answered([](Pair& p) { return feed_for(p.gateway().site->epoch(), p.branch().id); }) ==
        Answer{std::nullopt, true});
  CHECK(answered([](Pair& p) { return journal_of(p.branch().id, Epoch{77}); }) == Answer{std::nullopt, false});
  CHECK(answered([](Pair& p) { return feed_for(Epoch{77}, p.branch().id); }) == Answer{std::nullopt, false});
}

TEST_CASE("Healing: who writes of a case in which it has no standing is given no key to it", "[P12]") {
  for (const bool names_key : {true, false}) {
    Pair pair{PairOptions{251, 2}};
    const auto told = pair.register_case(pair.branch(1), "desk/1");
    REQUIRE(told.has_value());
    REQUIRE(pair.drive_bounded());
    Node& liar = pair.branch();
    store::Append append;
    append.what.suite = sim_domain().suite->id;
    append.what.kind = Kind{2};
    append.what.author = liar.id;
    append.what.staff = StaffId{66};
    append.what.case_id = told->case_id;
    if (names_key) append.what.key = pair.gateway().file_of(told->case_id)->told[0].header.what.key;
    append.what.command = liar.random.fixed<CommandId>();
    append.what.time = pair.now(liar).wall;
    append.body = Bytes(64, std::byte{7});
    REQUIRE(liar.site->commit({append}, pair.now(liar).wall).front().has_value());
    REQUIRE(pair.drive_bounded());
    REQUIRE(pair.gateway().site->mark_of(liar.site->journal())->seq == Seq{1});
    std::vector<wire::Give> given;
    pair.tap = counting<wire::Give>(head_office, given);
    pair.inject_to_gateway(wire::encode(wire::Want{pair.served()->exchange().session(), liar.site->journal(), Seq{1}}));
    REQUIRE(given.size() == 1);
    CHECK(given[0].item.has_value());
    CHECK_FALSE(given[0].grant.has_value());
  }
}

TEST_CASE("Healing: a branch gives head office its own journal and feed, and no other's", "[P12]") {
  for (const bool own : {false, true}) {
    Lived lived{244};
    Pair& pair = lived.pair;
    std::vector<wire::Give> given;
    pair.tap = counting<wire::Give>(pair.branch().id, given);
    const StreamName stream = own ? pair.branch().site->journal() : journal_of(SiteId{9}, Epoch{9});
    pair.inject_to_branch(wire::encode(wire::Want{pair.agent().exchange().session(), stream, Seq{1}}));
    CHECK(given.size() == (own ? 1 : 0));
    CHECK(refused_with(pair.branch()) == (own ? std::nullopt : std::optional{Code::foreign_site}));
  }
}

TEST_CASE("Healing: between two heartbeats so many are given and no more, however often it is asked", "[P10]") {
  Lived lived{245};
  Pair& pair = lived.pair;
  std::vector<wire::Give> given;
  pair.tap = counting<wire::Give>(head_office, given);
  pair.drive(2'000);
  const SessionId session = pair.served()->exchange().session();
  for (int i = 0; i < 100; ++i)
    pair.inject_to_gateway(wire::encode(wire::Want{session, pair.branch().site->journal(), Seq{1}}));
  CHECK(given.size() == limits::healed_a_beat);
  pair.drive(2'100);
  pair.inject_to_gateway(wire::encode(wire::Want{session, pair.branch().site->journal(), Seq{1}}));
  CHECK(given.size() == limits::healed_a_beat + 1);
  CHECK_FALSE(refused_with(pair.gateway()).has_value());
}

TEST_CASE("Healing: a store with much damage asks for a few at a time, and all of it comes back", "[P10]") {
  Pair pair{246};
  constexpr std::uint64_t count = 30;
  for (std::uint64_t i = 1; i <= count; ++i)
    REQUIRE(pair.register_case(pair.branch(), "desk/" + std::to_string(i)).has_value());
  REQUIRE(pair.drive_bounded());
  pair.drive(3'000);
  Node& node = pair.branch();
  for (std::uint64_t i = 1; i <= count; ++i) harm(node, Position{i}, Harm::body);
  std::vector<wire::Want> asked;
  pair.tap = counting<wire::Want>(node.id, asked);
  REQUIRE(verified(pair, node).errors > 0);
  pair.drive(2'000);
  CHECK(asked.size() == limits::healed_a_beat);
  pair.drive(10'000);
  CHECK(asked.size() == count);
  CHECK(node.site->healed() == count);
  CHECK(verified(pair, node).errors == 0);
}

TEST_CASE("Healing: what was not asked for is dropped", "[P7]") {
  Lived lived{247};
  Pair& pair = lived.pair;
  const StreamName journal = pair.branch().site->journal();
  auto out = pair.branch().site->read({journal, Seq{1}, 1, 0, head_office, true});
  const SessionId session = pair.served()->exchange().session();
  const std::size_t commits = pair.gateway().truth.commits().size();
  out.items[0].body.back() ^= std::byte{1};
  pair.inject_to_gateway(wire::encode(wire::Give{session, journal, Seq{1}, out.items[0], std::nullopt}));
  CHECK(pair.gateway().truth.commits().size() == commits);
  CHECK_FALSE(refused_with(pair.gateway()).has_value());
  CHECK(event_of(pair.gateway(), sync::Happening::stale) != nullptr);
}

TEST_CASE("Healing: a row of what was passed over, and is whole, hides nothing that is noted later", "[P11]") {
  Lived lived{250};
  Node& node = lived.pair.gateway();
  const Bytes key = store::passed_over_key(Position{1});
  Writer value;
  value.fixed(lived.cases[0]);
  value.u32(lived.pair.branch().id.value());
  node.truth.rows(Table::local)[key] = store::RowCheck{node.options().kek}.sealed(Table::local, key, value.take());
  node.start();
  CHECK(node.site->damaged(lived.pair.branch().id).empty());
  harm(node, Position{2}, Harm::body);
  node.damage->note({Position{2}});
  CHECK(node.site->damaged(lived.pair.branch().id).size() == 1);
}

// As going on in a new epoch leaves it, for every entry that a node holds of one author.
void pass_over_all(Pair& pair, Node& node, const Node& author) {
  const MemoryTruth::Rows places = node.truth.rows(Table::places);
  const store::RowCheck rows{node.options().kek};
  for (const auto& [key, stored] : places) {
    if (store::stream_of(key) != author.site->journal()) continue;
    const auto value = rows.opened(Table::places, key, stored);
    REQUIRE(value.has_value());
    const Position at = store::decode_place(*value)->ledger;
    const auto entry =
        store::decode_entry(sim_domain(), node.truth.rows(Table::entries).at(copy_of(store::key_of(at))));
    REQUIRE(entry.has_value());
    Writer row;
    row.fixed(entry->header.what.case_id);
    row.u32(author.id.value());
    const Bytes passed = store::passed_over_key(at);
    node.truth.rows(Table::local)[passed] = rows.sealed(Table::local, passed, row.take());
    harm(node, at, Harm::body);
  }
  pair.crash(node);
}

TEST_CASE("Healing: much that is held by who is away keeps nobody else from being asked", "[P11]") {
  Pair pair{PairOptions{252, 2}};
  for (std::uint64_t i = 0; i <= limits::damage_noted_max; ++i)
    REQUIRE(pair.register_case(pair.branch(0), "desk/" + std::to_string(i)).has_value());
  REQUIRE(pair.drive_bounded());
  REQUIRE(pair.register_case(pair.branch(1), "desk/1").has_value());
  REQUIRE(pair.drive_bounded());
  Node& office = pair.gateway();
  pass_over_all(pair, office, pair.branch(0));
  pass_over_all(pair, office, pair.branch(1));
  CHECK(office.site->damaged(pair.branch(0).id).size() == limits::damage_noted_max);
  CHECK(office.site->damaged(pair.branch(1).id).size() == 1);
}

TEST_CASE("Healing: much that nobody holds any more keeps nothing else from coming back", "[P11]") {
  Pair pair{253};
  constexpr std::uint64_t lost = 2 * limits::damage_noted_max + 6;
  constexpr std::uint64_t count = lost + 3;
  for (std::uint64_t i = 1; i <= count; ++i)
    REQUIRE(pair.register_case(pair.branch(), "desk/" + std::to_string(i)).has_value());
  REQUIRE(pair.drive_bounded());
  pair.drive(3'000);
  for (std::uint64_t i = 1; i <= lost; ++i) harm(pair.branch(), Position{i}, Harm::body);
  Node& office = pair.gateway();
  pass_over_all(pair, office, pair.branch());
  std::vector<wire::Want> asked;
  pair.tap = counting<wire::Want>(head_office, asked);
  pair.drive(120'000);
  CHECK(office.site->healed() == count - lost);
  // In vain once, and once more when there is nothing else; then after an hour.
  CHECK(asked.size() <= 2 * count);
  const std::size_t before = asked.size();
  pair.drive(600'000);
  CHECK(asked.size() == before);
  CHECK(told_of(office, "this site does not hold it either") >= limits::damage_noted_max);
}

// Who writes bodies that nobody can open would else push out of memory what is damaged indeed.
TEST_CASE("Healing: a body that never opened is not taken for a damaged one", "[P11]") {
  Lived lived{249};
  Pair& pair = lived.pair;
  Node& liar = pair.branch();
  Node& office = pair.gateway();
  const std::vector<casework::FieldText> fields{{"narrative", "It says something else."}};
  auto made = liar.desk->register_case({StaffId{7}, "liar/1", fields, pair.now(liar).wall});
  REQUIRE(made.has_value());
  auto& append = std::get<store::Append>(*made);
  append.body.back() ^= std::byte{1};
  const CaseId id = append.what.case_id;
  const auto carried_out = pair.carry_out(liar, std::move(made));
  REQUIRE(carried_out.has_value());
  REQUIRE(pair.drive_bounded());
  const auto file = office.file_of(id);
  REQUIRE(file.has_value());
  CHECK(file->told.front().unread == Code::damaged);
  CHECK(office.damage->all().empty());
  harm(office, Position{file->told.front().arrived}, Harm::header);
  static_cast<void>(office.file_of(id));
  CHECK(office.damage->all().size() == 1);
}

// The author is away when head office comes to its damaged entry in somebody's feed, and goes on without it.
void pass_over(Harm how, bool starts_again) {
  PairOptions options{248, 2};
  options.chained = true;
  Pair pair{options};
  pair.drive(3'000);
  pair.cut(Cut::both, 0);
  const auto told = pair.register_case(pair.branch(1), "desk/1");
  REQUIRE(told.has_value());
  pair.drive(5'000);
  Node& office = pair.gateway();
  REQUIRE(office.file_of(told->case_id).has_value());
  const auto later = pair.register_case(pair.branch(1), "desk/2");
  REQUIRE(later.has_value());
  pair.drive(5'000);
  pair.cut(Cut::both, 1);
  pair.drive(20'000);
  harm(office, Position{1}, how);
  // A sender has come to it in the feed and a session has asked before it is passed over.
  const StreamName feed = feed_for(office.site->epoch(), pair.branch(0).id);
  static_cast<void>(office.site->read({feed, Seq{1}, 1, 0, pair.branch(0).id, false}));
  static_cast<void>(office.site->damaged(pair.branch(1).id));
  pair.cut(Cut::none, 0);
  pair.drive(20'000);
  CHECK(pair.branch(0).file_of(later->case_id).has_value());
  CHECK_FALSE(pair.branch(0).file_of(told->case_id).has_value());
  CHECK_FALSE(office.file_of(told->case_id).has_value());
  if (starts_again) {
    CHECK(verified(pair, office).errors > 0);
    pair.crash(office);
  }
  pair.cut(Cut::none, 1);
  REQUIRE(pair.drive_bounded());
  pair.drive(10'000);
  CHECK(office.site->healed() == 1);
  CHECK(told_of(office, "an entry was damaged here, and came back from this site") == 1);
  CHECK(office.site->damaged(pair.branch(1).id).empty());
  REQUIRE(office.file_of(told->case_id).has_value());
  CHECK(pair.branch(0).file_of(told->case_id).has_value());
  CHECK(verified(pair, office).errors == 0);
  CHECK(lines_of(pair.judge()) == "");
  for (const auto& [key, row] : office.truth.rows(Table::local)) {
    CHECK_FALSE(text_of(key).starts_with(store::passed_over_name));
  }
}

TEST_CASE("Healing: what was passed over reaches its readers when it has come back", "[P11]") {
  for (const Harm how : {Harm::body, Harm::header, Harm::gone}) {
    for (const bool starts_again : {false, true}) {
      INFO("harm=" << static_cast<int>(how) << " starts_again=" << starts_again);
      pass_over(how, starts_again);
    }
  }
}

}  // namespace redress::sim
