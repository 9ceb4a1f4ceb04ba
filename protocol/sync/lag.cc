#include "protocol/sync/lag.h"

#include <algorithm>
#include <utility>

#include "protocol/base/assert.h"
#include "protocol/base/mutant.h"

namespace redress::sync {
namespace {

constexpr std::size_t told_max = 512;
constexpr std::int64_t stalled_after_ms = 15'000;

}  // namespace

const char* name_of(LagState state) {
  switch (state) {
    case LagState::level:
      return "level";
    case LagState::draining:
      return "draining";
    case LagState::stalled:
      return "stalled";
    case LagState::unknown:
      return "unknown";
  }
  REDRESS_ASSERT(false);
  return "";
}

void LagMeter::on_head(Instant now, Seq head, std::optional<Instant> since) {
  head_ = std::max(head_, head);
  // A lower head says nothing about when the higher one was reached.
  if (!told_.empty() && told_.back().head > head) return;
  const std::optional<Instant> before = std::exchange(told_at_, now);
  if (!told_.empty() && told_.back().head == head) {
    // Of repeated heartbeats with the same head only the last matters to what comes after it. But a first mark beyond
    // what is durable stands for a missing entry itself, which grows older.
    if (told_.size() > 1 || head <= durable_) told_.back().at = now;
    return;
  }
  if (!since && !before) undated_ = std::max(undated_, head);
  told_.push_back({since ? *since : before.value_or(now), now, head});
  if (told_.size() > told_max) thin();
}

// Every second mark goes, and what is new in it counts from its time in the next: nothing becomes younger.
void LagMeter::thin() {
  static_assert(told_max % 2 == 0);
  REDRESS_ASSERT(told_.size() == told_max + 1);
  std::size_t kept = 1;
  for (std::size_t i = 2; i < told_.size(); i += 2) {
    told_[i].since = std::min(told_[i - 1].since, told_[i].since);
    told_[kept++] = told_[i];
  }
  told_.erase(told_.begin() + static_cast<std::ptrdiff_t>(kept), told_.end());
}

void LagMeter::on_durable(Instant now, Seq durable) {
  if (!std::exchange(is_placed_, true)) undated_ = std::max({undated_, head_, durable});
  if (durable <= durable_) return;
  count(now, durable);
  durable_ = durable;
  moved_ = now;
  // The newest mark that does not contain the oldest missing entry dates it; older ones are of no use.
  while (told_.size() > 1 && told_[1].head <= durable_) told_.pop_front();
}

// Each counts from the first mark that has it in it.
void LagMeter::count(Instant now, Seq durable) {
  Seq from = std::max(durable_, undated_);
  for (const Told& told : told_) {
    if (from >= durable) return;
    if (told.head <= from) continue;
    const Seq to = std::min(told.head, durable);
    took_.add(now.value() - told.since.value(), to.value() - from.value());
    from = to;
  }
}

void LagMeter::on_up(Instant now) {
  up_ = true;
  contact_ = now;
  moved_ = now;
}

Lag LagMeter::lag(Instant now) const {
  Lag out;
  out.entries = head_ > durable_ ? head_.value() - durable_.value() : 0;
  if (REDRESS_MUTANT(131) && out.entries > 0) --out.entries;  // 131: what is on its way counts as arrived
  if (contact_) out.contact_ms = std::max<std::int64_t>(0, now.value() - contact_->value());
  if (out.entries > 0 && !told_.empty()) {
    out.oldest_ms = std::max<std::int64_t>(0, now.value() - told_.front().at.value());
    out.oldest_at_least = durable_ < undated_;
  }
  const bool contact = up_ && out.contact_ms && *out.contact_ms <= fresh_ms_;
  if (!contact && !REDRESS_MUTANT(132)) {  // 132: without contact it is still sure
    out.state = LagState::unknown;
    return out;
  }
  const bool still = moved_ && now.value() - moved_->value() > stalled_after_ms && out.oldest_ms > stalled_after_ms;
  out.state = out.entries == 0 ? LagState::level : still ? LagState::stalled : LagState::draining;
  return out;
}

}  // namespace redress::sync
