#include "gateway/prompting.h"

#include <chrono>

#include "protocol/wire/refusal.h"

namespace redress::gateway {
namespace {

// Limits are minutes and more; a case that goes on meanwhile is looked at once.
constexpr std::chrono::milliseconds look_every{5'000};
constexpr std::chrono::milliseconds catch_up_every{100};  // 5,000 cases a second: the rest of the machine is others'

}  // namespace

Prompting::Prompting(shell::Daemon& daemon, std::function<std::optional<SiteId>(SiteId)> parent_of, shell::Log& log)
    : daemon_{daemon},
      log_{log},
      desk_{daemon.journal(),
            {daemon.site_options(), SiteId{}, shell::zone_offset_minutes(shell::wall_now()), std::move(parent_of)},
            daemon.kinds(),
            serial_,
            random_},
      prompter_{{&daemon.catalogue(), &daemon.kinds(), &daemon.rules().profiles, &daemon.rules().calendars,
                 daemon.rules().shown},
                desk_} {}

void Prompting::start() {
  thread_ = std::thread{[this] { run(); }};
}

void Prompting::stop() {
  {
    const std::lock_guard lock{mutex_};
    stopping_ = true;
  }
  woken_.notify_all();
  if (thread_.joinable()) thread_.join();
}

// What is refused (a case that went on, no room, sites that are waited for) is made again later.
void Prompting::hand_on(store::Append append) {
  static_cast<void>(daemon_.commands().push(
      {std::move(append), [&log = log_](const Result<store::Appended>& result) {
         if (result) return;
         log.debug("prompt", "not recorded yet", {{"code", wire::name_of(result.error().code)}});
       }}));
}

void Prompting::run() {
  shell::give_way_to_all();
  std::unique_lock lock{mutex_};
  while (!stopping_) {
    lock.unlock();
    for (Prompter::Made& made : prompter_.take_due(shell::wall_now())) hand_on(std::move(made.append));
    lock.lock();
    woken_.wait_for(lock, prompter_.is_level() ? look_every : catch_up_every, [this] { return stopping_; });
  }
}

}  // namespace redress::gateway
