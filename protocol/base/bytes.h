// Bytes: views, owned buffers, big-endian reading and writing, hex and base32 text.
//
// Reader never reads past its view: the first read that would fails, and every later one too.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/base/ids.h"

namespace redress {

using Bytes = std::vector<std::byte>;
using ByteView = std::span<const std::byte>;

[[nodiscard]] inline ByteView view_of(std::string_view text) noexcept {
  return std::as_bytes(std::span{text.data(), text.size()});
}
template <typename Tag, std::size_t N>
[[nodiscard]] ByteView view_of(const FixedBytes<Tag, N>& fixed) noexcept {
  return fixed.bytes;
}
[[nodiscard]] inline Bytes copy_of(ByteView view) { return {view.begin(), view.end()}; }
[[nodiscard]] inline std::string_view text_of(ByteView view) noexcept {
  return {reinterpret_cast<const char*>(view.data()), view.size()};
}
// False if the sizes differ or a byte differs; time depends on the content. Not for secrets.
[[nodiscard]] bool same_bytes(ByteView a, ByteView b) noexcept;

// Appends big-endian numbers and raw bytes to an owned buffer.
class Writer {
 public:
  Writer() = default;
  // Of so many bytes, about: they take one block of memory.
  explicit Writer(std::size_t bytes) { out_.reserve(bytes); }
  void u8(std::uint8_t value) { number(value, 1); }
  void u16(std::uint16_t value) { number(value, 2); }
  void u32(std::uint32_t value) { number(value, 4); }
  void u64(std::uint64_t value) { number(value, 8); }
  void i64(std::int64_t value) { u64(static_cast<std::uint64_t>(value)); }
  void raw(ByteView bytes);
  template <typename Tag, std::size_t N>
  void fixed(const FixedBytes<Tag, N>& value) {
    raw(value.bytes);
  }
  [[nodiscard]] const Bytes& bytes() const noexcept { return out_; }
  [[nodiscard]] Bytes take() noexcept { return std::move(out_); }

 private:
  void begin();
  void number(std::uint64_t value, int width);
  Bytes out_;
};

// Takes big-endian numbers and raw bytes off the front of a view that outlives it.
class Reader {
 public:
  explicit Reader(ByteView from) noexcept : rest_{from} {}
  [[nodiscard]] std::uint8_t u8() noexcept { return static_cast<std::uint8_t>(number(1)); }
  [[nodiscard]] std::uint16_t u16() noexcept { return static_cast<std::uint16_t>(number(2)); }
  [[nodiscard]] std::uint32_t u32() noexcept { return static_cast<std::uint32_t>(number(4)); }
  [[nodiscard]] std::uint64_t u64() noexcept { return number(8); }
  [[nodiscard]] std::int64_t i64() noexcept { return static_cast<std::int64_t>(number(8)); }
  [[nodiscard]] ByteView raw(std::size_t size) noexcept;
  template <typename Fixed>
  [[nodiscard]] Fixed fixed() noexcept {
    Fixed out;
    const ByteView from = raw(Fixed::size);
    // Of a size known when this is compiled, so that it is two moves and not a loop.
    if (!from.empty()) std::copy_n(from.data(), Fixed::size, out.bytes.data());
    return out;
  }
  [[nodiscard]] bool failed() const noexcept { return failed_; }
  // True if nothing failed and nothing is left.
  [[nodiscard]] bool complete() const noexcept { return !failed_ && rest_.empty(); }
  [[nodiscard]] ByteView rest() const noexcept { return rest_; }

 private:
  [[nodiscard]] std::uint64_t number(int width) noexcept;
  ByteView rest_;
  bool failed_ = false;
};

[[nodiscard]] std::string to_hex(ByteView bytes);
// Nothing if the text is not an even number of lower- or upper-case hex digits.
[[nodiscard]] std::optional<Bytes> from_hex(std::string_view text);
template <typename Fixed>
[[nodiscard]] std::optional<Fixed> fixed_from(ByteView bytes) {
  if (bytes.size() != Fixed::size) return std::nullopt;
  Reader reader{bytes};
  return reader.fixed<Fixed>();
}
template <typename Fixed>
[[nodiscard]] std::optional<Fixed> fixed_from_hex(std::string_view text) {
  const auto bytes = from_hex(text);
  if (!bytes) return std::nullopt;
  return fixed_from<Fixed>(*bytes);
}
// Crockford base32, upper case, without padding: no I, L, O, U to misread over the telephone.
[[nodiscard]] std::string to_base32(ByteView bytes);
// Takes lower case and the letters people misread (I, L as 1; O as 0); nothing on any other character.
[[nodiscard]] std::optional<Bytes> from_base32(std::string_view text);

// True if every byte sequence is a UTF-8 scalar value in shortest form and there is no NUL.
[[nodiscard]] bool is_plain_utf8(std::string_view text) noexcept;

}  // namespace redress
