// Walks everything a site holds and names the first bad place of each kind (P7).
//
// Read-only, any thread, one snapshot: long stores hold a reader open for as long as the walk takes.
#pragma once

#include "store/site.h"

namespace redress::store {

struct Finding {
  std::string where;  // site, epoch and seq, or the table and row
  std::string what;
};

struct Verified {
  std::uint64_t entries = 0;
  std::uint64_t places = 0;
  std::uint64_t checkpoints = 0;
  std::uint64_t receipts = 0;
  std::uint64_t unreadable = 0;  // entries whose key is not held here
  std::uint64_t errors = 0;
  std::vector<Finding> findings;  // the first 100
};

// The public signing key of whoever signs for `site`; nothing: not known here, its signatures are not checked.
using SigningKeyOf = std::function<std::optional<PublicKey>(SiteId site)>;

[[nodiscard]] Result<Verified> verify(const Truth& truth, const SiteOptions& site, const SigningKeyOf& signing_key_of,
                                      Random& random);

}  // namespace redress::store
