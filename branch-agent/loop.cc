#include "branch-agent/loop.h"

#include <algorithm>

#include "ops/shell/curve.h"
#include "ops/shell/start.h"
#include "ops/shell/telling.h"
#include "protocol/base/failpoint.h"

namespace redress::agent {
namespace {

constexpr std::size_t frames_a_turn_max = 64;

}  // namespace

sync::Self self_of(shell::Daemon& daemon, const shell::Home& home) {
  return {daemon.site_options().domain,
          home.keys.site,
          &daemon.signer(),
          &daemon.site(),
          home.config.link.heartbeat_ms,
          static_cast<std::size_t>(home.config.link.window_kib) * limits::kib,
          shell::version_text("redress-agent"),
          eager_ms_max};
}

void Loop::open_line(Now now) {
  auto dealer = shell::Dealer::open(context_, home_.config.link.connect, shell::curve_of(home_.keys.keys.transport),
                                    home_.keys.enrolment->gateway_transport);
  if (dealer) {
    dealer_ = std::move(*dealer);
  } else {
    log_.warn("link", "cannot open", {{"why", dealer.error().what}});
    agent_.on_line_down(now, Code::unreachable);
  }
}

void Loop::take_line(Now now) {
  if (!dealer_) return;
  while (const auto change = dealer_->link_change()) {
    switch (*change) {
      case shell::LinkChange::up:
        agent_.on_line_up(now);
        break;
      case shell::LinkChange::refused:
        agent_.on_line_down(now, Code::unknown_site);
        break;
      case shell::LinkChange::down:
        agent_.on_line_down(now, Code::unreachable);
        break;
    }
  }
  std::size_t bytes = 0;
  for (std::size_t i = 0; i < frames_a_turn_max && bytes < limits::commit_bytes_max; ++i) {
    const auto frame = dealer_->receive();
    if (!frame) return;
    bytes += frame->size();
    agent_.on_frame(now, *frame);
  }
}

void Loop::apply(Turned& turned, Now now) {
  for (const sync::Event& event : turned.events) shell::tell(log_, daemon_.metrics(), event);
  for (const Bytes& frame : turned.sends) {
    // Not taken: the line is going down, and what was not receipted is sent again on the next one.
    if (dealer_ && !dealer_->send(frame)) log_.debug("link", "frame not taken");
  }
  if (turned.line == sync::Line::close) dealer_.reset();
  if (turned.line == sync::Line::open) open_line(now);
}

std::int64_t Loop::wait_ms(Now now) const {
  const Instant deadline = agent_.next_deadline();
  return shell::ms_until(deadline, now.mono);
}

// Said first: what stop() waits for may take long. The door is stopped before all else: it still asks the agent what
// it knows.
int Loop::give_up(const Error& error) {
  const int status = shell::give_up(log_, error);
  daemon_.stop();
  return status;
}

int Loop::run() {
  shell::Poller poller;
  for (bool stopping = false; !stopping;) {
    poller.clear();
    poller.watch_descriptor(stop_.descriptor());
    poller.watch_descriptor(daemon_.wake().descriptor());
    if (dealer_) poller.watch(*dealer_);
    const auto ready = poller.wait(wait_ms(shell::now()));
    if (!ready) return give_up(ready.error());
    stopping = stop_.take();
    daemon_.wake().drain();
    if (stopping) daemon_.commands().close();
    const Now now = shell::now();
    take_line(now);
    for (shell::Command& command : daemon_.commands().take_all()) agent_.submit(std::move(command));
    REDRESS_FAILPOINT("loop.taken");
    Turned turned = agent_.turn(now);
    REDRESS_FAILPOINT("loop.turned");
    apply(turned, now);
    daemon_.on_committed();
    REDRESS_FAILPOINT("loop.sent");
    if (turned.stop) return give_up(*turned.stop);
  }
  daemon_.stop();
  return 0;
}

}  // namespace redress::agent
