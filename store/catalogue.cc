#include "store/catalogue.h"

#include <algorithm>
#include <queue>
#include <tuple>
#include <utility>

namespace redress::store {
namespace {

constexpr std::size_t chunk_rows_max = 1024;
constexpr std::uint64_t put_off_s_max = Catalogue::put_off_ms_max / 1'000 + 1;  // a second is rounded up
constexpr std::uint16_t accused_bit = 0x8000;
constexpr std::uint16_t other_channel = 0x7FFF;

static_assert(Catalogue::channels_max < other_channel);

std::uint32_t seconds_of(WallTime at) {
  return static_cast<std::uint32_t>(std::clamp<std::int64_t>(at.value() / 1000, 1, UINT32_MAX));
}

std::uint16_t channel_in(std::uint16_t field) { return field & static_cast<std::uint16_t>(~accused_bit); }

}  // namespace

bool is_wanted(const Summary& summary, const Wanted& wanted) {
  if (wanted.state != Kind{} && summary.state != wanted.state) return false;
  if (wanted.handler != SiteId{} && summary.handler != wanted.handler) return false;
  if (wanted.registrar != SiteId{} && summary.registrar != wanted.registrar) return false;
  if (wanted.channel && summary.channel != *wanted.channel) return false;
  if (wanted.due_before && (!summary.due || *summary.due >= *wanted.due_before)) return false;
  return !wanted.hides ||
         std::find(summary.accused.begin(), summary.accused.end(), *wanted.hides) == summary.accused.end();
}

// Wanted, in the rows' terms.
struct Catalogue::Ask {
  std::uint16_t state = 0;
  std::uint32_t handler = 0;
  std::uint32_t registrar = 0;
  std::optional<std::uint16_t> channel;
  std::uint32_t due_to = 0;  // 0: not asked
  std::optional<casework::Actor> hides;
};

Catalogue::Ask Catalogue::ask_of(const Wanted& wanted) const {
  Ask ask{wanted.state.value(), wanted.handler.value(), wanted.registrar.value(), std::nullopt, 0, wanted.hides};
  if (wanted.channel) {
    const auto known = places_.find(*wanted.channel);
    ask.channel = known == places_.end() ? other_channel : known->second;
  }
  if (wanted.due_before) ask.due_to = seconds_of(*wanted.due_before);
  return ask;
}

bool Catalogue::fits(const Row& row, const Ask& ask) const {
  if (ask.state != 0 && row.state != ask.state) return false;
  if (ask.handler != 0 && row.handler != ask.handler) return false;
  if (ask.registrar != 0 && row.registrar != ask.registrar) return false;
  if (ask.channel && channel_in(row.channel) != *ask.channel) return false;
  if (ask.due_to != 0 && (row.due_s == 0 || row.due_s > ask.due_to)) return false;
  return (row.channel & accused_bit) == 0 || !ask.hides || !accused_.contains({row.id, *ask.hides});
}

void Catalogue::take(Catalogue& other) {
  const std::scoped_lock lock{mutex_, other.mutex_};
  chunks_ = std::exchange(other.chunks_, {});
  rows_ = std::exchange(other.rows_, 0);
  names_ = std::exchange(other.names_, {std::string{}});
  places_ = std::exchange(other.places_, {{std::string{}, 0}});
  accused_ = std::exchange(other.accused_, {});
}

std::uint16_t Catalogue::channel_of(const std::string& name) {
  const auto known = places_.find(name);
  if (known != places_.end()) return known->second;
  if (name.size() > channel_bytes_max || names_.size() >= channels_max) return other_channel;
  const auto place = static_cast<std::uint16_t>(names_.size());
  names_.push_back(name);
  places_.emplace(name, place);
  return place;
}

void Catalogue::put(const Summary& summary) {
  const std::lock_guard lock{mutex_};
  Row row{summary.id,
          summary.due ? seconds_of(*summary.due) : 0,
          summary.prompt ? seconds_of(*summary.prompt) : 0,
          0,
          summary.entries,
          summary.handler.value(),
          summary.registrar.value(),
          summary.state.value(),
          channel_of(summary.channel)};
  // Who was complained of may have been cleared.
  for (auto it = accused_.lower_bound({row.id, casework::Actor{}}); it != accused_.end() && it->first == row.id;)
    it = accused_.erase(it);
  for (const casework::Actor& person : summary.accused) accused_.emplace(row.id, person);
  if (!summary.accused.empty()) row.channel |= accused_bit;
  put_row(row);
}

void Catalogue::put_damaged(const CaseId& id) {
  const std::lock_guard lock{mutex_};
  put_row(Row{.id = id});
}

void Catalogue::put_row(const Row& row) {
  const auto below = [](const CaseId& id, const std::vector<Row>& chunk) { return id < chunk.front().id; };
  auto chunk = std::upper_bound(chunks_.begin(), chunks_.end(), row.id, below);
  if (chunk != chunks_.begin()) --chunk;
  if (chunk == chunks_.end()) chunk = chunks_.insert(chunk, std::vector<Row>{});
  auto at = std::lower_bound(chunk->begin(), chunk->end(), row.id,
                             [](const Row& one, const CaseId& id) { return one.id < id; });
  if (at != chunk->end() && at->id == row.id) {
    *at = row;
    return;
  }
  ++rows_;
  if (chunk->size() == chunk_rows_max) {
    // New cases come last: what is full is left full then, and halved only if something late comes between.
    const std::size_t kept = at == chunk->end() ? chunk_rows_max : chunk_rows_max / 2;
    std::vector<Row> rest{chunk->begin() + static_cast<std::ptrdiff_t>(kept), chunk->end()};
    chunk->resize(kept);
    const bool goes_on = rest.empty() || row.id > rest.front().id;
    chunk = chunks_.insert(chunk + 1, std::move(rest));
    if (!goes_on) --chunk;
    at = std::lower_bound(chunk->begin(), chunk->end(), row.id,
                          [](const Row& one, const CaseId& id) { return one.id < id; });
  }
  chunk->insert(at, row);
}

std::vector<Listed> Catalogue::newest(const Ask& ask, const CaseId& below, std::size_t count) const {
  std::vector<Listed> out;
  for (auto chunk = chunks_.rbegin(); chunk != chunks_.rend(); ++chunk) {
    if (!below.is_zero() && chunk->front().id >= below) continue;
    for (auto row = chunk->rbegin(); row != chunk->rend(); ++row) {
      if (out.size() == count) return out;
      if ((below.is_zero() || row->id < below) && fits(*row, ask)) out.push_back({row->id, {0, row->id}});
    }
  }
  return out;
}

std::vector<Listed> Catalogue::earliest(const Ask& ask, const ListMark& after, std::size_t count) const {
  std::priority_queue<std::pair<std::uint32_t, CaseId>> first;  // the latest of those that come first is on top
  for (const std::vector<Row>& chunk : chunks_) {
    for (const Row& row : chunk) {
      if (row.due_s == 0 || (first.size() == count && row.due_s > first.top().first)) continue;
      if (std::pair{row.due_s, row.id} <= std::pair{after.due_s, after.id} || !fits(row, ask)) continue;
      first.emplace(row.due_s, row.id);
      if (first.size() > count) first.pop();
    }
  }
  std::vector<Listed> out;
  for (; !first.empty(); first.pop()) out.push_back({first.top().second, {first.top().first, first.top().second}});
  std::reverse(out.begin(), out.end());
  return out;
}

std::vector<Listed> Catalogue::list(const Wanted& wanted, Sorted sorted, const ListMark& after,
                                    std::size_t count) const {
  const std::lock_guard lock{mutex_};
  if (count == 0) return {};
  const Ask ask = ask_of(wanted);
  return sorted == Sorted::newest ? newest(ask, after.id, count) : earliest(ask, after, count);
}

bool Catalogue::visit_chunk(std::optional<CaseId>& after, const std::function<void(const Row&)>& visit) const {
  const std::lock_guard lock{mutex_};
  const auto is_behind = [&](const CaseId& id) { return !after || *after < id; };
  const auto chunk = std::partition_point(chunks_.begin(), chunks_.end(),
                                          [&](const std::vector<Row>& one) { return !is_behind(one.back().id); });
  if (chunk == chunks_.end()) return false;
  for (const Row& row : *chunk) {
    if (is_behind(row.id)) visit(row);
  }
  after = chunk->back().id;
  return true;
}

std::vector<Prompted> Catalogue::prompted(WallTime now, std::size_t count) const {
  const std::uint32_t until = seconds_of(now);
  const auto has_come = [until](const Row& row) {
    const bool off = row.put_off_s > until && row.put_off_s <= until + put_off_s_max;
    return row.prompt_s != 0 && row.prompt_s <= until && !off;
  };
  std::vector<std::tuple<std::uint32_t, CaseId, std::uint32_t>> first;  // a heap: the latest is on top
  std::optional<CaseId> after;
  while (count > 0 && visit_chunk(after, [&](const Row& row) {
           if (!has_come(row) || (first.size() == count && row.prompt_s > std::get<0>(first.front()))) return;
           first.emplace_back(row.prompt_s, row.id, row.entries);
           std::push_heap(first.begin(), first.end());
           if (first.size() <= count) return;
           std::pop_heap(first.begin(), first.end());
           first.pop_back();
         })) {
  }
  std::sort_heap(first.begin(), first.end());
  std::vector<Prompted> out;
  out.reserve(first.size());
  for (const auto& [at, id, entries] : first) out.push_back({id, entries});
  return out;
}

void Catalogue::put_off(const Prompted& one, WallTime until) {
  const std::lock_guard lock{mutex_};
  const auto chunk =
      std::lower_bound(chunks_.begin(), chunks_.end(), one.id,
                       [](const std::vector<Row>& rows, const CaseId& id) { return rows.back().id < id; });
  if (chunk == chunks_.end()) return;
  const auto row = std::lower_bound(chunk->begin(), chunk->end(), one.id,
                                    [](const Row& each, const CaseId& id) { return each.id < id; });
  if (row->id == one.id && row->entries == one.entries) row->put_off_s = seconds_of(WallTime{until.value() + 999});
}

Counts Catalogue::count(const Wanted& wanted, WallTime now) const {
  const std::lock_guard lock{mutex_};
  const Ask ask = ask_of(wanted);
  const std::uint32_t today = seconds_of(now);
  std::vector<std::size_t> states(UINT16_MAX + std::size_t{1});
  std::vector<std::size_t> channels(other_channel + std::size_t{1});
  std::unordered_map<std::uint32_t, std::size_t> handlers;
  Counts out;
  for (const std::vector<Row>& chunk : chunks_) {
    for (const Row& row : chunk) {
      if (!fits(row, ask)) continue;
      ++out.cases;
      out.due += row.due_s != 0 ? 1U : 0U;
      out.late += row.due_s != 0 && row.due_s <= today ? 1U : 0U;
      ++states[row.state];
      ++channels[channel_in(row.channel)];
      ++handlers[row.handler];
    }
  }
  for (std::size_t i = 0; i < states.size(); ++i) {
    if (states[i] != 0) out.states.emplace(static_cast<std::uint16_t>(i), states[i]);
  }
  for (std::size_t i = 0; i < names_.size(); ++i) {
    if (channels[i] != 0) out.channels.emplace(names_[i], channels[i]);
  }
  out.other_channels = channels[other_channel];
  out.handlers.insert(handlers.begin(), handlers.end());
  return out;
}

std::size_t Catalogue::size() const {
  const std::lock_guard lock{mutex_};
  return rows_;
}

}  // namespace redress::store
