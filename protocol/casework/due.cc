#include "protocol/casework/due.h"

#include <algorithm>

namespace redress::casework {
namespace {

bool has_date(const Clock& clock) { return clock.running() && clock.deadline.outcome == rules::Outcome::due; }

}  // namespace

const Clock* next_due(std::span<const Clock> clocks) {
  const Clock* next = nullptr;
  for (const Clock& clock : clocks) {
    if (has_date(clock) && (next == nullptr || clock.deadline.due < next->deadline.due)) next = &clock;
  }
  return next;
}

std::optional<Clock> next_due(const rules::Profiles& profiles, std::span<const std::string> ids,
                              const rules::Calendars& calendars, const CaseTimes& times) {
  std::optional<Clock> next;
  for (const std::string& id : ids) {
    const auto found = clocks(profiles, id, calendars, times);
    if (!found) continue;
    const Clock* one = next_due(*found);
    if (one != nullptr && (!next || one->deadline.due < next->deadline.due)) next = *one;
  }
  return next;
}

NextDue::Kept NextDue::found(const std::string& id, rules::Day day) const {
  auto then = rules_then(profiles_, id, calendars_, day);
  if (!then) return {};
  const rules::Calendar* calendar = calendars_.find(then->profile.calendar);
  const bool revised = calendar != nullptr && calendar->is_revised_since(day);
  const auto same = std::find_if(days_.begin(), days_.end(), [&](const auto& one) {
    const Kept& kept = one.second;
    return one.first.first == id && kept.then && !kept.revised && kept.then->profile.chain == then->profile.chain;
  });
  if (!revised && same != days_.end()) return same->second;
  return {std::make_shared<const RulesThen>(std::move(*then)), revised};
}

const RulesThen* NextDue::in_force(const std::string& id, rules::Day day) {
  const auto known = days_.find({id, day});
  if (known != days_.end()) return known->second.then.get();
  if (days_.size() >= days_max) days_.clear();
  return days_.emplace(std::pair{id, day}, found(id, day)).first->second.then.get();
}

std::optional<Clock> NextDue::of(const CaseTimes& times) {
  const auto day = day_begun(times);
  std::optional<Clock> next;
  for (std::size_t i = 0; day && i < ids_.size(); ++i) {
    const RulesThen* then = in_force(ids_[i], *day);
    if (then == nullptr) continue;
    const std::vector<Clock> running = clocks(*then, times);
    const Clock* one = next_due(running);
    if (one != nullptr && (!next || one->deadline.due < next->deadline.due)) next = *one;
  }
  return next;
}

}  // namespace redress::casework
