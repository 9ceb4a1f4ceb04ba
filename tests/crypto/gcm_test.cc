#include "crypto/gcm.h"

#include <set>

#include "tests/crypto/fixture.h"

namespace redress::crypto {
namespace {

Bytes sealed_by(Gcm& gcm, const Key32& key, std::string_view domain, std::string_view associated,
                std::string_view plain, Random& random) {
  Bytes out;
  gcm.seal(key, domain, view_of(associated), view_of(plain), random, out);
  return out;
}
std::string nonce_of(const Bytes& sealed) { return hex_of(ByteView{sealed}.first(Gcm::nonce_size)); }

}  // namespace

TEST_CASE("Gcm: with a stuck random source, whatever differs has another nonce") {
  Gcm gcm;
  StuckRandom stuck;
  const Bytes one = sealed_by(gcm, key_from(1), "d", "a", "plain", stuck);
  CHECK(one == sealed_by(gcm, key_from(1), "d", "a", "plain", stuck));
  const std::set<std::string> nonces = {
      nonce_of(one),
      nonce_of(sealed_by(gcm, key_from(1), "d", "a", "plain.", stuck)),
      nonce_of(sealed_by(gcm, key_from(1), "d", "b", "plain", stuck)),
      nonce_of(sealed_by(gcm, key_from(1), "e", "a", "plain", stuck)),
      nonce_of(sealed_by(gcm, key_from(2), "d", "a", "plain", stuck)),
  };
  CHECK(nonces.size() == 5);
}

TEST_CASE("Gcm: with a working random source, even the same sealed twice has two nonces") {
  Gcm gcm;
  CountingRandom random;
  CHECK(nonce_of(sealed_by(gcm, key_from(1), "d", "a", "plain", random)) !=
        nonce_of(sealed_by(gcm, key_from(1), "d", "a", "plain", random)));
}

TEST_CASE("Gcm: what does not open leaves no plain bytes behind") {
  Gcm gcm;
  StuckRandom stuck;
  Bytes sealed = sealed_by(gcm, key_from(1), "d", "a", "plain", stuck);
  Bytes out(5);
  REQUIRE(gcm.open(key_from(1), "d", view_of("a"), sealed, out));
  CHECK(text_of(out) == "plain");
  sealed.back() ^= std::byte{1};
  CHECK_FALSE(gcm.open(key_from(1), "d", view_of("a"), sealed, out));
  CHECK(out == Bytes(5));
}

}  // namespace redress::crypto
