// How much one end may have under way on its line: little at first, twice as much whenever all of it was receipted
// within a heartbeat, half after a silence.
//
// What stands behind a batch waits for it, heartbeats too: more under way than the line carries in a few heartbeats
// looks like a dead line to the other end, and the next session would begin with the same. So a narrow line is given
// what it was seen to bear, and a fast one has the whole window after a few round trips.
//
// A value, one per end of a line, for all streams of a session; no clock. It outlives the session: one that bore little
// begins the next with less.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "protocol/base/assert.h"
#include "protocol/base/limits.h"

namespace redress::sync {

class Pace {
 public:
  static constexpr std::size_t first_bytes = 16 * limits::kib;  // two seconds of 64 kbit/s
  static constexpr std::size_t least_bytes = 8 * limits::kib;

  // A session begins, with these heartbeats; nothing is under way.
  void begin(std::int64_t heartbeat_ms) {
    heartbeat_ms_ = heartbeat_ms;
    borne_ = std::clamp(borne_, least_bytes, first_bytes);
    under_way_ = batches_ = 0;
  }
  // The peer takes so much beyond its receipts, of all streams together.
  void on_window(std::size_t bytes) { window_ = std::min(bytes, limits::window_bytes_max); }
  // A batch leaves. What is under way with it.
  std::size_t on_sent(std::size_t bytes) {
    ++batches_;
    return under_way_ += bytes;
  }
  // A batch is under way no more: receipted, or it will be sent again.
  void on_gone(std::size_t bytes) {
    REDRESS_ASSERT(batches_ > 0 && bytes <= under_way_);
    --batches_;
    under_way_ -= bytes;
  }
  // So much was under way with a batch that was receipted `ms` after it left.
  void on_borne(std::size_t bytes, std::int64_t ms) {
    if (ms <= heartbeat_ms_) borne_ = std::min(std::max(borne_, 2 * bytes), limits::window_bytes_max);
  }
  // Nothing was receipted, or heard, for long.
  void on_silence() { borne_ = std::max(borne_ / 2, least_bytes); }

  [[nodiscard]] std::size_t allowed_bytes() const noexcept { return std::min(borne_, window_); }
  [[nodiscard]] std::size_t under_way_bytes() const noexcept { return under_way_; }
  // An entry of any size may go.
  [[nodiscard]] bool has_room() const noexcept { return under_way_ < allowed_bytes(); }
  // As many as this are taken by the socket.
  [[nodiscard]] bool may_queue() const noexcept { return batches_ < batches_max; }
  // Of the next batch, beyond its first entry. Half of what may be under way, so that one follows while another's
  // receipt is on its way back.
  [[nodiscard]] std::size_t batch_bytes() const noexcept {
    const std::size_t room = allowed_bytes() - std::min(allowed_bytes(), under_way_);
    return std::min({limits::batch_bytes_max, allowed_bytes() / 2, room});
  }
  // How often what the line has borne is under way, at least once: one entry alone may be more.
  [[nodiscard]] std::int64_t load() const noexcept {
    return std::max<std::int64_t>(static_cast<std::int64_t>((under_way_ + 3 * borne_ / 4) / borne_), 1);
  }

 private:
  // Below the socket's high-water mark, so that a frame handed over is not refused for want of room.
  static constexpr std::size_t batches_max = 32;

  std::int64_t heartbeat_ms_ = 0;
  std::size_t borne_ = first_bytes;  // least_bytes <= borne_ <= limits::window_bytes_max
  std::size_t window_ = 0;           // of the peer
  std::size_t under_way_ = 0;
  std::size_t batches_ = 0;  // under way
};

}  // namespace redress::sync
