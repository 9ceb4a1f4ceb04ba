// How far one stream is behind: three numbers, never one (P13, D18).
//
// A value; the caller's monotonic clock. Never negative; what is not known is said to be so.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>

#include "protocol/base/ids.h"
#include "protocol/sync/latency.h"

namespace redress::sync {

enum class LagState {
  level,     // nothing known to be missing
  draining,  // something is missing and receipts move
  stalled,   // something is missing and nothing moved for a while though the line is up
  unknown,   // no contact: every number is "at least"
};

struct Lag {
  LagState state = LagState::unknown;
  std::uint64_t entries = 0;   // known to be missing at the other end; unknown: at least
  std::int64_t oldest_ms = 0;  // the oldest missing entry is at most this old, as of contact; unknown: at least
  std::optional<std::int64_t> contact_ms;  // since the other end was heard; nothing: never
  bool oldest_at_least = false;            // it was missing before this program began: it may be older
};

[[nodiscard]] const char* name_of(LagState state);

class LagMeter {
 public:
  // Contact older than `fresh_ms` is no contact: what was told then may have been overtaken.
  explicit LagMeter(std::int64_t fresh_ms = INT64_MAX) : fresh_ms_{fresh_ms} {}

  // The stream's head is `head`, as the author said at `now`. What is new in it was not there before `since`; nothing:
  // not before the head was last told, which is what an author elsewhere lets us know.
  void on_head(Instant now, Seq head, std::optional<Instant> since = {});
  // Everything up to `durable` is durable at the reader.
  void on_durable(Instant now, Seq durable);
  // The other end was heard.
  void on_contact(Instant now) { contact_ = now; }
  void on_lost() { up_ = false; }
  void on_up(Instant now);

  [[nodiscard]] Lag lag(Instant now) const;
  // How long what has arrived took, at most: from the earliest that it can have been there to durable at the reader.
  // Of some of it nobody here knows since when it was there, and it is not counted: what this meter first found,
  // waiting or durable, and what is durable before its author told of it.
  [[nodiscard]] Took took() const { return took_.took(); }
  // When the head was last told; nothing: never.
  [[nodiscard]] std::optional<Instant> told_at() const noexcept { return told_at_; }
  [[nodiscard]] std::int64_t fresh_ms() const noexcept { return fresh_ms_; }
  [[nodiscard]] Seq head() const noexcept { return head_; }
  [[nodiscard]] Seq durable() const noexcept { return durable_; }

 private:
  struct Told {
    Instant since;  // what is new in it was not there before
    Instant at;     // what comes after it was not there before
    Seq head;
  };
  void thin();
  void count(Instant now, Seq durable);

  std::int64_t fresh_ms_;
  bool up_ = false;
  Seq head_;  // the highest told; durable_ may run ahead of it until the next heartbeat
  Seq durable_;
  std::optional<Instant> contact_;
  std::optional<Instant> moved_;
  std::optional<Instant> told_at_;
  bool is_placed_ = false;  // the reader's place was told
  Seq undated_;             // up to here nobody knows since when it is there
  Latencies took_;
  std::deque<Told> told_;  // ascending; bounded: neighbours are merged towards the older times
};

}  // namespace redress::sync
