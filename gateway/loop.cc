#include "gateway/loop.h"

#include <algorithm>
#include <charconv>

#include "ops/shell/start.h"
#include "ops/shell/telling.h"

namespace redress::gateway {
namespace {

constexpr std::size_t frames_a_turn_max = 256;

// "site 11" or "invited 11", as Members says it.
std::optional<SiteId> site_in(std::string_view user_id, std::string_view word) {
  if (!user_id.starts_with(word)) return std::nullopt;
  user_id.remove_prefix(word.size());
  std::uint32_t site = 0;
  const auto [end, error] = std::from_chars(user_id.data(), user_id.data() + user_id.size(), site);
  if (error != std::errc{} || end != user_id.data() + user_id.size()) return std::nullopt;
  return SiteId{site};
}

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
    if (const auto site = site_in(received->user_id, "site ")) {
      gateway_.on_frame(now, received->from, *site, received->frame);
    } else if (const auto invited = site_in(received->user_id, "invited ")) {
      gateway_.on_invited_frame(now, received->from, *invited, received->frame);
    }
  }
  more_ = true;
}

void Loop::send(Turned& turned) {
  for (const sync::Event& event : turned.events) shell::tell(log_, daemon_.metrics(), event);
  for (const Outgoing& out : turned.sends) {
    const shell::Router::Sent sent = router_.send(out.to, out.frame);
    // Full or gone: nothing rests on it; what is not receipted is sent again.
    if (sent != shell::Router::Sent::yes)
      log_.debug("link", "frame not taken", {{"full", sent == shell::Router::Sent::full ? 1 : 0}});
  }
}

std::int64_t Loop::wait_ms(Now now, bool more) const {
  if (more) return 0;
  const Instant deadline = gateway_.next_deadline();
  return shell::ms_until(deadline, now.mono);
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
    if (!ready) return shell::give_up(log_, ready.error());
    stopping = stop_.take();
    daemon_.wake().drain();
    const Now now = shell::now();
    zap_.answer_pending([&](const PublicKey& key) { return members_.user_id_of(key, now.wall); });
    take_frames(now);
    if (stopping) {
      daemon_.commands().close();
      gateway_.drain();
    }
    for (shell::Command& command : daemon_.commands().take_all()) gateway_.submit(std::move(command));
    Turned turned = gateway_.turn(now);
    daemon_.on_committed();
    send(turned);
    if (turned.stop) return shell::give_up(log_, *turned.stop);
  }
  daemon_.stop();
  return 0;
}

}  // namespace redress::gateway
