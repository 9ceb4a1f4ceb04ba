#include "protocol/base/bytes.h"

#include <catch2/catch.hpp>

namespace redress {

TEST_CASE("Bytes: numbers are big-endian and come back") {
  Writer out;
  out.u8(0x01);
  out.u16(0x0203);
  out.u32(0x04050607);
  out.u64(0x08090A0B0C0D0E0F);
  out.i64(-2);
  CHECK(to_hex(out.bytes()) == "0102030405060708090a0b0c0d0e0ffffffffffffffffe");
  Reader in{out.bytes()};
  CHECK(in.u8() == 0x01);
  CHECK(in.u16() == 0x0203);
  CHECK(in.u32() == 0x04050607);
  CHECK(in.u64() == 0x08090A0B0C0D0E0F);
  CHECK_FALSE(in.complete());
  CHECK(in.i64() == -2);
  CHECK(in.complete());
}

TEST_CASE("Bytes: a read past the end fails, and so does every later one") {
  const Bytes three(3, std::byte{7});
  Reader in{three};
  CHECK(in.u16() == 0x0707);
  CHECK(in.u16() == 0);
  CHECK(in.failed());
  CHECK(in.u8() == 0);
  CHECK(in.raw(0).empty());
  CHECK_FALSE(in.complete());
  Reader huge{three};
  CHECK(huge.raw(SIZE_MAX).empty());
  CHECK(huge.failed());
}

TEST_CASE("Bytes: hex takes both cases and nothing else") {
  CHECK(from_hex("00fFA9") == Bytes{std::byte{0}, std::byte{0xFF}, std::byte{0xA9}});
  CHECK(from_hex("") == Bytes{});
  for (const char* bad : {"0", "0g", "0x00", " 00", "00 "}) CHECK_FALSE(from_hex(bad).has_value());
  CHECK_FALSE(fixed_from_hex<KeyId>("00").has_value());
  CHECK(fixed_from_hex<KeyId>(std::string(32, '1')).has_value());
}

TEST_CASE("Bytes: base32 comes back, and forgives what people misread") {
  for (std::size_t size = 0; size < 40; ++size) {
    Bytes bytes;
    for (std::size_t i = 0; i < size; ++i) bytes.push_back(static_cast<std::byte>(i * 37 + size));
    const std::string text = to_base32(bytes);
    CHECK(from_base32(text) == bytes);
    for (const char c : text) CHECK(std::string_view{"ILOU"}.find(c) == std::string_view::npos);
  }
  CHECK(from_base32("oO0iIlL1") == from_base32("00011111"));
  CHECK(from_base32("ab") == from_base32("AB"));
  CHECK_FALSE(from_base32("U0").has_value());
  CHECK_FALSE(from_base32("0-0").has_value());
}

TEST_CASE("Bytes: plain UTF-8 is scalar values in shortest form, without NUL") {
  for (const char* good : {"", "plain", "投诉", "\xC2\x80", "\xDF\xBF", "\xE0\xA0\x80", "\xED\x9F\xBF", "\xEF\xBF\xBF",
                           "\xF0\x90\x80\x80", "\xF4\x8F\xBF\xBF"}) {
    CHECK(is_plain_utf8(good));
  }
  for (const char* bad : {"\x80", "\xBF", "\xC0\x80", "\xC1\xBF", "\xE0\x9F\xBF", "\xED\xA0\x80", "\xF0\x8F\xBF\xBF",
                          "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xFF", "a\xC2", "\xE4\xB8", "\xC2\x41"}) {
    INFO(to_hex(view_of(bad)));
    CHECK_FALSE(is_plain_utf8(bad));
  }
  CHECK_FALSE(is_plain_utf8(std::string_view{"a\0b", 3}));
}

TEST_CASE("Bytes: a character is judged alike wherever it stands among whole words of ASCII and Chinese") {
  for (std::size_t before = 0; before < 20; ++before) {
    for (const std::string& filling : {std::string(before, 'a'), std::string(before, 'b') + "投诉投诉"}) {
      for (const char* behind : {"", "c", "cccccccccccccccccc", "投诉"}) {
        const auto among = [&](std::string_view one) { return filling + std::string{one} + behind; };
        for (const char* good :
             {"\x7F", "\xC2\x80", "\xE0\xA0\x80", "\xED\x9F\xBF", "\xEE\x80\x80", "\xF4\x8F\xBF\xBF"}) {
          CHECK(is_plain_utf8(among(good)));
        }
        for (const std::string_view bad :
             {std::string_view{"\0", 1}, std::string_view{"\x80"}, std::string_view{"\xE0\x9F\xBF"},
              std::string_view{"\xED\xA0\x80"}, std::string_view{"\xE4\xB8"}, std::string_view{"\xE4\xB8\x41"},
              std::string_view{"\xE4\x41\xAD"}})
          CHECK_FALSE(is_plain_utf8(among(bad)));
      }
    }
  }
}

TEST_CASE("Bytes: same_bytes compares size and content") {
  CHECK(same_bytes(view_of("abc"), view_of("abc")));
  CHECK_FALSE(same_bytes(view_of("abc"), view_of("abd")));
  CHECK_FALSE(same_bytes(view_of("abc"), view_of("abcd")));
}

}  // namespace redress
