#include "crypto/digest.h"

#include "crypto/sha256.h"

namespace redress::crypto {

Digest sha256_of(std::span<const ByteView> parts) {
  Sha256 state;
  for (const ByteView part : parts) state.add(part);
  Digest out;
  state.finish(out.bytes);
  return out;
}

Digest sha256(ByteView bytes) { return sha256_of({bytes}); }

}  // namespace redress::crypto
