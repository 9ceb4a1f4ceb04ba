#include "crypto/sha256.h"

#include "crypto/openssl.h"
#include "protocol/base/assert.h"

// Called deprecated by OpenSSL 3 because no provider can stand in for them; none shall.
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"

namespace redress::crypto {
namespace {

constexpr std::size_t block_size = SHA256_CBLOCK;
constexpr std::byte inner_pad{0x36};
constexpr std::byte outer_pad{0x5C};

}  // namespace

Sha256::Sha256() : state_{} { REDRESS_ASSERT(SHA256_Init(&state_) == 1); }

void Sha256::add(ByteView part) { REDRESS_ASSERT(SHA256_Update(&state_, part.data(), part.size()) == 1); }

void Sha256::finish(std::span<std::byte, Digest::size> out) {
  REDRESS_ASSERT(SHA256_Final(writable_octets(out), &state_) == 1);
}

Hmac::Hmac(ByteView key) {
  std::array<std::byte, block_size> pad{};
  if (key.size() <= block_size) {
    std::copy(key.begin(), key.end(), pad.begin());
  } else {
    Sha256 shorter;
    shorter.add(key);
    shorter.finish(std::span{pad}.first<Digest::size>());
  }
  for (std::byte& b : pad) b ^= inner_pad;
  inner_.add(pad);
  for (std::byte& b : pad) b ^= inner_pad ^ outer_pad;
  outer_.add(pad);
  wipe(pad);
}

Key32 Hmac::of(std::initializer_list<ByteView> parts) const {
  Key32 out;
  Sha256 inner{inner_};
  for (const ByteView part : parts) inner.add(part);
  inner.finish(out.bytes());
  Sha256 outer{outer_};
  outer.add(out.view());
  outer.finish(out.bytes());
  return out;
}

}  // namespace redress::crypto
