#include "ops/shell/following.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "ops/shell/process.h"
#include "protocol/wire/refusal.h"

namespace redress::shell {
namespace {

constexpr std::size_t entries_a_commit = 1024;
constexpr auto retry_after = std::chrono::seconds{5};

}  // namespace

void Following::start() {
  lowest_.start();
  thread_ = std::thread{[this] { run(); }};
}

void Following::stop() {
  {
    const std::lock_guard lock{mutex_};
    stopping_ = true;
  }
  woken_.notify_all();
  if (thread_.joinable()) thread_.join();
  lowest_.stop();
}

void Following::on_ledger(Position head) {
  {
    const std::lock_guard lock{mutex_};
    if (head <= head_) return;
    head_ = head;
    if (!asleep_) return;
  }
  woken_.notify_one();
}

void Following::on_healed() {
  {
    const std::lock_guard lock{mutex_};
    healed_ = true;
  }
  woken_.notify_one();
}

void Following::hurry(Position until) {
  {
    const std::lock_guard lock{mutex_};
    hurried_to_ = std::max(hurried_to_, until);
  }
  woken_.notify_one();
}

bool Following::between(const std::function<void()>& work) {
  std::unique_lock lock{mutex_};
  if (stopping_) return false;
  task_ = &work;
  task_ran_ = false;
  woken_.notify_all();
  task_over_.wait(lock, [this] { return task_ == nullptr; });
  return task_ran_;
}

void Following::run_task(std::unique_lock<std::mutex>& lock) {
  if (task_ == nullptr) return;
  if (!stopping_) {
    const std::function<void()>& work = *task_;
    lock.unlock();
    work();
    moved_();
    lock.lock();
    task_ran_ = true;
  }
  task_ = nullptr;
  task_over_.notify_all();
}

bool Following::gather(std::unique_lock<std::mutex>& lock) {
  for (auto waited = pace_.gather_for; waited <= pace_.yield_for; waited += pace_.gather_for) {
    const std::uint64_t before = head_.value();
    if (woken_.wait_for(lock, pace_.gather_for, [this] { return stopping_ || is_hurried(); })) return false;
    if (head_.value() - before < pace_.fast) return false;
  }
  return true;
}

void Following::drop_views() {
  // Before: whoever compares the views must not find them half gone.
  dropped_ = true;
  const auto dropped = allowance_.drop_views();
  if (!dropped) {
    dropped_ = false;
    log_.warn("follower", "views cannot be dropped", {{"why", dropped.error().what}});
    return;
  }
  dropped_bytes_ = *dropped;
  log_.warn("follower", "views dropped: the disk is short", {{"bytes", dropped_bytes_}});
}

bool Following::may_follow() {
  const store::Space space = allowance_.space();
  if (!waiting_) {
    if (!store::views_must_wait(space)) return true;
    waiting_ = true;
    log_.warn("follower", "views wait: the disk is short", {{"free", space.disk_free_bytes}});
  }
  if (!dropped_ && store::views_must_go(space)) drop_views();
  if (!store::views_may_return(space, dropped_bytes_)) return false;
  if (dropped_ && !follower_.open()) return false;
  dropped_ = false;
  waiting_ = false;
  log_.info("follower", "views go on", {{"free", space.disk_free_bytes}});
  return true;
}

void Following::pause() {
  std::unique_lock lock{mutex_};
  woken_.wait_for(lock, retry_after, [this] { return stopping_; });
}

bool Following::follow() {
  const auto followed = follower_.advance(entries_a_commit);
  if (followed) {
    moved_();
    return true;
  }
  log_.error("follower", "views cannot be written",
             {{"code", wire::name_of(followed.error().code)}, {"why", followed.error().what}});
  pause();
  return false;
}

void Following::run() {
  give_way();
  bool loaded = false;
  Position grown_to;
  for (Position due;;) {
    bool behind = false;
    bool healed = false;
    {
      // Now and then although there is nothing to follow: a disk fills, and empties, by itself.
      std::unique_lock lock{mutex_};
      asleep_ = true;
      woken_.wait_for(lock, retry_after,
                      [this] { return stopping_ || task_ != nullptr || healed_ || follower_.position() < head_; });
      asleep_ = false;
      run_task(lock);
      behind = follower_.position() < head_;
      // Once the ledger stands still, or somebody waits, what is left of the load has its share.
      loaded = loaded && !is_hurried() && std::exchange(grown_to, head_) != head_;
      if (behind && follower_.position() >= due && !stopping_) {
        loaded = gather(lock);
        due = head_;
      }
      healed = std::exchange(healed_, false);
      behind = healed || behind;
      if (stopping_) return run_task(lock);  // of who asked while it gathered
    }
    bool done = may_follow();
    if (!done && behind) {
      pause();
    } else if (behind && loaded) {
      lowest_.run([&] { done = follow(); });
    } else if (behind) {
      done = follow();
    }
    // What came back is not forgotten while the views wait.
    if (healed && !done) on_healed();
  }
}

}  // namespace redress::shell
