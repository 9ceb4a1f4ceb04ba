// When a limit that began at a moment ends, and why then: every due date explains itself in Chinese and English.
//
// Values; pure: the same limit, start, calendar and events give the same answer at every site. What cannot be known
// (a blank in the document, a year that is not loaded, a clock that stands) is an outcome, never a guess.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "protocol/rules/calendar.h"
#include "protocol/rules/limit.h"

namespace redress::rules {

// What is the same for all limits of an institution.
struct Terms {
  std::int16_t offset_minutes = zone_of_china;
  std::optional<int> close_of_business;  // minutes after midnight; nothing: not told
};

// Where a clock began, in words: "收到投诉".
struct Start {
  WallTime at;
  std::string zh;
  std::string en;
};

// Time that does not count (an outside appraisal). Of a limit in days only whole days inside it are taken out, which is
// the safe side.
struct Excluded {
  WallTime from;
  std::optional<WallTime> to;  // nothing: it has not ended
  std::string reason;          // as a person wrote it
};

// An extension as it was recorded. One that lacks a step its limit asks for does not count, and is shown so.
struct Extended {
  std::optional<Span> by;         // longer by this …
  std::optional<WallTime> until;  // … or up to this moment
  bool approved = false;
  bool noticed = false;
  std::string reason;
};

enum class Outcome {
  due,
  untold,      // the document leaves a number blank: `field` must be told to the profile
  not_loaded,  // the calendar of `year` is not loaded
  standing,    // time is excluded and has not ended
};

enum class StepIs {
  rule,
  assumed_grade,  // the grade that was written down is not one of the profile's
  untold,
  start,
  start_moved,   // the start counts as one of the next working day
  weekend,       // not counted
  holiday,       // not counted, by a notice
  closed,        // not counted: a make-up day that the institution does not work
  make_up,       // counted: a day of rest worked by a notice
  excluded,      // taken out
  extended,      // longer
  not_extended,  // an extension that does not count, with what it lacks
  capped,        // at the longest that extensions may reach
  stayed,        // ends on a day of rest, and stays there
  rolled,        // ends on a day of rest, and moves to `day`
  closed_already,
  provisional,  // late December, before the next year's notice
  not_loaded,
  standing,
  due,
  calendar,
};

// What an extension that does not count is without.
enum class Lacks { nothing, allowance, approval, notice };

struct Days {
  Day first;
  Day last;
  friend bool operator==(const Days&, const Days&) = default;
};

// One line of an explanation, as values; to_text() puts it into words.
struct Step {
  StepIs is = StepIs::rule;
  std::vector<Days> days;  // what was counted, or not
  std::optional<WallTime> from, to;
  std::optional<Day> day;
  std::optional<Span> span;
  int year = 0;
  bool counted = false;   // of a start: its day is the first
  bool promised = false;  // of a rule: the time is the one that the customer was promised
  bool set = false;       // of a rule: … that whoever asked for it set
  Lacks lacks = Lacks::nothing;
  std::string zh;
  std::string en;
  std::string mark;    // of a rule: profile, version and tag; of a calendar: its version
  std::string source;  // of a rule: document and article
};

struct Deadline {
  Outcome outcome = Outcome::due;
  WallTime due;              // outcome due: the first moment that is too late
  int year = 0;              // outcome not_loaded
  std::string field;         // outcome untold
  bool provisional = false;  // rests on days that a coming notice may change
  std::int16_t offset_minutes = zone_of_china;
  std::vector<Step> steps;
};

[[nodiscard]] Deadline deadline(const Limit& limit, const Start& start, const Calendar& calendar, const Terms& terms,
                                std::span<const Excluded> excluded = {}, std::span<const Extended> extensions = {});

// A time that the customer was promised: due then, whatever the progress.
[[nodiscard]] Deadline promised(const Limit& limit, const Start& start, WallTime until, const Terms& terms);
// A time that whoever asked for it set.
[[nodiscard]] Deadline set_for(const Limit& limit, const Start& start, WallTime until, const Terms& terms);

// No date, because of something that is not told: `field`, with why in both languages.
[[nodiscard]] Deadline untold(const Limit& limit, std::string field, std::string zh, std::string en,
                              const Terms& terms);

// Says that a grade which was written down is none of the profile's, and that its default, by name, is taken for it.
void add_assumed_grade(Deadline& deadline, const std::string& written, const std::string& zh, const std::string& en);

enum class Language { zh, en };

// "3 个工作日", "3 working days".
[[nodiscard]] std::string to_text(const Span& span, Language language);
// "2026-03-04 24:00", or why there is none.
[[nodiscard]] std::string due_text(const Deadline& deadline, Language language);
// The whole explanation, a line a step.
[[nodiscard]] std::string to_text(const Deadline& deadline, Language language);

}  // namespace redress::rules
