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
  GatewaySession(const Self& self, const BranchPeer& peer, Random& random);

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
  void on_hello(Now now, const wire::Hello& hello, ByteView bytes);
  [[nodiscard]] std::optional<Error> check_greeting(const wire::Hello& hello) const;
  // What the branch shows of our own word, validly signed, that we do not hold: we are the old one (D28).
  [[nodiscard]] std::optional<RenewOffice> lost(const wire::Hello& hello) const;
  [[nodiscard]] bool is_lost(const wire::Held& feed) const;
  [[nodiscard]] bool is_lost(const wire::Hello& hello, const journal::Receipt& receipt) const;
  // Where the branch's copy of a stream is not ours (P8).
  [[nodiscard]] std::optional<wire::Fork> forked(const wire::Hello& hello) const;
  [[nodiscard]] std::optional<wire::Fork> forked_journal(const wire::Held& shown, bool current) const;
  [[nodiscard]] std::optional<wire::Fork> forked_feed(const wire::Held& shown) const;
  [[nodiscard]] std::optional<wire::Fork> forked_token(const wire::Hello& hello) const;
  [[nodiscard]] std::optional<wire::Fork> forgotten_feed(const wire::Hello& hello) const;
  [[nodiscard]] wire::Fork old_image(const wire::Hello& hello, std::string what) const;
  [[nodiscard]] bool is_proven(const StreamName& stream, ByteView proof) const;
  void part(Now now, const wire::Hello& hello, wire::Fork fork);
  [[nodiscard]] wire::Welcome welcome(Now now, const wire::Hello& hello);
  // Of a journal of the branch's that is held here; `unnamed`: its hello says nothing of it.
  void open_journal(Now now, const wire::Held& held, Seq there, bool unnamed);
  void open_streams(Now now, const wire::Hello& hello, const std::vector<wire::Held>& ours);
  void keep_word(const wire::Held& own);
  void on_probe(Now now, const wire::Probe& probe);
  void on_common(const wire::Common& common);
  void confirm_token();
  [[nodiscard]] Instant silent_at() const;
  void pass_over(const Exchange::Stopped& stopped);
  // The branch has given back what it held of our past, and its own journals: it was heard.
  void note_heard();

  Self self_;
  BranchPeer peer_;
  Random* random_;
  Exchange exchange_;
  Step step_;
  State state_ = State::expecting;
  bool greeted_ = false;  // it said who it is; it may ask where we part
  std::optional<StreamName> journal_;
  std::vector<wire::Cursor> awaited_;  // what the hello showed beyond us
  Digest welcomed_;                    // of the hello that was welcomed last
  std::optional<Event> parted_;        // the branch was told that its copy is not ours, and has not answered yet
  LinkToken offered_;                  // not zero: offered in the welcome, not yet confirmed by a later frame
  std::int64_t clock_skew_ms_ = 0;
  std::string peer_version_;
};

}  // namespace redress::sync
