// Kills a daemon with SIGKILL when its time has come and starts it again a little later.
//
// A resource of one thread; the network outlives it.
#pragma once

#include <functional>
#include <optional>

#include "ops/demonstration/network.h"

namespace redress::demo {

class Saboteur {
 public:
  using Tell = std::function<void(const std::string& line)>;
  Saboteur(Network& network, SiteId target, const Kill& kill, Tell tell)
      : network_{network}, target_{target}, kill_{kill}, tell_{std::move(tell)} {}

  // The slice begins, or goes on: what is due is done. Fails as the network does.
  [[nodiscard]] Status tick(std::size_t slice, Instant slice_began, Instant now);
  // The slice is over: what was to happen in it has happened, and the daemon is back.
  [[nodiscard]] Status finish(std::size_t slice);
  // True once the daemon was killed by the signal.
  [[nodiscard]] bool has_struck() const noexcept { return struck_; }

 private:
  [[nodiscard]] Status strike(Instant now);
  [[nodiscard]] Status restart();

  Network& network_;
  const SiteId target_;
  const Kill kill_;
  const Tell tell_;
  bool struck_ = false;
  std::optional<Instant> back_at_;
};

}  // namespace redress::demo
