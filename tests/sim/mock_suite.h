// A suite of cheap stand-ins: digests of four mixed lanes, signatures that are digests over the public key and message.
//
// Whoever knows the algorithm could forge: nobody in the simulator does, a liar signs with its own key. That a digest
// or signature belongs to these bytes is checked as it is with real ones; two inputs with one digest do not occur.
#pragma once

#include "crypto/identity.h"
#include "protocol/journal/suite.h"

namespace redress::sim {

// Lives as long as the program. It calls itself suite 1, so that nothing else differs.
[[nodiscard]] const journal::Suite& mock_suite();

class MockSigner final : public journal::Signer {
 public:
  explicit MockSigner(const PublicKey& key) : key_{key}, key_id_{crypto::signing_key_id(key)} {}
  [[nodiscard]] KeyId key_id() const override { return key_id_; }
  [[nodiscard]] PublicKey public_key() const override { return key_; }
  [[nodiscard]] Signature sign(ByteView message) const override;

 private:
  PublicKey key_;
  KeyId key_id_;
};

// Keys of the right size that open nothing real.
[[nodiscard]] crypto::SiteKeys mock_site_keys(Random& random);

}  // namespace redress::sim
