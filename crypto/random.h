// Unpredictable bytes from OpenSSL's generator, which the operating system seeds.
//
// Thread-safe: each thread draws a KiB at a time and gives that out in pieces. A failing generator stops the program:
// nothing safe can be done without it.
#pragma once

#include "protocol/base/random.h"

namespace redress::crypto {

class SystemRandom final : public Random {
 public:
  void fill(std::span<std::byte> out) override;
};

}  // namespace redress::crypto
