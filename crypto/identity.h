// A site's keys: transport (X25519, which is also ZeroMQ's CURVE key), signing (Ed25519), and the two master keys.
//
// Values, except Ed25519Signer. Everything here is thread-safe if its Random is.
#pragma once

#include <memory>

#include "crypto/secret.h"
#include "protocol/base/random.h"
#include "protocol/journal/suite.h"

namespace redress::crypto {

struct KeyPair {
  Key32 secret;
  PublicKey public_key;
};

// An X25519 pair. Both halves are ZeroMQ CURVE keys as they are: 32 raw bytes.
[[nodiscard]] KeyPair transport_pair(const Key32& secret);
[[nodiscard]] KeyPair make_transport_pair(Random& random);

// An Ed25519 pair; `secret` is the seed of RFC 8032.
[[nodiscard]] KeyPair signing_pair(const Key32& secret);
[[nodiscard]] KeyPair make_signing_pair(Random& random);

// What a site keeps secret (D19). Transport and signing keys never leave the machine.
struct SiteKeys {
  KeyPair transport;
  KeyPair signing;
  Key32 kek;                         // wraps the case keys of the keyring
  std::uint32_t kek_generation = 1;  // of `kek`; a re-wrapped keyring has the next one
  Key32 views;                       // seals what the followers derive
};

[[nodiscard]] SiteKeys make_site_keys(Random& random);

// The first 16 bytes of SHA-256("redress/signer/1" ‖ key).
[[nodiscard]] KeyId signing_key_id(const PublicKey& key);

// Signs for the suite `intl`. A resource; sign() may be called from several threads.
class Ed25519Signer final : public journal::Signer {
 public:
  explicit Ed25519Signer(const KeyPair& pair);
  ~Ed25519Signer() override;
  Ed25519Signer(const Ed25519Signer&) = delete;
  Ed25519Signer& operator=(const Ed25519Signer&) = delete;

  [[nodiscard]] KeyId key_id() const override { return key_id_; }
  [[nodiscard]] PublicKey public_key() const override { return public_key_; }
  [[nodiscard]] Signature sign(ByteView message) const override;

 private:
  struct Handle;
  const KeyId key_id_;
  const PublicKey public_key_;
  const std::unique_ptr<const Handle> handle_;
};

}  // namespace redress::crypto
