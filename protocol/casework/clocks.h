// The clocks of a case: which limits of a profile run, since when, until when and why, and which were kept.
//
// Pure: from the case's entries and the rules alone, so that every site that holds the same entries shows the same
// dates. An old case keeps the rules it started under (D27): the profile is the version that held on the day the case
// began, and the calendar what was known on that day, with years that were not loaded then as they were loaded first.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/base/result.h"
#include "protocol/casework/case.h"
#include "protocol/rules/deadline.h"
#include "protocol/rules/profile.h"

namespace redress::casework {

// Something that began or met a clock.
struct Happening {
  rules::Moment moment = rules::Moment::received;
  WallTime at;
  std::optional<rules::Day> day;  // only the day is known: it counts from its first moment, the safe side
  SiteId unit;                    // whose part it is: delivered to, or handling the case then
  bool assumed = false;           // delivered: taken for the hand-over's own time until a delivery is recorded
  std::optional<WallTime> until;  // promised, or asked for with a time: for when
  bool taken_here = false;        // delivered: the unit took the complaint itself
  bool recorded = false;          // delivered: signed for, or told by telephone
  bool ahead = false;             // delivered: told by telephone to a unit that does not have the case yet
};

// An extension of one clock, or of all total clocks if it names none: of those that run when it is granted.
struct ExtendedClock {
  std::string limit;
  rules::Extended extended;
  std::size_t at = 0;  // how many happenings came before it
};

// A prompt as head office has recorded it.
struct Prompted {
  std::string profile;  // "bank-000", without its version
  std::string limit;
  SiteId unit;
  std::string step;
  std::optional<WallTime> due;
  friend bool operator==(const Prompted&, const Prompted&) = default;
};

// What the clocks take from a case. times_of() fills it from the fold; kinds that excuse, extend, promise or confirm a
// delivery add to the lists.
struct CaseTimes {
  std::vector<Happening> happenings;      // in the fold's order
  std::vector<rules::Excluded> excluded;  // out of total clocks
  std::vector<ExtendedClock> extensions;
  std::string grade;  // as it was written down, or empty; one that the profile does not know counts as its default
  std::map<std::string, std::string>
      classified;       // what the classifications that stand say, each field as it was said last
  std::string channel;  // as it was written down, or empty
  bool urgent = false;
  bool call_back_marked = false;
  int lot = 0;  // 0 … 99, of the case's id: which share of the cases it is in
  std::vector<Prompted> prompted;
  std::map<SiteId, std::string> tiers;  // the profile's unit of each site; a site whose tier is not known is not there
};

// Of the entries that stand. A registration's own time of receipt comes before the time it was written down, and what
// was amended of it before what it said. A site's tier is read from the case too: head office; whoever supervises, or
// registers with nobody between it and head office, is a primary branch; whoever is supervised is an outlet.
[[nodiscard]] CaseTimes times_of(const Kinds& kinds, const CaseView& view, std::span<const Told> entries);

// The tier of a site by who stands over it: head office; a primary branch, right under head office; an outlet.
[[nodiscard]] std::string_view tier_of(SiteId site, SiteId parent);

struct Clock {
  std::string limit;    // the profile's row
  std::string profile;  // "bank-000/1": the profile and version that the row is of
  std::string tag;      // as the documents' list numbers it; may be empty
  rules::ClockKind kind = rules::ClockKind::total;
  std::string zh;
  std::string en;
  SiteId unit;                      // of a hop; else nobody
  std::optional<WallTime> began;    // nothing: the document does not say when it starts
  std::optional<WallTime> met;      // what it waits for happened
  std::optional<WallTime> dropped;  // it waits no more: begun again, passed on, moot, or the case ended
  bool moot = false;                // it was pointless, so it was not missed
  bool assumed = false;             // it began at a hand-over whose delivery is not recorded
  bool recorded = false;            // … at a delivery that was signed for, or told by telephone
  rules::Deadline deadline;

  [[nodiscard]] bool running() const noexcept { return !met && !dropped; }
  // True if it was met, or dropped, too late, or is running and too late at `now`. Never of a clock without a due date.
  [[nodiscard]] bool late(WallTime now) const noexcept;
};

// The rules of a case that began on a day.
struct RulesThen {
  rules::Profile profile;
  rules::Calendar calendar;
};
// Fails with not_found as Profiles::in_force does, or if the profile's calendar is not known here.
[[nodiscard]] Result<RulesThen> rules_then(const rules::Profiles& profiles, std::string_view profile,
                                           const rules::Calendars& calendars, rules::Day day);
// The day the case began; nothing before a complaint is received.
[[nodiscard]] std::optional<rules::Day> day_begun(const CaseTimes& times);

// Whether the case must be called back by a profile: nothing if that is left to whoever handles it, or not told.
[[nodiscard]] std::optional<bool> must_call_back(const rules::CallBack& call_back, const CaseTimes& times);

// In the order of the profile's rows, each row's clocks in the order they began; none before a complaint is received.
[[nodiscard]] std::vector<Clock> clocks(const RulesThen& then, const CaseTimes& times);
// Fails with not_found as Profiles::in_force does, or if the profile's calendar is not known here.
[[nodiscard]] Result<std::vector<Clock>> clocks(const rules::Profiles& profiles, std::string_view profile,
                                                const rules::Calendars& calendars, const CaseTimes& times);

}  // namespace redress::casework
