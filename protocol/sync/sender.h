// Sends one stream, level-triggered: what to send is a function of where the peer stands, the stream's head and what
// may be under way.
//
// A value, one per stream and session; all of a session share its Pace. It holds no entries: a lost frame is read and
// sent again, the same bytes.
#pragma once

#include <deque>

#include "protocol/sync/pace.h"
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

  // The peer holds everything up to `peer_has`.
  void connect(Instant now, Seq peer_has);

  // Everything up to `to` is durable at the peer. An older receipt than the last only shows that the line lives.
  void on_receipt(Instant now, Seq to, Pace& pace);
  // The peer is at `have`; go on after it.
  void on_hole(Instant now, Seq have, Pace& pace);

  // The next range to send to `reader`, up to `head`, as far as the pace allows; nothing if there is none. Counts it as
  // under way. A returned feed, whose author we are not, goes to the next checkpoint that we hold, whole or not at all:
  // nobody else can sign one.
  [[nodiscard]] std::optional<Outgoing> next(Instant now, const Streams& streams, Seq head, SiteId reader, Pace& pace);
  // Goes back to the last receipt if no receipt came for `resend_after_ms`, and longer if more is under way than the
  // line has borne, though something is.
  [[nodiscard]] bool rewind_if_stuck(Instant now, Pace& pace);

  [[nodiscard]] const StreamName& stream() const noexcept { return stream_; }
  [[nodiscard]] const Lane& lane() const noexcept { return lane_; }
  [[nodiscard]] Seq receipted() const noexcept { return receipted_; }
  // It cannot go on: what comes next is damaged here, or, in a returned feed, something up to the next checkpoint of
  // its author, or none is held.
  [[nodiscard]] bool is_barred() const noexcept { return barred_; }
  // The place up to which the peer holds it, if what comes next is damaged here.
  [[nodiscard]] std::optional<Seq> damaged_after() const noexcept;
  [[nodiscard]] Instant deadline(const Pace& pace) const noexcept;  // when rewind_if_stuck() may act

 private:
  struct Flight {
    Seq to;
    std::size_t bytes;
    std::size_t under_way;  // of the session, with it; 0: a receipt for it may be for what was sent before
    Instant left_at;
  };
  struct Range {
    Wanted wanted;
    std::optional<journal::Checkpoint> end;  // that it must reach
  };
  void rewind(Instant now, Pace& pace);
  [[nodiscard]] std::optional<Range> range(const Streams& streams, SiteId reader, const Pace& pace) const;

  StreamName stream_;
  Lane lane_;
  bool barred_ = false;
  bool damaged_ = false;
  bool connected_ = false;
  Seq receipted_;         // never decreases within a connection
  Seq sent_;              // receipted_ <= sent_
  Seq farthest_;          // ever sent in this connection
  unsigned rewinds_ = 0;  // since something was receipted
  std::deque<Flight> flights_;
  Instant moved_at_{0};  // the last receipt, or, with nothing under way before it, when the first batch left
};

}  // namespace redress::sync
