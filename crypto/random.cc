#include "crypto/random.h"

#include <openssl/rand.h>

#include "crypto/openssl.h"
#include "protocol/base/assert.h"

namespace redress::crypto {

void SystemRandom::fill(std::span<std::byte> out) {
  REDRESS_ASSERT(out.size() <= INT32_MAX);
  REDRESS_ASSERT(RAND_bytes(writable_octets(out), static_cast<int>(out.size())) == 1);
}

}  // namespace redress::crypto
