// Folds every case again and compares it with what the views list, and makes head office's signatures again.
//
// Read-only, any thread; a snapshot of each store is held for as long as it takes.
#pragma once

#include "store/summary.h"
#include "store/verify.h"

namespace redress::store {

struct VerifiedViews {
  std::uint64_t cases = 0;
  std::uint64_t waiting = 0;  // cases that have entries which the follower has not reached
  std::uint64_t errors = 0;
  std::vector<Finding> findings;  // the first 100
  std::uint64_t blocks = 0;       // of signatures
};

// Views that another program version, other rules or another store's life made are waiting, all of them: the follower
// makes them anew. Fails with what a store says if it cannot be read at all; with draining if it is to stop.
[[nodiscard]] Result<VerifiedViews> verify_views(const Truth& journal, const Truth& views, const SiteOptions& site,
                                                 const crypto::Key32& views_key, const casework::Kinds& kinds,
                                                 const DueRules& due, Random& random,
                                                 const StopAsked& is_stopping = {});

}  // namespace redress::store
