#include "ops/shell/case_clocks.h"

#include <memory>
#include <nlohmann/json.hpp>

#include "protocol/base/time.h"
#include "protocol/casework/due.h"
#include "protocol/casework/prompts.h"

namespace redress::shell {
namespace {

using nlohmann::json;
using rules::Language;

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
           {"kind", std::string{rules::name_of(clock.kind)}},
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
           {"why_en", to_text(deadline, Language::en)},
           {"prompts", json::array()}};
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

struct Words {
  std::string zh;
  std::string en;
};

// Whether the customer must be called back, and why.
Words call_back_words(const rules::CallBack& call_back, const casework::CaseTimes& times) {
  const auto blank = [&](const char* zh, const char* en) {
    return Words{call_back.blank_zh.empty() ? zh : call_back.blank_zh,
                 call_back.blank_en.empty() ? en : call_back.blank_en};
  };
  if (!call_back.scope) return blank("未写明回访范围", "the scope of call-back is not told");
  const bool must = casework::must_call_back(call_back, times).value_or(false);
  switch (*call_back.scope) {
    case rules::CallBackScope::all:
      return {"须回访：全部回访", "must be called back: all are"};
    case rules::CallBackScope::marked:
      if (must) return {"须回访：已标记须回访", "must be called back: it is marked"};
      return {"不须回访：未标记须回访", "need not be called back: it is not marked"};
    case rules::CallBackScope::share: {
      if (!call_back.share) return blank("未写明回访比例", "the share that is called back is not told");
      const std::string share = std::to_string(*call_back.share) + "%";
      if (must)
        return {"须回访：按 " + share + " 抽取，抽中或已标记", "must be called back: drawn or marked, of " + share};
      return {"不须回访：按 " + share + " 抽取，未抽中", "need not be called back: not drawn, of " + share};
    }
    case rules::CallBackScope::as_appropriate:
      return {"酌情回访", "called back as appropriate"};
    case rules::CallBackScope::none:
      break;
  }
  return {"不回访", "not called back"};
}

json kept_json(const rules::Retention& retention, const std::optional<WallTime>& ended, std::int16_t offset) {
  json out{{"years", retention.years.value_or(0)}, {"source", retention.source}};
  if (!retention.years) {
    out["zh"] = retention.blank_zh.empty() ? "未写明保存年限" : retention.blank_zh;
    out["en"] = retention.blank_en.empty() ? "the years of retention are not told" : retention.blank_en;
    return out;
  }
  const std::string years = std::to_string(*retention.years);
  out["zh"] = "办结后保存 " + years + " 年";
  out["en"] = "kept for " + years + " years after its end";
  if (!ended) return out;
  const std::string until = rules::to_iso(*rules::kept_until(retention, rules::day_of(*ended, offset)));
  out["until"] = until;
  out["zh"] = out["zh"].get<std::string>() + "，至 " + until;
  out["en"] = out["en"].get<std::string>() + ", until " + until;
  return out;
}

// What a profile says of the case as a whole, in the versions that the case goes by (D27).
json rules_json(const casework::RulesThen& then, const casework::CaseTimes& times,
                const std::optional<WallTime>& ended) {
  const Words words = call_back_words(then.profile.call_back, times);
  json call_back{{"zh", words.zh}, {"en", words.en}, {"source", then.profile.call_back.source}};
  if (const auto must = casework::must_call_back(then.profile.call_back, times)) call_back["must"] = *must;
  return {{"profile", then.profile.mark()},
          {"chain", then.profile.chain},
          {"zh", then.profile.zh},
          {"en", then.profile.en},
          {"calendar", then.calendar.version()},
          {"call_back", std::move(call_back)},
          {"retention", kept_json(then.profile.retention, ended, then.profile.offset_minutes)}};
}

json prompt_json(const casework::Prompt& prompt, std::int16_t offset) {
  return {{"step", prompt.row->id},
          {"zh", prompt.row->zh},
          {"en", prompt.row->en},
          {"past_due", prompt.row->overdue},
          {"at", to_rfc3339(prompt.at, offset)}};
}

}  // namespace

json clocks_json(const Rulebook& book, const casework::Kinds& kinds, const store::CaseFile& file, WallTime now) {
  const casework::CaseTimes times = casework::times_of(kinds, file.view, file.told);
  json out{{"clocks", json::array()}, {"rules", json::array()}, {"rules_missing", json::array()}};
  const auto day = casework::day_begun(times);
  if (!day) return out;
  const auto& end = file.view.state.ended;
  const bool has_ended = file.view.state.status == casework::Status::ended && end;
  const std::optional<WallTime> ended = has_ended ? std::optional{file.told[*end].header.what.time} : std::nullopt;
  std::vector<casework::Clock> all;
  for (const std::string& id : book.shown) {
    const auto then = casework::rules_then(book.profiles, id, book.calendars, *day);
    if (!then) {
      out["rules_missing"].push_back(then.error().what);
      continue;
    }
    out["rules"].push_back(rules_json(*then, times, ended));
    const std::vector<casework::Clock> found = casework::clocks(*then, times);
    const std::size_t first = out["clocks"].size();
    for (const casework::Clock& clock : found) out["clocks"].push_back(clock_json(clock, now));
    for (const casework::Prompt& prompt : casework::prompts_left(*then, found, times, now)) {
      const auto at = first + static_cast<std::size_t>(prompt.clock - found.data());
      out["clocks"][at]["prompts"].push_back(prompt_json(prompt, then->profile.offset_minutes));
    }
    all.insert(all.end(), found.begin(), found.end());
  }
  if (const casework::Clock* next = casework::next_due(all)) {
    out["next_due"] = out["clocks"][static_cast<std::size_t>(next - all.data())];
  }
  return out;
}

store::DueRules due_rules(const Rulebook& book, const casework::Kinds& kinds) {
  const auto rules = std::make_shared<casework::Ahead>(book.profiles, book.shown, book.calendars);
  const auto ahead = [rules, &kinds](const store::CaseFile& file) {
    const casework::Ahead::Next next = rules->of(casework::times_of(kinds, file.view, file.told));
    store::Ahead out{std::nullopt, next.prompt};
    if (const auto& clock = next.due)
      out.due = {clock->deadline.due, clock->profile + " " + (clock->tag.empty() ? clock->limit : clock->tag)};
    return out;
  };
  return {ahead, book.digest};
}

}  // namespace redress::shell
