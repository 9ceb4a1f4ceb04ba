// A branch's end of the link: when to open the line, the hello, the exchange, when to give up and come back.
//
// One owner, one thread; no clock, socket, disk or randomness of its own. Call on_*() when something happened,
// on_tick() no later than next_deadline(), and take_step() after each; the step's writes are committed before its sends
// leave.
#pragma once

#include "protocol/base/random.h"
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
  // The commit failed: nothing of it happened.
  void on_commit_failed(Now now);
  // Sends what the durable state and the window allow: one batch at most. False: nothing to send now.
  [[nodiscard]] bool on_sendable(Now now);

  [[nodiscard]] Step take_step();
  [[nodiscard]] Instant next_deadline() const;

  enum class State { waiting, opening, greeting, up };
  [[nodiscard]] State state() const noexcept { return state_; }
  // Why the line is not up: the last reason; nothing if it is, or was never tried.
  [[nodiscard]] const std::optional<Error>& trouble() const noexcept { return trouble_; }
  [[nodiscard]] const Exchange& exchange() const noexcept { return exchange_; }
  // The feed's head as the gateway last told it, if it did.
  [[nodiscard]] std::optional<Seq> feed_head() const;

 private:
  void greet(Now now);
  void on_welcome(Now now, const wire::Welcome& welcome);
  void on_refusal(Now now, const wire::Refusal& refusal);
  [[nodiscard]] std::optional<Error> check_cursors(const wire::Welcome& welcome) const;
  void fail_line(Now now, Error why, bool refused);
  void schedule(Now now, bool refused, std::uint32_t retry_after_ms);

  Self self_;
  AgentPeer peer_;
  Random* random_;
  Exchange exchange_;
  Step step_;
  State state_ = State::waiting;
  Instant wake_at_{0};          // waiting: when to open; opening, greeting: when to give up
  std::uint32_t failures_ = 0;  // in a row
  std::uint32_t refusals_ = 0;  // in a row
  std::optional<Error> trouble_;
};

}  // namespace redress::sync
