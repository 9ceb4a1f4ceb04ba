#include "crypto/derive.h"

#include "tests/crypto/fixture.h"

namespace redress::crypto {

TEST_CASE("Derive: HMAC-SHA256 gives the answers of RFC 4231") {
  CHECK(hex_of(hmac_sha256(view_of("Jefe"), {view_of("what do ya want "), view_of("for nothing?")}).view()) ==
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  CHECK(hex_of(hmac_sha256(Bytes(131, std::byte{0xaa}),
                           {view_of("Test Using Larger Than Block-Size Key - Hash Key First")})
                   .view()) == "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

TEST_CASE("Derive: HMAC with one key again and again, and with another in between") {
  const auto with = [](std::string_view key, std::string_view text) {
    return hex_of(hmac_sha256(view_of(key), {view_of(text)}).view());
  };
  const std::string jefe = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
  const std::string other = with("Jefd", "what do ya want for nothing?");
  CHECK(other != jefe);
  for (int i = 0; i < 3; ++i) {
    CHECK(with("Jefe", "what do ya want for nothing?") == jefe);
    CHECK(with("Jefe", "else") != jefe);
    CHECK(with("Jefe", "what do ya want for nothing?") == jefe);
    CHECK(with("Jefd", "what do ya want for nothing?") == other);
  }
}

TEST_CASE("Derive: HMAC with an empty key does not use the key before it") {
  const std::string empty_key = "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad";
  CHECK(hex_of(hmac_sha256({}, {}).view()) == empty_key);
  (void)hmac_sha256(view_of("another"), {view_of("text")});
  CHECK(hex_of(hmac_sha256({}, {}).view()) == empty_key);
}

TEST_CASE("Derive: HKDF-SHA256 gives the first block of RFC 5869's answers") {
  CHECK(hex_of(hkdf_sha256(Bytes(22, std::byte{0x0b}), hex("000102030405060708090a0b0c"), hex("f0f1f2f3f4f5f6f7f8f9"))
                   .view()) == "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf");
  CHECK(hex_of(hkdf_sha256(Bytes(22, std::byte{0x0b}), {}, {}).view()) ==
        "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d");
}

TEST_CASE("Derive: each purpose and each master key has its own key") {
  const Key32 master = key_from(100);
  CHECK(hex_of(derive(master, "redress/nonce/1").view()) ==
        "eaab68d7648e077048f2230082713cdd2923bd3d3eae149a01c4783e54605021");
  CHECK_FALSE(derive(master, "redress/nonce/1") == derive(master, "redress/nonce/2"));
  CHECK_FALSE(derive(master, "redress/nonce/1") == derive(key_from(101), "redress/nonce/1"));
}

TEST_CASE("Derive: scrypt gives the first 32 bytes of RFC 7914's answer") {
  CHECK(hex_of(key_of_passphrase("pleaseletmein", view_of("SodiumChloride"), {14, 8, 1}).view()) ==
        "7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2");
}

TEST_CASE("Derive: the default scrypt cost is above the library's own memory cap and still works") {
  const Key32 key = key_of_passphrase("a", view_of("salt"));
  CHECK_FALSE(key == key_of_passphrase("b", view_of("salt")));
  CHECK_FALSE(key == Key32{});
}

TEST_CASE("Derive: a file may ask for the default cost, not for a trifle and not for all memory") {
  CHECK(is_bearable({}));
  CHECK(is_bearable({19, 8, 4}));
  CHECK_FALSE(is_bearable({14, 8, 1}));
  CHECK_FALSE(is_bearable({20, 8, 1}));
  CHECK_FALSE(is_bearable({15, 9, 1}));
  CHECK_FALSE(is_bearable({15, 8, 0}));
  CHECK_FALSE(is_bearable({15, 8, 5}));
}

}  // namespace redress::crypto
