// A keyed one-way mixing of many small blocks at once: who lacks the key cannot tell what a block was, nor find it
// again.
//
// A resource of one thread: keeps one cipher context.
#pragma once

#include <array>
#include <memory>
#include <span>

#include "crypto/secret.h"

namespace redress::crypto {

class Scatter {
 public:
  using Block = std::array<std::byte, 16>;

  explicit Scatter(const Key32& key);
  ~Scatter();
  Scatter(const Scatter&) = delete;
  Scatter& operator=(const Scatter&) = delete;

  // Each block becomes AES-256(key, block): equal blocks are equal afterwards, and nothing else is.
  void mix(std::span<Block> blocks);

 private:
  struct Context;
  const std::unique_ptr<Context> context_;
};

}  // namespace redress::crypto
