// What of a case is due next: out of its clocks, for lists and reminders.
//
// Pure.
#pragma once

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

}  // namespace redress::casework
