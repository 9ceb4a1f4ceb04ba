// What of a case is due next: out of its clocks, for lists and reminders.
//
// Pure; NextDue is a resource of one thread.
#pragma once

#include <memory>
#include <span>

#include "protocol/casework/clocks.h"

namespace redress::casework {

// The running clock with the earliest due date, overdue or not; of equal dates the first. A clock without a date is
// never next. Nothing if none runs with a date: an ended case, or one whose limits nobody told. Valid as long as
// `clocks`.
[[nodiscard]] const Clock* next_due(std::span<const Clock> clocks);

// The same over several profiles, straight from the case; a profile that does not hold on its day has no clocks.
// Between two entries of the case, it changes with the rules alone, never with the time of day: it may be stored
// until either does.
[[nodiscard]] std::optional<Clock> next_due(const rules::Profiles& profiles, std::span<const std::string> ids,
                                            const rules::Calendars& calendars, const CaseTimes& times);

// The same as the last for one case after another: the rules are read from their text once for each day on which cases
// began, and kept once for all days on which they are the same. What it is given outlives it.
class NextDue {
 public:
  static constexpr std::size_t days_max = 4'096;  // kept

  NextDue(const rules::Profiles& profiles, std::span<const std::string> ids, const rules::Calendars& calendars)
      : profiles_{profiles}, ids_{ids}, calendars_{calendars} {}
  [[nodiscard]] std::optional<Clock> of(const CaseTimes& times);

 private:
  struct Kept {
    std::shared_ptr<const RulesThen> then;  // null: no version holds on that day
    bool revised = false;                   // the calendar was, since that day: no other day's may be the same
  };
  [[nodiscard]] const RulesThen* in_force(const std::string& id, rules::Day day);
  [[nodiscard]] Kept found(const std::string& id, rules::Day day) const;

  const rules::Profiles& profiles_;
  std::span<const std::string> ids_;
  const rules::Calendars& calendars_;
  std::map<std::pair<std::string, rules::Day>, Kept> days_;
};

}  // namespace redress::casework
