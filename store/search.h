// Finds the cases in whose entries something stands that people wrote: open and closed, Chinese and Latin, newest first
// (D26).
//
// A resource of one thread. A branch opens and compares entry after entry; head office only those that the signatures
// name. Either way what is found was opened and compared, and nothing that stands there is missed. Reads both stores by
// snapshot; gives up for this time after `opened_max` entries and says where it stopped.
#pragma once

#include "store/search_signs.h"
#include "store/search_text.h"
#include "store/summary.h"

namespace redress::store {

struct Searched {
  std::vector<Summary> cases;    // newest matching entry first, each case once, over all pages
  std::optional<Position> next;  // to go on below; nothing: there is no more
  std::size_t opened = 0;        // entries that were opened and compared: what the answer cost
};

class Search {
 public:
  static constexpr std::size_t opened_max = 2'000;

  // `tail`: head office's newest signatures; null where there are none. What is given outlives the search.
  Search(const Truth& journal, const Truth& views, const SiteOptions& site, const crypto::Key32& views_key,
         const casework::Kinds& kinds, const SignTail* tail, Random& random);

  // At most `count` cases that `wanted` takes, by entries below `before` (zero: all). Cases that complain of `reader`
  // are left out, and what stands in them does not decide whether there is a `next`, or which; but their neighbours
  // that are opened in vain, because they share a signature, count towards `opened_max`. Fails with busy while the
  // signatures are being made anew, or with what a store says.
  [[nodiscard]] Result<Searched> find(const SearchQuery& query, Position before, std::size_t count,
                                      const std::function<bool(const Summary&)>& wanted,
                                      const std::optional<casework::Actor>& reader = {});

 private:
  class Walk;
  // What the signatures in memory say.
  struct Remembered {
    std::vector<Probe> probes;
    std::set<Position> candidates;
    Position first;  // below it everything is in pages
  };
  [[nodiscard]] static Result<bool> walk_down(Walk& walk, const std::set<Position>& candidates);
  [[nodiscard]] static Result<bool> walk_all(Walk& walk, const Reading& journal, Position below);
  [[nodiscard]] Result<bool> walk_signed(Walk& walk, const Reading& views, const Remembered& remembered,
                                         Position below);

  const Truth& journal_;
  const Truth& views_;
  SiteOptions site_;
  crypto::Key32 key_;
  const casework::Kinds& kinds_;
  const SignTail* tail_;
  SignMaker maker_;
  SignPages pages_;
  crypto::Sealer sealer_;
};

// True if every term stands in a field of the event.
[[nodiscard]] bool holds_all(const casework::Event& event, const SearchQuery& query);

}  // namespace redress::store
