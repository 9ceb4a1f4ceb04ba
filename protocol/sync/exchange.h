// The part of a session that both ends share once they have greeted: batches, receipts, holes, heartbeats.
//
// A value owned by one session; no clock, no I/O.
#pragma once

#include <map>

#include "protocol/sync/healing.h"
#include "protocol/sync/receiver.h"
#include "protocol/sync/sender.h"

namespace redress::sync {

// Who this end is, and what it signs with. The pointed-to objects outlive the session.
struct Self {
  journal::Domain domain;
  SiteId site;
  const journal::Signer* signer = nullptr;
  const Streams* streams = nullptr;
  std::int64_t heartbeat_ms = 2000;
  std::size_t window_bytes = 4 * 1024 * 1024;
  std::string version;
  std::int64_t eager_ms_max = 3'000;  // of a branch: the longest wait while its line was lost minutes ago, not days
  std::uint16_t protocol_max = wire::protocol_max;
};

class Exchange {
 public:
  Exchange(const Self& self, SiteId peer, const PublicKey& peer_signing)
      : self_{self}, peer_{peer}, peer_signing_{peer_signing}, healing_{self.domain, self.site, self.streams, peer} {}

  // Begins a session's life, in this version: from now on only its frames count. The peer takes `window_bytes` beyond
  // its receipts.
  void open(Instant now, SessionId session, std::uint16_t protocol, std::size_t window_bytes);
  void close();
  // The session ends because the peer was silent for too long.
  void on_silence() { pace_.on_silence(); }
  // The peer was heard by another frame than those of the session.
  void on_heard(Instant now) { heard_at_ = now; }
  // A stream to send, from where the peer stands, after those that were named before it.
  void send_stream(Instant now, const StreamName& stream, Seq peer_has, Lane lane = {});
  // A stream to receive, from where it stands here; one of our own is returned to us.
  void receive_stream(const StreamName& stream, const std::optional<journal::Parent>& parent);

  // A batch, receipt, hole or heartbeat, or of what is damaged. Returns why the session must end, or nothing; any other
  // frame ends it. What is kept is taken out of the frame.
  [[nodiscard]] std::optional<Error> on_frame(Now now, wire::Frame& frame, Step& step);

  // The commit that holds an Accept of `stream` returned with this receipt: tell the peer.
  void on_committed(const journal::Receipt& receipt, Step& step);
  void on_commit_failed();
  // Sends at most one batch of the first stream that may go and has something to send. False if nothing went.
  [[nodiscard]] bool send_next(Now now, Step& step);
  // Heartbeats and rewinds that are due.
  void on_tick(Now now, Step& step);
  [[nodiscard]] Instant next_deadline() const;

  // An own stream that cannot go on because what comes next is damaged here, and the last place that the peer holds.
  struct Stopped {
    StreamName stream;
    journal::Mark common;
    [[nodiscard]] std::string why() const;
  };
  [[nodiscard]] std::optional<Stopped> stopped() const;

  // The peer has told of more than has come: an entry may be on its way that takes a narrow line longer than some
  // heartbeats, and nothing is heard before it is here whole.
  [[nodiscard]] bool is_awaiting() const;

  [[nodiscard]] SessionId session() const noexcept { return session_; }
  [[nodiscard]] Instant heard_at() const noexcept { return heard_at_; }
  // Where the peer last said its streams stand; empty before its first heartbeat.
  [[nodiscard]] const std::vector<wire::Cursor>& peer_heads() const noexcept { return peer_heads_; }
  [[nodiscard]] const Pace& pace() const noexcept { return pace_; }
  [[nodiscard]] const std::map<StreamName, Sender>& senders() const noexcept { return senders_; }
  [[nodiscard]] const std::map<StreamName, Receiver>& receivers() const noexcept { return receivers_; }

 private:
  [[nodiscard]] std::optional<Error> on_batch(Now now, wire::Batch& batch, Step& step);
  [[nodiscard]] std::optional<Error> on_receipted(Now now, const wire::Receipted& receipted, Step& step);
  [[nodiscard]] std::optional<Error> on_hole(Now now, const wire::Hole& hole, Step& step);
  [[nodiscard]] std::optional<Error> on_beat(Now now, const wire::Beat& beat, Step& step);
  // False (and an event) for a frame of another session.
  [[nodiscard]] bool is_current(Now now, SessionId session, Step& step);
  void answer_duplicate(const Receiver& receiver, const wire::Batch& batch, Now now, Step& step) const;
  void send_receipt(const journal::Receipt& receipt, Step& step) const;
  void send_batch(Now now, const StreamName& stream, Outgoing out, Step& step) const;
  void beat(Now now, Step& step);

  Self self_;
  SiteId peer_;
  PublicKey peer_signing_;
  SessionId session_;
  Instant heard_at_{0};
  Instant beat_at_ = never;
  Pace pace_;  // of all senders; what the line bore is known to the next session
  std::map<StreamName, Sender> senders_;
  std::vector<StreamName> order_;  // of the senders
  std::map<StreamName, Receiver> receivers_;
  std::vector<wire::Cursor> peer_heads_;
  Healing healing_;
};

}  // namespace redress::sync
