#include "protocol/casework/due.h"

#include "protocol/casework/prompts.h"

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

Ahead::Next Ahead::of(const CaseTimes& times) {
  const auto day = day_begun(times);
  Next next;
  for (const std::string& id : ids_) {
    const RulesThen* then = day ? rules_.on(id, *day) : nullptr;
    if (then == nullptr) continue;
    const std::vector<Clock> running = clocks(*then, times);
    const Clock* one = next_due(running);
    if (one != nullptr && (!next.due || one->deadline.due < next.due->deadline.due)) next.due = *one;
    const auto prompt = first_prompt(*then, running, times);
    if (prompt && (!next.prompt || *prompt < *next.prompt)) next.prompt = prompt;
  }
  return next;
}

}  // namespace redress::casework
