// Receives one stream: what comes is next, a duplicate, after a hole, or refused; nothing else (P3, P4).
//
// A value, one per stream and session. It judges frames; storing is the step's.
#pragma once

#include "protocol/sync/step.h"

namespace redress::sync {

// What a batch turned out to be.
struct Verdict {
  enum class Kind {
    next,       // `accept` is to be committed, then a receipt given
    duplicate,  // held already, digests compared: the last receipt answers again
    hole,       // something before it is missing: `have` says where we stand
    refuse,     // `error` says why the session ends
  } kind;
  std::optional<Accept> accept;
  std::optional<Error> error;
};

class Receiver {
 public:
  // `durable` is where the stream stands in the store; `author` signs its checkpoints, or, of an own journal that comes
  // back, its `witness`.
  Receiver(const journal::Domain& domain, const StreamName& stream, const journal::Mark& durable,
           const std::optional<journal::Parent>& parent, const PublicKey& author,
           const std::optional<PublicKey>& witness = std::nullopt)
      : domain_{domain},
        stream_{stream},
        parent_{parent},
        author_{author},
        witness_{witness},
        durable_{durable},
        accepted_{durable} {}

  // Judges a batch of this stream. `next` moves the accepted cursor; the durable one follows with on_durable(). Takes
  // the items that are not held out of the batch.
  [[nodiscard]] Verdict on_batch(wire::Batch& batch, const Streams& streams);

  // The commit that holds everything up to `mark` has returned.
  void on_durable(const journal::Mark& mark);
  // A commit failed: what was accepted and is not durable was never taken.
  void on_failed() { accepted_ = durable_; }

  [[nodiscard]] const StreamName& stream() const noexcept { return stream_; }
  [[nodiscard]] const journal::Mark& accepted() const noexcept { return accepted_; }
  [[nodiscard]] const journal::Mark& durable() const noexcept { return durable_; }

 private:
  [[nodiscard]] std::optional<Error> compare_held(const wire::Batch& batch, std::size_t count,
                                                  const Streams& streams) const;
  [[nodiscard]] Result<Placed> place(wire::Item item, const journal::Mark& before) const;
  [[nodiscard]] bool is_signed(const journal::Checkpoint& checkpoint, const journal::Mark& mark) const;

  journal::Domain domain_;
  StreamName stream_;
  std::optional<journal::Parent> parent_;
  PublicKey author_;
  std::optional<PublicKey> witness_;
  journal::Mark durable_;  // durable_.seq <= accepted_.seq
  journal::Mark accepted_;
};

}  // namespace redress::sync
