// Head office's end of the link to one branch: checks the hello, welcomes or refuses with words, then exchanges.
//
// One owner, one thread; no clock, socket, disk or randomness of its own. The site comes from the connection's key,
// never from a frame. Same call order as AgentSession.
#pragma once

#include "protocol/base/random.h"
#include "protocol/sync/exchange.h"

namespace redress::sync {

// Who the connection's key is bound to.
struct BranchPeer {
  SiteId site;
  PublicKey signing;
};

class GatewaySession {
 public:
  // `feed_epoch` is head office's epoch now.
  GatewaySession(const Self& self, const BranchPeer& peer, Epoch feed_epoch, Random& random);

  void on_frame(Now now, ByteView bytes);
  void on_tick(Now now);
  void on_committed(const journal::Receipt& receipt);
  void on_commit_failed();
  [[nodiscard]] bool on_sendable(Now now);
  // Ends the session with words: the key was revoked, another session replaced it, the gateway is stopping.
  void refuse(Error why, std::uint32_t retry_after_ms);

  [[nodiscard]] Step take_step();
  [[nodiscard]] Instant next_deadline() const;

  enum class State { expecting, up, ended };
  [[nodiscard]] State state() const noexcept { return state_; }
  [[nodiscard]] SiteId site() const noexcept { return peer_.site; }
  // The journal that this session's store writes: fencing is per (site, epoch). Nothing before the hello.
  [[nodiscard]] const std::optional<StreamName>& journal() const noexcept { return journal_; }
  [[nodiscard]] const Exchange& exchange() const noexcept { return exchange_; }
  // The branch's clock less ours at the hello, in ms; shown, never deciding.
  [[nodiscard]] std::int64_t clock_skew_ms() const noexcept { return clock_skew_ms_; }
  [[nodiscard]] const std::string& peer_version() const noexcept { return peer_version_; }

 private:
  void on_hello(Now now, const wire::Hello& hello);
  [[nodiscard]] std::optional<Error> check_greeting(const wire::Hello& hello) const;
  [[nodiscard]] std::optional<Error> check_positions(const wire::Hello& hello) const;
  [[nodiscard]] std::optional<Error> check_token(const wire::Hello& hello) const;
  [[nodiscard]] wire::Welcome welcome(Now now, const wire::Hello& hello);
  void confirm_token();

  Self self_;
  BranchPeer peer_;
  Epoch feed_epoch_;
  Random* random_;
  Exchange exchange_;
  Step step_;
  State state_ = State::expecting;
  std::optional<StreamName> journal_;
  LinkToken offered_;  // not zero: offered in the welcome, not yet confirmed by a later frame
  std::int64_t clock_skew_ms_ = 0;
  std::string peer_version_;
};

}  // namespace redress::sync
