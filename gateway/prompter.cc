#include "gateway/prompter.h"

#include <algorithm>

namespace redress::gateway {
namespace {

constexpr std::int64_t again_ms = 60'000;
constexpr std::size_t rules_kept_max = 256;

}  // namespace

Prompter::Prompter(PrompterParts parts, store::Desk& desk, Random& random)
    : parts_{std::move(parts)}, desk_{desk}, sealer_{random} {}

const casework::RulesThen* Prompter::rules_on(const std::string& profile, rules::Day day) {
  if (rules_.size() >= rules_kept_max) rules_.clear();
  const auto [found, is_new] = rules_.try_emplace({profile, day});
  if (is_new) {
    auto then = casework::rules_then(*parts_.profiles, profile, *parts_.calendars, day);
    if (then) found->second = std::move(*then);
  }
  return found->second ? &*found->second : nullptr;
}

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
  const Status looked = parts_.journal->view([&](const store::Reading& store) -> Status {
    const store::CaseFile* file = store::recall_case(store, parts_.site, *parts_.kinds, sealer_, id, memory_);
    if (file == nullptr) return Done{};
    const casework::CaseTimes times = casework::times_of(*parts_.kinds, file->view, file->told);
    const auto day = casework::day_begun(times);
    if (!day) return Done{};
    for (const std::string& profile : parts_.shown) {
      const casework::RulesThen* then = rules_on(profile, *day);
      if (then == nullptr || then->profile.prompts.empty()) continue;
      const std::vector<casework::Clock> clocks = casework::clocks(*then, times);
      const std::vector<casework::Prompt> left = casework::prompts_left(*then, clocks, times, now);
      if (left.empty()) continue;
      const casework::Prompt& first = left.front();
      if (first.at <= now && !look.due) {
        look.due.emplace(casework::event_of(*parts_.kinds, *then, file->view.state, first),
                         casework::key_of(id, *then, first));
      }
      if (!look.next || first.at < *look.next) look.next = first.at;
    }
    return Done{};
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
      const auto entry = store::decode_entry(parts_.site.domain, value);
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

std::optional<WallTime> Prompter::next_due() const {
  if (order_.empty()) return std::nullopt;
  return order_.begin()->first;
}

}  // namespace redress::gateway
