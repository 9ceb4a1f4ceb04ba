// Where unpredictable numbers come from: injected, so that the core has no randomness of its own.
#pragma once

#include <cstdint>
#include <span>

#include "protocol/base/ids.h"

namespace redress {

class Random {
 public:
  virtual ~Random() = default;
  virtual void fill(std::span<std::byte> out) = 0;

  [[nodiscard]] std::uint64_t u64() {
    std::array<std::byte, 8> bytes{};
    fill(bytes);
    std::uint64_t value = 0;
    for (const std::byte b : bytes) value = (value << 8) | std::to_integer<std::uint64_t>(b);
    return value;
  }
  // Uniform enough for jitter. Requires: bound > 0.
  [[nodiscard]] std::int64_t below(std::int64_t bound) {
    return static_cast<std::int64_t>(u64() % static_cast<std::uint64_t>(bound));
  }
  template <typename Fixed>
  [[nodiscard]] Fixed fixed() {
    Fixed out;
    fill(out.bytes);
    return out;
  }
};

}  // namespace redress
