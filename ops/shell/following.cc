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

void Following::complain(const char* event, const Error& why) {
  if (std::exchange(complained_, why.code) == why.code) return;
  const auto write = why.code == Code::busy ? &Log::warn : &Log::error;
  (log_.*write)("follower", event, {{"code", wire::name_of(why.code)}, {"why", why.what}});
}

bool Following::empty_views() {
  // Before: whoever compares the views must not find them half gone.
  views_ = State::gone;
  const auto emptied = allowance_.drop_views();
  if (emptied) {
    dropped_bytes_ = *emptied;
    return true;
  }
  if (emptied.error().code == Code::busy) views_ = State::closed;
  complain("views cannot be emptied", emptied.error());
  return false;
}

void Following::drop_views() {
  if (empty_views()) {
    log_.warn("follower", "views dropped: the disk is short", {{"bytes", dropped_bytes_}});
  } else if (views_ == State::closed && follower_.open()) {
    views_ = State::open;  // who searches goes on with what is there
  }
}

bool Following::begin_anew(const Error& why) {
  complain("views cannot be used and are begun anew", why);
  if (!empty_views() || !follower_.open()) return false;
  dropped_bytes_ = 0;
  views_ = State::open;
  return true;
}

bool Following::stand_open() {
  if (views_ == State::open) return true;
  const Status opened = follower_.open();
  if (opened) {
    views_ = State::open;
    return true;
  }
  return begin_anew(opened.error());
}

bool Following::may_follow() {
  const store::Space space = allowance_.space();
  if (!waiting_) {
    if (!store::views_must_wait(space)) return stand_open();
    waiting_ = true;
    log_.warn("follower", "views wait: the disk is short", {{"free", space.disk_free_bytes}});
  }
  if (views_ != State::gone && store::views_must_go(space)) drop_views();
  if (!store::views_may_return(space, dropped_bytes_)) return false;
  if (!stand_open()) return false;
  dropped_bytes_ = 0;
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
    complained_.reset();
    moved_();
    return true;
  }
  // After it their store takes nothing more, and which of the last rows it has only a new start could tell.
  if (followed.error().code == Code::unknown_outcome) {
    if (begin_anew(followed.error())) return false;
  } else {
    complain("views cannot be written", followed.error());
  }
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
