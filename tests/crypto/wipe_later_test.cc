#include "crypto/wipe_later.h"

#include <catch2/catch.hpp>

namespace redress::crypto {

TEST_CASE("WipeLater: what only passes through is gone when the scope ends, bytes and text, and not before") {
  Bytes bytes(40, std::byte{7});
  std::string text = "a passphrase that is longer than what a string holds in place";
  {
    const WipeLater passing{bytes};
    const WipeLater passing_text{text};
    CHECK(bytes == Bytes(40, std::byte{7}));
    CHECK(text.front() == 'a');
  }
  CHECK(bytes == Bytes(40));
  CHECK(text == std::string(text.size(), '\0'));
}

}  // namespace redress::crypto
