// The bounded queue between the door, which seals commands, and the loop, which commits them.
//
// push() from any thread, take_all() on the loop's.
#pragma once

#include <functional>
#include <mutex>
#include <utility>
#include <vector>

#include "ops/shell/process.h"
#include "protocol/base/limits.h"
#include "store/site.h"

namespace redress::shell {

struct Command {
  store::Append append;
  // Told once, on the loop's thread, when it cannot be lost any more (P1). The commit may still be under way: it does
  // not look into the store.
  std::function<void(Result<store::Appended>)> done;

  // Tells who waits, unless it was told before.
  void tell(Result<store::Appended> result) {
    if (done) std::exchange(done, nullptr)(std::move(result));
  }
  // The same of what a commit made of its append.
  void settle(const Result<store::Outcome>& outcome) {
    tell(outcome ? Result<store::Appended>{std::get<store::Appended>(*outcome)}
                 : Result<store::Appended>{fail(outcome.error())});
  }
};

// For Site::commit(), of work that begins with the commands' appends and has no other: tells each as soon as it is
// saved. `commands` outlives it.
[[nodiscard]] inline store::Site::Saved tell_ahead(std::vector<Command>& commands) {
  return [&commands](std::size_t piece, const store::Appended& appended) {
    REDRESS_ASSERT(piece < commands.size());
    commands[piece].tell(appended);
  };
}

class CommandQueue {
 public:
  explicit CommandQueue(Wake& wake) : wake_{wake} {}

  // False: full or closed; nothing was taken.
  [[nodiscard]] bool push(Command command) {
    const std::lock_guard lock{mutex_};
    if (closed_ || commands_.size() >= limits::command_queue_max) return false;
    // Of what is in the queue already the loop was told, and it takes all at once.
    if (commands_.empty()) wake_.signal();
    commands_.push_back(std::move(command));
    return true;
  }
  [[nodiscard]] std::vector<Command> take_all() {
    const std::lock_guard lock{mutex_};
    return std::exchange(commands_, {});
  }
  // Takes nothing more; what is in it is still taken by take_all().
  void close() {
    const std::lock_guard lock{mutex_};
    closed_ = true;
  }

 private:
  Wake& wake_;
  std::mutex mutex_;
  std::vector<Command> commands_;
  bool closed_ = false;
};

}  // namespace redress::shell
