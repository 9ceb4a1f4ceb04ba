// A limit as a document states it: how long, in which unit, and the rules of counting that go with it.
//
// Values; pure. Where a document leaves something blank the limit has no value there, and every deadline under it says
// what must be told; nothing is filled in.
#pragma once

#include <optional>
#include <string>

namespace redress::rules {

enum class Unit {
  minutes,
  hours,         // on a 24-hour clock
  working_days,  // of the calendar
  calendar_days,
  weeks,
  months,    // to the same day of the month, or the month's last
  same_day,  // the day of the start; no amount
  next_day,  // the day after; no amount
  at_once,   // the start itself; no amount
};

struct Span {
  int amount = 0;
  Unit unit = Unit::calendar_days;
  int at_least = 0;  // a range (7–10 working days): its lower end, shown; what is due is due at the upper one
  friend bool operator==(const Span&, const Span&) = default;
};

[[nodiscard]] constexpr bool has_amount(Unit unit) noexcept {
  return unit != Unit::same_day && unit != Unit::next_day && unit != Unit::at_once;
}
// Measured from the moment; the others run to the end of a day.
[[nodiscard]] constexpr bool is_exact(Unit unit) noexcept {
  return unit == Unit::minutes || unit == Unit::hours || unit == Unit::at_once;
}

// When the last day ends.
enum class DayEnds { midnight, close_of_business };
// What becomes of a limit whose last day is a day of rest.
enum class OnRestDay { stays, forward, back };
// Whether the day of the start is the first day or day nought.
enum class StartDay { not_counted, counted };
// What a start on a day of rest, or after close of business, counts as.
enum class LateStart { as_is, next_working_day };

struct Extension {
  bool allowed = false;
  bool needs_approval = false;
  bool needs_notice = false;    // the customer must be told
  std::optional<Span> longest;  // from the start, with all extensions
};

struct Limit {
  std::string id;       // of the row in its profile
  std::string profile;  // "bank-000/1", in which version it stands
  std::string tag;      // "T5"
  std::string zh;       // what must be done by then
  std::string en;
  std::string source;  // document and article
  std::optional<Span> span;
  std::string blank_zh;  // why there is no span, or no start, in the document's own state
  std::string blank_en;
  DayEnds day_ends = DayEnds::midnight;
  OnRestDay on_rest_day = OnRestDay::stays;  // the safe side
  StartDay start_day = StartDay::not_counted;
  LateStart late_start = LateStart::as_is;
  Extension extension;
};

}  // namespace redress::rules
