// Who reads the views waits for them, a second at most, until they show every write that this program has committed.
//
// A resource of the door's thread. What it is given outlives it.
#pragma once

#include <list>
#include <memory>

#include "ops/shell/api.h"

namespace redress::shell {

struct ViewReadersParts {
  std::function<Position()> ledger;                                // the head as last committed; any thread
  std::function<Position()> followed;                              // how far the views are
  std::function<void(Position)> hurry;                             // somebody waits for them until there
  std::function<void(std::int64_t, std::function<void()>)> later;  // on the door's thread, after ms
};

class ViewReaders {
 public:
  explicit ViewReaders(ViewReadersParts parts) : parts_{std::move(parts)} {}
  ViewReaders(const ViewReaders&) = delete;
  ViewReaders& operator=(const ViewReaders&) = delete;

  using Answer = std::function<void(const Call&, bool stale)>;
  // A route's handler: runs `answer` once the views are level, or with stale = true after a second.
  [[nodiscard]] std::function<void(const Call&)> waiting(Answer answer);
  // A write was answered here: the loop may say later than its commands that it committed.
  void wrote(Position at) { answered_ = std::max(answered_, at); }
  // The views moved: answers who waited for them.
  void on_followed();

 private:
  struct Waiter {
    Position until;
    std::function<void(bool stale)> go;
  };
  void when_followed(Position until, std::function<void(bool stale)> go);

  ViewReadersParts parts_;
  Position answered_;  // of the newest write answered here
  std::list<std::shared_ptr<Waiter>> waiters_;
};

}  // namespace redress::shell
