#include "crypto/keystore.h"

#include <sys/stat.h>

#include "crypto/digest.h"
#include "tests/crypto/fixture.h"

namespace redress::crypto {
namespace {

constexpr std::string_view passphrase = "correct horse";

// A file of format 1: site 42, enrolled, with a pending invite, under the passphrase above.
constexpr std::string_view golden =
    "5244524b4559530a010f08015a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a6a24e94dadd782e41d896988a506c4599151eeb133d1"
    "bbac3c99b76be549a3192defe2f8da919c7f14a154a3ad769d6562d01f5d393548a5eb7f893a98ec987c57a57f6fecfeaa3e"
    "f8fb444d3ef1a925ce5ed10088e7d76915147420ee4df202f50fa19969368e4e22a02c87743a38f0f785ee306f7741d060b9"
    "b70c2796e21c696d5148c834ae048a219c59d44046e83697422b265be607bf910d3a013e24bbc9d9bc3ab09aab4d447172c2"
    "0aee994c7e780e41a536c39bd8736ee11abee844be6f45c18dec066f24d031b2962d2903138e0b256fb8b3b2856d183042a1"
    "8b7fa41340a28d5b2a4ac1ab7e73c9ede41faaea83b6747b354b8cb30c19e8850b2ecea83f620a2139653440982764e22f80"
    "9668bdde43c23682beb1e754ac942e9181a22d0a57718238d832478c00aabab3f79a1c96edf1b1ed2dd4db9f5f051e9adad0"
    "220184ec8f70a601a5f8629d3c8434c7f5ad300d9acf18ce6d98114f24cd7eca6610c95a5443cd67ed8f185268200eea9163"
    "c624dca4b22120472d729730e01a4af9b5d63191a20f212321e314814109e81af61a42a360d1b6d490d81e6fa20755e76944"
    "eadf6b736ac98ad818a37b0cd050898fd45bdb6f0a5b1a0fd23d2e6e84c73304b4c7e7ca61e4bf8559a89b6337a7ce06e80f"
    "890210e880c67841bf1d7acf74bbe98fbf226c480fbd044790afbbbb";

Key32 filled(unsigned value) {
  Key32 key;
  std::fill(key.bytes().begin(), key.bytes().end(), static_cast<std::byte>(value));
  return key;
}
PublicKey filled_public(unsigned value) { return *fixed_from<PublicKey>(filled(value).view()); }

KeystoreContent golden_content() {
  KeystoreContent content;
  content.network = fixed_hex<NetworkId>("101112131415161718191a1b1c1d1e1f");
  content.site = SiteId{42};
  content.keys = {transport_pair(filled(1)), signing_pair(filled(2)), filled(3), 3, filled(4)};
  content.enrolment = Enrolment{
      filled(5),       2,        filled_public(6), filled_public(7), "tcp://gateway.bank.example:7410", "城东支行",
      "Asia/Shanghai", SiteId{7}};
  content.invite =
      Invite{transport_pair(filled(8)), filled_public(9), "tcp://gateway.bank.example:7410", WallTime{1795300000000}};
  return content;
}

void check_same(const KeystoreContent& a, const KeystoreContent& b) {
  CHECK(a.network == b.network);
  CHECK(a.site == b.site);
  CHECK(a.keys.transport.secret == b.keys.transport.secret);
  CHECK(a.keys.transport.public_key == b.keys.transport.public_key);
  CHECK(a.keys.signing.secret == b.keys.signing.secret);
  CHECK(a.keys.signing.public_key == b.keys.signing.public_key);
  CHECK(a.keys.kek == b.keys.kek);
  CHECK(a.keys.kek_generation == b.keys.kek_generation);
  CHECK(a.keys.views == b.keys.views);
  REQUIRE(a.enrolment.has_value() == b.enrolment.has_value());
  if (a.enrolment) {
    CHECK(a.enrolment->pairwise == b.enrolment->pairwise);
    CHECK(a.enrolment->pairwise_generation == b.enrolment->pairwise_generation);
    CHECK(a.enrolment->gateway_transport == b.enrolment->gateway_transport);
    CHECK(a.enrolment->head_office_signing == b.enrolment->head_office_signing);
    CHECK(a.enrolment->endpoint == b.enrolment->endpoint);
    CHECK(a.enrolment->site_name == b.enrolment->site_name);
    CHECK(a.enrolment->zone == b.enrolment->zone);
    CHECK(a.enrolment->parent == b.enrolment->parent);
  }
  REQUIRE(a.invite.has_value() == b.invite.has_value());
  if (a.invite) {
    CHECK(a.invite->one_time.secret == b.invite->one_time.secret);
    CHECK(a.invite->one_time.public_key == b.invite->one_time.public_key);
    CHECK(a.invite->gateway_transport == b.invite->gateway_transport);
    CHECK(a.invite->endpoint == b.invite->endpoint);
    CHECK(a.invite->expires == b.invite->expires);
  }
}

// `file` with its last 32 bytes made right again.
Bytes with_digest(Bytes file) {
  const Digest digest = sha256(ByteView{file}.first(file.size() - Digest::size));
  std::copy(digest.bytes.begin(), digest.bytes.end(), file.end() - Digest::size);
  return file;
}

}  // namespace

TEST_CASE("Keystore: the golden file of format 1 opens, and is what is written today") {
  const Folder folder;
  put(folder.file("keys"), hex(golden));
  const auto loaded = load_keystore(folder.file("keys"), passphrase);
  REQUIRE(loaded);
  check_same(*loaded, golden_content());

  StuckRandom stuck;
  REQUIRE(save_keystore(folder.file("again"), passphrase, golden_content(), stuck));
  CHECK(hex_of(content_of(folder.file("again"))) == golden);
}

TEST_CASE("Keystore: what was saved is loaded, with or without enrolment and invite") {
  const Folder folder;
  CountingRandom random;
  KeystoreContent content = golden_content();
  content.keys = make_site_keys(random);
  if (GENERATE(true, false)) content.enrolment.reset();
  if (GENERATE(true, false)) content.invite.reset();
  REQUIRE(save_keystore(folder.file("keys"), passphrase, content, random));
  CHECK(mode_of(folder.file("keys")) == 0600);
  const auto loaded = load_keystore(folder.file("keys"), passphrase);
  REQUIRE(loaded);
  check_same(*loaded, content);
}

TEST_CASE("Keystore: another passphrase is a wrong key, not damage") {
  const Folder folder;
  put(folder.file("keys"), hex(golden));
  const std::string wrong = GENERATE("correct horsf", "correct horse ", "", "Correct horse");
  CHECK(code_of(load_keystore(folder.file("keys"), wrong)) == Code::wrong_key);
  CHECK(code_of(load_keystore(folder.file("keys"), std::string(5000, 'x'))) == Code::wrong_key);
}

TEST_CASE("Keystore: a changed byte anywhere is damage, whatever the passphrase") {
  const Folder folder;
  const Bytes whole = hex(golden);
  for (std::size_t i = 0; i < whole.size(); ++i) {
    Bytes changed = whole;
    changed[i] ^= std::byte{1};
    put(folder.file("keys"), changed);
    INFO(i);
    CHECK(code_of(load_keystore(folder.file("keys"), passphrase)) == Code::damaged);
  }
}

TEST_CASE("Keystore: a file cut short or grown is damage") {
  const Folder folder;
  const Bytes whole = hex(golden);
  for (std::size_t size = 0; size < whole.size(); ++size) {
    put(folder.file("keys"), ByteView{whole}.first(size));
    INFO(size);
    CHECK(code_of(load_keystore(folder.file("keys"), passphrase)) == Code::damaged);
  }
  Bytes grown = whole;
  grown.push_back({});
  put(folder.file("keys"), grown);
  CHECK(code_of(load_keystore(folder.file("keys"), passphrase)) == Code::damaged);
  put(folder.file("keys"), Bytes(1 << 20));
  CHECK(code_of(load_keystore(folder.file("keys"), passphrase)) == Code::damaged);
}

TEST_CASE("Keystore: a forged digest opens nothing") {
  const Folder folder;
  struct Row {
    std::size_t at;
    unsigned value;
    Code code;
  };
  // magic, format, scrypt cost, salt, check value, nonce, ciphertext, tag
  const auto row = GENERATE(Row{0, 'X', Code::damaged}, Row{8, 2, Code::newer_format}, Row{8, 0, Code::damaged},
                            Row{9, 14, Code::damaged}, Row{9, 63, Code::damaged}, Row{9, 16, Code::wrong_key},
                            Row{10, 255, Code::damaged}, Row{11, 0, Code::damaged}, Row{12, 1, Code::wrong_key},
                            Row{28, 1, Code::wrong_key}, Row{44, 1, Code::damaged}, Row{100, 1, Code::damaged},
                            Row{495, 1, Code::damaged});
  INFO(row.at << " = " << row.value);
  Bytes changed = hex(golden);
  changed[row.at] = static_cast<std::byte>(row.value);
  put(folder.file("keys"), with_digest(changed));
  CHECK(code_of(load_keystore(folder.file("keys"), passphrase)) == row.code);
}

TEST_CASE("Keystore: a file that others may read is refused, with the remedy") {
  const Folder folder;
  put(folder.file("keys"), hex(golden));
  REQUIRE(::chmod(folder.file("keys").c_str(), 0644) == 0);
  const auto refused = load_keystore(folder.file("keys"), passphrase);
  REQUIRE(code_of(refused) == Code::bad_config);
  CHECK(refused.error().what.find("chmod 600") != std::string::npos);
  CHECK(code_of(load_keystore(folder.file("none"), passphrase)) == Code::not_found);
}

TEST_CASE("Keystore: what could not be read back is not saved") {
  const Folder folder;
  StuckRandom stuck;
  const std::string path = folder.file("keys");
  KeystoreContent content = golden_content();
  CHECK(code_of(save_keystore(path, "", content, stuck)) == Code::bad_value);
  CHECK(code_of(save_keystore(path, std::string(1025, 'x'), content, stuck)) == Code::too_large);
  content.enrolment->site_name = std::string(513, 'x');
  CHECK(code_of(save_keystore(path, passphrase, content, stuck)) == Code::too_large);
  content = golden_content();
  content.invite->endpoint = std::string(513, 'x');
  CHECK(code_of(save_keystore(path, passphrase, content, stuck)) == Code::too_large);
  CHECK_FALSE(std::filesystem::exists(path));
}

}  // namespace redress::crypto
