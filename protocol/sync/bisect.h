// Finds the last place that two copies of a stream share, by asking for digests (D9).
//
// A value. A chain that agrees at a place agrees below it, so that each answer halves what is left: at most 65
// questions.
#pragma once

#include "protocol/journal/chain.h"

namespace redress::sync {

class Bisect {
 public:
  // The copies share place 0. `high` is the lower of their two heads.
  Bisect(const StreamName& stream, Seq high) : stream_{stream}, high_{high}, asked_{high} {}

  [[nodiscard]] const StreamName& stream() const noexcept { return stream_; }
  // Nothing is left to ask: common() is the answer.
  [[nodiscard]] bool is_done() const noexcept { return low_ == high_; }
  [[nodiscard]] Seq common() const noexcept { return low_; }
  // The place to ask for. Requires: not done.
  [[nodiscard]] Seq asked() const noexcept { return asked_; }

  // The answer for asked(): the copies hold the same there, or not.
  void on_answer(bool same) noexcept {
    if (same) {
      low_ = asked_;
    } else {
      high_ = Seq{asked_.value() - 1};
    }
    asked_ = Seq{low_.value() + (high_.value() - low_.value() + 1) / 2};
  }

 private:
  StreamName stream_;
  Seq low_;
  Seq high_;
  Seq asked_;  // the lower head first: most copies only end early
};

}  // namespace redress::sync
