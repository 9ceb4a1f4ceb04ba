// Numbers that look random and are the same for the same seed: what a run does can be repeated.
//
// A value; not for secrets.
#pragma once

#include "protocol/base/random.h"

namespace redress::demo {

// SplitMix64.
class Dice final : public Random {
 public:
  explicit Dice(std::uint64_t seed) : state_{seed} {}

  void fill(std::span<std::byte> out) override {
    for (std::byte& one : out) one = std::byte{static_cast<unsigned char>(next() >> 56)};
  }
  // From `least` to `most`. Requires: least <= most.
  [[nodiscard]] std::int64_t between(std::int64_t least, std::int64_t most) { return least + below(most - least + 1); }

 private:
  std::uint64_t next() {
    std::uint64_t z = (state_ += 0x9E3779B97F4A7C15U);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9U;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBU;
    return z ^ (z >> 31);
  }
  std::uint64_t state_;
};

}  // namespace redress::demo
