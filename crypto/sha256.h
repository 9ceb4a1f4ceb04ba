// SHA-256 and HMAC-SHA256 as values. Seen by the .cc files of this folder only.
//
// OpenSSL's plain functions, not its EVP layer: what is hashed here is mostly a few hundred bytes, a dozen times an
// entry, and fetching, locking and allocating for each costs more than the hashing.
#pragma once

#include <openssl/sha.h>

#include <initializer_list>

#include "crypto/secret.h"
#include "protocol/base/bytes.h"

namespace redress::crypto {

class Sha256 {
 public:
  Sha256();
  ~Sha256() { wipe(std::as_writable_bytes(std::span{&state_, 1})); }
  Sha256(const Sha256&) = default;
  Sha256& operator=(const Sha256&) = default;

  void add(ByteView part);
  // Once; the state is of no use afterwards.
  void finish(std::span<std::byte, Digest::size> out);

 private:
  SHA256_CTX state_;
};

// One key, any number of messages.
class Hmac {
 public:
  explicit Hmac(ByteView key);
  [[nodiscard]] Key32 of(std::initializer_list<ByteView> parts) const;

 private:
  Sha256 inner_;  // after the padded key
  Sha256 outer_;
};

}  // namespace redress::crypto
