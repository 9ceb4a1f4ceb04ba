#include "crypto/identity.h"

#include <set>

#include "crypto/suite_intl.h"
#include "tests/crypto/fixture.h"

namespace redress::crypto {

TEST_CASE("Identity: signing gives the signatures of RFC 8032") {
  const Bytes seed = hex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60");
  const KeyPair pair = signing_pair(Key32{ByteView{seed}.first<32>()});
  CHECK(hex_of(pair.public_key.bytes) == "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
  const Ed25519Signer signer{pair};
  CHECK(hex_of(signer.sign({}).bytes) ==
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46b"
        "d25bf5f0595bbe24655141438e7a100b");
  CHECK(intl().verify(pair.public_key, view_of("a receipt"), signer.sign(view_of("a receipt"))));
}

TEST_CASE("Identity: a signer is named by its public key") {
  const KeyPair pair = signing_pair(key_from(200));
  CHECK(hex_of(signing_key_id(pair.public_key).bytes) == "11e44ff7b3d28a7f8aa96d56e31b03da");
  CHECK(Ed25519Signer{pair}.key_id() == signing_key_id(pair.public_key));
  CHECK(signing_key_id(signing_pair(key_from(201)).public_key) != signing_key_id(pair.public_key));
}

TEST_CASE("Identity: a transport pair is the X25519 pair of RFC 7748") {
  const Bytes secret = hex("77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a");
  CHECK(hex_of(transport_pair(Key32{ByteView{secret}.first<32>()}).public_key.bytes) ==
        "8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a");
}

TEST_CASE("Identity: a site's keys are all different and belong together") {
  CountingRandom random;
  const SiteKeys keys = make_site_keys(random);
  const std::set<std::string> secrets = {hex_of(keys.transport.secret.view()), hex_of(keys.signing.secret.view()),
                                         hex_of(keys.kek.view()), hex_of(keys.views.view())};
  CHECK(secrets.size() == 4);
  CHECK(keys.kek_generation == 1);
  CHECK(keys.transport.public_key == transport_pair(keys.transport.secret).public_key);
  CHECK(keys.signing.public_key == signing_pair(keys.signing.secret).public_key);
  CHECK(keys.transport.public_key != make_site_keys(random).transport.public_key);
}

}  // namespace redress::crypto
