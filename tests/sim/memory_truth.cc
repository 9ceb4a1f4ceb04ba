#include "tests/sim/memory_truth.h"

namespace redress::sim {
namespace {

constexpr std::uint64_t row_overhead_bytes = 16;

std::uint64_t bytes_of(const Bytes& key, const Bytes& value) { return key.size() + value.size() + row_overhead_bytes; }

}  // namespace

class MemoryTruth::Tables final : public store::Writing {
 public:
  explicit Tables(MemoryTruth& truth) : truth_{truth} {}

  std::optional<Bytes> get(store::Table table, ByteView key) const override {
    const Rows& rows = truth_.rows(table);
    const auto found = rows.find(copy_of(key));
    if (found == rows.end()) return std::nullopt;
    return found->second;
  }

  void scan(store::Table table, ByteView from,
            const std::function<bool(ByteView key, ByteView value)>& visit) const override {
    const Rows& rows = truth_.rows(table);
    for (auto row = rows.lower_bound(copy_of(from)); row != rows.end(); ++row) {
      if (!visit(row->first, row->second)) return;
    }
  }

  std::optional<store::Row> last_below(store::Table table, ByteView bound) const override {
    const Rows& rows = truth_.rows(table);
    auto row = rows.lower_bound(copy_of(bound));
    if (row == rows.begin()) return std::nullopt;
    --row;
    return store::Row{row->first, row->second};
  }

  void put(store::Table table, ByteView key, ByteView value, store::Order order) override {
    if (failure_) return;
    const Bytes at = copy_of(key);
    const Rows& rows = truth_.rows(table);
    if (order == store::Order::last && !rows.empty() && rows.rbegin()->first >= at) {
      failure_ = Error{Code::io, "put: the key is not the last"};
      return;
    }
    change(table, at, copy_of(value));
    if (truth_.used_bytes_ > truth_.limit_bytes_) failure_ = Error{Code::store_full, "put: no room"};
  }

  void erase(store::Table table, ByteView key) override {
    const Bytes at = copy_of(key);
    if (!failure_ && truth_.rows(table).contains(at)) change(table, at, std::nullopt);
  }

  [[nodiscard]] const std::optional<Error>& failure() const { return failure_; }
  [[nodiscard]] const std::vector<Undo>& undos() const { return undos_; }
  [[nodiscard]] Commit take() { return std::move(commit_); }

 private:
  void change(store::Table table, const Bytes& key, std::optional<Bytes> value) {
    undos_.push_back({table, key, get(table, key)});
    truth_.set(table, key, value);
    commit_.push_back({table, key, std::move(value)});
  }

  MemoryTruth& truth_;
  std::vector<Undo> undos_;
  Commit commit_;
  std::optional<Error> failure_;  // the first; sticky
};

void MemoryTruth::set(store::Table table, const Bytes& key, const std::optional<Bytes>& value) {
  Rows& into = rows(table);
  const auto found = into.find(key);
  if (found != into.end()) {
    used_bytes_ -= bytes_of(key, found->second);
    into.erase(found);
  }
  if (!value) return;
  used_bytes_ += bytes_of(key, *value);
  into.emplace(key, *value);
}

void MemoryTruth::undo(const std::vector<Undo>& undos) {
  for (auto it = undos.rbegin(); it != undos.rend(); ++it) set(it->table, it->key, it->before);
}

Status MemoryTruth::update(const std::function<Status(store::Writing&)>& change) {
  if (poisoned_) return fail(Code::unknown_outcome, "an earlier commit failed; start again");
  Tables tables{*this};
  const Status changed = change(tables);
  if (!changed || tables.failure()) {
    undo(tables.undos());
    if (!changed) return changed;
    return fail(*tables.failure());
  }
  Commit commit = tables.take();
  const bool due = plan_ && !commit.empty() && plan_->skip-- == 0;
  if (!due) {
    if (!commit.empty()) commits_.push_back(std::move(commit));
    return Done{};
  }
  const Plan plan = *plan_;
  plan_.reset();
  if (plan.applied == Applied::yes) {
    commits_.push_back(std::move(commit));
  } else {
    undo(tables.undos());
  }
  poisoned_ = plan.code == Code::unknown_outcome;
  return fail(plan.code, "commit: a planned fault");
}

Status MemoryTruth::view(const std::function<Status(const store::Reading&)>& look) const {
  // Reading changes nothing; the one class serves both.
  const Tables tables{const_cast<MemoryTruth&>(*this)};
  return look(tables);
}

Status MemoryTruth::copy_to(const std::string& folder) const {
  return fail(Code::io, "copy: memory has no folder: path=" + folder);
}

void MemoryTruth::crash() {
  poisoned_ = false;
  plan_.reset();
}

void MemoryTruth::restore(Image image) {
  crash();
  tables_ = std::move(image);
  used_bytes_ = 0;
  for (const Rows& table : tables_) {
    for (const auto& [key, value] : table) used_bytes_ += bytes_of(key, value);
  }
}

}  // namespace redress::sim
