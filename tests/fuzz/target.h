// What every fuzz target shares: its entry, and taking small numbers off the front of an input.
//
// A target is one file with one LLVMFuzzerTestOneInput(); it is linked with replay_main.cc in ordinary builds and with
// libFuzzer under the `fuzz` preset. What must hold is said with REDRESS_ASSERT, so that both builds stop on it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "protocol/base/assert.h"
#include "protocol/base/bytes.h"

// Returns 0; aborts if the code under test broke a promise.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace redress::fuzz {

// Takes from the front of an input; zeros once it is used up, so that every input means something.
class Input {
 public:
  Input(const std::uint8_t* data, std::size_t size) : rest_{reinterpret_cast<const std::byte*>(data), size} {}
  explicit Input(std::string_view text) : rest_{view_of(text)} {}

  [[nodiscard]] bool empty() const { return rest_.empty(); }
  [[nodiscard]] std::size_t size() const { return rest_.size(); }
  [[nodiscard]] std::uint8_t u8() {
    const ByteView one = bytes(1);
    return one.empty() ? std::uint8_t{0} : std::to_integer<std::uint8_t>(one[0]);
  }
  [[nodiscard]] std::uint16_t u16() {
    const unsigned high = u8();
    return static_cast<std::uint16_t>(high << 8 | u8());
  }
  [[nodiscard]] std::uint64_t u64() {
    std::uint64_t value = 0;
    for (int i = 0; i < 8; ++i) value = value << 8 | u8();
    return value;
  }
  // At most `size` bytes.
  [[nodiscard]] ByteView bytes(std::size_t size) {
    const ByteView taken = rest_.first(size < rest_.size() ? size : rest_.size());
    rest_ = rest_.subspan(taken.size());
    return taken;
  }
  [[nodiscard]] std::string_view text(std::size_t size) { return text_of(bytes(size)); }
  [[nodiscard]] ByteView rest() { return bytes(rest_.size()); }
  // Up to `end`, which is taken too, or to the end of the input.
  [[nodiscard]] std::string_view line(char end = '\n') {
    const std::string_view all = text_of(rest_);
    const std::string_view taken = all.substr(0, all.find(end));
    rest_ = rest_.subspan(taken.size() < all.size() ? taken.size() + 1 : taken.size());
    return taken;
  }
  [[nodiscard]] Input part(char end) { return Input{line(end)}; }

 private:
  ByteView rest_;
};

}  // namespace redress::fuzz
