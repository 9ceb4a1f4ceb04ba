#include "gateway/prompter.h"

#include <algorithm>

namespace redress::gateway {
namespace {

constexpr std::int64_t again_ms = 60'000;

}  // namespace

Prompter::Prompter(PrompterParts parts, store::Desk& desk)
    : parts_{std::move(parts)}, desk_{desk}, rules_{*parts_.profiles, *parts_.calendars} {}

void Prompter::wait(const CaseId& id, std::optional<WallTime> at) {
  if (const auto held = when_.find(id); held != when_.end()) {
    order_.erase({held->second, id});
    when_.erase(held);
  }
  if (!at) return;
  when_.emplace(id, *at);
  order_.emplace(*at, id);
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

void Prompter::follow(WallTime now) {
  std::set<CaseId> touched;
  std::size_t count = 0;
  const Status looked = parts_.journal->view([&](const store::Reading& store) -> Status {
    store.scan(store::Table::entries, store::key_of(read_.next()), [&](ByteView key, ByteView value) {
      if (count == look_entries_max) return false;
      ++count;
      read_ = store::position_of(key);
      const auto entry = store::decode_entry(parts_.domain, value);
      if (entry && !entry->header.what.case_id.is_zero()) touched.insert(entry->header.what.case_id);
      return true;
    });
    return Done{};
  });
  level_ = looked && count < look_entries_max;
  for (const CaseId& id : touched) wait(id, look_at(id, now).next);
}

std::vector<Prompter::Made> Prompter::take_due(WallTime now) {
  follow(now);
  std::vector<Made> out;
  // Until the end of the ledger was seen once, what was recorded there may not have been.
  while (level_ && out.size() < a_turn_max && !order_.empty() && order_.begin()->first <= now) {
    const CaseId id = order_.begin()->second;
    const Look look = look_at(id, now);
    if (!look.due) {
      // A clock's time may have moved, or its last chance gone by.
      const bool past = look.next && *look.next <= now;
      wait(id, past ? std::optional{WallTime{now.value() + again_ms}} : look.next);
      continue;
    }
    wait(id, WallTime{now.value() + again_ms});
    auto made = desk_.record(id, look.due->first, look.due->second, now);
    if (!made) continue;
    if (auto* append = std::get_if<store::Append>(&*made)) out.push_back({std::move(*append), look.due->second});
  }
  return out;
}

}  // namespace redress::gateway
