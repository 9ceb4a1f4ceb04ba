// What the clocks of a case come to next: the date that is due first, and the first reminder or overdue step.
//
// Pure; Ahead is a resource of one thread.
#pragma once

#include <span>

#include "protocol/casework/rules_of_days.h"

namespace redress::casework {

// The running clock with the earliest due date, overdue or not; of equal dates the first. A clock without a date is
// never next. Nothing if none runs with a date: an ended case, or one whose limits nobody told. Valid as long as
// `clocks`.
[[nodiscard]] const Clock* next_due(std::span<const Clock> clocks);

// The same over several profiles, straight from the case; a profile that does not hold on its day has no clocks.
// Between two entries of the case, it changes with the rules alone, never with the time of day: it may be stored
// until either does. What it is given outlives it.
class Ahead {
 public:
  struct Next {
    std::optional<Clock> due;
    std::optional<WallTime> prompt;  // first_prompt(), the earliest of the profiles'
  };
  Ahead(const rules::Profiles& profiles, std::span<const std::string> ids, const rules::Calendars& calendars)
      : ids_{ids}, rules_{profiles, calendars} {}
  [[nodiscard]] Next of(const CaseTimes& times);

 private:
  std::span<const std::string> ids_;
  RulesOfDays rules_;
};

}  // namespace redress::casework
