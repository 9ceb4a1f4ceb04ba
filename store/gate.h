// Lets any number of readers in, or one who must be alone: LMDB changes its map under readers without a word (LMDB-7).
//
// Thread-safe. A reader that comes while somebody waits to be alone waits too, so that readers cannot keep him out; a
// thread must not wait to be alone while it is inside. One thread closes and opens, as often as it closed.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>

namespace redress::store {

class Gate {
 public:
  void enter() {
    std::unique_lock lock{mutex_};
    moved_.wait(lock, [this] { return closed_ == 0; });
    ++inside_;
  }
  void leave() {
    const std::lock_guard lock{mutex_};
    if (--inside_ == 0) moved_.notify_all();
  }
  // Waits until nobody is inside, and keeps it so until open(). False, and open again, if that takes longer.
  [[nodiscard]] bool close_within(std::chrono::milliseconds patience) {
    std::unique_lock lock{mutex_};
    ++closed_;
    const bool alone = moved_.wait_for(lock, patience, [this] { return inside_ == 0; });
    if (!alone) release();
    return alone;
  }
  // Lets nobody in until open(). Who is inside stays.
  void close_behind() {
    const std::lock_guard lock{mutex_};
    ++closed_;
  }
  void open() {
    const std::lock_guard lock{mutex_};
    release();
  }

  class Inside {
   public:
    explicit Inside(Gate& gate) : gate_{gate} { gate_.enter(); }
    ~Inside() { gate_.leave(); }
    Inside(const Inside&) = delete;
    Inside& operator=(const Inside&) = delete;

   private:
    Gate& gate_;
  };

 private:
  void release() {
    if (--closed_ == 0) moved_.notify_all();
  }

  std::mutex mutex_;
  std::condition_variable moved_;
  std::size_t inside_ = 0;
  std::size_t closed_ = 0;
};

}  // namespace redress::store
