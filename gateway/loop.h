// Head office's loop: waits for branches, the door's commands, ZAP, the clock and the order to stop; runs a turn;
// sends.
//
// Main's thread; the only one that touches the sockets and writes the journal.
#pragma once

#include "gateway/gateway.h"
#include "gateway/zap.h"
#include "ops/shell/daemon.h"
#include "ops/shell/telling.h"
#include "ops/shell/zmq_socket.h"

namespace redress::gateway {

class Loop {
 public:
  Loop(Gateway& gateway, shell::Daemon& daemon, Members& members, Zap& zap, shell::Router& router,
       shell::StopSignal& stop, shell::Log& log)
      : gateway_{gateway},
        daemon_{daemon},
        members_{members},
        zap_{zap},
        router_{router},
        stop_{stop},
        log_{log},
        telling_{log, daemon.metrics()} {}

  // Runs until told to stop, then tells every branch and ends. The program's exit status.
  [[nodiscard]] int run();

 private:
  [[nodiscard]] int give_up(const Error& error);
  void take_frames(Now now);
  void cut_hoarders(Now now);
  void send(Now now, Turned& turned);
  [[nodiscard]] std::int64_t wait_ms(Now now, bool more) const;

  Gateway& gateway_;
  shell::Daemon& daemon_;
  Members& members_;
  Zap& zap_;
  shell::Router& router_;
  shell::StopSignal& stop_;
  shell::Log& log_;
  shell::Telling telling_;
  Instant looked_at_{0};
  bool more_ = true;  // a turn is due at once: the first, and one after frames were left
};

}  // namespace redress::gateway
