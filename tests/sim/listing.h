// Head office's catalogue as its program keeps it: a follower over views in memory, made from nothing at each start.
//
// A resource of one thread. What it is given outlives it.
#pragma once

#include "protocol/casework/due.h"
#include "store/catalogue.h"
#include "store/follower.h"
#include "tests/sim/memory_truth.h"
#include "tests/sim/pair.h"

namespace redress::sim {

class Listing {
 public:
  Listing(const store::Truth& journal, const store::SiteOptions& site, Epoch born, const casework::Kinds& kinds,
          const rules::Profiles& profiles, std::span<const std::string> shown, const rules::Calendars& calendars);

  [[nodiscard]] store::Catalogue& catalogue() noexcept { return catalogue_; }
  // Follows to the end of the ledger.
  void follow();

 private:
  SeededRandom random_{1};
  MemoryTruth views_;
  store::Catalogue catalogue_;
  store::Follower follower_;
};

}  // namespace redress::sim
