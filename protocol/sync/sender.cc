#include "protocol/sync/sender.h"

#include <algorithm>

#include "protocol/base/limits.h"
#include "protocol/base/mutant.h"

namespace redress::sync {
namespace {

constexpr std::int64_t resend_after_ms = 5'000;
// Below the socket's high-water mark, so that a frame handed over is not refused for want of room.
constexpr std::size_t flights_max = 32;

}  // namespace

void Sender::connect(Instant now, Seq peer_has, std::size_t window_bytes) {
  connected_ = true;
  receipted_ = peer_has;
  window_ = std::min(window_bytes, limits::window_bytes_max);
  rewind(now);
}

void Sender::rewind(Instant now) {
  damaged_ = false;
  sent_ = receipted_;
  in_flight_ = 0;
  flights_.clear();
  moved_at_ = now;
}

void Sender::on_receipt(Instant now, Seq to, std::size_t window_bytes) {
  window_ = std::min(window_bytes, limits::window_bytes_max);
  if (to <= receipted_) return;
  receipted_ = to;
  sent_ = std::max(sent_, to);
  moved_at_ = now;
  while (!flights_.empty() && flights_.front().to <= to) {
    in_flight_ -= flights_.front().bytes;
    flights_.pop_front();
  }
}

void Sender::on_hole(Instant now, Seq have) {
  // An answer that crossed a newer receipt is old news.
  if (have < receipted_ || have >= sent_) return;
  rewind(now);
  sent_ = std::max(have, receipted_);
}

std::optional<Wanted> Sender::wanted(const Streams& streams, SiteId reader) const {
  const std::size_t room = std::min(limits::batch_bytes_max, window_ - std::min(window_, in_flight_));
  Wanted out{stream_, sent_.next(), limits::batch_entries_max, room, reader, lane_.returned && !REDRESS_MUTANT(99)};
  if (!lane_.returned || stream_.reader == no_reader) return out;
  const auto end = streams.checkpoint_from(stream_, out.from);
  if (!end || end->mark.seq.value() - sent_.value() > limits::batch_entries_max) return std::nullopt;
  // It came in one batch, so that it fits into one.
  out.entries_max = end->mark.seq.value() - sent_.value();
  out.bytes_max = SIZE_MAX;
  return out;
}

std::optional<Outgoing> Sender::next(Instant now, const Streams& streams, Seq head, SiteId reader) {
  if (!connected_ || sent_ >= head || flights_.size() >= flights_max) return std::nullopt;
  if (in_flight_ >= window_ && !REDRESS_MUTANT(102)) return std::nullopt;  // 102: the window is ignored
  const auto range = wanted(streams, reader);
  barred_ = !range && flights_.empty();
  if (!range) return std::nullopt;
  Outgoing out = streams.read(*range);
  damaged_ = out.damaged;
  barred_ = damaged_ && flights_.empty();
  if (out.items.empty()) return std::nullopt;
  if (flights_.empty()) moved_at_ = now;
  sent_ = out.last.seq;
  in_flight_ += out.bytes;
  flights_.push_back({sent_, out.bytes});
  REDRESS_ASSERT(receipted_ <= sent_ && sent_ <= head);
  return out;
}

std::optional<Seq> Sender::damaged_after() const noexcept {
  return damaged_ && flights_.empty() ? std::optional{receipted_} : std::nullopt;
}

bool Sender::rewind_if_stuck(Instant now) {
  if (now < deadline()) return false;
  rewind(now);
  return true;
}

Instant Sender::deadline() const noexcept {
  return connected_ && !flights_.empty() ? after_ms(moved_at_, resend_after_ms) : never;
}

}  // namespace redress::sync
