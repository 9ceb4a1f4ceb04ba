// The one secret that a branch shares: with head office (D19).
//
// A value; thread-safe.
#pragma once

#include "store/site.h"

namespace redress::store {

class HeadOfficeSecret final : public Pairwise {
 public:
  explicit HeadOfficeSecret(const crypto::Key32& secret) : secret_{secret} {}
  [[nodiscard]] std::optional<crypto::Key32> with(SiteId peer) const override {
    return peer == head_office ? std::optional{secret_} : std::nullopt;
  }

 private:
  crypto::Key32 secret_;
};

}  // namespace redress::store
