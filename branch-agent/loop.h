// The branch's loop: waits for the line, the door's commands, the clock and the order to stop; runs a turn; sends.
//
// Main's thread; the only one that touches the socket and writes the journal.
#pragma once

#include "branch-agent/agent.h"
#include "ops/shell/daemon.h"
#include "ops/shell/zmq_socket.h"

namespace redress::agent {

// What the shipped agent is in its sessions. The daemon outlives it.
[[nodiscard]] sync::Self self_of(shell::Daemon& daemon, const shell::Home& home);

class Loop {
 public:
  Loop(Agent& agent, shell::Daemon& daemon, shell::LinkContext& context, const shell::Home& home,
       shell::StopSignal& stop, shell::Log& log)
      : agent_{agent}, daemon_{daemon}, context_{context}, home_{home}, stop_{stop}, log_{log} {}

  // Runs until told to stop, then commits what the door has handed over and ends. The program's exit status.
  [[nodiscard]] int run();

 private:
  [[nodiscard]] int give_up(const Error& error);
  void take_line(Now now);
  void apply(Turned& turned, Now now);
  void open_line(Now now);
  [[nodiscard]] std::int64_t wait_ms(Now now) const;

  Agent& agent_;
  shell::Daemon& daemon_;
  shell::LinkContext& context_;
  const shell::Home& home_;
  shell::StopSignal& stop_;
  shell::Log& log_;
  std::unique_ptr<shell::Dealer> dealer_;
};

}  // namespace redress::agent
