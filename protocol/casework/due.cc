#include "protocol/casework/due.h"

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

}  // namespace redress::casework
