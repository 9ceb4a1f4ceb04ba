// Which sites report to this one, as far as its own store shows: who registered a case and named it as supervisor. Head
// office has the directory; a branch has what came to it.
//
// A resource of one thread; the truth outlives it.
#pragma once

#include <set>

#include "store/site.h"

namespace redress::store {

class Beneath {
 public:
  // `opening` is the kind of a registration.
  Beneath(const Truth& truth, const SiteOptions& site, Kind opening)
      : truth_{truth}, site_{site.site}, domain_{site.domain}, opening_{opening} {}

  // Reads what the ledger has beyond the last call: all of it the first time, a few microseconds an entry; and again
  // what was damaged then. Fails with what the store says.
  [[nodiscard]] Result<bool> has(SiteId unit);

 private:
  void take(const journal::What& what);
  [[nodiscard]] Status take_healed();

  const Truth& truth_;
  const SiteId site_;
  const journal::Domain domain_;
  const Kind opening_;
  Position read_;
  std::set<Position> damaged_;  // up to there
  std::set<SiteId> known_;
};

}  // namespace redress::store
