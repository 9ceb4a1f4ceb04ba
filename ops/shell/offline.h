// A site's journal opened by a command while its daemon is stopped: to walk it, or to write a row of the site's own.
//
// A resource. Nothing is sent or granted through it: it shares secrets with nobody and routes nothing.
#pragma once

#include <memory>

#include "crypto/identity.h"
#include "ops/shell/home.h"
#include "store/lmdb_truth.h"
#include "store/site.h"

namespace redress::shell {

class Offline {
 public:
  // Fails as open_home() does, with its first error, and as LmdbTruth::open() does: in_use while the daemon runs.
  // `journal_folder`: of a copy of the journal that is not in its place; empty: the home's own.
  [[nodiscard]] static Result<std::unique_ptr<Offline>> open(const std::string& folder,
                                                             const std::string& journal_folder = {});
  Offline(const Offline&) = delete;
  Offline& operator=(const Offline&) = delete;

  [[nodiscard]] const Home& home() const noexcept { return home_; }
  [[nodiscard]] store::LmdbTruth& journal() noexcept { return *journal_; }
  [[nodiscard]] const store::SiteOptions& options() const noexcept { return options_; }

 private:
  class NoSecrets final : public store::Pairwise {
   public:
    [[nodiscard]] std::optional<crypto::Key32> with(SiteId) const override { return std::nullopt; }
  };
  Offline(Home home, std::unique_ptr<store::LmdbTruth> journal);

  Home home_;
  std::unique_ptr<store::LmdbTruth> journal_;
  crypto::Ed25519Signer signer_;
  NoSecrets secrets_;
  store::SiteOptions options_;
};

}  // namespace redress::shell
