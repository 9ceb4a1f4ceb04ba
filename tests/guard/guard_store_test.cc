// The promises that a site keeps by itself: room that is kept, damage that stays local, lists that survive a start.
#include <catch2/catch.hpp>

#include "protocol/casework/number.h"
#include "store/follower.h"
#include "tests/sim/forge.h"

namespace redress::sim {
namespace {

std::string key(int row) { return "desk/" + std::to_string(row); }

journal::Receipt receipt_to(Pair& pair, Seq to) {
  Node& node = pair.branch();
  const journal::Mark mark{to, *node.site->digest_at(node.site->journal(), to)};
  return journal::sign(sim_domain(), pair.gateway().signer, {{}, {}, node.site->journal(), Seq{1}, mark, {}, {}, {}});
}

// The next entry of a journal of `author`'s, as head office is asked to store it.
sync::Accept next_of(const Node& author, Epoch epoch, const journal::Mark& start, journal::What what,
                     std::string_view kind) {
  const casework::Kinds kinds{casework::shipped_kinds()};
  what.author = author.id;
  what.kind = kinds.find(kind)->kind;
  const StreamName journal = journal_of(author.id, epoch);
  const Bytes body(40, std::byte{7});  // it need not open
  const std::array<ByteView, 1> whole{ByteView{body}};
  const journal::Header header{{author.id, epoch, start.seq.next(), start.digest},
                               what,
                               static_cast<std::uint32_t>(body.size()),
                               sim_domain().suite->hash(whole)};
  const wire::Item item{journal::encode(header), body};
  const Digest entry = journal::entry_digest(sim_domain(), item.header);
  const journal::Mark head{start.seq.next(), entry};
  return {journal, std::nullopt,
          start,   {{*journal::decode_header(item.header), item, entry, entry}},
          {},      journal::sign(sim_domain(), author.signer, {{}, {}, journal, head, {}, {}, {}})};
}

sync::Accept first_of(const Node& author, Epoch epoch, const journal::What& what, std::string_view kind) {
  return next_of(author, epoch, {Seq{}, journal::genesis(sim_domain(), journal_of(author.id, epoch), std::nullopt)},
                 what, kind);
}

journal::What of_case(const CaseId& id, std::byte command) {
  journal::What what;
  what.case_id = id;
  what.command.bytes.fill(command);
  return what;
}

}  // namespace

TEST_CASE("P6: who comes first does not open what is another's by its id", "[P6]") {
  Pair pair{PairOptions{66, 2}};
  store::Site& centre = *pair.gateway().site;
  const CaseId id = casework::mint_case_id(pair.branch(0).id, WallTime{1}, pair.branch(0).random);
  const auto thief = first_of(pair.branch(1), Epoch{91}, of_case(id, std::byte{1}), "registered");
  const auto owner = first_of(pair.branch(0), Epoch{92}, of_case(id, std::byte{2}), "registered");
  for (const auto& outcome : centre.commit({thief, owner}, WallTime{})) REQUIRE(outcome.has_value());
  const auto file = pair.gateway().file_of(id);
  REQUIRE(file.has_value());
  REQUIRE(file->told.size() == 1);
  CHECK(file->told.front().header.what.author == pair.branch(0).id);
}

TEST_CASE("P6: who claims to know less of its feed than it did is told of, and what it wrote stays", "[P6]") {
  Pair pair{PairOptions{67, 2}};
  store::Site& centre = *pair.gateway().site;
  const Node& author = pair.branch(0);
  const CaseId id = casework::mint_case_id(author.id, WallTime{1}, pair.branch(0).random);
  const StreamName journal = journal_of(author.id, Epoch{91});
  journal::Mark head{Seq{}, journal::genesis(sim_domain(), journal, std::nullopt)};
  // Each in a commit of its own, then two in one; of an epoch of head office's that is not the one now.
  const auto take = [&](const std::vector<std::uint64_t>& seen) {
    std::vector<store::Work> work;
    for (const std::uint64_t place : seen) {
      journal::What what = of_case(id, static_cast<std::byte>(head.seq.value() + 1));
      what.seen = {Epoch{5}, Seq{place}};
      const auto next = next_of(author, Epoch{91}, head, what, head.seq == Seq{} ? "registered" : "started");
      head = next.checkpoint.mark;
      work.emplace_back(next);
    }
    for (const auto& outcome : centre.commit(work, WallTime{})) REQUIRE(outcome.has_value());
  };
  take({4});
  take({7});
  take({7, 9});
  CHECK(centre.alarms().empty());
  take({8});
  REQUIRE(centre.alarms().size() == 1);
  CHECK(centre.alarms().front().site == author.id);
  CHECK(centre.alarms().front().code == Code::bad_value);
  CHECK(centre.alarms().front().what ==
        "an entry claims to know less of its feed than the one before it: seq=5 seen=8 before=9");
  // Once is enough; nothing is held back.
  take({8, 3});
  CHECK(centre.alarms().size() == 1);
  CHECK(pair.gateway().file_of(id)->told.size() == 7);
}

TEST_CASE("P6: who claims to know less of its feed than it has signed for is told of", "[P6]") {
  Pair pair{PairOptions{57, 2}};
  store::Site& centre = *pair.gateway().site;
  const Node& author = pair.branch(0);
  const auto opened = pair.register_case(pair.branch(0), key(1));
  REQUIRE(opened.has_value());
  REQUIRE(pair.drive_bounded());
  pair.cut(Cut::both);
  const CaseId id = opened->case_id;
  const StreamName feed = feed_for(centre.epoch(), author.id);
  journal::Mark head = *centre.mark_of(author.site->journal());
  const auto take = [&](std::string_view kind, std::uint64_t seen, std::int64_t at) {
    journal::What what = of_case(id, static_cast<std::byte>(head.seq.value() + 1));
    what.time = WallTime{at};
    what.seen = {centre.epoch(), Seq{seen}};
    const auto next = next_of(author, author.site->epoch(), head, what, kind);
    head = next.checkpoint.mark;
    REQUIRE(centre.commit({next}, WallTime{}).front().has_value());
  };
  // Head office writes three entries of the case; the author signs for them as they come: after one entry of its own,
  // and after three.
  const auto dispose = [&](int number) {
    const auto told = pair.dispose(id, "ho/" + std::to_string(number));
    INFO((told ? "" : told.error().what));
    REQUIRE(told.has_value());
  };
  const auto sign_for = [&](std::uint64_t place, std::uint64_t ledger, std::int64_t at) {
    const journal::Mark to{Seq{place}, *centre.digest_at(feed, Seq{place})};
    const auto receipt = journal::sign(sim_domain(), author.signer,
                                       {{}, {}, feed, Seq{1}, to, WallTime{at}, {Position{ledger}, {}}, {}});
    REQUIRE(centre.commit({sync::KeepReceipt{receipt}}, WallTime{}).front().has_value());
  };
  for (int i = 1; i <= 3; ++i) dispose(i);
  REQUIRE(centre.mark_of(feed)->seq == Seq{3});
  sign_for(2, 3, 100'000);
  take("started", 2, 200'000);
  take("replied", 2, 300'000);
  sign_for(3, 6, 400'000);
  // It was on its way already, or its author made it a moment before it signed.
  take("replied", 2, 459'999);
  CHECK(centre.alarms().empty());
  take("replied", 2, 460'000);
  REQUIRE(centre.alarms().size() == 1);
  CHECK(centre.alarms().front().site == author.id);
  CHECK(centre.alarms().front().code == Code::bad_value);
  CHECK(centre.alarms().front().what ==
        "an entry claims to know less of its feed than its author had signed for: seq=5 seen=2 signed for=3");
  CHECK(pair.gateway().file_of(id)->told.size() == 8);
}

TEST_CASE("P9: an act that comes back before its opening counts with it", "[P9]") {
  Pair pair{PairOptions{97, 2}};
  store::Site& centre = *pair.gateway().site;
  const CaseId id = casework::mint_case_id(pair.branch(0).id, WallTime{1}, pair.branch(0).random);
  const auto act = first_of(pair.branch(0), Epoch{91}, of_case(id, std::byte{1}), "started");
  const auto opening = first_of(pair.branch(0), Epoch{92}, of_case(id, std::byte{2}), "registered");
  for (const auto& outcome : centre.commit({act, opening}, WallTime{})) REQUIRE(outcome.has_value());
  const auto file = pair.gateway().file_of(id);
  REQUIRE(file.has_value());
  CHECK(file->told.size() == 2);
}

TEST_CASE("P10: a full store still keeps receipts and tokens", "[P10]") {
  Pair pair{101};
  pair.cut(Cut::both);
  Node& node = pair.branch();
  node.truth.set_limit(500'000);
  std::optional<Code> refused;
  for (int i = 1; i < 2'000 && !refused; ++i) {
    const auto told = pair.register_case(node, key(i));
    if (!told) refused = told.error().code;
  }
  CHECK(refused == Code::store_full);
  for (std::uint64_t to = 1; to <= 25; ++to) {
    const std::vector<store::Work> kept{sync::KeepReceipt{receipt_to(pair, Seq{to})},
                                        sync::KeepTokens{node.id, node.site->epoch(), LinkToken{}, LinkToken{}}};
    for (const auto& outcome : node.site->commit(kept, WallTime{})) CHECK(outcome.has_value());
  }
  CHECK(node.site->receipted(node.site->journal()) == Seq{25});
  CHECK(lines_of(pair.judge(false)).find("P1 site 2: entry") == std::string::npos);
}

TEST_CASE("P10: a full store keeps no evidence of forks, however often a site forks; with room it does", "[P10]") {
  Pair pair{104};
  pair.cut(Cut::both);
  Node& office = pair.gateway();
  const Node& liar = pair.branch();
  office.truth.set_limit(200'000);
  std::optional<Code> refused;
  for (int i = 1; i < 2'000 && !refused; ++i) {
    const auto told = pair.register_case(office, key(i));
    if (!told) refused = told.error().code;
  }
  REQUIRE(refused == Code::store_full);
  const auto fork_into = [&](Epoch epoch) {
    const journal::Mark last{Seq{1}, Digest{}};
    const StreamName left = journal_of(liar.id, Epoch{1});
    return sync::KeepWord{journal_of(liar.id, epoch),
                          journal::sign(sim_domain(), liar.signer, {{}, {}, left, last, {}, {}, {}})};
  };
  const std::uint64_t used = office.truth.space().used_bytes;
  for (std::uint64_t epoch = 100; epoch < 400; ++epoch) {
    // Nothing is wrong with the step that it comes with: only this is left out.
    for (const auto& outcome : office.site->commit({fork_into(Epoch{epoch})}, WallTime{})) REQUIRE(outcome.has_value());
  }
  REQUIRE(office.truth.space().used_bytes == used);
  CHECK(office.site->alarms().empty());
  CHECK_FALSE(office.site->checkpoint_at(journal_of(liar.id, Epoch{100}), Seq{}).has_value());

  office.truth.set_limit(400'000);
  const sync::KeepWord kept = fork_into(Epoch{100});
  for (const auto& outcome : office.site->commit({kept}, WallTime{})) REQUIRE(outcome.has_value());
  const auto word = office.site->checkpoint_at(kept.journal, Seq{});
  REQUIRE(word.has_value());
  CHECK(journal::encode(*word) == journal::encode(kept.word));
  REQUIRE(office.site->alarms().size() == 1);
  CHECK(office.site->alarms().front().code == Code::fork);
  CHECK(office.site->alarms().front().what == "the site's store was restored or copied: it goes on in epoch=100");
}

TEST_CASE("P11: a damaged entry hides nothing else of its case", "[P11]") {
  Pair pair{111};
  Node& node = pair.branch();
  const auto opened = pair.register_case(node, key(1));
  REQUIRE(opened.has_value());
  REQUIRE(pair.act(node, opened->case_id, "started", key(2), {}).has_value());
  REQUIRE(pair.act(node, opened->case_id, "replied", key(3), {{"content", "Done."}}).has_value());
  node.truth.rows(store::Table::entries).at(copy_of(store::key_of(Position{2}))).back() ^= std::byte{1};
  const auto file = node.file_of(opened->case_id);
  REQUIRE(file.has_value());
  CHECK(file->told.size() == 2);
}

TEST_CASE("P11: work that cannot be done takes no other along", "[P11]") {
  Pair pair{112};
  pair.cut(Cut::both);
  Node& node = pair.branch();
  const auto made = node.desk->register_case({StaffId{}, key(1), {{"narrative", "x"}}, WallTime{}});
  REQUIRE(made.has_value());
  sync::Accept misplaced;
  misplaced.stream = feed_for(Epoch{9}, node.id);
  misplaced.before.seq = Seq{5};
  const auto outcomes = node.site->commit({std::get<store::Append>(*made), misplaced}, WallTime{});
  REQUIRE(outcomes.size() == 2);
  CHECK(outcomes[0].has_value());
  REQUIRE_FALSE(outcomes[1].has_value());
  CHECK(outcomes[1].error().code == Code::hole);
}

TEST_CASE("P14: an older receipt takes nothing back", "[P14]") {
  Pair pair{141};
  pair.cut(Cut::both);
  Node& node = pair.branch();
  for (int i = 1; i <= 3; ++i) REQUIRE(pair.register_case(node, key(i)).has_value());
  for (const Seq to : {Seq{3}, Seq{1}}) {
    REQUIRE(node.site->commit({sync::KeepReceipt{receipt_to(pair, to)}}, WallTime{}).front().has_value());
  }
  CHECK(node.site->receipted(node.site->journal()) == Seq{3});
  node.start();
  CHECK(node.site->receipted(node.site->journal()) == Seq{3});
}

TEST_CASE("P14: a list is there at once after a start", "[P14]") {
  Pair pair{142};
  Node& node = pair.branch();
  const auto opened = pair.register_case(node, key(1));
  REQUIRE(opened.has_value());
  REQUIRE(pair.drive_bounded());
  REQUIRE(pair.dispose(opened->case_id, "ho/1").has_value());
  REQUIRE(pair.drive_bounded());
  MemoryTruth views_truth;
  store::Catalogue catalogue;
  const store::Views views{views_truth, sim_domain(), node.keys.views, catalogue};
  const auto shown = [&] {
    const auto page = views.list({}, store::Sorted::newest, {}, 10);
    REQUIRE(page.has_value());
    return page->cases.empty() ? Kind{} : page->cases.front().state;
  };
  const auto make = [&] {
    return std::make_unique<store::Follower>(node.truth, views_truth, node.options(), node.site->epoch(),
                                             node.keys.views, pair.kinds(), node.random,
                                             store::Keeps{nullptr, &catalogue});
  };
  auto follower = make();
  REQUIRE(follower->open().has_value());
  REQUIRE(follower->advance(100).has_value());
  REQUIRE(shown() == pair.kinds().find("disposed")->kind);
  follower.reset();
  follower = make();
  REQUIRE(follower->open().has_value());
  CHECK(shown() == pair.kinds().find("disposed")->kind);
}

}  // namespace redress::sim
