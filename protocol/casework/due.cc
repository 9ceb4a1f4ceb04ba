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

std::optional<Clock> NextDue::of(const CaseTimes& times) {
  const auto day = day_begun(times);
  std::optional<Clock> next;
  for (const std::string& id : ids_) {
    const RulesThen* then = day ? rules_.on(id, *day) : nullptr;
    if (then == nullptr) continue;
    const std::vector<Clock> running = clocks(*then, times);
    const Clock* one = next_due(running);
    if (one != nullptr && (!next || one->deadline.due < next->deadline.due)) next = *one;
  }
  return next;
}

}  // namespace redress::casework
