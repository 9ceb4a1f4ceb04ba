#include "ops/shell/lowest.h"

#include "ops/shell/process.h"

namespace redress::shell {

void Lowest::start() {
  stopping_ = false;
  thread_ = std::thread{[this] { serve(); }};
}

void Lowest::stop() {
  {
    const std::lock_guard lock{mutex_};
    stopping_ = true;
  }
  handed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void Lowest::run(const std::function<void()>& work) {
  std::unique_lock lock{mutex_};
  if (stopping_ || !thread_.joinable()) {
    lock.unlock();
    return work();
  }
  work_ = &work;
  handed_.notify_all();
  done_.wait(lock, [this] { return work_ == nullptr; });
}

void Lowest::serve() {
  give_way_to_all();
  std::unique_lock lock{mutex_};
  for (;;) {
    handed_.wait(lock, [this] { return stopping_ || work_ != nullptr; });
    if (work_ == nullptr) return;
    lock.unlock();
    (*work_)();
    lock.lock();
    work_ = nullptr;
    done_.notify_all();
  }
}

}  // namespace redress::shell
