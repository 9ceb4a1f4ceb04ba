// The follower's thread: brings the views up to the ledger, gives way to the loop, tells who waits.
//
// Entries are gathered for 50 ms, and while the ledger grows fast, for two seconds at most: a case that grows ten times
// meanwhile is folded once, and the link has the machine (D25). Who waits for the views says so, and they follow at
// once. start() and stop() by main; on_ledger() by the loop; the others by any thread.
#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

#include "ops/shell/log.h"
#include "store/follower.h"

namespace redress::shell {

// What the views may have of the disk. Both are called on the follower's thread.
struct Allowance {
  std::function<store::Space()> space;                // the journal's
  std::function<Result<std::uint64_t>()> drop_views;  // empties the views; what the disk got back
};

class Following {
 public:
  // `moved` is called on the follower's thread after each commit of the views, and after what between() ran.
  Following(store::Follower& follower, Allowance allowance, Log& log, std::function<void()> moved)
      : follower_{follower}, allowance_{std::move(allowance)}, log_{log}, moved_{std::move(moved)} {}
  ~Following() { stop(); }
  Following(const Following&) = delete;
  Following& operator=(const Following&) = delete;

  void start();
  void stop();
  // The ledger's head is `head` now.
  void on_ledger(Position head);
  // Runs `work` on the follower's thread, between two commits, and waits for it. False: the thread stops, nothing was
  // done. By one thread at a time, not the follower's.
  [[nodiscard]] bool between(const std::function<void()>& work);
  // Somebody waits until the views are level with the ledger as it is now.
  void hurry();
  [[nodiscard]] Position position() const noexcept { return follower_.position(); }
  // True while nothing is written for want of room (P10).
  [[nodiscard]] bool is_waiting() const noexcept { return waiting_; }
  // True while the views are empty because the disk needed their room.
  [[nodiscard]] bool has_dropped() const noexcept { return dropped_; }

 private:
  void run();
  // Returns when what the ledger has beyond the views is due. `lock` is on `mutex_`.
  void gather(std::unique_lock<std::mutex>& lock);
  // Sees to the disk first. False: not now.
  [[nodiscard]] bool may_follow();
  void drop_views();
  void follow();
  void pause();
  // What between() asked for. `lock` is on `mutex_`.
  void run_task(std::unique_lock<std::mutex>& lock);

  store::Follower& follower_;
  const Allowance allowance_;
  Log& log_;
  std::function<void()> moved_;
  std::mutex mutex_;
  std::condition_variable woken_;
  Position head_;
  bool stopping_ = false;
  bool hurried_ = false;
  bool asleep_ = false;  // level with the ledger
  const std::function<void()>* task_ = nullptr;
  bool task_ran_ = false;
  std::condition_variable task_over_;
  std::atomic<bool> waiting_{false};
  std::atomic<bool> dropped_{false};  // the views are empty and must be begun anew
  std::uint64_t dropped_bytes_ = 0;
  std::thread thread_;
};

}  // namespace redress::shell
