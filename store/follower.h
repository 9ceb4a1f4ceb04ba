// The follower: reads the ledger from its cursor, folds what it names, keeps sealed summaries to list by (P12).
//
// A resource of one thread at a time, the follower's or the one that follows in its stead, the only writer of the
// views; position() may be read by any thread. Deleting the views loses nothing: they are made again from the ledger.
#pragma once

#include <atomic>

#include "store/case_memory.h"
#include "store/catalogue.h"
#include "store/search_signs.h"
#include "store/summary.h"

namespace redress::store {

// What a follower keeps beside the rows of the views, and the rules that it goes by. What is given outlives it.
struct Keeps {
  SignTail* signs = nullptr;       // head office's, for its search; null where an entry is looked for by opening all
  Catalogue* catalogue = nullptr;  // for the lists
  DueRules due{};
};

class Follower {
 public:
  Follower(const Truth& journal, Truth& views, const SiteOptions& site, Epoch epoch, const crypto::Key32& views_key,
           const casework::Kinds& kinds, Random& random, const Keeps& keeps = {});

  // Starts from where the views stand; from nothing if they were made by another casework version or store, or are of
  // another make. What is thrown away is in pieces: a start that was cut off goes on with it.
  [[nodiscard]] Status open();
  // The views are about to be replaced under it: nobody searches by what it remembers until it is opened again.
  void close();
  // Follows at most `entries_max` entries and commits, and folds again the cases of which a damaged entry came back.
  // The number followed; 0: level with the ledger.
  [[nodiscard]] Result<std::size_t> advance(std::size_t entries_max);
  [[nodiscard]] Position position() const noexcept { return Position{position_.load()}; }

 private:
  struct Read {
    std::map<Position, casework::Told> told;
    std::size_t bytes = 0;
  };
  void write_progress(Writing& views, Position at);
  [[nodiscard]] Status empty_views();
  [[nodiscard]] Status remember_signs(Position upto);
  [[nodiscard]] Status remember_cases();
  // The cases of the next entries, each once. How many entries: at most `entries_max`.
  [[nodiscard]] Result<std::size_t> touched(std::size_t entries_max, std::vector<CaseId>& cases) const;
  // Some of the `count` entries behind position() that are opened for it are left in `read`.
  [[nodiscard]] Status fold(std::span<const CaseId> cases, std::size_t count, std::vector<Summary>& summaries,
                            Read& read);
  // Signs the entry that stands there by what was read of it, if anything was. One that cannot be read, and may be
  // some day, goes to `unread`.
  void sign_one(const Reading& journal, Position at, const casework::Told* told, std::vector<Position>& unread);
  // Signs the `count` entries behind position(), and opens those that are not in `read`.
  [[nodiscard]] Status sign(std::size_t count, const Read& read, std::vector<Position>& unread);
  // The slices of blocks that became full, in transactions of their own.
  [[nodiscard]] Status keep_slices();
  [[nodiscard]] Status keep(const std::vector<Summary>& summaries, const std::vector<Position>& unread, Position at);
  [[nodiscard]] Status fold_all(std::span<const CaseId> cases, std::size_t count, std::vector<Summary>& summaries,
                                Read& read);
  [[nodiscard]] Status follow_healed();

  const Truth& journal_;
  Truth& views_;
  SiteOptions site_;
  Epoch epoch_;
  RowCheck rows_;
  crypto::Key32 key_;
  const casework::Kinds& kinds_;
  Random& random_;
  crypto::Sealer sealer_;
  CaseMemory memory_;
  SignTail* signs_;
  Catalogue* catalogue_;
  DueRules due_;
  SignPages pages_;
  std::atomic<std::uint64_t> position_{0};
  std::uint64_t healed_ = 0;  // as the views say
};

struct ListPage {
  std::vector<Summary> cases;
  std::optional<ListMark> next;  // there may be more behind it
};

// What may be read of the views, by any thread.
class Views {
 public:
  static constexpr std::size_t looked_at_max = 20'000;  // rows opened for a page

  Views(const Truth& views, const journal::Domain& domain, const crypto::Key32& views_key, const Catalogue& catalogue)
      : views_{views}, domain_{domain}, key_{views_key}, catalogue_{catalogue} {}
  // At most `count` cases behind `after`. Fails with damaged, naming the case, where a row does not open.
  [[nodiscard]] Result<ListPage> list(const Wanted& wanted, Sorted sorted, const ListMark& after,
                                      std::size_t count) const;
  [[nodiscard]] Counts count(const Wanted& wanted, WallTime now) const { return catalogue_.count(wanted, now); }
  // The case with this number, as people type it.
  [[nodiscard]] std::optional<CaseId> find(std::string_view number) const;
  // What is listed of one case; nothing: it is not listed, or its row does not open.
  [[nodiscard]] std::optional<Summary> summary(const CaseId& id) const;

 private:
  const Truth& views_;
  journal::Domain domain_;
  crypto::Key32 key_;
  const Catalogue& catalogue_;
};

}  // namespace redress::store
