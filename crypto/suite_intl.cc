#include "crypto/suite_intl.h"

#include "crypto/digest.h"
#include "crypto/openssl.h"
#include "crypto/sodium.h"

namespace redress::crypto {
namespace {

Digest hash(std::span<const ByteView> parts) { return sha256_of(parts); }

bool verify(const PublicKey& key, ByteView message, const Signature& signature) {
  start_sodium();
  return crypto_sign_verify_detached(octets(ByteView{signature.bytes}), octets(message), message.size(),
                                     octets(ByteView{key.bytes})) == 0;
}

constexpr journal::Suite table{SuiteId{1}, &hash, &verify};

}  // namespace

const journal::Suite& intl() { return table; }

}  // namespace redress::crypto
