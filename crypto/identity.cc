#include "crypto/identity.h"

#include "crypto/digest.h"
#include "crypto/openssl.h"
#include "crypto/sodium.h"
#include "protocol/base/assert.h"

namespace redress::crypto {
namespace {

OwnedKey private_key(int type, const Key32& secret) {
  OwnedKey key{EVP_PKEY_new_raw_private_key(type, nullptr, octets(secret.view()), Key32::size)};
  REDRESS_ASSERT(key != nullptr);
  return key;
}

KeyPair pair_of(int type, const Key32& secret) {
  KeyPair pair{secret, {}};
  std::size_t size = PublicKey::size;
  REDRESS_ASSERT(
      EVP_PKEY_get_raw_public_key(private_key(type, secret).get(), writable_octets(pair.public_key.bytes), &size) == 1);
  REDRESS_ASSERT(size == PublicKey::size);
  return pair;
}

Key32 draw(Random& random) {
  Key32 drawn;
  random.fill(drawn.bytes());
  return drawn;
}

}  // namespace

KeyPair transport_pair(const Key32& secret) { return pair_of(EVP_PKEY_X25519, secret); }
KeyPair make_transport_pair(Random& random) { return transport_pair(draw(random)); }
KeyPair signing_pair(const Key32& secret) { return pair_of(EVP_PKEY_ED25519, secret); }
KeyPair make_signing_pair(Random& random) { return signing_pair(draw(random)); }

SiteKeys make_site_keys(Random& random) {
  SiteKeys keys;
  keys.transport = make_transport_pair(random);
  keys.signing = make_signing_pair(random);
  keys.kek = draw(random);
  keys.views = draw(random);
  return keys;
}

KeyId signing_key_id(const PublicKey& key) {
  const Digest digest = sha256_of({view_of("redress/signer/1"), key.bytes});
  return *fixed_from<KeyId>(view_of(digest).first(KeyId::size));
}

static_assert(crypto_sign_SEEDBYTES == Key32::size && crypto_sign_PUBLICKEYBYTES == PublicKey::size &&
              crypto_sign_BYTES == Signature::size);

struct Ed25519Signer::Handle {
  explicit Handle(const Key32& seed) {
    start_sodium();
    PublicKey derived;
    REDRESS_ASSERT(crypto_sign_seed_keypair(writable_octets(derived.bytes), writable_octets(key.bytes()),
                                            octets(seed.view())) == 0);
  }
  Secret<crypto_sign_SECRETKEYBYTES> key;  // seed ‖ public key
};

Ed25519Signer::Ed25519Signer(const KeyPair& pair)
    : key_id_{signing_key_id(pair.public_key)},
      public_key_{pair.public_key},
      handle_{std::make_unique<Handle>(pair.secret)} {}
Ed25519Signer::~Ed25519Signer() = default;

Signature Ed25519Signer::sign(ByteView message) const {
  Signature out;
  REDRESS_ASSERT(crypto_sign_detached(writable_octets(out.bytes), nullptr, octets(message), message.size(),
                                      octets(handle_->key.view())) == 0);
  return out;
}

}  // namespace redress::crypto
