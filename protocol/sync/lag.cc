#include "protocol/sync/lag.h"

#include <algorithm>

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

void LagMeter::on_head(Instant now, Seq head) {
  head_ = std::max(head_, head);
  // Of repeated heartbeats with the same head only the last matters: a later entry is younger than it. But a first mark
  // beyond what is durable stands for a missing entry itself, which grows older.
  if (!told_.empty() && told_.back().head >= head) {
    // A lower head says nothing about when the higher one was reached.
    const bool again = told_.back().head == head;
    if (again && (told_.size() > 1 || head <= durable_)) told_.back().at = now;
    return;
  }
  told_.push_back({now, head});
  if (told_.size() <= told_max) return;
  // Dropping every second mark leaves ages rounded up, never down.
  std::deque<Told> kept;
  for (std::size_t i = 0; i < told_.size(); ++i) {
    if (i % 2 == 0 || i + 1 == told_.size()) kept.push_back(told_[i]);
  }
  told_ = std::move(kept);
}

void LagMeter::on_durable(Instant now, Seq durable) {
  if (durable <= durable_) return;
  // Each counts as old as the first mark that has it in it.
  for (const Told& told : told_) {
    if (told.head <= durable_) continue;
    const Seq to = std::min(told.head, durable);
    took_.add(now.value() - told.at.value(), to.value() - durable_.value());
    durable_ = to;
    if (to == durable) break;
  }
  durable_ = durable;
  moved_ = now;
  // The newest mark that does not contain the oldest missing entry dates it; older ones are of no use.
  while (told_.size() > 1 && told_[1].head <= durable_) told_.pop_front();
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
