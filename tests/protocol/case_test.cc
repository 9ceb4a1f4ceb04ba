#include "protocol/casework/case.h"

#include <catch2/catch.hpp>

#include "protocol/base/limits.h"
#include "tests/sim/story.h"

namespace redress::casework {
namespace {

using sim::More;
using sim::portrait;
using sim::Story;

const SiteId outlet{2};
const SiteId county{3};
const SiteId stranger{9};

const Kinds& kinds() {
  static const Kinds table{shipped_kinds()};
  return table;
}

Verdict verdict_of(const CaseView& view, std::size_t told) {
  for (const Line& line : view.timeline) {
    if (line.told == told) return line.verdict;
  }
  FAIL("the entry is not in the timeline");
  return Verdict::unread;
}

std::string_view rule_of(const CaseView& view, std::size_t told) {
  for (const Line& line : view.timeline) {
    if (line.told == told) return line.rule;
  }
  return {};
}

// An opened case at the outlet, its county as supervisor.
Story opened() {
  Story story{kinds()};
  story.tell(outlet, "registered", {}, {{county}});
  return story;
}

}  // namespace

TEST_CASE("Fold: an ordinary life, from registering to closing") {
  Story story = opened();
  story.tell(outlet, "started", {0});
  story.tell(head_office, "disposed", {1});
  story.tell(outlet, "replied", {2});
  story.tell(outlet, "called_back", {3});
  story.tell(outlet, "closed", {4});
  const CaseView view = fold(kinds(), story.entries);
  for (std::size_t i = 0; i < story.entries.size(); ++i) CHECK(verdict_of(view, i) == Verdict::stands);
  CHECK(view.state.status == Status::ended);
  CHECK(view.state.registrar == outlet);
  CHECK(view.state.handler == outlet);
  CHECK(view.state.supervisors == std::vector<SiteId>{county});
  CHECK(view.state.disposed == std::size_t{2});
  REQUIRE(view.label != nullptr);
  CHECK(view.label->name == "closed");
  CHECK(view.heads == std::vector<Cause>{journal::cause_of(story.entries[5].identity)});
}

TEST_CASE("Fold: random cases of many sites fold alike in any order of arrival") {
  const std::vector<std::string_view> names{"handed_over", "started", "disposed",  "replied",
                                            "called_back", "closed",  "withdrawn", "reopened"};
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    sim::SeededRandom random{seed};
    Story story = opened();
    const auto count = static_cast<std::size_t>(5 + random.below(30));
    while (story.entries.size() < count) {
      const std::array sites{outlet, county, head_office, stranger, SiteId{4}};
      std::vector<std::size_t> after;
      for (int i = 0; i < 2; ++i) {
        after.push_back(static_cast<std::size_t>(random.below(static_cast<std::int64_t>(story.entries.size()))));
      }
      More more;
      const auto name = names[static_cast<std::size_t>(random.below(8))];
      if (name == "handed_over") more.to = {sites[static_cast<std::size_t>(random.below(5))], county};
      more.wall_ms = 1 + random.below(1'000);
      story.tell(sites[static_cast<std::size_t>(random.below(5))], name, after, more);
    }
    const std::string expected = portrait(kinds(), story.entries);
    INFO("seed " << seed);
    for (int round = 0; round < 8; ++round) {
      std::vector<Told> shuffled = story.entries;
      sim::shuffle(shuffled, random);
      REQUIRE(portrait(kinds(), shuffled) == expected);
    }
  }
}

TEST_CASE("Fold: an act beyond its author's authority is refused by name and changes nothing") {
  struct Act {
    SiteId by;
    std::string_view kind;
  };
  for (const Act& act : {Act{outlet, "disposed"}, Act{county, "disposed"}, Act{stranger, "handed_over"},
                         Act{stranger, "replied"}, Act{county, "started"}, Act{stranger, "withdrawn"}}) {
    Story story = opened();
    const std::string before = portrait(kinds(), story.entries);
    const State was = fold(kinds(), story.entries).state;
    const std::size_t told = story.tell(act.by, act.kind, {0}, {{SiteId{4}}});
    const CaseView view = fold(kinds(), story.entries);
    INFO(act.by.value() << " " << act.kind);
    CHECK(verdict_of(view, told) == Verdict::refused);
    CHECK(rule_of(view, told) == kinds().find(act.kind)->rule);
    CHECK(view.state.handler == was.handler);
    CHECK(view.state.status == was.status);
    CHECK(view.state.disposed == was.disposed);
    CHECK(view.state.replied == was.replied);
    const auto no = objection(fold(kinds(), std::span{story.entries}.first(1)), *kinds().find(act.kind), act.by);
    REQUIRE(no.has_value());
    CHECK(no->code == Code::forbidden);
    CHECK(no->what == kinds().find(act.kind)->rule);
  }
}

TEST_CASE("Fold: an act in a state that does not allow it is refused by name") {
  Story story = opened();
  const std::size_t early = story.tell(outlet, "closed", {0});
  const std::size_t reopened_early = story.tell(outlet, "reopened", {0});
  const std::size_t again = story.tell(outlet, "registered", {0});
  const CaseView view = fold(kinds(), story.entries);
  for (const std::size_t told : {early, reopened_early, again}) CHECK(verdict_of(view, told) == Verdict::refused);
  const auto no = objection(view, *kinds().find("closed"), outlet);
  REQUIRE(no.has_value());
  CHECK(no->code == Code::wrong_state);
}

TEST_CASE("Fold: what head office closes while a branch replies stays closed, and the reply stays") {
  Story story = opened();
  story.tell(outlet, "replied", {0});
  const std::size_t closed = story.tell(head_office, "closed", {1});
  const std::size_t reply = story.tell(outlet, "replied", {1});
  const CaseView view = fold(kinds(), story.entries);
  CHECK(view.state.status == Status::ended);
  CHECK(view.state.ended == closed);
  // Its author could not know of the end.
  CHECK(verdict_of(view, reply) == Verdict::stands);
  const std::size_t late = story.tell(outlet, "replied", {closed, reply});
  CHECK(verdict_of(fold(kinds(), story.entries), late) == Verdict::refused);
}

TEST_CASE("Fold: of two disposals side by side one stands, whatever came first, and a later one replaces it") {
  for (const bool above : {false, true}) {
    Story story = opened();
    const std::size_t first = story.tell(head_office, "disposed", {0});
    const std::size_t second = story.tell(head_office, "disposed", {0});
    // Head office's journal puts one before the other: so it may be, but only if neither knew, is it a contest.
    story.entries[second].header.place.epoch = Epoch{77};
    story.reroll(second, first, above);
    const CaseView view = fold(kinds(), story.entries);
    const std::size_t winner = *view.state.disposed;
    const std::size_t loser = winner == first ? second : first;
    CHECK(verdict_of(view, winner) == Verdict::stands);
    CHECK(verdict_of(view, loser) == Verdict::superseded);
    std::swap(story.entries[first], story.entries[second]);
    const CaseView swapped = fold(kinds(), story.entries);
    CHECK(*swapped.state.disposed == loser);
    std::swap(story.entries[first], story.entries[second]);
    const std::size_t later = story.tell(head_office, "disposed", {first, second});
    const CaseView after = fold(kinds(), story.entries);
    CHECK(after.state.disposed == later);
    CHECK(verdict_of(after, later) == Verdict::stands);
  }
}

TEST_CASE("Fold: a contest between ranks goes to the higher one") {
  Story story = opened();
  story.tell(outlet, "replied", {0});
  const std::size_t by_outlet = story.tell(outlet, "closed", {1});
  const std::size_t by_county = story.tell(county, "closed", {1});
  const std::size_t by_head_office = story.tell(head_office, "closed", {1});
  const CaseView view = fold(kinds(), story.entries);
  CHECK(view.state.ended == by_head_office);
  CHECK(verdict_of(view, by_outlet) == Verdict::superseded);
  CHECK(verdict_of(view, by_county) == Verdict::superseded);
}

TEST_CASE("Fold: reopening takes up the work again, and the next end needs a new reply") {
  Story story = opened();
  story.tell(outlet, "replied", {0});
  story.tell(outlet, "closed", {1});
  story.tell(outlet, "reopened", {2});
  CaseView view = fold(kinds(), story.entries);
  CHECK(view.state.status == Status::open);
  CHECK_FALSE(view.state.replied.has_value());
  const std::size_t bare = story.tell(outlet, "closed", {3});
  CHECK(verdict_of(fold(kinds(), story.entries), bare) == Verdict::refused);
  story.tell(outlet, "replied", {bare});
  const std::size_t closed = story.tell(outlet, "closed", {bare + 1});
  view = fold(kinds(), story.entries);
  CHECK(view.state.status == Status::ended);
  CHECK(view.state.ended == closed);
}

TEST_CASE("Fold: a hand-over gives the case to the unit, and takes it from the one before") {
  Story story = opened();
  const std::size_t moved = story.tell(county, "handed_over", {0}, {{SiteId{4}, SiteId{5}}});
  const std::size_t old_hand = story.tell(outlet, "started", {moved});
  const std::size_t new_hand = story.tell(SiteId{4}, "started", {moved});
  const CaseView view = fold(kinds(), story.entries);
  CHECK(view.state.handler == SiteId{4});
  CHECK(view.state.supervisors == std::vector<SiteId>{county, SiteId{5}});
  CHECK(verdict_of(view, old_hand) == Verdict::refused);
  CHECK(verdict_of(view, new_hand) == Verdict::stands);
}

TEST_CASE("Fold: a loop of causes is cut in one way only") {
  Story story = opened();
  story.tell(outlet, "replied", {0});
  story.tell(head_office, "disposed", {0});
  // Made by hand: nobody can name an entry that does not exist yet.
  story.entries[1].header.what.after.push_back(journal::cause_of(story.entries[2].identity));
  story.entries[2].header.what.after.push_back(journal::cause_of(story.entries[1].identity));
  const std::string expected = portrait(kinds(), story.entries);
  CHECK(fold(kinds(), story.entries).timeline.size() == 3);
  std::swap(story.entries[1], story.entries[2]);
  CHECK(portrait(kinds(), story.entries) == expected);
  std::swap(story.entries[0], story.entries[2]);
  CHECK(portrait(kinds(), story.entries) == expected);
}

TEST_CASE("Fold: two different entries at one place fold alike in either order") {
  Story story = opened();
  story.tell(outlet, "replied", {0});
  story.tell(outlet, "withdrawn", {0});
  story.entries[2].header.place.seq = story.entries[1].header.place.seq;
  const std::string expected = portrait(kinds(), story.entries);
  std::swap(story.entries[1], story.entries[2]);
  CHECK(portrait(kinds(), story.entries) == expected);
}

TEST_CASE("Fold: clocks decide nothing") {
  Story story = opened();
  story.tell(outlet, "replied", {0});
  story.tell(head_office, "disposed", {0});
  story.tell(outlet, "closed", {1});
  const std::string expected = portrait(kinds(), story.entries);
  sim::SeededRandom random{8};
  for (int round = 0; round < 50; ++round) {
    for (Told& told : story.entries) {
      told.header.what.time = WallTime{random.below(1'000'000)};
      told.arrived = Position{random.u64()};
    }
    REQUIRE(portrait(kinds(), story.entries) == expected);
  }
}

TEST_CASE("Fold: a kind unknown here is kept and shown, and stops only the closing acts") {
  Story story = opened();
  More unknown;
  unknown.unknown_kind = Kind{777};
  const std::size_t told = story.tell(head_office, "", {0}, unknown);
  story.tell(outlet, "replied", {told});
  const CaseView view = fold(kinds(), story.entries);
  CHECK(view.newer);
  CHECK(verdict_of(view, told) == Verdict::unread);
  CHECK(view.state.replied == std::size_t{2});
  const auto no = objection(view, *kinds().find("closed"), outlet);
  REQUIRE(no.has_value());
  CHECK(no->code == Code::wrong_state);
  CHECK_FALSE(objection(view, *kinds().find("called_back"), outlet).has_value());
}

TEST_CASE("Fold: an entry whose key has not come waits without effect") {
  Story story = opened();
  const std::size_t told = story.tell(head_office, "disposed", {0});
  story.entries[told].event.reset();
  story.entries[told].unread = Code::key_waiting;
  const CaseView view = fold(kinds(), story.entries);
  CHECK(verdict_of(view, told) == Verdict::unread);
  CHECK_FALSE(view.state.disposed.has_value());
  CHECK_FALSE(view.newer);
}

TEST_CASE("Fold: nothing gives nothing") {
  const CaseView view = fold(kinds(), {});
  CHECK(view.state.status == Status::none);
  CHECK(view.timeline.empty());
  CHECK(view.label == nullptr);
}

TEST_CASE("Fold: the largest case folds") {
  Story story = opened();
  while (story.entries.size() < 600) {
    story.tell(story.entries.size() % 2 == 0 ? outlet : head_office, "replied", {story.entries.size() - 1});
  }
  CHECK(fold(kinds(), story.entries).timeline.size() == 600);
}

}  // namespace redress::casework
