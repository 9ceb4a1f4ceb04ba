#include "ops/measure/reference_branch.h"

#include <algorithm>

#include "ops/measure/reference_frame.h"
#include "ops/measure/reference_must.h"
#include "ops/measure/reference_shelf.h"
#include "ops/measure/stopwatch.h"

namespace redress::reference {
namespace {

constexpr std::size_t under_way_max = 16;
constexpr std::size_t answers_a_note = 10;  // while nothing is written, so many answers are noted together

class Branch {
 public:
  explicit Branch(const BranchPlan& plan) : plan_{plan}, shelf_{plan.folder} {}

  // Connects, and knows that the hub is there.
  void connect() {
    socket_.emplace(plan_.hub);
    Frame empty{1};
    socket_->send(empty.take(hash_));
    must(socket_->wait(measure::ns_now() + 30 * measure::ns_a_s) && socket_->receive().has_value(), "reach the hub");
  }

  // Writes up to `most` records more in one commit; their frame.
  Bytes write(std::size_t most) {
    const std::size_t size = std::min(most, plan_.count - written_);
    Frame frame{written_ + 1};
    shelf_.begin();
    for (std::size_t i = 0; i < size; ++i) {
      const ByteView plain = view_of(plan_.records[written_ % plan_.records.size()]);
      ++written_;
      const ByteView record = plan_.sealed ? sealer_.seal(written_, plain) : plain;
      shelf_.append(written_, record);
      frame.add(record);
    }
    take_note();
    shelf_.commit();
    return frame.take(hash_);
  }
  // The next batch of those on the disk.
  Bytes read() {
    Frame frame{sent_ + 1};
    shelf_.read(sent_ + 1, [&](std::uint64_t, ByteView record) {
      frame.add(record);
      return frame.count() < batch_records;
    });
    sent_ += frame.count();
    return frame.take(hash_);
  }
  void send(const Bytes& frame) {
    socket_->send(frame);
    ++under_way_;
  }
  // Takes answers until there are none, waiting for one till `till_ns`.
  bool take_answers(std::int64_t till_ns) {
    bool any = false;
    if (!socket_->wait(till_ns)) return any;
    while (const auto upto = socket_->receive()) {
      acked_ = *upto;
      --under_way_;
      any = true;
    }
    return any;
  }
  void note() {
    if (noted_ == acked_) return;
    shelf_.begin();
    take_note();
    shelf_.commit();
  }

  [[nodiscard]] std::size_t written() const noexcept { return written_; }
  [[nodiscard]] std::size_t sent() const noexcept { return sent_; }
  [[nodiscard]] std::uint64_t acked() const noexcept { return acked_; }
  [[nodiscard]] std::uint64_t noted() const noexcept { return noted_; }
  [[nodiscard]] std::size_t under_way() const noexcept { return under_way_; }

 private:
  void take_note() {
    if (noted_ == acked_) return;
    shelf_.note(acked_);
    noted_ = acked_;
  }

  const BranchPlan& plan_;
  Shelf shelf_;
  std::optional<BranchSocket> socket_;
  Sealer sealer_;
  Hash hash_;
  std::size_t written_ = 0;
  std::size_t sent_ = 0;
  std::uint64_t acked_ = 0;
  std::uint64_t noted_ = 0;
  std::size_t under_way_ = 0;
};

}  // namespace

Times run_live(const BranchPlan& plan) {
  Branch branch{plan};
  branch.connect();
  Times times;
  const std::int64_t cpu = measure::cpu_ns();
  times.begun_ns = measure::ns_now();
  while (branch.acked() < plan.count) {
    const bool may_write = branch.written() < plan.count && branch.under_way() < under_way_max;
    if (may_write) branch.send(branch.write(batch_records));
    static_cast<void>(branch.take_answers(may_write ? 0 : -1));
  }
  branch.note();
  times.done_ns = measure::ns_now();
  times.cpu_ns = measure::cpu_ns() - cpu;
  return times;
}

Times run_catch_up(const BranchPlan& plan, const std::function<void()>& ready) {
  Branch branch{plan};
  while (branch.written() < plan.count) static_cast<void>(branch.write(batch_records));
  ready();
  branch.connect();
  Times times;
  const std::int64_t cpu = measure::cpu_ns();
  while (branch.acked() < plan.count) {
    const bool may_send = branch.sent() < plan.count && branch.under_way() < under_way_max;
    if (may_send) branch.send(branch.read());
    static_cast<void>(branch.take_answers(may_send ? 0 : -1));
    if (times.begun_ns == 0 && branch.acked() > 0) {
      times.begun_ns = measure::ns_now();
      times.begun_at = branch.acked();
    }
    if (branch.acked() - branch.noted() >= answers_a_note * batch_records) branch.note();
  }
  branch.note();
  times.done_ns = measure::ns_now();
  times.cpu_ns = measure::cpu_ns() - cpu;
  return times;
}

std::vector<std::int64_t> run_paced(const BranchPlan& plan, const std::function<measure::Slices()>& begin) {
  Branch branch{plan};
  branch.connect();
  const measure::Slices slices = begin();
  measure::be_punctual();
  std::vector<std::int64_t> lags;
  const std::size_t items = std::min(slices.items(), plan.count);
  while (lags.size() < items) {
    const std::int64_t now = measure::ns_now();
    std::size_t due = 0;
    while (branch.written() + due < items && slices.due_ns(branch.written() + due) <= now) ++due;
    if (due > 0) branch.send(branch.write(std::min(due, batch_records)));
    const bool more = branch.written() < items;
    if (!branch.take_answers(more ? slices.due_ns(branch.written()) : -1)) continue;
    const std::int64_t answered = measure::ns_now();
    while (lags.size() < branch.acked()) lags.push_back((answered - slices.due_ns(lags.size())) / 1'000);
  }
  branch.note();
  return lags;
}

}  // namespace redress::reference
