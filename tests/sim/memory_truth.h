// The truth in memory: ordered tables, a log of commits, and faults on demand.
//
// A resource of one thread. Keeps LMDB's rules where a caller can see them: a change that fails leaves nothing, a key
// given with Order::last must be the greatest, after an unknown outcome nothing is written until the next start.
#pragma once

#include <algorithm>
#include <array>
#include <cstring>
#include <map>
#include <vector>

#include "store/truth.h"

namespace redress::sim {

// The order of bytes, for keys that are only looked at.
struct BytesLess {
  using is_transparent = void;
  bool operator()(ByteView a, ByteView b) const noexcept {
    const std::size_t common = std::min(a.size(), b.size());
    const int order = common == 0 ? 0 : std::memcmp(a.data(), b.data(), common);
    return order != 0 ? order < 0 : a.size() < b.size();
  }
};

class MemoryTruth final : public store::Truth {
 public:
  using Rows = std::map<Bytes, Bytes, BytesLess>;
  using Image = std::array<Rows, store::table_count>;

  struct Change {
    store::Table table;
    Bytes key;
    std::optional<Bytes> value;  // nothing: erased
  };
  using Commit = std::vector<Change>;

  enum class Applied {
    no,
    yes,
    told,  // yes, and whoever wanted to know sooner was told before it failed
  };

  explicit MemoryTruth(std::uint64_t limit_bytes = std::uint64_t{1} << 30);

  using store::Truth::update;
  // `saved` is called when the commit is in the log.
  [[nodiscard]] Status update(const std::function<Status(store::Writing&)>& change,
                              const std::function<void()>& saved) override;
  [[nodiscard]] Status view(const std::function<Status(const store::Reading&)>& look) const override;
  [[nodiscard]] store::Space space() const override;
  // Fails with io: there is no disk here.
  [[nodiscard]] Status copy_to(const std::string& folder) const override;

  // The next commit that has something to write, after `skip` more of them, fails with `code`: nothing happened.
  void fail_commit(Code code, std::size_t skip = 0) { plan_ = Plan{code, Applied::no, skip}; }
  // The next one ends in unknown_outcome, with its change applied or not.
  void unknown_commit(Applied applied, std::size_t skip = 0) { plan_ = Plan{Code::unknown_outcome, applied, skip}; }
  // The process died and starts again: what was committed is there, planned faults are gone.
  void crash();
  void set_limit(std::uint64_t limit_bytes) { limit_bytes_ = limit_bytes; }
  // What the disk holds in all; what others put on it takes from that.
  void set_disk(std::uint64_t disk_bytes) { disk_bytes_ = disk_bytes; }

  [[nodiscard]] Image snapshot() const { return tables_; }
  // The tables as they were after the first `count` commits. Requires: count <= commits().size().
  [[nodiscard]] Image image_at(std::size_t count) const;
  // Another image under the same program, which must be started anew. Its rows are the log's one commit.
  void restore(Image image);
  [[nodiscard]] const std::vector<Commit>& commits() const noexcept { return commits_; }
  // Told of every commit as soon as it is durable.
  std::function<void(const Commit&)> on_durable;
  // For damage by hand: no commit, no check.
  [[nodiscard]] Rows& rows(store::Table table) { return tables_[static_cast<std::size_t>(table)]; }

 private:
  class Tables;
  struct Plan {
    Code code;
    Applied applied;
    std::size_t skip;
  };
  struct Undo {
    store::Table table;
    Bytes key;
    std::optional<Bytes> before;
  };
  void undo(const std::vector<Undo>& undos);
  void keep(Commit commit);
  // What was there before.
  std::optional<Bytes> set(store::Table table, const Bytes& key, const std::optional<Bytes>& value);
  void mark_format();

  Image tables_;
  std::uint64_t used_bytes_ = 0;
  std::uint64_t limit_bytes_;
  std::uint64_t disk_bytes_ = UINT64_MAX;
  std::vector<Commit> commits_;
  std::optional<Plan> plan_;
  bool poisoned_ = false;
};

}  // namespace redress::sim
