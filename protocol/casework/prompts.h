// Which reminders and overdue steps the clocks of a case have come to, and which head office has recorded (LIFE-34 …
// LIFE-42).
//
// Pure: who calls passes the time. A prompt is owed once for each clock, step and due date: a date that moves (an
// extension, a delivery recorded later) is told of again.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "protocol/casework/clocks.h"
#include "protocol/casework/event.h"

namespace redress::casework {

inline constexpr std::size_t prompts_a_case_max = 64;  // recorded of one case; more are not owed
inline constexpr std::int64_t prompt_back_days = 31;   // what was owed before is not told any more

// A step of the rules that a clock will come to, or has come to.
struct Prompt {
  const rules::Prompt* row = nullptr;  // in the rules it was made from
  const Clock* clock = nullptr;        // in the clocks it was made from
  WallTime at;                         // from when on it is owed
  int times = 1;                       // the how-many-th of its clock
};

// Of the running clocks with a due date, what is not recorded yet, earliest first. A reminder whose time comes before
// its clock began, or that was not given before the due date, is not owed any more (`now`), nor is what was owed more
// than prompt_back_days before `now`: what comes in late as a whole (an old table, a clock that jumps) is not
// pressed for.
[[nodiscard]] std::vector<Prompt> prompts_left(const RulesThen& then, std::span<const Clock> clocks,
                                               const CaseTimes& times, WallTime now);

// Of the same, the earliest moment from which any may be owed, whatever the time is: it changes with the case's entries
// and the rules alone. What has gone by may be among it, so that whoever comes to it asks prompts_left(). Nothing:
// none.
[[nodiscard]] std::optional<WallTime> first_prompt(const RulesThen& then, std::span<const Clock> clocks,
                                                   const CaseTimes& times);

// The kind of event that records it, and what the event says.
[[nodiscard]] const KindRow& kind_of(const Kinds& kinds, const Prompt& prompt);
[[nodiscard]] Event event_of(const Kinds& kinds, const RulesThen& then, const State& state, const Prompt& prompt);
// Names clock, step and due date: whoever records it twice asks the same.
[[nodiscard]] std::string key_of(const CaseId& case_id, const RulesThen& then, const Prompt& prompt);

}  // namespace redress::casework
