// The simulator's only randomness: a splitmix generator, fast and the same on every machine.
//
// A value. A die split off by a label does not move the one it came from, so that taking out one fault leaves the
// others as they were.
#pragma once

#include <cstring>
#include <vector>

#include "protocol/base/random.h"

namespace redress::sim {

class Dice final : public Random {
 public:
  explicit Dice(std::uint64_t seed) : state_{seed} {}

  void fill(std::span<std::byte> out) override {
    for (std::size_t at = 0; at < out.size(); at += 8) {
      const std::uint64_t word = next();
      std::memcpy(out.data() + at, &word, std::min<std::size_t>(8, out.size() - at));
    }
  }

  [[nodiscard]] std::uint64_t next() {
    state_ += 0x9E3779B97F4A7C15U;
    std::uint64_t word = state_;
    word = (word ^ (word >> 30)) * 0xBF58476D1CE4E5B9U;
    word = (word ^ (word >> 27)) * 0x94D049BB133111EBU;
    return word ^ (word >> 31);
  }
  // Both ends included. Requires: low <= high.
  [[nodiscard]] std::int64_t between(std::int64_t low, std::int64_t high) {
    return low + static_cast<std::int64_t>(next() % static_cast<std::uint64_t>(high - low + 1));
  }
  // Both ends included; every order of magnitude is as likely. Requires: 0 < low <= high.
  [[nodiscard]] std::int64_t spread(std::int64_t low, std::int64_t high) {
    int doublings = 0;
    while ((low << (doublings + 1)) <= high) ++doublings;
    const std::int64_t floor = low << between(0, doublings);
    return between(floor, std::min(high, 2 * floor));
  }
  // True so many times in a thousand.
  [[nodiscard]] bool chance(unsigned permille) { return permille > 0 && next() % 1000 < permille; }
  [[nodiscard]] std::size_t index(std::size_t count) { return static_cast<std::size_t>(next() % count); }
  // An index, drawn by weight. Requires: a weight that is not 0.
  [[nodiscard]] std::size_t weighted(std::span<const unsigned> weights) {
    std::uint64_t sum = 0;
    for (const unsigned weight : weights) sum += weight;
    std::uint64_t at = next() % sum;
    for (std::size_t i = 0; i < weights.size(); ++i) {
      if (at < weights[i]) return i;
      at -= weights[i];
    }
    return weights.size() - 1;
  }

 private:
  std::uint64_t state_;
};

[[nodiscard]] inline Dice split(std::uint64_t seed, std::uint64_t label) {
  Dice mixed{seed ^ (label * 0xD1342543DE82EF95U)};
  return Dice{mixed.next()};
}

}  // namespace redress::sim
