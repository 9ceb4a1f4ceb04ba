// A branch's end of the link: when to open the line, the hello, the exchange, when to give up and come back.
//
// One owner, one thread; no clock, socket, disk or randomness of its own. A turn: on_*() for all that happened,
// on_tick(), no later than next_deadline(); take_step(), whose writes are committed before its sends leave; what became
// of them; on_sendable() until there is nothing more to send; take_step() again, which holds no writes.
#pragma once

#include "protocol/base/random.h"
#include "protocol/sync/bisect.h"
#include "protocol/sync/exchange.h"

namespace redress::sync {

struct AgentPeer {
  PublicKey head_office_signing;  // pinned at enrolment
};

class AgentSession {
 public:
  AgentSession(const Self& self, const AgentPeer& peer, Random& random);

  // The line is up: its handshake is done. Or it failed, or ended.
  void on_line_up(Now now);
  void on_line_down(Now now, Code why);
  void on_frame(Now now, ByteView bytes);
  void on_tick(Now now);
  // Committed: an Accept, with the receipt that its commit made.
  void on_committed(const journal::Receipt& receipt);
  // Committed: a RenewJournal. The new epoch greets on the same line.
  void on_renewed(Now now);
  // The commit failed, for this reason: nothing of it happened.
  void on_commit_failed(Now now, const Error& why = {Code::retry_later, "the commit failed", "store"});
  // Sends what the durable state and the window allow: one batch at most. False: nothing to send now.
  [[nodiscard]] bool on_sendable(Now now);

  [[nodiscard]] Step take_step();
  [[nodiscard]] Instant next_deadline() const;

  // Repairing: looking for the place where this store and head office part, or waiting for the commit of what follows.
  enum class State { waiting, opening, greeting, repairing, up };
  [[nodiscard]] State state() const noexcept { return state_; }
  // Why the line is not up: the last reason; nothing if it is, or was never tried. If it is up: what head office holds
  // of this site's own and does not send, because something is damaged there; what it is and follows is not here (D11).
  [[nodiscard]] const std::optional<Error>& trouble() const noexcept { return trouble_; }
  [[nodiscard]] const Exchange& exchange() const noexcept { return exchange_; }
  // The feed that head office writes now, as its last welcome named it; owner 0: never welcomed.
  [[nodiscard]] const StreamName& live_feed() const noexcept { return live_feed_; }
  // That feed's head as the gateway last told it, if it did.
  [[nodiscard]] std::optional<Seq> feed_head() const;

 private:
  void greet(Now now);
  void on_welcome(Now now, const wire::Welcome& welcome);
  void on_refusal(Now now, const wire::Refusal& refusal);
  // Nothing is sent or taken before both ends hold the same entry at the lower of their two places (P8). The first
  // stream that parts; nothing: none does.
  [[nodiscard]] std::optional<wire::Held> parted(const std::vector<wire::Held>& theirs) const;
  // What the hello names, and so what may be sent.
  [[nodiscard]] std::vector<wire::Held> journals_shown() const;
  [[nodiscard]] std::vector<wire::Held> feeds_shown() const;
  void open_streams(Now now, const std::vector<wire::Held>& theirs);
  void send_journals(Now now, const std::vector<wire::Held>& theirs);
  void return_feeds(Now now, const std::vector<wire::Held>& theirs);

  // What head office told of is on its way, as far as anybody can know.
  [[nodiscard]] bool is_awaiting() const;
  void note_withheld();

  // An earlier journal that has come back whole goes out again from its last receipt: the receipt is the answer.
  void ask_receipts(Now now);

  void on_fork(Now now, const wire::Fork& fork);
  void on_probe(Now now, const wire::Probe& probe);
  void ask_or_settle(Now now);
  void pass_over(Now now, const Exchange::Stopped& stopped);
  [[nodiscard]] Instant silent_at() const;
  void fall_silent(Now now);
  void fail_line(Now now, Error why, bool refused);
  void schedule(Now now, bool refused, std::uint32_t retry_after_ms);

  Self self_;
  AgentPeer peer_;
  Random* random_;
  Exchange exchange_;
  Step step_;
  State state_ = State::waiting;
  Instant wake_at_{0};          // waiting: when to open; opening, greeting, repairing: when to give up
  std::uint32_t failures_ = 0;  // in a row: since a receipt came, or a session lasted
  std::uint32_t refusals_ = 0;  // likewise
  Instant steady_at_ = never;   // up: when it has lasted
  int patience_ = 0;            // doublings of how long silence is borne: until all has come that was awaited in one
  std::optional<Error> trouble_;
  struct Repair {
    Bisect bisect;
    Code why;
  };
  std::optional<Repair> repair_;
  struct Withheld {
    Seq here;
    int beats = 0;  // for so many it did not move, though there is more
  };
  std::map<StreamName, Withheld> withheld_;  // own journals that head office holds more of
  StreamName live_feed_{};                   // the one that head office writes now
  StreamName current_;                       // the journal that is written now, as of the welcome
};

}  // namespace redress::sync
