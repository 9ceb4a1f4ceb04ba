// What a journal asks of cryptography: a table of functions it is given, and a signer.
//
// The journal knows no algorithm. `crypto` fills the table; tests may fill it with cheap stand-ins.
// Functions are pure and thread-safe.
#pragma once

#include <span>

#include "protocol/base/bytes.h"
#include "protocol/base/ids.h"

namespace redress::journal {

struct Suite {
  SuiteId id;
  // The digest of the parts, one after the other.
  Digest (*hash)(std::span<const ByteView> parts);
  // True if `signature` over `message` was made by the holder of `key`.
  bool (*verify)(const PublicKey& key, ByteView message, const Signature& signature);
};

// One private signing key, wherever it is kept.
class Signer {
 public:
  virtual ~Signer() = default;
  [[nodiscard]] virtual KeyId key_id() const = 0;
  [[nodiscard]] virtual PublicKey public_key() const = 0;
  [[nodiscard]] virtual Signature sign(ByteView message) const = 0;
};

}  // namespace redress::journal
