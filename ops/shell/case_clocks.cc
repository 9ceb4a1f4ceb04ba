#include "ops/shell/case_clocks.h"

#include <memory>
#include <nlohmann/json.hpp>

#include "protocol/base/time.h"
#include "protocol/casework/due.h"

namespace redress::shell {
namespace {

using nlohmann::json;
using rules::Language;

std::string_view name_of(rules::ClockKind kind) {
  switch (kind) {
    case rules::ClockKind::total:
      return "total";
    case rules::ClockKind::hop:
      return "hop";
    case rules::ClockKind::stage:
      return "stage";
    case rules::ClockKind::promise:
      return "promise";
    case rules::ClockKind::call_back:
      return "call_back";
    case rules::ClockKind::routine:
      return "routine";
  }
  return "";
}

std::string_view name_of(rules::Outcome outcome) {
  switch (outcome) {
    case rules::Outcome::due:
      return "due";
    case rules::Outcome::untold:
      return "untold";
    case rules::Outcome::not_loaded:
      return "not_loaded";
    case rules::Outcome::standing:
      return "standing";
  }
  return "";
}

json clock_json(const casework::Clock& clock, WallTime now) {
  const rules::Deadline& deadline = clock.deadline;
  json out{{"limit", clock.limit},
           {"profile", clock.profile},
           {"tag", clock.tag},
           {"kind", std::string{name_of(clock.kind)}},
           {"zh", clock.zh},
           {"en", clock.en},
           {"outcome", std::string{name_of(deadline.outcome)}},
           {"due_zh", rules::due_text(deadline, Language::zh)},
           {"due_en", rules::due_text(deadline, Language::en)},
           {"running", clock.running()},
           {"late", clock.late(now)},
           {"moot", clock.moot},
           {"delivery_assumed", clock.assumed},
           {"provisional", deadline.provisional},
           {"why_zh", to_text(deadline, Language::zh)},
           {"why_en", to_text(deadline, Language::en)}};
  const auto put = [&](const char* name, const std::optional<WallTime>& at) {
    if (at) out[name] = to_rfc3339(*at, deadline.offset_minutes);
  };
  if (deadline.outcome == rules::Outcome::due) put("due", deadline.due);
  if (deadline.outcome == rules::Outcome::untold) out["untold"] = deadline.field;
  if (clock.unit != SiteId{}) out["unit"] = clock.unit.value();
  put("began", clock.began);
  put("met", clock.met);
  put("dropped", clock.dropped);
  return out;
}

}  // namespace

json clocks_json(const Rulebook& book, const casework::Kinds& kinds, const store::CaseFile& file, WallTime now) {
  const casework::CaseTimes times = casework::times_of(kinds, file.view, file.told);
  json out{{"clocks", json::array()}, {"rules_missing", json::array()}};
  std::vector<casework::Clock> all;
  for (const std::string& id : book.shown) {
    const auto found = casework::clocks(book.profiles, id, book.calendars, times);
    if (!found) {
      out["rules_missing"].push_back(found.error().what);
      continue;
    }
    all.insert(all.end(), found->begin(), found->end());
  }
  for (const casework::Clock& clock : all) out["clocks"].push_back(clock_json(clock, now));
  if (const casework::Clock* next = casework::next_due(all)) out["next_due"] = clock_json(*next, now);
  return out;
}

store::DueRules due_rules(const Rulebook& book, const casework::Kinds& kinds) {
  const auto next_due = std::make_shared<casework::NextDue>(book.profiles, book.shown, book.calendars);
  const auto next = [next_due, &kinds](const store::CaseFile& file) -> std::optional<store::DueNext> {
    const auto clock = next_due->of(casework::times_of(kinds, file.view, file.told));
    if (!clock) return std::nullopt;
    return store::DueNext{clock->deadline.due, clock->profile + " " + (clock->tag.empty() ? clock->limit : clock->tag)};
  };
  return {next, book.digest};
}

}  // namespace redress::shell
