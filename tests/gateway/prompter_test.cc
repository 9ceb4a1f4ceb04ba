#include "gateway/prompter.h"

#include <catch2/catch.hpp>

#include "protocol/base/time.h"
#include "protocol/rules/shipped.h"
#include "tests/sim/listing.h"
#include "tests/sim/pair.h"

namespace redress::gateway {
namespace {

using sim::Pair;

const rules::Profiles& profiles() {
  static const rules::Profiles all = rules::shipped_profiles();
  return all;
}
const rules::Calendars& calendars() {
  static const rules::Calendars all = rules::shipped_calendars();
  return all;
}

constexpr std::int64_t hour_ms = 3'600'000;

// Head office's prompter over the gateway of a pair; a new one is what a restart makes.
class Voice {
 public:
  explicit Voice(Pair& pair) : pair_{pair} { restart(); }

  void restart() {
    sim::Node& node = pair_.gateway();
    prompter.reset();
    listing_ = std::make_unique<sim::Listing>(node.truth, node.options(), node.site->born(), pair_.kinds(), profiles(),
                                              shown(), calendars());
    const PrompterParts parts{&listing_->catalogue(), &pair_.kinds(), &profiles(), &calendars(), shown()};
    prompter = std::make_unique<Prompter>(parts, *node.desk);
  }
  [[nodiscard]] WallTime in(std::int64_t ms) const { return WallTime{pair_.now(pair_.gateway()).wall.value() + ms}; }
  // What it has to say so much later.
  std::vector<Prompter::Made> take_due(std::int64_t ms) {
    listing_->follow();
    return prompter->take_due(in(ms));
  }
  // … committed; how many of them were new.
  std::size_t speak(std::int64_t ms) {
    made = take_due(ms);
    std::size_t fresh = 0;
    for (const Prompter::Made& one : made) {
      const auto outcomes = pair_.gateway().site->commit({one.append}, in(ms));
      REQUIRE(outcomes.size() == 1);
      REQUIRE(outcomes[0].has_value());
      fresh += std::get<store::Appended>(*outcomes[0]).repeated ? 0 : 1;
    }
    return fresh;
  }

  // How many cases the catalogue knows to have something said of them within so long, those put off left out.
  [[nodiscard]] std::size_t within(std::int64_t ms) {
    listing_->follow();
    return listing_->catalogue().prompted(in(ms), SIZE_MAX).size();
  }

  std::unique_ptr<Prompter> prompter;
  std::vector<Prompter::Made> made;

 private:
  static const std::vector<std::string>& shown() {
    static const std::vector<std::string> all{"bank-000"};
    return all;
  }
  Pair& pair_;
  std::unique_ptr<sim::Listing> listing_;
};

// A case of the branch's, which head office has.
CaseId registered(Pair& pair) {
  const auto opened = pair.register_case(pair.branch(), "desk/1");
  REQUIRE(opened.has_value());
  REQUIRE(pair.drive_bounded());
  return opened->case_id;
}

std::vector<std::string> said(const store::CaseFile& file) {
  std::vector<std::string> out;
  for (const casework::Line& line : file.view.timeline) {
    const casework::Told& told = file.told[line.told];
    if (!told.event || told.event->kind != Kind{75}) continue;
    out.push_back(*told.event->value("limit") + (line.verdict == casework::Verdict::stands ? "" : " does not stand"));
  }
  return out;
}

}  // namespace

TEST_CASE("Prompter: what is overdue is recorded once, and reaches the branch like any entry", "[LIFE-42]") {
  Pair pair{910};
  Voice voice{pair};
  const CaseId id = registered(pair);
  CHECK(voice.speak(0) == 0);
  CHECK(voice.prompter->is_level());
  CHECK(voice.within(2 * hour_ms) == 1);
  CHECK(voice.speak(hour_ms / 2) == 0);
  CHECK(voice.speak(hour_ms + 60'000) == 1);
  CHECK(voice.speak(hour_ms + 60'000) == 0);
  CHECK(voice.speak(2 * hour_ms + 60'000) == 1);
  CHECK(voice.speak(3 * hour_ms) == 0);
  REQUIRE(pair.drive_bounded());
  const std::vector<std::string> both{"pass_on", "start_work"};
  CHECK(said(*pair.gateway().file_of(id)) == both);
  CHECK(said(*pair.branch().file_of(id)) == both);
  const auto file = pair.branch().file_of(id);
  const casework::Told& last = file->told[file->view.timeline.back().told];
  CHECK(last.header.what.author == head_office);
  CHECK(last.header.what.staff == StaffId{});
  CHECK(last.header.what.to.empty());
  CHECK(*last.event->value("profile") == "bank-000/1");
}

TEST_CASE("Prompter: a restart says nothing again, and what was lost on its way is said under the same key") {
  Pair pair{911};
  Voice voice{pair};
  const CaseId id = registered(pair);
  // Handed out and never committed: the program died.
  const std::vector<Prompter::Made> lost = voice.take_due(hour_ms + 1);
  REQUIRE(lost.size() == 1);
  CHECK(voice.take_due(hour_ms + 30'000).empty());
  voice.restart();
  CHECK(voice.speak(hour_ms + 40'000) == 1);
  REQUIRE(voice.made.size() == 1);
  CHECK(voice.made[0].key == lost[0].key);
  CHECK(voice.made[0].append.what.command == lost[0].append.what.command);
  voice.restart();
  CHECK(voice.speak(hour_ms + 50'000) == 0);
  CHECK(voice.made.empty());
  // Two that were under way at once are one command.
  const auto again = pair.gateway().site->commit({lost[0].append}, voice.in(hour_ms + 60'000));
  REQUIRE(again[0].has_value());
  CHECK(std::get<store::Appended>(*again[0]).repeated);
  CHECK(said(*pair.gateway().file_of(id)).size() == 1);
}

TEST_CASE("Prompter: what was handed out and refused is made again a minute later") {
  Pair pair{912};
  Voice voice{pair};
  registered(pair);
  REQUIRE(voice.take_due(hour_ms + 1).size() == 1);
  CHECK(voice.take_due(hour_ms + 59'000).empty());
  CHECK(voice.take_due(hour_ms + 61'000).size() == 1);
}

TEST_CASE("Prompter: so many at once and no more, one a case, until all are said") {
  Pair pair{913};
  Voice voice{pair};
  constexpr std::size_t cases = Prompter::a_turn_max * 2 + 3;
  for (std::size_t i = 0; i < cases; ++i) {
    REQUIRE(pair.register_case(pair.branch(), "desk/" + std::to_string(i + 1)).has_value());
  }
  REQUIRE(pair.drive_bounded());
  std::vector<std::size_t> turns;
  std::set<CaseId> told;
  for (std::size_t turn = 0; turn < 4; ++turn) {
    turns.push_back(voice.speak(hour_ms + 60'000));
    for (const Prompter::Made& one : voice.made) CHECK(told.insert(one.append.what.case_id).second);
  }
  CHECK(turns == std::vector<std::size_t>{Prompter::a_turn_max, Prompter::a_turn_max, 3, 0});
  CHECK(told.size() == cases);
}

TEST_CASE("Prompter: a case that went on or ended in time is not pressed for") {
  Pair pair{914};
  Voice voice{pair};
  const CaseId id = registered(pair);
  CHECK(voice.speak(0) == 0);
  CHECK(voice.within(3 * hour_ms) == 1);
  REQUIRE(pair.act(pair.branch(), id, "started", "desk/2", {}).has_value());
  REQUIRE(pair.drive_bounded());
  CHECK(voice.speak(3 * hour_ms) == 0);
  CHECK(voice.within(3 * hour_ms) == 0);
}

TEST_CASE("Prompter: what has nothing to say is looked at once an hour, and at once when the clock went back") {
  Pair pair{916};
  Voice voice{pair};
  registered(pair);
  constexpr std::int64_t long_after = 40 * 24 * hour_ms;  // nothing is owed any more
  CHECK(voice.within(long_after) == 1);
  CHECK(voice.speak(long_after) == 0);
  CHECK(voice.within(long_after) == 0);
  CHECK(voice.within(long_after + hour_ms - 1'000) == 0);
  CHECK(voice.within(long_after + hour_ms + 1'000) == 1);
  // What it says in time is not kept back by what it saw in vain.
  CHECK(voice.speak(hour_ms + 60'000) == 1);
}

TEST_CASE("Prompter: a case that was looked at in vain and has grown is looked at again at once") {
  Pair pair{918};
  Voice voice{pair};
  const CaseId id = registered(pair);
  constexpr std::int64_t long_after = 40 * 24 * hour_ms;
  CHECK(voice.speak(long_after) == 0);
  CHECK(voice.within(long_after) == 0);
  REQUIRE(pair.act(pair.branch(), id, "amended", "desk/2", {{"amount_fen", "100"}, {"amendment_reason", "misread"}})
              .has_value());
  REQUIRE(pair.drive_bounded());
  CHECK(voice.within(long_after) == 1);
}

TEST_CASE("Prompter: no more cases are looked at than its turn has room for, and it says that there are more") {
  Pair pair{917};
  Voice voice{pair};
  constexpr std::size_t cases = Prompter::look_cases_max + 1;
  for (std::size_t i = 0; i < cases; ++i) {
    REQUIRE(pair.register_case(pair.branch(), "desk/" + std::to_string(i + 1)).has_value());
  }
  REQUIRE(pair.drive_bounded());
  constexpr std::int64_t long_after = 40 * 24 * hour_ms;
  CHECK(voice.take_due(long_after).empty());
  CHECK(voice.within(long_after) == 1);
  CHECK_FALSE(voice.prompter->is_level());
  CHECK(voice.take_due(long_after).empty());
  CHECK(voice.within(long_after) == 0);
  CHECK(voice.prompter->is_level());
}

TEST_CASE("Prompter: head office has read nothing by what its program says") {
  Pair pair{915};
  Voice voice{pair};
  const CaseId id = registered(pair);
  REQUIRE(voice.speak(hour_ms + 60'000) == 1);
  REQUIRE(pair.drive_bounded());
  const auto before = pair.branch().file_of(id);
  CHECK_FALSE(before->ways[before->view.timeline[0].told].read);
  // An officer's own entry rests on it, and on what it rests on.
  REQUIRE(pair.dispose(id, "ho/1").has_value());
  REQUIRE(pair.drive_bounded());
  const auto after = pair.branch().file_of(id);
  CHECK(after->ways[after->view.timeline[0].told].read.has_value());
}

}  // namespace redress::gateway
