#include "protocol/sync/sender.h"

#include <algorithm>

#include "protocol/base/limits.h"
#include "protocol/base/mutant.h"

namespace redress::sync {
namespace {

constexpr std::int64_t resend_after_ms = 5'000;
// What was sent twice is twice as much to carry: who goes back again and again waits longer each time.
constexpr unsigned doublings_max = 2;

}  // namespace

void Sender::connect(Instant now, Seq peer_has) {
  connected_ = true;
  damaged_ = false;
  receipted_ = sent_ = farthest_ = peer_has;
  moved_at_ = now;
}

void Sender::rewind(Instant now, Pace& pace) {
  damaged_ = false;
  sent_ = receipted_;
  for (const Flight& flight : flights_) pace.on_gone(flight.bytes);
  flights_.clear();
  moved_at_ = now;
}

void Sender::on_receipt(Instant now, Seq to, Pace& pace) {
  // An answer to what was sent twice: what follows it may still be on its way.
  moved_at_ = now;
  if (to <= receipted_) return;
  receipted_ = to;
  sent_ = std::max(sent_, to);
  farthest_ = std::max(farthest_, to);
  rewinds_ = 0;
  while (!flights_.empty() && flights_.front().to <= to) {
    const Flight& flight = flights_.front();
    pace.on_gone(flight.bytes);
    pace.on_borne(flight.under_way, now.value() - flight.left_at.value());
    flights_.pop_front();
  }
}

void Sender::on_hole(Instant now, Seq have, Pace& pace) {
  // An answer that crossed a newer receipt is old news.
  if (have < receipted_ || have >= sent_) return;
  rewind(now, pace);
  sent_ = std::max(have, receipted_);
}

std::optional<Sender::Range> Sender::range(const Streams& streams, SiteId reader, const Pace& pace) const {
  Range out;
  out.wanted = {stream_,
                sent_.next(),
                limits::batch_entries_max,
                pace.batch_bytes(),
                reader,
                lane_.returned && !REDRESS_MUTANT(99)};
  if (!lane_.returned || stream_.reader == no_reader) return out;
  out.end = streams.checkpoint_from(stream_, out.wanted.from);
  if (!out.end || out.end->mark.seq.value() - sent_.value() > limits::batch_entries_max) return std::nullopt;
  // It came in one batch, so that it fits into one.
  out.wanted.entries_max = out.end->mark.seq.value() - sent_.value();
  out.wanted.bytes_max = SIZE_MAX;
  return out;
}

std::optional<Outgoing> Sender::next(Instant now, const Streams& streams, Seq head, SiteId reader, Pace& pace) {
  if (!connected_ || sent_ >= head || !pace.may_queue()) return std::nullopt;
  if (!pace.has_room() && !REDRESS_MUTANT(102)) return std::nullopt;  // 102: the window is ignored
  const auto found = range(streams, reader, pace);
  Outgoing out = found ? streams.read(found->wanted) : Outgoing{};
  const bool cut_short = found && found->end && !out.items.empty() && out.last != found->end->mark;
  damaged_ = out.damaged;
  barred_ = (!found || damaged_ || cut_short) && flights_.empty();
  if (out.items.empty() || cut_short) return std::nullopt;
  if (flights_.empty()) moved_at_ = now;
  const bool again = sent_ < farthest_;
  sent_ = out.last.seq;
  farthest_ = std::max(farthest_, sent_);
  const std::size_t under_way = pace.on_sent(out.bytes);
  flights_.push_back({sent_, out.bytes, again ? 0 : under_way, now});
  out.checkpoint = found->end;
  REDRESS_ASSERT(receipted_ <= sent_ && sent_ <= head);
  return out;
}

std::optional<Seq> Sender::damaged_after() const noexcept {
  return damaged_ && flights_.empty() ? std::optional{receipted_} : std::nullopt;
}

bool Sender::rewind_if_stuck(Instant now, Pace& pace) {
  if (now < deadline(pace)) return false;
  rewind(now, pace);
  ++rewinds_;
  return true;
}

Instant Sender::deadline(const Pace& pace) const noexcept {
  if (!connected_ || flights_.empty()) return never;
  return after_ms(moved_at_, pace.load() * (resend_after_ms << std::min(rewinds_, doublings_max)));
}

}  // namespace redress::sync
