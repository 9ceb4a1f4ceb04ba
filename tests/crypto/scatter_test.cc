#include "crypto/scatter.h"

#include <catch2/catch.hpp>

namespace redress::crypto {
namespace {

Scatter::Block block_of(unsigned char last) {
  Scatter::Block block{};
  block.back() = std::byte{last};
  return block;
}

Key32 key_of(unsigned char first) {
  Key32 key;
  key.bytes().front() = std::byte{first};
  return key;
}

}  // namespace

TEST_CASE("Scatter: AES-256 of a block, as FIPS 197 has it") {
  Key32 key;
  for (std::size_t i = 0; i < 32; ++i) key.bytes()[i] = static_cast<std::byte>(i);
  std::array<Scatter::Block, 1> blocks{};
  for (std::size_t i = 0; i < 16; ++i) blocks[0][i] = static_cast<std::byte>(i * 0x11);
  Scatter{key}.mix(blocks);
  CHECK(to_hex(blocks[0]) == "8ea2b7ca516745bfeafc49904b496089");
}

TEST_CASE("Scatter: each block by itself, many at once, nothing carried over") {
  Scatter scatter{key_of(1)};
  std::array<Scatter::Block, 3> many{block_of(7), block_of(8), block_of(7)};
  scatter.mix(many);
  CHECK(many[0] == many[2]);
  CHECK(many[0] != many[1]);
  std::array<Scatter::Block, 1> again{block_of(7)};
  scatter.mix(again);
  CHECK(again[0] == many[0]);
  scatter.mix({});
}

TEST_CASE("Scatter: another key, other blocks") {
  std::array<Scatter::Block, 1> one{block_of(7)};
  std::array<Scatter::Block, 1> other{block_of(7)};
  Scatter{key_of(1)}.mix(one);
  Scatter{key_of(2)}.mix(other);
  CHECK(one[0] != other[0]);
}

}  // namespace redress::crypto
