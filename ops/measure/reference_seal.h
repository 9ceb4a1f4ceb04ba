// The least that sealing a record takes: zstd at level 1, AES-256-GCM under a fresh key, SHA-256 over body and header.
//
// A resource of one thread; contexts are kept. A call that fails ends the process.
#pragma once

#include <memory>

#include "protocol/base/bytes.h"

namespace redress::reference {

// SHA-256 with a kept context.
class Hash {
 public:
  Hash();
  ~Hash();
  Hash(const Hash&) = delete;
  Hash& operator=(const Hash&) = delete;
  [[nodiscard]] Digest of(ByteView bytes);

 private:
  struct Context;
  const std::unique_ptr<Context> context_;
};

class Sealer {
 public:
  Sealer();
  ~Sealer();
  Sealer(const Sealer&) = delete;
  Sealer& operator=(const Sealer&) = delete;

  // A header of 180 bytes, in it the number and the body's digest, then the sealed body; valid until the next call.
  [[nodiscard]] ByteView seal(std::uint64_t number, ByteView plain);

 private:
  struct Contexts;
  const std::unique_ptr<Contexts> contexts_;
};

}  // namespace redress::reference
