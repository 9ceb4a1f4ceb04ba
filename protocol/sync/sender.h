// Sends one stream, level-triggered: what to send is a function of where the peer stands, the stream's head and the
// window.
//
// A value, one per stream and session. It holds no entries: a lost frame is read and sent again, the same bytes.
#pragma once

#include <deque>

#include "protocol/sync/step.h"

namespace redress::sync {

// How a stream goes among the others of its session.
struct Lane {
  bool returned = false;  // the stream is the peer's own: it goes back to its author
  bool first = false;     // no stream after it goes before all of it is receipted
};

class Sender {
 public:
  explicit Sender(const StreamName& stream, Lane lane = {}) : stream_{stream}, lane_{lane} {}

  // The peer holds everything up to `peer_has` and takes `window_bytes` beyond its receipts.
  void connect(Instant now, Seq peer_has, std::size_t window_bytes);
  void disconnect() { connected_ = false; }

  // Everything up to `to` is durable at the peer. An older receipt than the last changes nothing but the window.
  void on_receipt(Instant now, Seq to, std::size_t window_bytes);
  // The peer is at `have`; go on after it.
  void on_hole(Instant now, Seq have);

  // The next range to send to `reader`, up to `head`, within the window; nothing if there is none. Counts it as in
  // flight. A returned stream whose author we are not goes as far as the next checkpoint that we hold: nobody else can
  // sign one.
  [[nodiscard]] std::optional<Outgoing> next(Instant now, const Streams& streams, Seq head, SiteId reader);
  // Goes back to the last receipt if nothing moved for `resend_after_ms` though something is in flight.
  [[nodiscard]] bool rewind_if_stuck(Instant now);

  [[nodiscard]] const StreamName& stream() const noexcept { return stream_; }
  [[nodiscard]] const Lane& lane() const noexcept { return lane_; }
  [[nodiscard]] Seq receipted() const noexcept { return receipted_; }
  // It cannot go on: what comes next is damaged here, or, in a returned stream, no checkpoint of its author is held for
  // it.
  [[nodiscard]] bool is_barred() const noexcept { return barred_; }
  // The place up to which the peer holds it, if what comes next is damaged here.
  [[nodiscard]] std::optional<Seq> damaged_after() const noexcept;
  [[nodiscard]] Instant deadline() const noexcept;  // when rewind_if_stuck() may act

 private:
  struct Flight {
    Seq to;
    std::size_t bytes;
  };
  void rewind(Instant now);
  [[nodiscard]] std::optional<Wanted> wanted(const Streams& streams, SiteId reader) const;

  StreamName stream_;
  Lane lane_;
  bool barred_ = false;
  bool damaged_ = false;
  bool connected_ = false;
  Seq receipted_;  // never decreases within a connection
  Seq sent_;       // receipted_ <= sent_
  std::size_t window_ = 0;
  std::size_t in_flight_ = 0;  // the sum over flights_
  std::deque<Flight> flights_;
  Instant moved_at_{0};
};

}  // namespace redress::sync
