// A running digest of four 64-bit lanes: of everything that happened in a run, and of what the mock suite hashes.
//
// A value. Not for secrets: it is quick, and different inputs give different digests in practice.
#pragma once

#include <cstring>

#include "protocol/base/bytes.h"

namespace redress::sim {

class Trace {
 public:
  explicit Trace(std::uint64_t start) : lanes_{start + one, start ^ two, start + three, start ^ four} {}

  void add(std::uint64_t word) {
    lanes_[0] = mix(lanes_[0] ^ word, two);
    lanes_[1] = mix(lanes_[1] + word, three);
  }
  void add(ByteView bytes) {
    std::size_t at = 0;
    for (; at + 32 <= bytes.size(); at += 32) {
      std::uint64_t words[4];
      std::memcpy(words, bytes.data() + at, 32);
      for (std::size_t i = 0; i < 4; ++i) lanes_[i] = mix(lanes_[i] ^ words[i], odd[i]);
    }
    std::uint64_t tail[4] = {};
    if (at < bytes.size()) std::memcpy(tail, bytes.data() + at, bytes.size() - at);
    for (std::size_t i = 0; i < 4; ++i) lanes_[i] = mix(lanes_[i] ^ tail[i], odd[i] + 2 * bytes.size());
  }
  [[nodiscard]] Digest digest() const {
    std::array<std::uint64_t, 4> out = lanes_;
    // Every lane depends on every other before anything is given out.
    for (int round = 0; round < 3; ++round) {
      for (std::size_t i = 0; i < 4; ++i) out[i] = mix(out[i] ^ (out[(i + 1) % 4] >> 29), odd[i]) + out[(i + 3) % 4];
    }
    Digest digest;
    std::memcpy(digest.bytes.data(), out.data(), 32);
    return digest;
  }

 private:
  static constexpr std::uint64_t one = 0x9E3779B97F4A7C15U;
  static constexpr std::uint64_t two = 0xBF58476D1CE4E5B9U;
  static constexpr std::uint64_t three = 0x94D049BB133111EBU;
  static constexpr std::uint64_t four = 0xD6E8FEB86659FD93U;
  static constexpr std::uint64_t odd[4] = {one, two, three, four};

  // A bijection of `word` for every odd `factor`.
  static std::uint64_t mix(std::uint64_t word, std::uint64_t factor) {
    word *= factor | 1;
    return word ^ (word >> 32);
  }

  std::array<std::uint64_t, 4> lanes_;
};

}  // namespace redress::sim
