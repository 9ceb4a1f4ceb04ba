// Walks everything a site holds and names each bad place (P7).
//
// Read-only, any thread, one snapshot: long stores hold a reader open for as long as the walk takes. Memory: 67 bytes
// an entry, 16 a feed place.
#pragma once

#include "store/site.h"

namespace redress::store {

struct Finding {
  std::string where;  // site, epoch, reader and seq; or the ledger position; or the table and what its row is about
  std::string what;
  // Of an entry that cannot be read here: a site that holds it too, as it sent it or signed for it; 0: head office has
  // not signed for this own entry of a branch. Nothing: this finding says nothing of that.
  std::optional<SiteId> holder = std::nullopt;
};

struct Verified {
  std::uint64_t entries = 0;
  std::uint64_t places = 0;
  std::uint64_t checkpoints = 0;
  std::uint64_t receipts = 0;
  std::uint64_t unreadable = 0;  // entries whose key never came
  std::uint64_t unchecked = 0;   // proofs whose signer's key is not known here: their signatures were not checked
  std::uint64_t errors = 0;
  std::vector<Finding> findings;  // the first 100
};

// Every public key that `site` signs or ever signed with; none: not known here.
using SigningKeysOf = std::function<std::vector<PublicKey>(SiteId site)>;

// Asked at every row, on the walk's thread. Once it has said yes it says nothing else. Empty: nobody asks.
using StopAsked = std::function<bool()>;

// The journal store: each entry and body, the ledger's chain, every stream's, every proof, and that all other rows say
// what the entries say, no less and no more. Fails with what the store says if it cannot be read at all; with
// draining if it is to stop.
[[nodiscard]] Result<Verified> verify(const Truth& truth, const SiteOptions& site, const SigningKeysOf& signing_keys_of,
                                      Random& random, const StopAsked& is_stopping = {});

}  // namespace redress::store
