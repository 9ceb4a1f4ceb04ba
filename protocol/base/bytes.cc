#include "protocol/base/bytes.h"

#include <algorithm>
#include <cstring>

namespace redress {
namespace {

constexpr std::string_view hex_digits = "0123456789abcdef";
constexpr std::string_view base32_digits = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

int hex_value(char c) noexcept {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

int base32_value(char c) noexcept {
  if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  if (c == 'O') return 0;
  if (c == 'I' || c == 'L') return 1;
  const auto at = base32_digits.find(c);
  return at == std::string_view::npos ? -1 : static_cast<int>(at);
}

// The length of the UTF-8 sequence at the front of `text`, or 0 if it is not a scalar value in shortest form.
std::size_t scalar_length(std::string_view text) noexcept {
  const auto at = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = at(0);
  if (lead < 0x80) return lead == 0 ? 0 : 1;
  const std::size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || text.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if ((at(i) & 0xC0) != 0x80) return 0;
  }
  if (lead == 0xE0 && at(1) < 0xA0) return 0;  // overlong
  if (lead == 0xED && at(1) > 0x9F) return 0;  // surrogates
  if (lead == 0xF0 && at(1) < 0x90) return 0;  // overlong
  if (lead == 0xF4 && at(1) > 0x8F) return 0;  // beyond U+10FFFF
  return length;
}

}  // namespace

bool same_bytes(ByteView a, ByteView b) noexcept { return std::equal(a.begin(), a.end(), b.begin(), b.end()); }

void Writer::begin() {
  constexpr std::size_t most_rows = 256;  // one block of memory for a key, a row, a header or what is signed, not eight
  if (out_.capacity() == 0) out_.reserve(most_rows);
}

void Writer::raw(ByteView bytes) {
  begin();
  out_.insert(out_.end(), bytes.begin(), bytes.end());
}

void Writer::number(std::uint64_t value, int width) {
  std::array<std::byte, sizeof value> whole;
  for (std::size_t i = whole.size(); i > 0; value >>= 8) whole[--i] = static_cast<std::byte>(value & 0xFF);
  raw(ByteView{whole}.last(static_cast<std::size_t>(width)));
}

std::uint64_t Reader::number(int width) noexcept {
  const ByteView from = raw(static_cast<std::size_t>(width));
  std::uint64_t value = 0;
  for (const std::byte b : from) value = (value << 8) | std::to_integer<std::uint64_t>(b);
  return value;
}

ByteView Reader::raw(std::size_t size) noexcept {
  if (failed_ || rest_.size() < size) {
    failed_ = true;
    return {};
  }
  const ByteView taken = rest_.first(size);
  rest_ = rest_.subspan(size);
  return taken;
}

std::string to_hex(ByteView bytes) {
  std::string out;
  out.reserve(bytes.size() * 2);
  for (const std::byte b : bytes) {
    const auto value = std::to_integer<unsigned>(b);
    out.push_back(hex_digits[value >> 4]);
    out.push_back(hex_digits[value & 15]);
  }
  return out;
}

std::optional<Bytes> from_hex(std::string_view text) {
  if (text.size() % 2 != 0) return std::nullopt;
  Bytes out;
  out.reserve(text.size() / 2);
  for (std::size_t i = 0; i < text.size(); i += 2) {
    const int high = hex_value(text[i]);
    const int low = hex_value(text[i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    out.push_back(static_cast<std::byte>(high * 16 + low));
  }
  return out;
}

std::string to_base32(ByteView bytes) {
  std::string out;
  std::uint32_t pending = 0;
  int bits = 0;
  for (const std::byte b : bytes) {
    pending = (pending << 8) | std::to_integer<std::uint32_t>(b);
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      out.push_back(base32_digits[(pending >> bits) & 31]);
    }
  }
  if (bits > 0) out.push_back(base32_digits[(pending << (5 - bits)) & 31]);
  return out;
}

std::optional<Bytes> from_base32(std::string_view text) {
  Bytes out;
  std::uint32_t pending = 0;
  int bits = 0;
  for (const char c : text) {
    const int value = base32_value(c);
    if (value < 0) return std::nullopt;
    pending = (pending << 5) | static_cast<std::uint32_t>(value);
    bits += 5;
    if (bits >= 8) {
      bits -= 8;
      out.push_back(static_cast<std::byte>((pending >> bits) & 0xFF));
    }
  }
  return out;
}

bool is_plain_utf8(std::string_view text) noexcept {
  const auto three = [&](std::size_t i) {
    const auto at = [&](std::size_t k) { return static_cast<unsigned char>(text[i + k]); };
    // Neither overlong nor a surrogate: the leads that need no second look.
    return at(0) > 0xE0 && at(0) < 0xED && (at(1) & 0xC0) == 0x80 && (at(2) & 0xC0) == 0x80;
  };
  while (!text.empty()) {
    // Most text is ASCII or Chinese.
    std::size_t i = 0;
    for (; i + sizeof(std::uint64_t) <= text.size(); i += sizeof(std::uint64_t)) {
      std::uint64_t word = 0;
      std::memcpy(&word, text.data() + i, sizeof word);
      const std::uint64_t zeros = (word - 0x0101'0101'0101'0101) & ~word;
      if (((word | zeros) & 0x8080'8080'8080'8080) != 0) break;
    }
    while (i + 3 <= text.size() && three(i)) i += 3;
    text.remove_prefix(i);
    if (text.empty()) return true;
    const std::size_t length = scalar_length(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

}  // namespace redress
