#include "gateway/loop.h"

#include <algorithm>

#include "ops/shell/start.h"
#include "protocol/base/failpoint.h"

namespace redress::gateway {
namespace {

constexpr std::size_t frames_a_turn_max = 256;
constexpr std::int64_t look_ms = 250;  // how often connections are looked at

}  // namespace

void Loop::take_frames(Now now) {
  std::size_t bytes = 0;
  more_ = false;
  for (std::size_t i = 0; i < frames_a_turn_max; ++i) {
    if (bytes >= limits::commit_bytes_max) {
      more_ = true;
      return;
    }
    const auto received = router_.receive();
    if (!received) return;
    bytes += received->frame.size();
    const auto caller = caller_of(received->user_id);
    if (!caller) continue;
    if (caller->standing == Standing::invited) {
      gateway_.on_invited_frame(now, received->from, {caller->site, caller->key}, received->frame);
      continue;
    }
    const auto member = members_.find(caller->site);
    if (member && member->transport == caller->key) {
      gateway_.on_frame(now, received->from, caller->site, received->frame);
    } else {
      const wire::Refusal refusal{SessionId{}, Code::revoked, "the connection's key is the site's no more", 0};
      static_cast<void>(router_.send(received->from, wire::encode(refusal)));
    }
  }
  more_ = true;
}

// Whoever sends a message without an end is seen by nobody else, and wakes nobody.
void Loop::cut_hoarders(Now now) {
  if (now.mono < after_ms(looked_at_, look_ms)) return;
  looked_at_ = now.mono;
  const std::size_t cut = router_.cut_hoarders();
  if (cut > 0) log_.warn("link", "connections cut", {{"count", cut}, {"why", "messages without an end"}});
}

void Loop::send(Now now, Turned& turned) {
  telling_.on_tick(now.mono);
  for (const sync::Event& event : turned.events) telling_.tell(now.mono, event);
  for (const Outgoing& out : turned.sends) {
    const shell::Router::Sent sent = router_.send(out.to, out.frame);
    // Full or gone: nothing rests on it; what is not receipted is sent again.
    if (sent != shell::Router::Sent::yes)
      log_.debug("link", "frame not taken", {{"full", sent == shell::Router::Sent::full ? 1 : 0}});
  }
}

std::int64_t Loop::wait_ms(Now now, bool more) const {
  if (more) return 0;
  const Instant deadline = std::min(gateway_.next_deadline(), telling_.next_deadline());
  const std::int64_t ms = shell::ms_until(deadline, now.mono);
  if (router_.connection_count() == 0) return ms;
  return ms < 0 ? look_ms : std::min(ms, look_ms);
}

// Said first: what stop() waits for may take long. The door is stopped before all else: it still asks the gateway what
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
    poller.watch(router_);
    poller.watch(zap_.door());
    const auto ready = poller.wait(wait_ms(shell::now(), more_));
    if (!ready) return give_up(ready.error());
    stopping = stop_.take();
    daemon_.wake().drain();
    const Now now = shell::now();
    zap_.answer_pending([&](const PublicKey& key) { return members_.user_id_of(key, now.wall); });
    take_frames(now);
    cut_hoarders(now);
    if (stopping) {
      daemon_.commands().close();
      gateway_.drain();
    }
    for (shell::Command& command : daemon_.commands().take_all()) gateway_.submit(std::move(command));
    REDRESS_FAILPOINT("loop.taken");
    Turned turned = gateway_.turn(now);
    REDRESS_FAILPOINT("loop.turned");
    send(now, turned);
    daemon_.on_committed();
    REDRESS_FAILPOINT("loop.sent");
    if (turned.stop) return give_up(*turned.stop);
  }
  daemon_.stop();
  return 0;
}

}  // namespace redress::gateway
