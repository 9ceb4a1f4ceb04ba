#include "crypto/digest.h"

#include "tests/crypto/fixture.h"

namespace redress::crypto {

TEST_CASE("Digest: SHA-256 gives the standard's answers") {
  CHECK(hex_of(sha256({}).bytes) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(hex_of(sha256(view_of("abc")).bytes) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(hex_of(sha256(view_of("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")).bytes) ==
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}

TEST_CASE("Digest: parts are hashed one after the other") {
  CHECK(sha256_of({view_of("a"), {}, view_of("bc")}) == sha256(view_of("abc")));
  CHECK(sha256_of({view_of("ab")}) != sha256(view_of("abc")));
}

}  // namespace redress::crypto
