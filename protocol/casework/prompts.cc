#include "protocol/casework/prompts.h"

#include <algorithm>

#include "protocol/base/assert.h"
#include "protocol/base/time.h"

namespace redress::casework {
namespace {

bool names(const std::vector<std::string>& list, std::string_view word) {
  return list.empty() || std::find(list.begin(), list.end(), word) != list.end();
}

bool is_told(const CaseTimes& times, const RulesThen& then, const Clock& clock, const rules::Prompt& row) {
  const Prompted wanted{then.profile.id, clock.limit, clock.unit, row.id, clock.deadline.due};
  return std::find(times.prompted.begin(), times.prompted.end(), wanted) != times.prompted.end();
}

int told_of(const CaseTimes& times, const RulesThen& then, const Clock& clock) {
  return static_cast<int>(std::count_if(times.prompted.begin(), times.prompted.end(), [&](const Prompted& one) {
    return one.profile == then.profile.id && one.limit == clock.limit && one.unit == clock.unit;
  }));
}

// The sites that an addressee is in this case.
std::vector<SiteId> units_of(const State& state, rules::Addressee addressee) {
  switch (addressee) {
    case rules::Addressee::registrar:
      return {state.registrar};
    case rules::Addressee::handler:
      return {state.handler};
    case rules::Addressee::supervisor:
      return state.supervisors;
    case rules::Addressee::head_office:
      break;
  }
  return {head_office};
}

// "承办机构 3、上级行 2": every addressee that the case has.
std::string addressed(const RulesThen& then, const State& state, const rules::Prompt& row, bool zh) {
  std::string out;
  for (const rules::Addressee one : row.to) {
    const std::vector<SiteId> units = units_of(state, one);
    if (units.empty()) continue;
    out += out.empty() ? "" : zh ? "、" : ", ";
    out += zh ? zh_of(one) : en_of(one);
    for (const SiteId unit : units) out += " " + std::to_string(unit.value());
  }
  std::string persons;
  for (const rules::Role& role : then.profile.roles) {
    if (row.roles.empty() || !names(row.roles, role.id)) continue;
    persons += persons.empty() ? "" : zh ? "、" : ", ";
    persons += zh ? role.zh : role.en;
  }
  if (!persons.empty()) out += (zh ? "：" : ": ") + persons;
  return out;
}

// What is not recorded yet, whenever it is owed, in the order of the clocks. A reminder whose time comes before its
// clock began is never owed.
std::vector<Prompt> unsaid(const RulesThen& then, std::span<const Clock> clocks, const CaseTimes& times) {
  std::vector<Prompt> out;
  if (then.profile.prompts.empty() || times.prompted.size() >= prompts_a_case_max) return out;
  for (const Clock& clock : clocks) {
    if (!clock.running() || clock.deadline.outcome != rules::Outcome::due) continue;
    for (const rules::Prompt& row : then.profile.prompts) {
      if (!names(row.limits, clock.limit) || !names(row.clocks, rules::name_of(clock.kind))) continue;
      const auto at = rules::moment_of(row, clock.deadline.due, then.calendar, then.profile.offset_minutes);
      if (!at || is_told(times, then, clock, row)) continue;
      if (!row.overdue && clock.began && *at <= *clock.began) continue;
      out.push_back({&row, &clock, *at, told_of(times, then, clock) + 1});
    }
  }
  return out;
}

}  // namespace

std::vector<Prompt> prompts_left(const RulesThen& then, std::span<const Clock> clocks, const CaseTimes& times,
                                 WallTime now) {
  const std::int64_t too_old = now.value() - prompt_back_days * rules::ms_per_day;
  std::vector<Prompt> left = unsaid(then, clocks, times);
  std::erase_if(left, [&](const Prompt& prompt) {
    return prompt.at.value() < too_old || (!prompt.row->overdue && prompt.clock->deadline.due <= now);
  });
  std::stable_sort(left.begin(), left.end(), [](const Prompt& a, const Prompt& b) { return a.at < b.at; });
  return left;
}

std::optional<WallTime> first_prompt(const RulesThen& then, std::span<const Clock> clocks, const CaseTimes& times) {
  const std::vector<Prompt> all = unsaid(then, clocks, times);
  const auto first =
      std::min_element(all.begin(), all.end(), [](const Prompt& a, const Prompt& b) { return a.at < b.at; });
  return first == all.end() ? std::nullopt : std::optional{first->at};
}

const KindRow& kind_of(const Kinds& kinds, const Prompt& prompt) {
  const Matter wanted = prompt.row->overdue ? Matter::overdue : Matter::reminder;
  const auto row =
      std::find_if(kinds.rows().begin(), kinds.rows().end(), [&](const KindRow& one) { return one.matter == wanted; });
  REDRESS_ASSERT(row != kinds.rows().end());
  return *row;
}

Event event_of(const Kinds& kinds, const RulesThen& then, const State& state, const Prompt& prompt) {
  const KindRow& row = kind_of(kinds, prompt);
  const Clock& clock = *prompt.clock;
  const std::int16_t zone = then.profile.offset_minutes;
  Event event{row.kind, {}};
  const auto say = [&](std::string_view name, std::string value) {
    if (!value.empty()) mint(row, event, name, std::move(value));
  };
  say("limit", clock.limit);
  say("limit_zh", clock.zh);
  say("limit_en", clock.en);
  say("profile", then.profile.mark());
  say("tag", clock.tag);
  say("source", prompt.row->source);
  if (clock.unit != SiteId{}) say(unit_field, std::to_string(clock.unit.value()));
  if (clock.began) say("began", to_rfc3339(*clock.began, zone));
  say("due", to_rfc3339(clock.deadline.due, zone));
  say("calendar", then.calendar.version());
  say("step", prompt.row->id);
  say("step_zh", prompt.row->zh);
  say("step_en", prompt.row->en);
  say("addressed_zh", addressed(then, state, *prompt.row, true));
  say("addressed_en", addressed(then, state, *prompt.row, false));
  say("times", std::to_string(prompt.times));
  if (prompt.row->becomes_major) say("becomes", "major");
  return event;
}

std::string key_of(const CaseId& case_id, const RulesThen& then, const Prompt& prompt) {
  const Clock& clock = *prompt.clock;
  return "clock " + to_hex(case_id.bytes) + " " + then.profile.id + " " + clock.limit + " " +
         std::to_string(clock.unit.value()) + " " + prompt.row->id + " " + std::to_string(clock.deadline.due.value());
}

}  // namespace redress::casework
