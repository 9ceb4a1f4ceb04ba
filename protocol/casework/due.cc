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

const rules::Profile* NextDue::in_force(const std::string& id, rules::Day day) {
  const auto known = days_.find({id, day});
  if (known != days_.end()) return known->second.get();
  if (days_.size() >= days_max) days_.clear();
  auto found = profiles_.in_force(id, day);
  std::shared_ptr<const rules::Profile> profile;
  if (found) {
    const auto same = std::find_if(days_.begin(), days_.end(), [&](const auto& one) {
      return one.first.first == id && one.second && one.second->chain == found->chain;
    });
    profile = same == days_.end() ? std::make_shared<const rules::Profile>(std::move(*found)) : same->second;
  }
  return days_.emplace(std::pair{id, day}, std::move(profile)).first->second.get();
}

std::optional<Clock> NextDue::of(const CaseTimes& times) {
  const auto day = begun_on(times);
  std::optional<Clock> next;
  for (std::size_t i = 0; day && i < ids_.size(); ++i) {
    const rules::Profile* profile = in_force(ids_[i], *day);
    const rules::Calendar* calendar = profile == nullptr ? nullptr : calendars_.find(profile->calendar);
    if (calendar == nullptr) continue;
    const std::vector<Clock> found = clocks(*profile, *calendar, times);
    const Clock* one = next_due(found);
    if (one != nullptr && (!next || one->deadline.due < next->deadline.due)) next = *one;
  }
  return next;
}

}  // namespace redress::casework
