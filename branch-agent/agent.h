// What one turn of a branch's loop does: frames and commands in, one commit, frames out. No socket, no thread.
//
// Owned by the loop's thread (or the simulator). lag() may be read by any thread.
#pragma once

#include <deque>
#include <mutex>

#include "ops/shell/commands.h"
#include "protocol/sync/agent_session.h"
#include "protocol/sync/lag.h"
#include "store/site.h"

namespace redress::agent {

inline constexpr std::int64_t eager_ms_max = 600;  // sync::Self; so that work flows within a second of a line's return

struct LinkView {
  std::string state;                    // waiting, opening, greeting, repairing, up
  std::optional<Error> trouble;         // why it is not up
  sync::Lag up;                         // our journal towards head office
  sync::Lag down;                       // our feed from head office
  sync::Took up_took, down_took;        // what has arrived since this program began; down: if it was told of before
  Seq journal_head, journal_receipted;  // over the journals of all epochs
  Seq journal_answered;                 // likewise, with receipts that hold and are being committed
  Seq feed_head, feed_held;
};

struct Turned {
  std::vector<Bytes> sends;  // in order; only after the commit has returned
  std::vector<sync::Event> events;
  sync::Line line = sync::Line::keep;
  std::optional<Error> stop;  // the store's state is not known any more: stop and start again
};

class Agent {
 public:
  Agent(store::Site& site, const sync::Self& self, const sync::AgentPeer& peer, Random& random);

  void on_line_up(Now now) { session_.on_line_up(now); }
  void on_line_down(Now now, Code why) { session_.on_line_down(now, why); }
  void on_frame(Now now, ByteView frame) { session_.on_frame(now, frame); }
  void submit(shell::Command command) { commands_.push_back(std::move(command)); }

  // Commits everything that came in since the last turn, then says what to send.
  [[nodiscard]] Turned turn(Now now);
  [[nodiscard]] Instant next_deadline() const { return session_.next_deadline(); }
  // Any thread.
  [[nodiscard]] LinkView view(Instant now) const;

 private:
  void commit(Now now, sync::Step& step, Turned& turned);
  void note_answers(const sync::Step& step);
  void measure(Now now);

  store::Site& site_;
  sync::AgentSession session_;
  std::vector<shell::Command> commands_;
  mutable std::mutex mutex_;  // over what view() shows
  sync::LagMeter up_;
  sync::LagMeter down_;
  StreamName feed_{};  // the one that `down_` counts
  LinkView view_;
};

}  // namespace redress::agent
