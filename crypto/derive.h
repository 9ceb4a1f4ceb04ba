// Keys made from keys and passphrases: HMAC-SHA256, HKDF-SHA256 (RFC 5869), scrypt (RFC 7914).
//
// Pure and thread-safe.
#pragma once

#include <initializer_list>
#include <string_view>

#include "crypto/secret.h"
#include "protocol/base/bytes.h"

namespace redress::crypto {

// HMAC-SHA256 under `key`, of the parts one after the other.
[[nodiscard]] Key32 hmac_sha256(ByteView key, std::initializer_list<ByteView> parts);

// The first 32 bytes of HKDF-SHA256: extract with `salt`, expand with `info`.
[[nodiscard]] Key32 hkdf_sha256(ByteView input, ByteView salt, ByteView info);

// The key for one purpose out of a master key. Each purpose has its own text, "redress/<purpose>/<version>".
[[nodiscard]] Key32 derive(const Key32& master, std::string_view purpose);

// What one guess of a passphrase costs: 128 · block · 2^log2_n bytes of memory.
struct ScryptCost {
  std::uint8_t log2_n = 15;
  std::uint8_t block = 8;
  std::uint8_t parallel = 1;
  friend bool operator==(const ScryptCost&, const ScryptCost&) = default;
};

// True for the costs that a file may ask of us: 32 MiB to 512 MiB.
[[nodiscard]] constexpr bool is_bearable(const ScryptCost& cost) noexcept {
  return cost.log2_n >= 15 && cost.log2_n <= 19 && cost.block == 8 && cost.parallel >= 1 && cost.parallel <= 4;
}

// Slow by intent (about 0.1 s at the default cost). Requires: log2_n <= 19, block and parallel as in is_bearable().
[[nodiscard]] Key32 key_of_passphrase(std::string_view passphrase, ByteView salt, const ScryptCost& cost = {});

}  // namespace redress::crypto
