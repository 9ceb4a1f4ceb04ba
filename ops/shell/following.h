// The follower's thread: brings the views up to the ledger, gives way to the loop, tells who waits.
//
// start() and stop() by main; on_ledger() by the loop; position() by any thread.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

#include "ops/shell/log.h"
#include "store/follower.h"

namespace redress::shell {

class Following {
 public:
  // `moved` is called on the follower's thread after each commit of the views.
  Following(store::Follower& follower, Log& log, std::function<void()> moved)
      : follower_{follower}, log_{log}, moved_{std::move(moved)} {}
  ~Following() { stop(); }
  Following(const Following&) = delete;
  Following& operator=(const Following&) = delete;

  void start();
  void stop();
  // The ledger's head is `head` now.
  void on_ledger(Position head);
  [[nodiscard]] Position position() const noexcept { return follower_.position(); }

 private:
  void run();

  store::Follower& follower_;
  Log& log_;
  std::function<void()> moved_;
  std::mutex mutex_;
  std::condition_variable woken_;
  Position head_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace redress::shell
