#include "crypto/suite_intl.h"

#include <openssl/err.h>

#include "crypto/digest.h"
#include "crypto/openssl.h"
#include "protocol/base/assert.h"

namespace redress::crypto {
namespace {

Digest hash(std::span<const ByteView> parts) { return sha256_of(parts); }

bool verify(const PublicKey& key, ByteView message, const Signature& signature) {
  const OwnedKey signer{
      EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, octets(ByteView{key.bytes}), PublicKey::size)};
  const OwnedDigestContext context{EVP_MD_CTX_new()};
  REDRESS_ASSERT(context != nullptr);
  const bool holds = signer != nullptr &&
                     EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, signer.get()) == 1 &&
                     EVP_DigestVerify(context.get(), octets(ByteView{signature.bytes}), Signature::size,
                                      octets(message), message.size()) == 1;
  // What is left in the thread's error queue would be taken for a fault of its next TLS call.
  if (!holds) ERR_clear_error();
  return holds;
}

constexpr journal::Suite table{SuiteId{1}, &hash, &verify};

}  // namespace

const journal::Suite& intl() { return table; }

}  // namespace redress::crypto
