// The thread on which head office's own voice speaks: every five seconds it asks the prompter what is due, and gives it
// to the loop to be committed.
//
// start() and stop() by main. The daemon outlives it.
#pragma once

#include <condition_variable>
#include <mutex>
#include <thread>

#include "crypto/random.h"
#include "gateway/prompter.h"
#include "ops/shell/daemon.h"

namespace redress::gateway {

class Prompting {
 public:
  Prompting(shell::Daemon& daemon, std::function<std::optional<SiteId>(SiteId)> parent_of, shell::Log& log);
  ~Prompting() { stop(); }
  Prompting(const Prompting&) = delete;
  Prompting& operator=(const Prompting&) = delete;

  void start();
  void stop();

 private:
  void run();
  void hand_on(store::Append append);

  shell::Daemon& daemon_;
  shell::Log& log_;
  crypto::SystemRandom random_;
  store::Serial serial_{0};  // registers nothing
  store::Desk desk_;
  Prompter prompter_;
  std::mutex mutex_;
  std::condition_variable woken_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace redress::gateway
