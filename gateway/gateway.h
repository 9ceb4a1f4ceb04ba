// What one turn of head office's loop does: many branches' frames and the officers' commands in, one commit, frames
// out. No socket, no thread.
//
// Owned by the loop's thread (or the simulator). status() may be read by any thread.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <mutex>

#include "gateway/members.h"
#include "gateway/quota.h"
#include "ops/shell/commands.h"
#include "protocol/sync/gateway_session.h"
#include "protocol/sync/lag.h"

namespace redress::gateway {

// A connection as the socket names it.
using Connection = Bytes;

struct SiteStatus {
  SiteId site;
  sync::Lag up;    // the branch's journal towards head office
  sync::Lag down;  // its feed
  // What arrived since this program began: from the author's clock, put right by what its heartbeats show of it, to
  // durable here; and from a feed place to the receipt for it.
  sync::Took up_took, down_took;
  Seq journal_head, journal_held, feed_head, feed_receipted;
  std::int64_t clock_skew_ms = 0;
  std::string version;
  std::optional<Error> trouble;  // why it was last refused
};

struct Outgoing {
  Connection to;
  Bytes frame;
};

struct Turned {
  std::vector<Outgoing> sends;
  std::vector<sync::Event> events;
  std::optional<Error> stop;
};

class Gateway {
 public:
  Gateway(store::Site& site, const sync::Self& self, Members& members, const crypto::KeyPair& signing, Random& random,
          const QuotaOptions& quota = {});

  // A frame of the site whose key the connection was opened with.
  void on_frame(Now now, const Connection& from, SiteId site, ByteView frame);
  // A frame of a connection that a one-time key opened: only an enrolment is taken, while that key is good.
  void on_invited_frame(Now now, const Connection& from, const Invitation& by, ByteView frame);
  void submit(shell::Command command) { commands_.push_back(std::move(command)); }
  // The program stops: every session is told.
  void drain();

  [[nodiscard]] Turned turn(Now now);
  [[nodiscard]] Instant next_deadline() const;
  // Any thread. From the next turn on nobody waits for sites that were not heard since head office lost its past; why.
  void end_recovery(const std::string& reason);
  // Any thread. The sites that are still waited for.
  [[nodiscard]] std::vector<SiteId> unheard() const;
  // Any thread. Every site that ever spoke or has a feed.
  [[nodiscard]] std::vector<SiteStatus> status(Instant now) const;

 private:
  struct Link {
    std::unique_ptr<sync::GatewaySession> session;
    PublicKey key;                     // the site's, when the connection first spoke
    bool dirty = true;                 // something may be sent to it
    bool stirred = true;               // since the last turn
    bool moved = true;                 // since it was measured
    Instant due = never;               // the session's next deadline, as of its last turn
    std::vector<std::int64_t> took{};  // ms, since it was measured
  };
  struct Meters {
    explicit Meters(std::int64_t fresh_ms) : up{fresh_ms}, down{fresh_ms} {}
    sync::LagMeter up;
    sync::LagMeter down;
    std::int64_t clock_skew_ms = 0;
    std::string version;
    std::optional<Error> trouble;
    bool is_up = false;
    bool has_line = false;             // as of this measuring
    store::Site::Written fed;          // as of the last change
    std::vector<StreamName> journals;  // those that `up` counts together
    sync::Latencies took;              // up
  };
  struct Pending {
    Connection link;
    sync::Step step;
    std::size_t first = 0;  // its writes in the turn's work
    std::size_t count = 0;
    std::vector<WallTime> written{};  // when its author wrote each new entry of its own
  };

  // False, and it is told so, if the site is enrolled no more.
  [[nodiscard]] bool is_bound(const Connection& from, SiteId site);
  // Who was revoked since the last turn is told, and hears nothing more, whether it speaks or not.
  void end_revoked();
  void hand_on(Now now, const Connection& from, SiteId site, ByteView frame);
  void hold_back(const Connection& from, SiteId site);
  [[nodiscard]] Result<wire::Enrolled> enrol(Now now, const Invitation& by, ByteView frame);
  // Refuses where there is no session.
  void turn_away(const Connection& from, SiteId site, const Error& why, std::uint32_t retry_ms);
  static void refuse(Link& link, const Error& why, std::uint32_t retry_ms);
  void charge(Now now, const Pending& pending);
  void make_room(SiteId site);
  void fence(const Connection& newcomer);
  void collect(Pending& pending, std::vector<store::Work>& work) const;
  // The sites that may still hold what head office lost.
  [[nodiscard]] std::vector<SiteId> enrolled() const;
  // Those of them that will never be heard: they were revoked, or an operator says so.
  void give_up(std::vector<store::Work>& work);
  // Head office writes in another epoch now: every session begins anew.
  void begin_anew(Turned& turned);
  void settle(Now now, std::vector<Pending>& steps, const std::vector<Result<store::Outcome>>& outcomes,
              Turned& turned);
  // The times of its own new entries: what others wrote, or came back, says nothing of this line.
  static void note_written(Pending& pending);
  static void note_durable(Now now, const Pending& pending, Link& link);
  void settle_commands(const std::vector<Result<store::Outcome>>& outcomes, Turned& turned);
  void send_feeds(Now now, Turned& turned);
  // Brings the meters up to date, at most ten times a second however busy the links are.
  void measure(Now now, const std::vector<sync::Event>& events);
  void measure_link(Now now, const sync::GatewaySession& session, Meters& meters);
  Meters& meters_of(SiteId site);
  void flush(const Connection& link, sync::Step& step, Turned& turned) const;

  store::Site& site_;
  sync::Self self_;
  Members& members_;
  PublicKey signing_;
  Random& random_;
  Quota quota_;
  std::map<Connection, Link> links_;
  std::vector<shell::Command> commands_;
  std::vector<Outgoing> answers_;  // to invited sites; they rest on members.log, which is synced already
  std::vector<sync::Event> events_;
  std::set<SiteId> fed_;  // what they are fed, or hold of it, moved since it was measured
  Connection next_;       // round robin: whose turn it is to be sent to
  Instant measured_at_{0};
  std::size_t members_measured_ = 0;
  std::uint64_t members_looked_at_ = 0;  // their revision, when revoked sessions were last looked for
  Epoch epoch_;                          // of the sessions
  bool sends_due_ = false;               // the last turn's sends were cut short
  bool measure_due_ = false;             // something moved since
  mutable std::mutex mutex_;             // over what follows
  std::string recovery_ended_;           // why, if an operator ended it since the last turn
  std::vector<SiteId> unheard_;          // as of the last turn
  std::map<SiteId, Meters> meters_;
};

}  // namespace redress::gateway
