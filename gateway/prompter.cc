#include "gateway/prompter.h"

#include <algorithm>

namespace redress::gateway {
namespace {

constexpr std::int64_t again_ms = 60'000;

}  // namespace

Prompter::Prompter(PrompterParts parts, store::Desk& desk)
    : parts_{std::move(parts)}, desk_{desk}, rules_{*parts_.profiles, *parts_.calendars} {}

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
  const std::vector<store::Prompted> come = parts_.catalogue->prompted(now, look_cases_max);
  level_ = come.size() < look_cases_max;
  std::vector<Made> out;
  for (const store::Prompted& one : come) {
    if (out.size() == a_turn_max) {
      level_ = false;
      break;
    }
    const Look look = look_at(one.id, now);
    if (!look.due) {
      // A clock's time may have moved, or its last chance gone by. Looked at again so that it does not outlive its
      // reason.
      const WallTime rest{now.value() + store::Catalogue::put_off_ms_max};
      parts_.catalogue->put_off(one, std::min(look.next.value_or(rest), rest));
      continue;
    }
    parts_.catalogue->put_off(one, WallTime{now.value() + again_ms});
    auto made = desk_.record(one.id, look.due->first, look.due->second, now);
    if (!made) continue;
    if (auto* append = std::get_if<store::Append>(&*made)) out.push_back({std::move(*append), look.due->second});
  }
  return out;
}

}  // namespace redress::gateway
