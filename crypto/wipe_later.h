// Wipes a buffer of somebody else's when the scope ends: plain bytes that only pass through on their way to a Secret.
#pragma once

#include "crypto/secret.h"

namespace redress::crypto {

class WipeLater {
 public:
  // `bytes` must outlive this, and not grow.
  explicit WipeLater(std::span<std::byte> bytes) noexcept : bytes_{bytes} {}
  explicit WipeLater(std::string& text) noexcept : bytes_{std::as_writable_bytes(std::span{text})} {}
  ~WipeLater() { wipe(bytes_); }
  WipeLater(const WipeLater&) = delete;
  WipeLater& operator=(const WipeLater&) = delete;

 private:
  const std::span<std::byte> bytes_;
};

}  // namespace redress::crypto
