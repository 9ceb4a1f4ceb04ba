// Reads a profile critically: what it leaves open, what in it cannot both hold, and where it is laxer than the
// regulation it answers to. Each finding says so in Chinese and English.
//
// Pure. A profile with gaps works: each clock that needs what is missing says so itself.
#pragma once

#include <string>
#include <vector>

#include "protocol/rules/calendar.h"
#include "protocol/rules/deadline.h"
#include "protocol/rules/profile.h"

namespace redress::rules {

struct Finding {
  enum class Is { gap, contradiction } is = Is::gap;
  std::string row;    // "limit branch_reply"
  std::string field;  // what must be told, or put right
  std::string zh;
  std::string en;
  friend bool operator==(const Finding&, const Finding&) = default;
};

// In the order of the profile's rows. `calendars` are those that this site knows.
[[nodiscard]] std::vector<Finding> check(const Profile& profile, const Calendars& calendars);

// Where a limit of `own` ends later than the row of `law` that it answers to, both without extensions, with the first
// day of the calendar's loaded years on which it does: units differ, so only days show it.
[[nodiscard]] std::vector<Finding> check_against(const Profile& own, const Profile& law, const Calendar& calendar);

// "gap: limit branch_reply: within: …", a line a finding.
[[nodiscard]] std::string to_text(const std::vector<Finding>& findings, Language language);

}  // namespace redress::rules
