// What head office says, unasked, of a clock that nears its end or has passed it: reminders (催办) and overdue steps
// (逾期), as rows of a profile.
//
//   [reminder day_before]           [overdue at_limit]
//   zh = 临期提醒                    zh = 逾期督办
//   en = reminder                   en = overdue
//   before = 1 working_days         after = at_once
//   limits = outlet_reply           to = handler supervisor
//   to = handler
//
// Values; pure. A lead that the document leaves blank stays so: such a row says nothing of any clock.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/rules/calendar.h"
#include "protocol/rules/limit.h"

namespace redress::rules {

// Whom a prompt is for: a unit by what it is to the case.
enum class Addressee { registrar, handler, supervisor, head_office };

struct Prompt {
  std::string id;
  std::string zh;
  std::string en;
  std::string source;
  bool overdue = false;             // `after` the due date; else `before` it
  std::optional<Span> lead;         // nothing: the document leaves it blank
  std::vector<std::string> limits;  // only these rows; empty: all
  std::vector<std::string> clocks;  // only clocks of these kinds; empty: all
  std::vector<Addressee> to;
  bool becomes_major = false;      // an overdue step: what is that late is a major complaint (LIFE-41)
  std::vector<std::string> roles;  // of the persons there; empty: the unit as such
  std::string blank_zh;
  std::string blank_en;
};

// When a clock that is due at `due` comes to the prompt. In minutes and hours by the clock; in days, weeks and working
// days by whole ones, at the same time of day. Nothing: the lead is blank, or a year is not loaded.
[[nodiscard]] std::optional<WallTime> moment_of(const Prompt& prompt, WallTime due, const Calendar& calendar,
                                                std::int16_t offset_minutes);

[[nodiscard]] std::string_view name_of(Addressee addressee);
[[nodiscard]] std::string_view zh_of(Addressee addressee);
[[nodiscard]] std::string_view en_of(Addressee addressee);

}  // namespace redress::rules
