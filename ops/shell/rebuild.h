// Makes a site's views again from its ledger, beside those in use, and puts them in their place: nobody misses a list
// meanwhile, and what was wrong with them is gone.
//
// A resource of one thread at a time. What it is given outlives it. What lies beside goes with it.
#pragma once

#include <memory>
#include <nlohmann/json_fwd.hpp>

#include "ops/shell/home.h"
#include "store/follower.h"
#include "store/lmdb_truth.h"

namespace redress::shell {

struct RebuildParts {
  const Home* home = nullptr;
  const store::Truth* journal = nullptr;
  const store::SiteOptions* site = nullptr;
  Epoch born;  // the ledger's
  const casework::Kinds* kinds = nullptr;
  store::DueRules due{};
  bool with_signs = false;
  std::uint64_t views_bytes = 0;        // of those in use: what they take again
  std::function<store::Space()> space;  // the journal's; asked between two commits, as the next
  std::function<bool()> is_stopping;
  Random* random = nullptr;
};

struct Rebuilt {
  Position ledger;           // up to which the views follow
  std::size_t cases = 0;     // that are listed
  std::uint32_t blocks = 0;  // of signatures
  std::int64_t took_ms = 0;
};
[[nodiscard]] nlohmann::json rebuilt_json(const Rebuilt& rebuilt);

class Rebuild {
 public:
  // Fails with what the store says, and with store_full if the disk has no room for the views twice: what is kept for
  // the journal is not for them (P10).
  [[nodiscard]] static Result<std::unique_ptr<Rebuild>> begin(const RebuildParts& parts);
  Rebuild(const Rebuild&) = delete;
  Rebuild& operator=(const Rebuild&) = delete;
  ~Rebuild();

  // Follows the ledger to its end. Fails with draining if the program stops, with store_full once the views must wait.
  [[nodiscard]] Status follow();
  // Follows what came meanwhile and takes the place of `views`. By the thread that writes `views`. Fails with busy if
  // readers do not leave, and as follow(): the old views are still there then. After anything else there are none that
  // can be used, and they are to be begun anew.
  [[nodiscard]] Result<Rebuilt> take_place_of(store::LmdbTruth& views);

 private:
  explicit Rebuild(const RebuildParts& parts);
  [[nodiscard]] Status open();

  const RebuildParts parts_;
  const std::string folder_;
  const std::int64_t began_ms_;
  std::unique_ptr<store::LmdbTruth> views_;
  std::unique_ptr<store::SignTail> signs_;
  store::Catalogue catalogue_;
  std::unique_ptr<store::Follower> follower_;
};

}  // namespace redress::shell
