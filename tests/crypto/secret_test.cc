#include "crypto/secret.h"

#include <new>

#include "tests/crypto/fixture.h"

namespace redress::crypto {

TEST_CASE("Secret: a copy is equal, one changed byte is not") {
  const Key32 a = key_from(7);
  for (std::size_t i = 0; i < Key32::size; ++i) {
    Key32 b = a;
    CHECK(a == b);
    b.bytes()[i] ^= std::byte{0x80};
    CHECK_FALSE(a == b);
  }
  CHECK_FALSE(same_secret(a.view(), a.view().first(31)));
  CHECK(same_secret({}, {}));
}

TEST_CASE("Secret: the bytes are gone when it dies") {
  alignas(Key32) std::array<std::byte, sizeof(Key32)> memory{};
  Key32* const key = new (memory.data()) Key32{key_from(1)};
  REQUIRE(memory[0] == std::byte{1});
  key->~Key32();
  CHECK(memory == std::array<std::byte, sizeof(Key32)>{});
}

TEST_CASE("Secret: wiped bytes are zero") {
  std::array<std::byte, 4> bytes{std::byte{1}, std::byte{2}, std::byte{3}, std::byte{4}};
  wipe(bytes);
  CHECK(bytes == std::array<std::byte, 4>{});
  wipe({});
}

TEST_CASE("Secret: wiped memory grows and copies like any vector") {
  SecretBytes growing;
  for (unsigned i = 0; i < 1000; ++i) growing.push_back(static_cast<std::byte>(i & 0xFF));
  const SecretBytes copy = growing;
  growing.front() = std::byte{9};
  CHECK(copy.size() == 1000);
  CHECK(copy.front() == std::byte{0});
  CHECK(copy.back() == static_cast<std::byte>(999 & 0xFF));
}

}  // namespace redress::crypto
