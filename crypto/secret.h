// Secrets that leave no copy behind: values wiped when they die.
//
// Copyable and movable values without synchronisation; a move is a copy, and both ends wipe. There is no way
// to print one, and comparing takes the same time wherever the bytes differ.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <memory>
#include <vector>

#include "protocol/base/bytes.h"

namespace redress::crypto {

// Overwrites `bytes` in a way the compiler may not leave out.
void wipe(std::span<std::byte> bytes) noexcept;
// False if the sizes differ or a byte differs; time depends on the sizes only.
[[nodiscard]] bool same_secret(ByteView a, ByteView b) noexcept;

template <std::size_t N>
class Secret {
 public:
  static constexpr std::size_t size = N;

  Secret() = default;  // All zero.
  explicit Secret(std::span<const std::byte, N> from) noexcept { std::copy(from.begin(), from.end(), bytes_.begin()); }
  Secret(const Secret&) = default;
  Secret& operator=(const Secret&) = default;
  ~Secret() { wipe(bytes_); }

  [[nodiscard]] ByteView view() const noexcept { return bytes_; }
  // To be filled in place.
  [[nodiscard]] std::span<std::byte, N> bytes() noexcept { return bytes_; }

  friend bool operator==(const Secret& a, const Secret& b) noexcept { return same_secret(a.bytes_, b.bytes_); }

 private:
  std::array<std::byte, N> bytes_{};
};

using Key32 = Secret<32>;

// Memory that is wiped before it is given back, so that a growing vector leaves nothing behind either.
template <typename T>
struct WipingAllocator {
  using value_type = T;
  WipingAllocator() = default;
  template <typename U>
  WipingAllocator(const WipingAllocator<U>&) noexcept {}  // NOLINT: allocators convert by design
  [[nodiscard]] T* allocate(std::size_t n) { return std::allocator<T>{}.allocate(n); }
  void deallocate(T* at, std::size_t n) noexcept {
    wipe(std::as_writable_bytes(std::span{at, n}));
    std::allocator<T>{}.deallocate(at, n);
  }
  friend bool operator==(const WipingAllocator&, const WipingAllocator&) noexcept { return true; }
};

using SecretBytes = std::vector<std::byte, WipingAllocator<std::byte>>;

}  // namespace redress::crypto
