#include "ops/demonstration/saboteur.h"

#include <csignal>

namespace redress::demo {
namespace {

std::string name_of(SiteId site) {
  return site == head_office ? "gateway" : "agent of site " + std::to_string(site.value());
}

}  // namespace

Status Saboteur::strike(Instant now) {
  const pid_t pid = network_.pid_of(target_);
  const auto ended = network_.kill(target_);
  if (!ended) return fail(ended.error());
  struck_ = ended->by_signal && ended->number == SIGKILL;
  tell_("kill -9 " + std::to_string(pid) + " (" + name_of(target_) + "): ended by signal " +
        std::to_string(ended->number));
  back_at_ = after_ms(now, kill_.down_ms);
  return Done{};
}

Status Saboteur::restart() {
  back_at_.reset();
  Status started = network_.launch(target_);
  if (started) started = network_.await_doors();
  if (started) tell_(name_of(target_) + " runs again, pid " + std::to_string(network_.pid_of(target_)));
  return started;
}

Status Saboteur::tick(std::size_t slice, Instant slice_began, Instant now) {
  if (!struck_ && !back_at_ && slice == kill_.slice && now >= after_ms(slice_began, kill_.after_ms)) return strike(now);
  if (back_at_ && now >= *back_at_) return restart();
  return Done{};
}

Status Saboteur::finish(std::size_t slice) {
  if (!struck_ && slice == kill_.slice) {
    const Status done = strike(shell::mono_now());
    if (!done) return done;
  }
  return back_at_ ? restart() : Status{Done{}};
}

}  // namespace redress::demo
