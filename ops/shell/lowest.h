// A thread of the lowest standing, for one other that hands it work and waits.
//
// A thread cannot rise again without a privilege: what gives way to everything for a while is done here.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

namespace redress::shell {

class Lowest {
 public:
  Lowest() = default;
  ~Lowest() { stop(); }
  Lowest(const Lowest&) = delete;
  Lowest& operator=(const Lowest&) = delete;

  void start();
  void stop();
  // Runs `work` and returns when it is done: by the thread, between start() and stop(), else by whoever calls. By one
  // thread at a time.
  void run(const std::function<void()>& work);

 private:
  void serve();

  std::mutex mutex_;
  std::condition_variable handed_;
  std::condition_variable done_;
  const std::function<void()>* work_ = nullptr;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace redress::shell
