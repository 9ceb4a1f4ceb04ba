#include "crypto/digest.h"

#include "crypto/openssl.h"
#include "protocol/base/assert.h"

namespace redress::crypto {
namespace {

// Fetched once: an implicit fetch costs more than hashing a header.
const EVP_MD* fetched_sha256() {
  static const EVP_MD* const fetched = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  REDRESS_ASSERT(fetched != nullptr);
  return fetched;
}

EVP_MD_CTX* fresh_context() {
  thread_local const OwnedDigestContext context{EVP_MD_CTX_new()};
  REDRESS_ASSERT(context != nullptr);
  REDRESS_ASSERT(EVP_DigestInit_ex2(context.get(), fetched_sha256(), nullptr) == 1);
  return context.get();
}

}  // namespace

Digest sha256_of(std::span<const ByteView> parts) {
  EVP_MD_CTX* const context = fresh_context();
  for (const ByteView part : parts) REDRESS_ASSERT(EVP_DigestUpdate(context, part.data(), part.size()) == 1);
  Digest out;
  unsigned size = 0;
  REDRESS_ASSERT(EVP_DigestFinal_ex(context, writable_octets(out.bytes), &size) == 1);
  REDRESS_ASSERT(size == Digest::size);
  return out;
}

Digest sha256(ByteView bytes) { return sha256_of({bytes}); }

}  // namespace redress::crypto
