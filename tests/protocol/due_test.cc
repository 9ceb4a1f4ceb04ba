#include "protocol/casework/due.h"

#include <catch2/catch.hpp>

#include "protocol/base/time.h"
#include "protocol/rules/shipped.h"
#include "tests/sim/story.h"

namespace redress::casework {
namespace {

using sim::More;
using sim::Story;

const SiteId outlet{2};
const SiteId county{3};

const Kinds& kinds() {
  static const Kinds table{shipped_kinds()};
  return table;
}

More when(const std::string& text, std::vector<FieldText> fields, std::vector<SiteId> to = {}) {
  const auto moment = from_rfc3339(text + ":00+08:00");
  REQUIRE(moment);
  return {std::move(to), moment->value(), std::move(fields), {}};
}

// What is due next by the rules shown, "row: when"; empty: nothing.
std::string next(const Story& story, const std::vector<std::string>& profiles = {"bank-000", "cn"}) {
  static const rules::Profiles shipped = rules::shipped_profiles();
  static const rules::Calendars calendars = rules::shipped_calendars();
  const CaseTimes times = times_of(kinds(), fold(kinds(), story.entries), story.entries);
  const auto found = Ahead{shipped, profiles, calendars}.of(times).due;
  // Who has answered for other cases says the same.
  static std::map<std::vector<std::string>, std::unique_ptr<Ahead>> kept;
  const auto [mine, is_new] = kept.try_emplace(profiles);
  if (is_new) mine->second = std::make_unique<Ahead>(shipped, mine->first, calendars);
  const auto again = mine->second->of(times).due;
  CHECK(again.has_value() == found.has_value());
  if (again && found) CHECK((again->limit == found->limit && again->deadline.due == found->deadline.due));
  return found ? found->limit + ": " + due_text(found->deadline, rules::Language::en) : "";
}

Clock clock(const char* limit, std::int64_t due) {
  Clock out;
  out.limit = limit;
  out.deadline.due = WallTime{due};
  return out;
}

}  // namespace

TEST_CASE("Due: next is the earliest running clock with a date, overdue or not, of equals the first") {
  std::vector<Clock> all{clock("late", 30),   clock("first", 20), clock("second", 20), clock("met", 5),
                         clock("dropped", 6), clock("blank", 0),  clock("unloaded", 1)};
  all[3].met = WallTime{4};
  all[4].dropped = WallTime{4};
  all[5].deadline.outcome = rules::Outcome::untold;
  all[6].deadline.outcome = rules::Outcome::not_loaded;
  CHECK(next_due(all) == &all[1]);
  all[1].met = WallTime{4};
  CHECK(next_due(all) == &all[2]);
  CHECK(next_due(std::span{all}.subspan(3)) == nullptr);
  CHECK(next_due(std::span<const Clock>{}) == nullptr);
}

TEST_CASE("Due: as a case goes on, the next date is of the step that waits; an ended case has none") {
  Story story{kinds()};
  CHECK(next(story).empty());
  story.tell(outlet, "registered", {},
             when("2026-02-13 10:05", {{"received_at", "2026-02-13T10:00:00+08:00"}, {"narrative", "x"}}, {county}));
  CHECK(next(story) == "pass_on: 2026-02-13 11:00");
  CHECK(next(story, {"cn"}) == "simple: 2026-02-28 24:00");
  CHECK(next(story, {}).empty());
  CHECK(next(story, {"no-such-profile", "cn"}) == "simple: 2026-02-28 24:00");
  story.tell(outlet, "started", {0}, when("2026-02-13 10:30", {}));
  CHECK(next(story) == "outlet_reply: 2026-02-14 24:00");
  story.tell(outlet, "promised", {1},
             when("2026-02-13 11:00", {{"until", "2026-02-14T09:00:00+08:00"}, {"told_at", "2026-02-13"}}));
  CHECK(next(story) == "promise: 2026-02-14 09:00");
  story.tell(outlet, "replied", {2}, when("2026-02-14 08:00", {{"content", "y"}}));
  story.tell(outlet, "closed", {3}, when("2026-02-14 08:30", {}));
  CHECK(next(story).empty());
}

}  // namespace redress::casework
