// SHA-256.
//
// Pure and thread-safe.
#pragma once

#include <initializer_list>

#include "protocol/base/bytes.h"

namespace redress::crypto {

[[nodiscard]] Digest sha256(ByteView bytes);
// The digest of the parts, one after the other.
[[nodiscard]] Digest sha256_of(std::span<const ByteView> parts);
[[nodiscard]] inline Digest sha256_of(std::initializer_list<ByteView> parts) {
  return sha256_of(std::span<const ByteView>{parts.begin(), parts.size()});
}

}  // namespace redress::crypto
