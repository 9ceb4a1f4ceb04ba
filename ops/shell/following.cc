#include "ops/shell/following.h"

#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>

#include "protocol/wire/refusal.h"

namespace redress::shell {
namespace {

constexpr std::size_t entries_a_commit = 1024;
constexpr auto retry_after = std::chrono::seconds{5};

}  // namespace

void Following::start() {
  thread_ = std::thread{[this] { run(); }};
}

void Following::stop() {
  {
    const std::lock_guard lock{mutex_};
    stopping_ = true;
  }
  woken_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void Following::on_ledger(Position head) {
  {
    const std::lock_guard lock{mutex_};
    if (head <= head_) return;
    head_ = head;
  }
  woken_.notify_one();
}

void Following::run() {
  // Lowest priority of the three threads: what is derived gives way to what is true.
  ::setpriority(PRIO_PROCESS, static_cast<id_t>(::syscall(SYS_gettid)), 10);
  for (;;) {
    {
      std::unique_lock lock{mutex_};
      woken_.wait(lock, [this] { return stopping_ || follower_.position() < head_; });
      if (stopping_) return;
    }
    const auto followed = follower_.advance(entries_a_commit);
    if (followed) {
      moved_();
      continue;
    }
    log_.error("follower", "views cannot be written",
               {{"code", wire::name_of(followed.error().code)}, {"why", followed.error().what}});
    std::unique_lock lock{mutex_};
    woken_.wait_for(lock, retry_after, [this] { return stopping_; });
  }
}

}  // namespace redress::shell
