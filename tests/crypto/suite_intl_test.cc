#include "crypto/suite_intl.h"

#include <algorithm>

#include "tests/crypto/fixture.h"

namespace redress::crypto {

TEST_CASE("Suite intl: is number 1 and hashes with SHA-256") {
  CHECK(intl().id == SuiteId{1});
  const std::array parts{view_of("a"), view_of("bc")};
  CHECK(hex_of(intl().hash(parts).bytes) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST_CASE("Suite intl: takes the signatures of RFC 8032, and no others") {
  const auto key = fixed_hex<PublicKey>("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c");
  const auto signature = fixed_hex<Signature>(
      "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
      "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00");
  const Bytes message = hex("72");
  REQUIRE(intl().verify(key, message, signature));
  CHECK_FALSE(intl().verify(key, hex("73"), signature));
  CHECK_FALSE(intl().verify(key, {}, signature));
  for (std::size_t i = 0; i < Signature::size; ++i) {
    Signature changed = signature;
    changed.bytes[i] ^= std::byte{4};
    INFO(i);
    CHECK_FALSE(intl().verify(key, message, changed));
  }
  for (std::size_t i = 0; i < PublicKey::size; ++i) {
    PublicKey changed = key;
    changed.bytes[i] ^= std::byte{1};
    INFO(i);
    CHECK_FALSE(intl().verify(changed, message, signature));
  }
}

TEST_CASE("Suite intl: nothing is signed with a key of small order, nor with a number that is not reduced") {
  // The neutral element as key and as R: with S = 0 the equation holds whatever the text.
  PublicKey neutral;
  neutral.bytes.front() = std::byte{1};
  Signature for_all;
  for_all.bytes.front() = std::byte{1};
  CHECK_FALSE(intl().verify(neutral, view_of("a receipt"), for_all));
  // The signature of RFC 8032 above, with the order of the group added to S.
  CHECK_FALSE(intl().verify(fixed_hex<PublicKey>("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c"),
                            hex("72"),
                            fixed_hex<Signature>("92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
                                                 "f52db7415978abc61b2c2eb6aeebfca0387b2eaeb4302aeeb00d291612bb0c10")));
}

TEST_CASE("Suite intl: bytes that are no point are no key") {
  PublicKey none;
  std::fill(none.bytes.begin(), none.bytes.end(), std::byte{0xFF});
  CHECK_FALSE(intl().verify(none, view_of("message"), Signature{}));
}

}  // namespace redress::crypto
