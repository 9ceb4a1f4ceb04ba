#include "ops/shell/view_readers.h"

#include <algorithm>

namespace redress::shell {
namespace {

constexpr std::int64_t stale_after_ms = 1000;

}  // namespace

std::function<void(const Call&)> ViewReaders::waiting(Answer answer) {
  // A call's request lives as long as the handler: what waits keeps its own copy.
  return [this, answer = std::move(answer)](const Call& call) {
    const auto request = std::make_shared<Request>(call.request);
    when_followed(std::max(parts_.ledger(), answered_),
                  [answer, request, person = call.person, tail = call.tail, respond = call.respond](bool stale) {
                    answer({*request, person, tail, respond}, stale);
                  });
  };
}

void ViewReaders::when_followed(Position until, std::function<void(bool)> go) {
  if (parts_.followed() >= until) return go(false);
  const auto waiter = std::make_shared<Waiter>(Waiter{until, std::move(go)});
  waiters_.push_back(waiter);
  parts_.hurry(until);
  parts_.later(stale_after_ms, [this, weak = std::weak_ptr{waiter}] {
    const auto still = weak.lock();
    if (!still) return;
    waiters_.remove(still);
    still->go(true);
  });
}

void ViewReaders::on_followed() {
  const Position at = parts_.followed();
  for (auto it = waiters_.begin(); it != waiters_.end();) {
    if ((*it)->until > at) {
      ++it;
      continue;
    }
    const auto waiter = *it;
    it = waiters_.erase(it);
    waiter->go(false);
  }
}

}  // namespace redress::shell
