// The rules that cases go by, day after day: each read from its text once.
//
// A resource of one thread. What it is given outlives it.
#pragma once

#include <memory>

#include "protocol/casework/clocks.h"

namespace redress::casework {

class RulesOfDays {
 public:
  static constexpr std::size_t days_max = 4'096;  // kept

  RulesOfDays(const rules::Profiles& profiles, const rules::Calendars& calendars)
      : profiles_{profiles}, calendars_{calendars} {}

  // Of a case that began on `day`; null: the profile has no version that holds then, or no calendar. Valid until the
  // next call.
  [[nodiscard]] const RulesThen* on(const std::string& profile, rules::Day day);

 private:
  struct Kept {
    std::shared_ptr<const RulesThen> then;  // of all days on which they are the same
    bool revised = false;                   // the calendar was, since that day: no other day's may be the same
  };
  [[nodiscard]] Kept found(const std::string& profile, rules::Day day) const;

  const rules::Profiles& profiles_;
  const rules::Calendars& calendars_;
  std::map<std::pair<std::string, rules::Day>, Kept> days_;
};

}  // namespace redress::casework
