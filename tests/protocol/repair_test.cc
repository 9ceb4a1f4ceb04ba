// What was restored, copied or lost is found out, and what all lines wrote counts once (P8, P9; D9, D10, D28).
#include <catch2/catch.hpp>

#include "protocol/base/limits.h"
#include "tests/sim/forge.h"

namespace redress::sim {
namespace {

using Image = MemoryTruth::Image;

void registered(Pair& pair, Node& node, const std::string& key) { REQUIRE(pair.register_case(node, key).has_value()); }

// A talking pair that has a case from each branch, at head office.
std::unique_ptr<Pair> talking(std::uint64_t seed, std::size_t branches = 1, bool chained = false) {
  auto pair = std::make_unique<Pair>(PairOptions{seed, branches, chained});
  for (std::size_t i = 0; i < branches; ++i) registered(*pair, pair->branch(i), "first/" + std::to_string(i));
  REQUIRE(pair->drive_bounded());
  pair->drive(3'000);
  return pair;
}

CaseId case_of(const Pair& pair, std::size_t told) { return pair.told().at(told).appended.case_id; }

std::size_t cases_at(Node& node) {
  std::set<CaseId> seen;
  for (const store::StoredEntry& entry : entries_in(node.truth)) seen.insert(entry.header.what.case_id);
  std::size_t count = 0;
  for (const CaseId& id : seen) count += node.file_of(id).has_value() ? 1 : 0;
  return count;
}

void check_whole(Pair& pair, std::int64_t ms = 200'000) {
  const bool level = pair.drive_bounded(ms);
  const auto broken = pair.judge(level);
  INFO(lines_of(broken));
  CHECK(broken.empty());
  CHECK(level);
}

}  // namespace

TEST_CASE("Repair: a store restored from an old image goes on in a new epoch and gets back what it lost", "[P8]") {
  auto pair = talking(300);
  const Image image = pair->branch().truth.snapshot();
  for (int i = 0; i < 3; ++i) registered(*pair, pair->branch(), "lost/" + std::to_string(i));
  REQUIRE(pair->drive_bounded());
  const Epoch before = pair->branch().site->epoch();
  pair->restore(pair->branch(), image);
  CHECK(cases_at(pair->branch()) == 1);
  check_whole(*pair);
  CHECK(pair->branch().site->epoch() != before);
  CHECK(cases_at(pair->branch()) == 4);
  CHECK(cases_at(pair->gateway()) == 4);
  CHECK(event_of(pair->branch(), sync::Happening::renewed) != nullptr);
  REQUIRE(pair->branch().site->alarms().size() == 1);
  CHECK(pair->branch().site->alarms().front().code == Code::old_image);
}

TEST_CASE("Repair: what was written on the old image before anybody noticed counts too, once", "[P8][P3]") {
  auto pair = talking(301);
  const Image image = pair->branch().truth.snapshot();
  for (int i = 0; i < 3; ++i) registered(*pair, pair->branch(), "lost/" + std::to_string(i));
  REQUIRE(pair->drive_bounded());
  pair->cut(Cut::both);
  pair->restore(pair->branch(), image);
  for (int i = 0; i < 5; ++i) registered(*pair, pair->branch(), "again/" + std::to_string(i));
  REQUIRE(pair->act(pair->branch(), case_of(*pair, 0), "started", "act/1", {{"handler", "Li"}}).has_value());
  pair->cut(Cut::none);
  check_whole(*pair);
  CHECK(cases_at(pair->branch()) == 9);
  CHECK(cases_at(pair->gateway()) == 9);
  // The same command again is known by its entry, wherever that stands now.
  const auto again = pair->register_case(pair->branch(), "again/0");
  REQUIRE(again.has_value());
  CHECK(again->repeated);
  const auto lost = pair->register_case(pair->branch(), "lost/0");
  REQUIRE(lost.has_value());
  CHECK(lost->repeated);
}

// Head office cannot see it in the hello, which names more than it holds: the welcome shows it to the branch, and the
// search takes longer than a silence is borne.
TEST_CASE("Repair: a fork that the welcome shows is mended on a line with a second of delay", "[P8]") {
  auto pair = talking(317);
  const Image image = pair->branch().truth.snapshot();
  for (int i = 0; i < 14; ++i) registered(*pair, pair->branch(), "lost/" + std::to_string(i));
  REQUIRE(pair->drive_bounded());
  pair->drive(3'000);
  pair->cut(Cut::both);
  pair->restore(pair->branch(), image);
  for (int i = 0; i < 20; ++i) registered(*pair, pair->branch(), "again/" + std::to_string(i));
  pair->drive(20'000);
  pair->gateway().events.clear();
  pair->weather.delay_ms = 1'000;
  pair->cut(Cut::none);
  while (event_of(pair->branch(), sync::Happening::renewed) == nullptr) {
    pair->step();
    REQUIRE(refused_with(pair->gateway()) == std::nullopt);
    REQUIRE(event_of(pair->gateway(), sync::Happening::down) == nullptr);
  }
  CHECK(pair->served()->state() == sync::GatewaySession::State::up);
  check_whole(*pair);
  CHECK(cases_at(pair->gateway()) == 35);
}

TEST_CASE("Repair: an image with an equal head is told by its link token, and loses nothing", "[P8]") {
  auto pair = talking(302);
  const Image image = pair->branch().truth.snapshot();
  pair->crash(pair->branch());
  REQUIRE(pair->drive_bounded());
  pair->drive(5'000);
  const Epoch before = pair->branch().site->epoch();
  pair->restore(pair->branch(), image);
  registered(*pair, pair->branch(), "after/1");
  check_whole(*pair);
  CHECK(pair->branch().site->epoch() != before);
  CHECK(cases_at(pair->gateway()) == 2);
}

TEST_CASE("Repair: a store that begins anew gets back all that its site wrote", "[P8]") {
  auto pair = talking(303);
  REQUIRE(pair->dispose(case_of(*pair, 0), "ho/1").has_value());
  REQUIRE(pair->drive_bounded());
  pair->restore(pair->branch(), {});
  registered(*pair, pair->branch(), "new/1");
  check_whole(*pair);
  CHECK(cases_at(pair->branch()) == 2);
  const auto file = pair->branch().file_of(case_of(*pair, 0));
  REQUIRE(file.has_value());
  CHECK(file->view.state.disposed.has_value());
}

TEST_CASE("Repair: restored twice, and once more", "[P8]") {
  auto pair = talking(304);
  std::vector<Image> images;
  for (int round = 0; round < 3; ++round) {
    images.push_back(pair->branch().truth.snapshot());
    registered(*pair, pair->branch(), "round/" + std::to_string(round));
    REQUIRE(pair->drive_bounded());
    pair->restore(pair->branch(), images.front());
    registered(*pair, pair->branch(), "other/" + std::to_string(round));
    check_whole(*pair);
  }
  CHECK(cases_at(pair->gateway()) == 7);
  CHECK(cases_at(pair->branch()) == 7);
}

TEST_CASE("Repair: a store with more epochs than a frame can name still talks") {
  auto pair = talking(315);
  Node& node = pair->branch();
  for (std::size_t i = 0; i < limits::hello_journals_max + 10; ++i) {
    registered(*pair, node, "epoch/" + std::to_string(i));
    const StreamName journal = node.site->journal();
    const std::vector<store::Work> renew{sync::RenewJournal{journal, *node.site->mark_of(journal), Code::old_image}};
    REQUIRE(node.site->commit(renew, WallTime{}).front().has_value());
    pair->crash(node);
    if (i % 16 == 0) pair->drive(3'500);
  }
  registered(*pair, node, "last/1");
  CHECK(pair->drive_bounded(120'000));
  CHECK(node.site->own_journals().size() > limits::hello_journals_max);
  CHECK(cases_at(pair->gateway()) == limits::hello_journals_max + 12);
}

TEST_CASE("Repair: two branches that show a loss in one turn make one new epoch", "[P9]") {
  auto pair = talking(316, 2);
  const Epoch before = pair->gateway().site->epoch();
  const auto count = [&] {
    std::set<Epoch> epochs;
    for (const wire::Held& own : pair->gateway().site->own_journals()) epochs.insert(own.head.stream.epoch);
    return epochs.size();
  };
  REQUIRE(count() == 1);
  const sync::RenewOffice renew{SiteId{2}, "shown", {}, {SiteId{2}, SiteId{3}}, {}};
  const std::vector<store::Work> both{renew, renew};
  for (const auto& outcome : pair->gateway().site->commit(both, WallTime{})) CHECK(outcome.has_value());
  CHECK(pair->gateway().site->epoch() != before);
  CHECK(pair->gateway().site->alarms().size() == 1);
  CHECK(count() <= 2);
  // Each feed grows out of the one before, not out of nothing.
  for (const wire::Held& held : pair->gateway().site->streams_of(SiteId{2})) {
    const bool live = held.head.stream == feed_for(pair->gateway().site->epoch(), SiteId{2});
    if (live && pair->gateway().site->mark_of(feed_for(before, SiteId{2}))) CHECK(held.parent.has_value());
  }
}

TEST_CASE("Repair: a gateway rolled back unannounced finds out, takes back what it lost, and goes on", "[P9]") {
  auto pair = talking(305, 2);
  const Image image = pair->gateway().truth.snapshot();
  registered(*pair, pair->branch(0), "later/0");
  REQUIRE(pair->act(pair->gateway(), case_of(*pair, 0), "handed_over", "ho/1", {{"unit", "3"}}).has_value());
  REQUIRE(pair->dispose(case_of(*pair, 1), "ho/2").has_value());
  REQUIRE(pair->drive_bounded());
  REQUIRE(pair->act(pair->branch(1), case_of(*pair, 0), "started", "act/1", {{"handler", "Li"}}).has_value());
  REQUIRE(pair->drive_bounded());
  pair->drive(3'000);
  const Epoch before = pair->gateway().site->epoch();
  pair->restore(pair->gateway(), image);
  check_whole(*pair);
  CHECK(pair->gateway().site->epoch() != before);
  CHECK(event_of(pair->gateway(), sync::Happening::recovering) != nullptr);
  const auto file = pair->gateway().file_of(case_of(*pair, 1));
  REQUIRE(file.has_value());
  CHECK(file->view.state.disposed.has_value());
}

TEST_CASE("Repair: head office writes on its old image before anybody shows it; both lines count", "[P9]") {
  auto pair = talking(306, 2);
  const Image image = pair->gateway().truth.snapshot();
  REQUIRE(pair->dispose(case_of(*pair, 0), "ho/1").has_value());
  REQUIRE(pair->drive_bounded());
  pair->drive(3'000);
  pair->cut_all(Cut::both);
  pair->restore(pair->gateway(), image);
  REQUIRE(pair->act(pair->gateway(), case_of(*pair, 0), "handed_over", "ho/2", {{"unit", "3"}}).has_value());
  REQUIRE(pair->dispose(case_of(*pair, 1), "ho/3").has_value());
  pair->cut_all(Cut::none);
  check_whole(*pair);
  const auto file = pair->gateway().file_of(case_of(*pair, 0));
  REQUIRE(file.has_value());
  CHECK(file->told.size() >= 3);
  CHECK(file->view.state.disposed.has_value());
  CHECK(file->view.state.moved.has_value());
}

TEST_CASE("Repair: a gateway that begins with nothing is refilled by its branches", "[P9]") {
  auto pair = talking(307, 3, true);
  REQUIRE(pair->dispose(case_of(*pair, 0), "ho/1").has_value());
  REQUIRE(pair->act(pair->gateway(), case_of(*pair, 1), "handed_over", "ho/2", {{"unit", "4"}}).has_value());
  REQUIRE(pair->drive_bounded());
  pair->drive(3'000);
  pair->restore(pair->gateway(), {});
  check_whole(*pair);
  CHECK(cases_at(pair->gateway()) == 3);
}

TEST_CASE("Repair: the author's store is gone and only a third site holds the entry", "[P9]") {
  auto pair = talking(308, 2);
  const Image image = pair->gateway().truth.snapshot();
  REQUIRE(pair->act(pair->branch(0), case_of(*pair, 0), "handed_over", "act/1", {{"unit", "1"}}).has_value());
  REQUIRE(pair->drive_bounded());
  REQUIRE(pair->act(pair->gateway(), case_of(*pair, 0), "handed_over", "ho/1", {{"unit", "3"}}).has_value());
  REQUIRE(pair->drive_bounded());
  pair->drive(3'000);
  // Its author is re-installed while it is cut off; head office falls back.
  pair->cut(Cut::both, 0);
  pair->restore(pair->branch(0), {});
  pair->restore(pair->gateway(), image);
  pair->drive(60'000);
  const auto file = pair->gateway().file_of(case_of(*pair, 0));
  REQUIRE(file.has_value());
  CHECK(file->told.size() == 3);
  pair->cut(Cut::none, 0);
  REQUIRE(pair->drive_bounded(200'000));
  const auto back = pair->branch(0).file_of(case_of(*pair, 0));
  REQUIRE(back.has_value());
  CHECK(portrait(*back) == portrait(*pair->gateway().file_of(case_of(*pair, 0))));
}

TEST_CASE("Repair: branch and gateway are both restored", "[P9]") {
  auto pair = talking(309, 2);
  const Image branch = pair->branch(0).truth.snapshot();
  const Image office = pair->gateway().truth.snapshot();
  for (int i = 0; i < 2; ++i) registered(*pair, pair->branch(0), "lost/" + std::to_string(i));
  REQUIRE(pair->act(pair->branch(0), case_of(*pair, 2), "handed_over", "act/1", {{"unit", "1"}}).has_value());
  REQUIRE(pair->drive_bounded());
  REQUIRE(pair->act(pair->gateway(), case_of(*pair, 2), "handed_over", "ho/1", {{"unit", "3"}}).has_value());
  REQUIRE(pair->drive_bounded());
  pair->drive(3'000);
  pair->cut_all(Cut::both);
  pair->restore(pair->branch(0), branch);
  pair->restore(pair->gateway(), office);
  registered(*pair, pair->branch(0), "new/0");
  pair->cut_all(Cut::none);
  REQUIRE(pair->drive_bounded(200'000));
  // The third site had the handed-over case; nobody had the other.
  const auto third = pair->branch(1).file_of(case_of(*pair, 2));
  REQUIRE(third.has_value());
  for (Node* node : {&pair->gateway(), &pair->branch(0)}) {
    INFO("site " << node->id.value());
    const auto file = node->file_of(case_of(*pair, 2));
    REQUIRE(file.has_value());
    CHECK(portrait(*file) == portrait(*third));
    CHECK(cases_at(*node) >= 3);
  }
  CHECK(cases_at(pair->gateway()) == 4);  // two first, the handed-over one, the new one
}

TEST_CASE("Repair: what rests on a returned entry waits for it, however the line loses frames", "[P9]") {
  auto pair = talking(314, 2);
  const Image image = pair->gateway().truth.snapshot();
  REQUIRE(pair->act(pair->gateway(), case_of(*pair, 0), "handed_over", "ho/1", {{"unit", "3"}}).has_value());
  REQUIRE(pair->drive_bounded());
  // Nobody but the branch itself brings the entry that gave it standing, or what it wrote then.
  pair->cut(Cut::both, 0);
  REQUIRE(pair->act(pair->branch(1), case_of(*pair, 0), "started", "act/1", {{"handler", "Li"}}).has_value());
  pair->drive(10'000);
  bool lost = false;
  pair->tap = [&](SiteId from, Bytes& frame) {
    const auto decoded = wire::decode(frame);
    const auto* batch = from == SiteId{3} && decoded ? std::get_if<wire::Batch>(&*decoded) : nullptr;
    const bool returned = batch != nullptr && batch->stream.owner == head_office;
    return !returned || std::exchange(lost, true);
  };
  pair->restore(pair->gateway(), image);
  pair->drive(30'000);
  CHECK(lost);
  pair->cut(Cut::none, 0);
  check_whole(*pair);
}

TEST_CASE("Repair: a reader behind the place where head office fell back finishes the parent feed first", "[P9]") {
  auto pair = talking(310, 2);
  pair->cut(Cut::both, 1);
  REQUIRE(pair->dispose(case_of(*pair, 1), "ho/1").has_value());
  REQUIRE(pair->drive_bounded(5'000) == false);
  const Image image = pair->gateway().truth.snapshot();
  REQUIRE(pair->dispose(case_of(*pair, 0), "ho/2").has_value());
  pair->drive(10'000);
  pair->restore(pair->gateway(), image);
  pair->drive(20'000);
  pair->cut(Cut::none, 1);
  check_whole(*pair);
  const auto file = pair->branch(1).file_of(case_of(*pair, 1));
  REQUIRE(file.has_value());
  CHECK(file->view.state.disposed.has_value());
}

TEST_CASE("Repair: head office decides nothing on a known case before every site was heard", "[P9]") {
  auto pair = talking(311, 2);
  const Image image = pair->gateway().truth.snapshot();
  REQUIRE(pair->dispose(case_of(*pair, 0), "ho/1").has_value());
  REQUIRE(pair->drive_bounded());
  pair->drive(3'000);
  pair->cut(Cut::both, 1);
  pair->restore(pair->gateway(), image);
  pair->drive(30'000);
  CHECK(pair->gateway().site->unheard() == std::set<SiteId>{SiteId{3}});
  const auto refused = pair->dispose(case_of(*pair, 1), "ho/2");
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().code == Code::recovering);
  pair->cut(Cut::none, 1);
  check_whole(*pair);
  CHECK(pair->dispose(case_of(*pair, 1), "ho/3").has_value());
}

TEST_CASE("Repair: a fork is not taken on a word alone: head office must show what the branch signed", "[P8]") {
  auto pair = talking(312);
  const Epoch before = pair->branch().site->epoch();
  const StreamName journal = pair->branch().site->journal();
  pair->inject_to_branch(wire::encode(wire::Fork{journal, {Seq{1}, Digest{}}, Code::fork, "believe me", {}}));
  CHECK(refused_with(pair->branch()) == Code::bad_signature);
  pair->drive(20'000);
  CHECK(pair->branch().site->epoch() == before);
}

TEST_CASE("Repair: a branch cannot make head office old with a feed that nobody signed", "[P9]") {
  auto pair = talking(313);
  REQUIRE(pair->dispose(case_of(*pair, 0), "ho/1").has_value());
  REQUIRE(pair->drive_bounded());
  const Epoch before = pair->gateway().site->epoch();
  pair->tap = [&](SiteId from, Bytes& frame) {
    auto decoded = wire::decode(frame);
    auto* hello = from != head_office && decoded ? std::get_if<wire::Hello>(&*decoded) : nullptr;
    if (hello == nullptr) return true;
    for (wire::Held& feed : hello->feeds) feed.head.mark.seq = Seq{99};
    frame = wire::encode(*hello);
    return true;
  };
  pair->crash(pair->branch());
  pair->drive(20'000);
  CHECK(pair->gateway().site->epoch() == before);
  CHECK(refused_with(pair->gateway()) == Code::recovering);
}

TEST_CASE("Repair: restores of either end in any weather lose nothing that a disk still holds", "[P9]") {
  for (std::uint64_t seed = 1; seed <= 30; ++seed) {
    INFO("seed " << seed);
    Pair pair{PairOptions{seed, 1 + seed % 3, seed % 2 == 0}};
    SeededRandom dice{seed * 77};
    pair.weather.loss = static_cast<unsigned>(dice.below(200));
    pair.weather.duplicates = static_cast<unsigned>(dice.below(200));
    std::map<SiteId, std::vector<Image>> images;
    for (int step = 0; step < 30; ++step) {
      const auto at = static_cast<std::size_t>(dice.below(static_cast<std::int64_t>(pair.branch_count())));
      Node& node = pair.branch(at);
      const std::string key = "k/" + std::to_string(step);
      if (dice.chance(600)) static_cast<void>(pair.register_case(node, key));
      if (dice.chance(400) && !pair.told().empty())
        static_cast<void>(pair.dispose(
            case_of(pair, static_cast<std::size_t>(dice.below(static_cast<std::int64_t>(pair.told().size())))),
            "ho" + key));
      if (dice.chance(300)) images[node.id].push_back(node.truth.snapshot());
      if (dice.chance(200)) images[head_office].push_back(pair.gateway().truth.snapshot());
      pair.drive(dice.below(5'000));
      Node& victim = dice.chance(500) ? node : pair.gateway();
      // Only once everything is elsewhere: what no disk holds may be lost.
      if (dice.chance(200) && !images[victim.id].empty() && pair.drive_bounded(60'000)) {
        pair.restore(victim, images[victim.id].at(static_cast<std::size_t>(
                                 dice.below(static_cast<std::int64_t>(images[victim.id].size())))));
      }
    }
    pair.weather.loss = pair.weather.duplicates = 0;
    check_whole(pair, 400'000);
  }
}

}  // namespace redress::sim
