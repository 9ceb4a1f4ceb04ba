// The follower's thread: brings the views up to the ledger, gives way to the loop, tells who waits.
//
// Entries are gathered for 50 ms, and while the ledger grows fast, for five seconds at most: a case that grows ten
// times meanwhile is folded once, and the link has the machine (D25). What is followed after such five seconds gives
// way to everything else on the machine; all else merely gives way to the loop, so that a busy machine shows a clerk
// what was registered. Who waits for the views says so, and they follow at once.
//
// Views that were dropped for want of room, or cannot be used any more, are begun anew in place: nothing is in them
// that the ledger does not say, and the program, which registers, does not stop for them.
//
// start() and stop() by main; on_ledger() and on_healed() by the loop; the others by any thread.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>

#include "ops/shell/log.h"
#include "ops/shell/lowest.h"
#include "store/follower.h"

namespace redress::shell {

// What the views may have of the disk. Both are called on the follower's thread.
struct Allowance {
  std::function<store::Space()> space;  // the journal's
  // Closes the follower and makes the views anew, empty; what the disk got back. Fails with busy if readers are in
  // them, which are then as they were; after anything else there are none until it succeeds.
  std::function<Result<std::uint64_t>()> drop_views;
};

// How entries are gathered.
struct Pace {
  std::chrono::milliseconds gather_for{50};
  std::chrono::milliseconds yield_for{5'000};
  std::uint64_t fast = 128;  // entries in `gather_for`
};

class Following {
 public:
  // `moved` is called after each commit of the views by whoever made it, and after what between() ran; never twice at
  // once.
  Following(store::Follower& follower, Allowance allowance, Log& log, std::function<void()> moved,
            const Pace& pace = {})
      : follower_{follower}, allowance_{std::move(allowance)}, log_{log}, moved_{std::move(moved)}, pace_{pace} {}
  ~Following() { stop(); }
  Following(const Following&) = delete;
  Following& operator=(const Following&) = delete;

  void start();
  void stop();
  // The ledger's head is `head` now.
  void on_ledger(Position head);
  // Entries came back that had been damaged: their cases are folded again.
  void on_healed();
  // Runs `work` on the follower's thread, between two commits, and waits for it. False: the thread stops, nothing was
  // done. By one thread at a time, not the follower's.
  [[nodiscard]] bool between(const std::function<void()>& work);
  // The follower could not be opened: before anything is followed it is, or the views are begun anew. On the follower's
  // thread, or before start().
  void on_closed() noexcept { views_ = State::closed; }
  // Somebody waits until the views are level with `until`, of which on_ledger() may tell later.
  void hurry(Position until);
  [[nodiscard]] Position position() const noexcept { return follower_.position(); }
  // True while nothing is written for want of room (P10).
  [[nodiscard]] bool is_waiting() const noexcept { return waiting_; }
  // True while there are no views: the disk needed their room, or they could not be used.
  [[nodiscard]] bool has_dropped() const noexcept { return views_ == State::gone; }

 private:
  void run();
  // Returns when what the ledger has beyond the views is due. True: it grew fast all the while. `lock` is on `mutex_`.
  [[nodiscard]] bool gather(std::unique_lock<std::mutex>& lock);
  // Sees to the disk first. False: not now.
  [[nodiscard]] bool may_follow();
  void drop_views();
  // Empties the views. False: not now; they are as they were if readers are in them, else gone.
  [[nodiscard]] bool empty_views();
  // Opens the follower unless it is open. False: neither could the views be begun anew.
  [[nodiscard]] bool stand_open();
  // Begins views anew that cannot be used because of `why`, and opens the follower: all of the ledger is followed
  // again.
  [[nodiscard]] bool begin_anew(const Error& why);
  // Logs a failure that is tried again every few seconds, once for each code that is met.
  void complain(const char* event, const Error& why);
  // False: the views could not be written, which was waited for.
  [[nodiscard]] bool follow();
  void pause();
  // Somebody waits for more than the views show. `mutex_` is held.
  [[nodiscard]] bool is_hurried() const { return hurried_to_ > follower_.position(); }
  // What between() asked for. `lock` is on `mutex_`.
  void run_task(std::unique_lock<std::mutex>& lock);

  store::Follower& follower_;
  const Allowance allowance_;
  Log& log_;
  std::function<void()> moved_;
  const Pace pace_;
  Lowest lowest_;
  std::mutex mutex_;
  std::condition_variable woken_;
  Position head_;
  bool stopping_ = false;
  Position hurried_to_;
  bool healed_ = false;
  bool asleep_ = false;  // level with the ledger
  const std::function<void()>* task_ = nullptr;
  bool task_ran_ = false;
  std::condition_variable task_over_;
  std::atomic<bool> waiting_{false};
  enum class State : std::uint8_t {
    open,
    closed,  // the follower is not open; the rows are there
    gone,    // nor are they
  };
  std::atomic<State> views_{State::open};
  std::uint64_t dropped_bytes_ = 0;
  std::optional<Code> complained_;  // since the views last followed
  std::thread thread_;
};

}  // namespace redress::shell
