#include "gateway/prompter.h"

#include <algorithm>
#include <iterator>

namespace redress::gateway {
namespace {

constexpr std::int64_t again_ms = 60'000;
constexpr std::int64_t at_rest_ms_max = 3'600'000;  // so that what is held does not outlive its reason

}  // namespace

Prompter::Prompter(PrompterParts parts, store::Desk& desk)
    : parts_{std::move(parts)}, desk_{desk}, rules_{*parts_.profiles, *parts_.calendars} {}

void Prompter::hold(const store::Listed& one, WallTime until) {
  if (const auto before = held_.find(one.id); before != held_.end()) order_.erase({before->second.until, one.id});
  held_.insert_or_assign(one.id, Held{one.mark.due_s, until});
  order_.emplace(until, one.id);
}

void Prompter::let_go(WallTime now) {
  const auto release = [this](std::set<std::pair<WallTime, CaseId>>::iterator one) {
    held_.erase(one->second);
    order_.erase(one);
  };
  while (!order_.empty() && order_.begin()->first <= now) release(order_.begin());
  // Longer than anything is held: the clock went back.
  while (!order_.empty() && order_.rbegin()->first.value() > now.value() + at_rest_ms_max)
    release(std::prev(order_.end()));
}

Prompter::Look Prompter::look_at(const CaseId& id, WallTime now) {
  Look look;
  const Status looked = desk_.recall(id, [&](const store::CaseFile& file) {
    const casework::CaseTimes times = casework::times_of(*parts_.kinds, file.view, file.told);
    const auto day = casework::day_begun(times);
    if (!day) return;
    for (const std::string& profile : parts_.shown) {
      const casework::RulesThen* then = rules_.on(profile, *day);
      if (then == nullptr || then->profile.prompts.empty()) continue;
      const std::vector<casework::Clock> clocks = casework::clocks(*then, times);
      const std::vector<casework::Prompt> left = casework::prompts_left(*then, clocks, times, now);
      if (left.empty()) continue;
      const casework::Prompt& first = left.front();
      if (first.at <= now && !look.due) {
        look.due.emplace(casework::event_of(*parts_.kinds, *then, file.view.state, first),
                         casework::key_of(id, *then, first));
      }
      if (!look.next || first.at < *look.next) look.next = first.at;
    }
  });
  if (!looked) look.next = WallTime{now.value() + again_ms};
  return look;
}

std::vector<Prompter::Made> Prompter::take_due(WallTime now) {
  let_go(now);
  const auto skips = [this](const store::Listed& one) {
    const auto held = held_.find(one.id);
    return held != held_.end() && held->second.prompt_s == one.mark.due_s;
  };
  const std::vector<store::Listed> come = parts_.catalogue->prompted(now, look_cases_max, skips);
  level_ = come.size() < look_cases_max;
  std::vector<Made> out;
  for (const store::Listed& one : come) {
    if (out.size() == a_turn_max) {
      level_ = false;
      break;
    }
    const Look look = look_at(one.id, now);
    if (!look.due) {
      // A clock's time may have moved, or its last chance gone by.
      const WallTime rest{now.value() + at_rest_ms_max};
      const bool past = look.next && *look.next <= now;
      hold(one, past ? WallTime{now.value() + again_ms} : std::min(look.next.value_or(rest), rest));
      continue;
    }
    hold(one, WallTime{now.value() + again_ms});
    auto made = desk_.record(one.id, look.due->first, look.due->second, now);
    if (!made) continue;
    if (auto* append = std::get_if<store::Append>(&*made)) out.push_back({std::move(*append), look.due->second});
  }
  return out;
}

}  // namespace redress::gateway
