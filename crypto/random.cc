#include "crypto/random.h"

#include <openssl/rand.h>

#include "crypto/openssl.h"
#include "crypto/secret.h"
#include "protocol/base/assert.h"

namespace redress::crypto {

namespace {

constexpr std::size_t block_size = 1024;

void draw(std::span<std::byte> out) {
  REDRESS_ASSERT(out.size() <= INT32_MAX);
  REDRESS_ASSERT(RAND_bytes(writable_octets(out), static_cast<int>(out.size())) == 1);
}

// What was drawn and not yet given out; what was given out is wiped. No program here forks without exec.
struct Block {
  std::array<std::byte, block_size> bytes{};
  std::size_t used = block_size;

  ~Block() { wipe(bytes); }
  void give(std::span<std::byte> out) {
    if (out.size() > bytes.size() - used) {
      draw(bytes);
      used = 0;
    }
    const auto part = std::span{bytes}.subspan(used, out.size());
    std::copy(part.begin(), part.end(), out.begin());
    wipe(part);
    used += out.size();
  }
};

}  // namespace

void SystemRandom::fill(std::span<std::byte> out) {
  thread_local Block block;
  if (out.size() > block_size / 4) {
    draw(out);
  } else {
    block.give(out);
  }
}

}  // namespace redress::crypto
