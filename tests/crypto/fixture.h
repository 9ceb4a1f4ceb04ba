// What the tests of crypto share: bytes from hex, random sources that are none, a folder that goes away.
//
// Golden bytes in these tests were computed from the byte formats in crypto/README.md by an independent program, with
// every random byte 0x5A.
#pragma once

#include <unistd.h>

#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "crypto/secret.h"
#include "protocol/base/random.h"
#include "protocol/base/result.h"

namespace redress::crypto {

inline Bytes hex(std::string_view text) {
  auto bytes = from_hex(text);
  REQUIRE(bytes);
  return *bytes;
}
template <typename Fixed>
Fixed fixed_hex(std::string_view text) {
  const auto fixed = fixed_from_hex<Fixed>(text);
  REQUIRE(fixed);
  return *fixed;
}
// first, first + 1, first + 2, …
inline Key32 key_from(unsigned first) {
  Key32 key;
  for (std::byte& b : key.bytes()) b = static_cast<std::byte>(first++);
  return key;
}
inline CaseId case_from(unsigned first) {
  CaseId id;
  for (std::byte& b : id.bytes) b = static_cast<std::byte>(first++);
  return id;
}
inline std::string hex_of(ByteView bytes) { return to_hex(bytes); }

// A failed random source: always the same.
class StuckRandom final : public Random {
 public:
  void fill(std::span<std::byte> out) override { std::fill(out.begin(), out.end(), std::byte{0x5A}); }
};

// Distinct bytes, the same in every run.
class CountingRandom final : public Random {
 public:
  void fill(std::span<std::byte> out) override {
    for (std::byte& b : out)
      b = static_cast<std::byte>((state_ = state_ * 6364136223846793005U + 1442695040888963407U) >> 56);
  }

 private:
  std::uint64_t state_ = 1;
};

// The code of a result; a value fails the test.
template <typename T>
Code code_of(const Result<T>& result) {
  REQUIRE_FALSE(result.has_value());
  return result.error().code;
}

// A new folder, removed with all that is in it.
class Folder {
 public:
  Folder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "redress-crypto-XXXXXX").string();
    REQUIRE(::mkdtemp(pattern.data()) != nullptr);
    path_ = pattern;
  }
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  [[nodiscard]] std::string file(const std::string& name) const { return path_ + "/" + name; }
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
};

inline Bytes content_of(const std::string& path) {
  std::ifstream in{path, std::ios::binary};
  REQUIRE(in.is_open());
  const std::string text{std::istreambuf_iterator<char>{in}, {}};
  return copy_of(view_of(text));
}

// With mode 0600.
inline void put(const std::string& path, ByteView bytes) {
  std::filesystem::remove(path);
  std::ofstream out{path, std::ios::binary};
  out << text_of(bytes);
  out.close();
  REQUIRE(out.good());
  std::filesystem::permissions(path, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
}

inline unsigned mode_of(const std::string& path) {
  return static_cast<unsigned>(std::filesystem::status(path).permissions()) & 0777U;
}

}  // namespace redress::crypto
