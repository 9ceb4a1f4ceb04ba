#include "tests/sim/memory_truth.h"

#include <algorithm>

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
    const auto found = rows.find(key);
    if (found == rows.end()) return std::nullopt;
    return found->second;
  }

  void scan(store::Table table, ByteView from,
            const std::function<bool(ByteView key, ByteView value)>& visit) const override {
    const Rows& rows = truth_.rows(table);
    for (auto row = rows.lower_bound(from); row != rows.end(); ++row) {
      if (!visit(row->first, row->second)) return;
    }
  }

  std::optional<store::Row> last_below(store::Table table, ByteView bound) const override {
    const Rows& rows = truth_.rows(table);
    auto row = rows.lower_bound(bound);
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
    if (truth_.used_bytes_ > std::min(truth_.limit_bytes_, truth_.disk_bytes_))
      failure_ = Error{Code::store_full, "put: no room"};
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
    undos_.push_back({table, key, truth_.set(table, key, value)});
    commit_.push_back({table, key, std::move(value)});
  }

  MemoryTruth& truth_;
  std::vector<Undo> undos_;
  Commit commit_;
  std::optional<Error> failure_;  // the first; sticky
};

MemoryTruth::MemoryTruth(std::uint64_t limit_bytes) : limit_bytes_{limit_bytes} { mark_format(); }

void MemoryTruth::mark_format() {
  for (const store::Table marker : {store::Table::local, store::Table::progress}) {
    static_cast<void>(set(marker, copy_of(view_of(store::format_key)), copy_of(view_of(store::format_now))));
  }
}

std::optional<Bytes> MemoryTruth::set(store::Table table, const Bytes& key, const std::optional<Bytes>& value) {
  Rows& into = rows(table);
  const auto found = into.lower_bound(key);
  const bool held = found != into.end() && found->first == key;
  std::optional<Bytes> before;
  if (held) {
    used_bytes_ -= bytes_of(key, found->second);
    before = std::move(found->second);
  }
  if (value) used_bytes_ += bytes_of(key, *value);
  if (held && value) {
    found->second = *value;
  } else if (held) {
    into.erase(found);
  } else if (value) {
    into.emplace_hint(found, key, *value);
  }
  return before;
}

void MemoryTruth::undo(const std::vector<Undo>& undos) {
  for (auto it = undos.rbegin(); it != undos.rend(); ++it) static_cast<void>(set(it->table, it->key, it->before));
}

Status MemoryTruth::update(const std::function<Status(store::Writing&)>& change, const std::function<void()>& saved) {
  if (poisoned_) return fail(Code::unknown_outcome, "an earlier commit failed; start again");
  Tables tables{*this};
  const Status changed = change(tables);
  if (!changed || tables.failure()) {
    undo(tables.undos());
    if (tables.failure()) return fail(*tables.failure());
    return changed;
  }
  Commit commit = tables.take();
  const bool due = plan_ && !commit.empty() && plan_->skip-- == 0;
  if (!due) {
    if (!commit.empty()) keep(std::move(commit));
    if (saved) saved();
    return Done{};
  }
  const Plan plan = *plan_;
  plan_.reset();
  if (plan.applied == Applied::no) {
    undo(tables.undos());
  } else {
    keep(std::move(commit));
    if (saved && plan.applied == Applied::told) saved();
  }
  poisoned_ = plan.code == Code::unknown_outcome;
  return fail(plan.code, "commit: a planned fault");
}

Status MemoryTruth::view(const std::function<Status(const store::Reading&)>& look) const {
  // Reading changes nothing; the one class serves both.
  const Tables tables{const_cast<MemoryTruth&>(*this)};
  return look(tables);
}

store::Space MemoryTruth::space() const {
  return {used_bytes_, limit_bytes_, disk_bytes_ - std::min(used_bytes_, disk_bytes_)};
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
  Commit all;
  for (std::size_t table = 0; table < tables_.size(); ++table) {
    for (const auto& [key, value] : tables_[table]) {
      used_bytes_ += bytes_of(key, value);
      all.push_back({static_cast<store::Table>(table), key, value});
    }
  }
  mark_format();
  commits_.assign(1, std::move(all));
}

MemoryTruth::Image MemoryTruth::image_at(std::size_t count) const {
  Image image;
  for (std::size_t i = 0; i < count; ++i) {
    for (const Change& change : commits_[i]) {
      Rows& into = image[static_cast<std::size_t>(change.table)];
      if (change.value) {
        into.insert_or_assign(change.key, *change.value);
      } else {
        into.erase(change.key);
      }
    }
  }
  return image;
}

void MemoryTruth::keep(Commit commit) {
  commits_.push_back(std::move(commit));
  if (on_durable) on_durable(commits_.back());
}

}  // namespace redress::sim
