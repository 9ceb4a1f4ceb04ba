#include "protocol/casework/rules_of_days.h"

#include <algorithm>

namespace redress::casework {

RulesOfDays::Kept RulesOfDays::found(const std::string& profile, rules::Day day) const {
  auto then = rules_then(profiles_, profile, calendars_, day);
  if (!then) return {};
  const rules::Calendar* calendar = calendars_.find(then->profile.calendar);
  const bool revised = calendar != nullptr && calendar->is_revised_since(day);
  const auto same = std::find_if(days_.begin(), days_.end(), [&](const auto& one) {
    const Kept& kept = one.second;
    return one.first.first == profile && kept.then && !kept.revised && kept.then->profile.chain == then->profile.chain;
  });
  if (!revised && same != days_.end()) return same->second;
  return {std::make_shared<const RulesThen>(std::move(*then)), revised};
}

const RulesThen* RulesOfDays::on(const std::string& profile, rules::Day day) {
  const auto known = days_.find({profile, day});
  if (known != days_.end()) return known->second.then.get();
  if (days_.size() >= days_max) days_.clear();
  return days_.emplace(std::pair{profile, day}, found(profile, day)).first->second.then.get();
}

}  // namespace redress::casework
