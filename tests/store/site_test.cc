#include "store/site.h"

#include <catch2/catch.hpp>

#include "protocol/base/limits.h"
#include "tests/sim/forge.h"

namespace redress::store {
namespace {

using sim::Cut;
using sim::Node;
using sim::Pair;

const std::vector<casework::FieldText> plain{{"narrative", "The counter closed early."}};

// A pair without a line, for what a site does by itself.
struct Alone {
  explicit Alone(std::uint64_t seed) : pair{seed} { pair.cut(Cut::both); }
  [[nodiscard]] Node& node() { return pair.branch(); }
  [[nodiscard]] std::variant<Append, Appended> made(std::string_view key) {
    auto out = node().desk->register_case({StaffId{1}, key, plain, pair.now(node()).wall});
    REQUIRE(out.has_value());
    return std::move(*out);
  }
  Pair pair;
};

std::size_t rows_of(Node& node, Table table) { return node.truth.rows(table).size(); }

}  // namespace

TEST_CASE("Site: a new store gets an epoch of its own, and keeps it") {
  Alone one{120};
  const Epoch epoch = one.node().site->epoch();
  CHECK(epoch != Epoch{});
  one.node().start();
  CHECK(one.node().site->epoch() == epoch);
  Alone other{121};
  CHECK(other.node().site->epoch() != epoch);
}

TEST_CASE("Site: another site's or network's store is refused, and one under another key is damaged") {
  Alone one{122};
  SiteOptions options = one.node().options();
  options.site = SiteId{9};
  CHECK(Site::open(one.node().truth, options, one.node().random).error().code == Code::bad_config);
  options = one.node().options();
  options.domain.network.bytes[0] ^= std::byte{1};
  CHECK(Site::open(one.node().truth, options, one.node().random).error().code == Code::bad_config);
  options = one.node().options();
  options.kek.bytes()[0] ^= std::byte{1};
  CHECK(Site::open(one.node().truth, options, one.node().random).error().code == Code::damaged);
}

TEST_CASE("Site: appended entries chain in the journal and in the ledger, and are there after a crash") {
  Alone one{123};
  for (int i = 1; i <= 3; ++i) REQUIRE(one.pair.register_case(one.node(), "desk/" + std::to_string(i)).has_value());
  const Site& site = *one.node().site;
  const journal::Mark head = *site.mark_of(site.journal());
  const journal::LedgerMark ledger = site.ledger();
  CHECK(head.seq == Seq{3});
  CHECK(ledger.position == Position{3});
  CHECK(site.checkpoint_at(site.journal(), Seq{3})->mark == head);
  one.pair.crash(one.node());
  CHECK(one.node().site->mark_of(one.node().site->journal()) == head);
  CHECK(one.node().site->ledger() == ledger);
  CHECK(one.node().site->last_serial() == 3);
  CHECK(sim::lines_of(one.pair.judge(false)) == "");
}

TEST_CASE("Site: two appends of one key in one commit act once") {
  Alone one{124};
  const Append append = std::get<Append>(one.made("desk/1"));
  const auto outcomes = one.node().site->commit({append, append}, WallTime{});
  REQUIRE(outcomes.size() == 2);
  const auto& first = std::get<Appended>(*outcomes[0]);
  const auto& second = std::get<Appended>(*outcomes[1]);
  CHECK_FALSE(first.repeated);
  CHECK(second.repeated);
  CHECK(first.identity == second.identity);
  CHECK(rows_of(one.node(), Table::entries) == 1);
}

TEST_CASE("Site: who appended is told by the place of the piece, of what was carried out and of nothing else") {
  Alone one{127};
  Node& node = one.node();
  const Append first = std::get<Append>(one.made("desk/1"));
  Append other = first;
  other.request = {};
  const std::vector<Work> work{Notice{Code::damaged, "n"}, first, other, first, std::get<Append>(one.made("desk/2"))};
  std::map<std::size_t, Digest> told;
  const auto tell = [&](std::size_t piece, const Appended& appended) {
    CHECK(told.emplace(piece, appended.identity).second);
    // It is durable by now, and the site does not go by it yet.
    CHECK(rows_of(node, Table::entries) == 2);
    CHECK(node.site->ledger().position == Position{});
  };
  const auto outcomes = node.site->commit(work, WallTime{}, tell);
  REQUIRE(told.size() == 3);
  for (const std::size_t piece : {1U, 3U, 4U}) CHECK(told.at(piece) == std::get<Appended>(*outcomes[piece]).identity);
  CHECK(outcomes[2].error().code == Code::key_reused);
  told.clear();
  REQUIRE(node.site->commit({Notice{Code::damaged, "m"}}, WallTime{1'000}, tell).front().has_value());
  CHECK(told.empty());
  // Nothing of it is told of a commit that failed.
  node.truth.fail_commit(Code::store_full);
  CHECK_FALSE(node.site->commit({std::get<Append>(one.made("desk/3"))}, WallTime{2'000}, tell).front().has_value());
  CHECK(told.empty());
}

TEST_CASE("Site: under load nobody is told ahead; a clock that is put back is no load") {
  Alone one{128};
  std::size_t told = 0;
  auto appended_at = [&, n = 0](std::int64_t ms) mutable {
    const std::size_t before = told;
    const Append append = std::get<Append>(one.made("desk/" + std::to_string(++n)));
    const auto outcomes =
        one.node().site->commit({append}, WallTime{ms}, [&](std::size_t, const Appended&) { ++told; });
    CHECK(outcomes.front().has_value());
    return told > before;
  };
  CHECK(appended_at(1'000));
  CHECK_FALSE(appended_at(1'000 + Site::quiet_ms - 1));
  CHECK_FALSE(appended_at(1'000 + Site::quiet_ms));
  CHECK(appended_at(1'000 + 2 * Site::quiet_ms));
  CHECK(appended_at(500));
  CHECK_FALSE(appended_at(501));
}

TEST_CASE("Site: more entries than a transaction takes are carried out in several, each piece once") {
  for (const std::size_t over : {0U, 1U}) {
    Alone one{119};
    Node& node = one.node();
    std::vector<Work> work;
    for (std::size_t i = 0; i < limits::commit_entries_max + over; ++i)
      work.emplace_back(std::get<Append>(one.made("desk/" + std::to_string(i))));
    const std::size_t before = node.truth.commits().size();
    std::set<std::size_t> told;
    const auto outcomes = node.site->commit(
        work, WallTime{}, [&](std::size_t piece, const Appended&) { CHECK(told.insert(piece).second); });
    CHECK(told.size() == limits::commit_entries_max);  // what comes at once after it is a load
    REQUIRE(outcomes.size() == work.size());
    CHECK(std::all_of(outcomes.begin(), outcomes.end(), [](const auto& outcome) { return outcome.has_value(); }));
    CHECK(node.truth.commits().size() == before + 1 + over);
    CHECK(rows_of(node, Table::entries) == work.size());
    CHECK(node.site->mark_of(node.site->journal())->seq == Seq{work.size()});
  }
}

TEST_CASE("Site: a key used again for something else is refused, after a restart too") {
  Alone one{125};
  REQUIRE(one.pair.register_case(one.node(), "desk/1").has_value());
  for (const bool restarted : {false, true}) {
    if (restarted) one.node().start();
    const auto refused = one.pair.register_case(one.node(), "desk/1", {{"narrative", "Something else."}});
    REQUIRE_FALSE(refused.has_value());
    CHECK(refused.error().code == Code::key_reused);
    CHECK(refused.error().field == "Idempotency-Key");
    const auto same = one.pair.register_case(one.node(), "desk/1");
    REQUIRE(same.has_value());
    CHECK(same->repeated);
  }
  CHECK(rows_of(one.node(), Table::entries) == 1);
}

TEST_CASE("Site: an act on a case that changed here meanwhile is refused, and the case is shown as it is") {
  Alone one{126};
  const auto opened = one.pair.register_case(one.node(), "desk/1");
  REQUIRE(opened.has_value());
  const auto ask = [&](std::string_view key) {
    auto made = one.node().desk->act(opened->case_id, "replied", {StaffId{}, key, {{"content", "c"}}, WallTime{}});
    REQUIRE(made.has_value());
    return std::get<Append>(*made);
  };
  const Append first = ask("desk/2");
  const Append second = ask("desk/3");
  const auto outcomes = one.node().site->commit({first, second}, WallTime{});
  CHECK(outcomes[0].has_value());
  REQUIRE_FALSE(outcomes[1].has_value());
  CHECK(outcomes[1].error().code == Code::changed);
  CHECK(one.node().site->commit({ask("desk/3")}, WallTime{}).front().has_value());
}

TEST_CASE("Site: what the other end wrote meanwhile does not hinder an act") {
  Pair pair{127};
  const auto opened = pair.register_case(pair.branch(), "desk/1");
  REQUIRE(pair.drive_bounded());
  auto made =
      pair.branch().desk->act(opened->case_id, "replied", {StaffId{}, "desk/2", {{"content", "c"}}, WallTime{}});
  REQUIRE(made.has_value());
  REQUIRE(pair.dispose(opened->case_id, "ho/1").has_value());
  REQUIRE(pair.drive_bounded());
  CHECK(pair.branch().site->commit({std::get<Append>(*made)}, WallTime{}).front().has_value());
}

TEST_CASE("Site: a failed commit leaves memory and store as they were, at every write") {
  for (const Code code : {Code::store_full, Code::io}) {
    Alone one{128};
    REQUIRE(one.pair.register_case(one.node(), "desk/1").has_value());
    const auto image = one.node().truth.snapshot();
    const journal::Mark head = *one.node().site->mark_of(one.node().site->journal());
    one.node().truth.fail_commit(code);
    const auto refused = one.pair.register_case(one.node(), "desk/2");
    REQUIRE_FALSE(refused.has_value());
    CHECK(refused.error().code == code);
    CHECK(one.node().truth.snapshot() == image);
    CHECK(one.node().site->mark_of(one.node().site->journal()) == head);
    CHECK(one.node().site->ledger().position == Position{1});
    CHECK(one.pair.register_case(one.node(), "desk/2").has_value());
    CHECK(sim::lines_of(one.pair.judge(false)) == "");
  }
}

TEST_CASE("Site: an Accept that does not fit is a hole, and stores nothing") {
  Pair pair{129};
  REQUIRE(pair.register_case(pair.branch(), "desk/1").has_value());
  REQUIRE(pair.drive_bounded());
  sync::Accept accept;
  accept.stream = pair.branch().site->journal();
  const auto image = pair.gateway().truth.snapshot();
  CHECK(pair.gateway().site->commit({accept}, WallTime{}).front().error().code == Code::hole);
  CHECK(pair.gateway().truth.snapshot() == image);
}

TEST_CASE("Site: receipts name what is durable, and are kept at both ends") {
  Pair pair{130};
  for (int i = 1; i <= 3; ++i) REQUIRE(pair.register_case(pair.branch(), "desk/" + std::to_string(i)).has_value());
  REQUIRE(pair.drive_bounded());
  const StreamName journal = pair.branch().site->journal();
  const auto given = pair.gateway().site->last_receipt(journal);
  const auto held = pair.branch().site->last_receipt(journal);
  REQUIRE(given.has_value());
  CHECK(given == held);
  CHECK(given->to == *pair.branch().site->mark_of(journal));
  CHECK(journal::holds(sim::sim_domain(), pair.gateway().keys.signing.public_key, *given));
  CHECK(pair.branch().site->receipted(journal) == Seq{3});
}

TEST_CASE("Site: reads a range within its bounds, at least one entry") {
  Alone one{131};
  for (int i = 1; i <= 5; ++i) REQUIRE(one.pair.register_case(one.node(), "desk/" + std::to_string(i)).has_value());
  const Site& site = *one.node().site;
  CHECK(site.read({site.journal(), Seq{1}, 3, SIZE_MAX, head_office, false}).items.size() == 3);
  CHECK(site.read({site.journal(), Seq{4}, 256, SIZE_MAX, head_office, false}).items.size() == 2);
  const sync::Outgoing one_only = site.read({site.journal(), Seq{2}, 256, 1, head_office, false});
  CHECK(one_only.items.size() == 1);
  CHECK(one_only.last.seq == Seq{2});
  CHECK(one_only.grants.size() == 1);
  CHECK(site.read({site.journal(), Seq{6}, 256, SIZE_MAX, head_office, false}).items.empty());
  CHECK(site.read({journal_of(SiteId{99}, Epoch{1}), Seq{1}, 256, SIZE_MAX, head_office, false}).items.empty());
}

TEST_CASE("Site: what stands before a damaged entry still goes out") {
  Alone one{132};
  for (int i = 1; i <= 3; ++i) REQUIRE(one.pair.register_case(one.node(), "desk/" + std::to_string(i)).has_value());
  one.node().truth.rows(Table::entries).at(copy_of(key_of(Position{3}))).back() ^= std::byte{1};
  const Site& site = *one.node().site;
  CHECK(site.read({site.journal(), Seq{1}, 256, SIZE_MAX, head_office, false}).items.size() == 2);
}

TEST_CASE("Site: head office, which reads no feed, does not look through all those that it writes") {
  // Rows that count how often they are asked for.
  class Counted final : public Reading {
   public:
    explicit Counted(const Reading& rows) : rows_{rows} {}
    std::optional<Bytes> get(Table table, ByteView key) const override {
      ++asked;
      return rows_.get(table, key);
    }
    void scan(Table table, ByteView from, const std::function<bool(ByteView, ByteView)>& visit) const override {
      ++asked;
      rows_.scan(table, from, visit);
    }
    std::optional<Row> last_below(Table table, ByteView bound) const override {
      ++asked;
      return rows_.last_below(table, bound);
    }
    mutable int asked = 0;

   private:
    const Reading& rows_;
  };
  Pair pair{sim::PairOptions{117, 2}};
  const auto opened = pair.register_case(pair.branch(), "desk/1", plain);
  REQUIRE(opened.has_value());
  REQUIRE(pair.drive_bounded());
  REQUIRE(pair.dispose(opened->case_id, "ho/1").has_value());
  REQUIRE(pair.drive_bounded());
  const auto seen_at = [&](Node& node, int asked) {
    std::optional<journal::Seen> seen;
    REQUIRE(node.truth
                .view([&](const Reading& store) -> Status {
                  const Counted counted{store};
                  seen = feed_seen(counted, RowCheck{node.options().kek}, node.id);
                  CHECK(counted.asked == asked);
                  return Done{};
                })
                .has_value());
    return seen;
  };
  CHECK_FALSE(seen_at(pair.gateway(), 0).has_value());
  CHECK(seen_at(pair.branch(), 1)->seq == Seq{1});
}

TEST_CASE("Site: standing only grows, and the feed gives each entry to each reader once") {
  Pair pair{sim::PairOptions{133, 3}};
  const auto opened = pair.register_case(pair.branch(0), "desk/1");
  REQUIRE(pair.drive_bounded());
  const CaseId id = opened->case_id;
  for (const char* unit : {"3", "4", "3", "2"}) {
    REQUIRE(pair.act(pair.gateway(), id, "handed_over", std::string{"ho/"} + unit + std::to_string(pair.told().size()),
                     {{"unit", unit}})
                .has_value());
    REQUIRE(pair.drive_bounded());
  }
  for (std::size_t i = 0; i < 3; ++i) CHECK(pair.branch(i).file_of(id)->told.size() == 5);
  CHECK(sim::lines_of(pair.judge()) == "");
}

TEST_CASE("Site: who stands in a case is fed its opening, although damage has emptied the case's list") {
  Pair pair{sim::PairOptions{134, 2}};
  Node& office = pair.gateway();
  Node& other = pair.branch(1);
  REQUIRE(pair.drive_bounded());
  pair.cut(Cut::both);
  const auto opened = pair.register_case(pair.branch(0), "desk/1");
  REQUIRE(opened.has_value());
  // What is left of a case all of whose entries were damaged and taken out of its list: the standing in it.
  REQUIRE(office.truth
              .update([&](Writing& store) -> Status {
                Writer since;
                since.u64(1);
                RowCheck{office.options().kek}.put(store, Table::standing, key_of(opened->case_id, other.id),
                                                   since.take());
                return Done{};
              })
              .has_value());
  pair.cut(Cut::none);
  REQUIRE(pair.drive_bounded());
  const auto file = other.file_of(opened->case_id);
  REQUIRE(file.has_value());
  CHECK(file->told.size() == 1);
}

TEST_CASE("Site: a second opening of a case is kept and receipted, and takes nothing over") {
  Pair pair{sim::PairOptions{172, 2}};
  const auto opened = pair.register_case(pair.branch(0), "desk/1");
  REQUIRE(opened.has_value());
  REQUIRE(pair.drive_bounded());
  REQUIRE(pair.act(pair.gateway(), opened->case_id, "handed_over", "ho/1", {{"unit", "3"}}).has_value());
  REQUIRE(pair.drive_bounded());
  sim::Node& thief = pair.branch(1);
  const casework::KindRow& row = pair.kinds().opening();
  std::optional<crypto::CaseKey> key;
  REQUIRE(thief.truth
              .view([&](const Reading& store) -> Status {
                key = key_in(store, thief.options(), opened->case_id, KeyId{});
                return Done{};
              })
              .has_value());
  REQUIRE(key.has_value());
  Append append;
  append.what = thief.file_of(opened->case_id)->told.front().header.what;
  append.what.author = thief.id;
  append.what.after.clear();
  append.what.to = {thief.id};
  append.what.command.bytes.fill(std::byte{7});
  append.what.key = key->id;
  crypto::Sealer sealer{thief.random};
  const auto event = casework::parse_event(row, {{"narrative", "mine"}});
  const auto body = sealer.seal(*key, journal::associated_data(thief.options().domain, append.what),
                                *casework::encode_event(row, *event));
  REQUIRE(body.has_value());
  append.body = *body;
  append.shown = thief.site->ledger().position;
  REQUIRE(thief.site->commit({append}, WallTime{}).front().has_value());
  REQUIRE(pair.drive_bounded());
  CHECK(thief.site->receipted(thief.site->journal()) == thief.site->mark_of(thief.site->journal())->seq);
  const auto file = pair.gateway().file_of(opened->case_id);
  REQUIRE(file.has_value());
  CHECK(file->told.size() == 2);
  CHECK(file->view.state.registrar == pair.branch(0).id);
  CHECK(file->view.state.handler == thief.id);  // as head office said
}

TEST_CASE("Site: a case takes so many entries and no more, those that were shown and those that came since") {
  Pair pair{135};
  sim::Node& node = pair.branch();
  const auto opened = pair.register_case(node, "desk/1");
  REQUIRE(opened.has_value());
  const auto outcome_of = [&](std::size_t entries_shown, Position shown) {
    const std::string key = "desk/" + std::to_string(node.site->ledger().position.value()) + "/" +
                            std::to_string(entries_shown) + "/" + std::to_string(shown.value());
    auto made = node.desk->act(opened->case_id, "replied", {StaffId{7}, key, {{"content", "told"}}, WallTime{}});
    REQUIRE(made.has_value());
    Append append = std::get<Append>(std::move(*made));
    append.entries_shown = entries_shown;
    append.shown = shown;
    const auto outcome = node.site->commit({std::move(append)}, WallTime{}).front();
    return outcome ? std::optional<Code>{} : outcome.error().code;
  };
  const Position head = node.site->ledger().position;
  CHECK(outcome_of(limits::case_entries_max, head) == Code::too_large);
  // The entry behind the place is own, and names the trouble before the count does.
  CHECK(outcome_of(0, Position{}) == Code::changed);
  CHECK_FALSE(outcome_of(limits::case_entries_max - 1, head).has_value());
}

TEST_CASE("Site: tokens are kept by site and epoch") {
  Alone one{134};
  LinkToken token;
  token.bytes[0] = std::byte{1};
  Site& site = *one.node().site;
  REQUIRE(site.commit({sync::KeepTokens{SiteId{2}, Epoch{5}, token, LinkToken{}}}, WallTime{}).front().has_value());
  CHECK(site.tokens(SiteId{2}, Epoch{5}).known == token);
  CHECK(site.tokens(SiteId{2}, Epoch{6}).known.is_zero());
  CHECK(site.tokens(SiteId{3}, Epoch{5}).known.is_zero());
}

TEST_CASE("Site: who was fed is told once") {
  Pair pair{135};
  const auto opened = pair.register_case(pair.branch(), "desk/1");
  REQUIRE(pair.drive_bounded());
  (void)pair.gateway().site->take_fed();
  REQUIRE(pair.dispose(opened->case_id, "ho/1").has_value());
  CHECK(pair.gateway().site->take_fed() == std::set<SiteId>{SiteId{2}});
  CHECK(pair.gateway().site->take_fed().empty());
}

}  // namespace redress::store
