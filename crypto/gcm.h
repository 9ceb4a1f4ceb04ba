// AES-256-GCM with the nonce rule of this project (D20). Seen by the .cc files of this folder only.
//
// A resource: one thread, not copied, not moved. Keeps one cipher context and the last key in it, until it dies.
//
// Sealed bytes: nonce 12 ‖ ciphertext ‖ tag 16. Bound as associated data: domain ‖ associated. The nonce is the first
// 12 bytes of HMAC(derive(key, "redress/nonce/1"), 32 random bytes ‖ SHA-256(plain) ‖ domain ‖ associated): with a
// random source that stands still, two different sealings still have two nonces, and equal ones are equal bytes.
#pragma once

#include <memory>
#include <string_view>

#include "crypto/secret.h"
#include "protocol/base/bytes.h"
#include "protocol/base/random.h"

namespace redress::crypto {

class Gcm {
 public:
  static constexpr std::size_t nonce_size = 12;
  static constexpr std::size_t tag_size = 16;
  static constexpr std::size_t overhead = nonce_size + tag_size;

  Gcm();
  ~Gcm();
  Gcm(const Gcm&) = delete;
  Gcm& operator=(const Gcm&) = delete;

  // Appends plain.size() + overhead bytes to `out`. Requires: plain.size() and associated.size() below 1 GiB.
  void seal(const Key32& key, std::string_view domain, ByteView associated, ByteView plain, Random& random, Bytes& out);

  // False, with `out` wiped, if the tag does not hold. Requires: sealed.size() == out.size() + overhead.
  [[nodiscard]] bool open(const Key32& key, std::string_view domain, ByteView associated, ByteView sealed,
                          std::span<std::byte> out);

 private:
  struct Context;
  const std::unique_ptr<Context> context_;
};

}  // namespace redress::crypto
