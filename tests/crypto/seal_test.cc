#include "crypto/seal.h"

#include <zstd.h>

#include <set>

#include "crypto/gcm.h"
#include "crypto/identity.h"
#include "tests/crypto/fixture.h"

namespace redress::crypto {
namespace {

constexpr std::string_view bound = "network and what";
constexpr std::string_view short_text = "投诉 no. 1";

constexpr std::string_view golden_raw =
    "019a640fc87464a4082d0ba17aecfdd5e20b5ca9c70b92a61179f137903dbe44e110dcb40863f765458ee6b578db";
constexpr std::string_view golden_zstd =
    "012c25acbbcfa9cb3dfd39c48bba46620167b23800860f10f2ae6f75a4b03e11de0127aaee31278c816c85294d2d069f1861a48866d9014e9c"
    "55cfba7ab0fa3a3329c1166ccb450cf34ce89a256f37b0";
constexpr std::string_view golden_wrap =
    "6716000003b1138b3345e8d072dfb6430539085ab08f424851aa8475aa05cac298d144d8f92996ad769f71ecf5a79329dddf2f3de9848cbedd"
    "b2bc03";
constexpr std::string_view golden_record =
    "dd75d3bbc2ed470896add12719a94cabbcd9bc3e02d13308ededc2d9b189a83916da7fffc2f98cc4c388";
constexpr std::string_view golden_letter =
    "b0d08f35b4683381489afb32825e59152d47d19bc9e050d6d5a954984c9d1e2cca2a8e453615fba7751d2404a63110f9ceb3dc92dfe257340a"
    "46ce6b23de0f654039e50b9cf5fe8621c1723dfe";

CaseKey case_key(const CaseId& id, const Key32& key) { return {key_id_of(id, key), key}; }
CaseKey golden_key() { return case_key(case_from(1), key_from(0)); }
Key32 wrapping() { return key_from(100); }

std::string long_text() {
  std::string text;
  for (int i = 0; i < 40; ++i) text += "the same words again and again; ";
  return text;
}
Bytes noise(std::size_t size) {
  CountingRandom random;
  Bytes bytes(size);
  random.fill(bytes);
  return bytes;
}

// A body whose tag holds over any packing whatever, as only a holder of the key can make.
Bytes body_of(unsigned packing, std::uint32_t size, ByteView data) {
  Writer packed;
  packed.u8(static_cast<std::uint8_t>(packing));
  packed.u32(size);
  packed.raw(data);
  Bytes sealed{std::byte{1}};
  StuckRandom stuck;
  Gcm{}.seal(golden_key().key, "redress/body/1", view_of(bound), packed.bytes(), stuck, sealed);
  return sealed;
}
Bytes zipped(ByteView plain) {
  Bytes out(ZSTD_compressBound(plain.size()));
  out.resize(ZSTD_compress(out.data(), out.size(), plain.data(), plain.size(), 1));
  return out;
}
Bytes joined(Bytes first, ByteView second) {
  first.insert(first.end(), second.begin(), second.end());
  return first;
}

// Every byte changed in turn, every length but the right one.
template <typename Open>
void check_no_tampering(const Bytes& sealed, const Open& opens) {
  REQUIRE(opens(sealed));
  for (std::size_t i = 0; i < sealed.size(); ++i) {
    for (const unsigned bit : {0x01U, 0x80U}) {
      Bytes changed = sealed;
      changed[i] ^= static_cast<std::byte>(bit);
      INFO(i);
      CHECK_FALSE(opens(changed));
    }
  }
  for (std::size_t size = 0; size < sealed.size(); ++size) {
    INFO(size);
    CHECK_FALSE(opens(copy_of(ByteView{sealed}.first(size))));
  }
  CHECK_FALSE(opens(joined(sealed, noise(1))));
}

}  // namespace

TEST_CASE("Case key: the id commits to the case and the key") {
  CHECK(hex_of(golden_key().id.bytes) == "97adc38e0cebc599187e4bbabc547e8e");
  CHECK(key_id_of(case_from(2), key_from(0)) != golden_key().id);
  CHECK(key_id_of(case_from(1), key_from(1)) != golden_key().id);
  CountingRandom random;
  const CaseKey made = make_case_key(case_from(1), random);
  CHECK(made.id == key_id_of(case_from(1), made.key));
  CHECK_FALSE(made.key == make_case_key(case_from(1), random).key);
}

TEST_CASE("Body: the golden bodies of format 1 open") {
  StuckRandom stuck;
  Sealer sealer{stuck};
  const auto raw = sealer.open(golden_key(), view_of(bound), hex(golden_raw));
  REQUIRE(raw);
  CHECK(text_of(*raw) == short_text);
  const auto zstd = sealer.open(golden_key(), view_of(bound), hex(golden_zstd));
  REQUIRE(zstd);
  CHECK(text_of(*zstd) == long_text());
}

TEST_CASE("Body: a body is sealed today as format 1 says") {
  StuckRandom stuck;
  Sealer sealer{stuck};
  const auto sealed = sealer.seal(golden_key(), view_of(bound), view_of(short_text));
  REQUIRE(sealed);
  CHECK(hex_of(*sealed) == golden_raw);
}

TEST_CASE("Body: what was sealed opens, at every kind of size, and within the stated overhead") {
  CountingRandom random;
  Sealer sealer{random};
  const std::size_t size = GENERATE(as<std::size_t>{}, 0, 1, 5, 300, 4096, limits::plain_bytes_max);
  for (const Bytes& plain : {noise(size), Bytes(size, std::byte{'a'})}) {
    const auto sealed = sealer.seal(golden_key(), view_of(bound), plain);
    REQUIRE(sealed);
    CHECK(sealed->size() <= plain.size() + limits::seal_overhead_max);
    const auto opened = sealer.open(golden_key(), view_of(bound), *sealed);
    REQUIRE(opened);
    CHECK(*opened == plain);
  }
}

TEST_CASE("Body: text is compressed, noise is not") {
  CountingRandom random;
  Sealer sealer{random};
  CHECK(sealer.seal(golden_key(), view_of(bound), view_of(long_text()))->size() < 120);
  CHECK(sealer.seal(golden_key(), view_of(bound), noise(1000))->size() == 1000 + 34);
}

TEST_CASE("Body: one byte over the limit is too large") {
  StuckRandom stuck;
  Sealer sealer{stuck};
  CHECK(code_of(sealer.seal(golden_key(), {}, Bytes(limits::plain_bytes_max + 1))) == Code::too_large);
}

TEST_CASE("Body: any byte changed, cut or added is found") {
  StuckRandom stuck;
  Sealer sealer{stuck};
  const Bytes sealed = hex(GENERATE(golden_raw, golden_zstd));
  check_no_tampering(sealed,
                     [&](const Bytes& bytes) { return sealer.open(golden_key(), view_of(bound), bytes).has_value(); });
}

TEST_CASE("Body: another key or other associated data opens nothing") {
  StuckRandom stuck;
  Sealer sealer{stuck};
  const Bytes sealed = hex(golden_raw);
  CHECK(code_of(sealer.open(case_key(case_from(1), key_from(1)), view_of(bound), sealed)) == Code::damaged);
  CHECK(code_of(sealer.open(golden_key(), view_of("network and whax"), sealed)) == Code::damaged);
  CHECK(code_of(sealer.open(golden_key(), {}, sealed)) == Code::damaged);
}

TEST_CASE("Body: a later format is newer, format 0 is damage") {
  StuckRandom stuck;
  Sealer sealer{stuck};
  Bytes sealed = hex(golden_raw);
  sealed[0] = std::byte{2};
  CHECK(code_of(sealer.open(golden_key(), view_of(bound), sealed)) == Code::newer_format);
  sealed[0] = std::byte{0};
  CHECK(code_of(sealer.open(golden_key(), view_of(bound), sealed)) == Code::damaged);
  CHECK(code_of(sealer.open(golden_key(), view_of(bound), {})) == Code::damaged);
}

TEST_CASE("Body: a packing that disagrees with itself is damage, even from a holder of the key") {
  StuckRandom stuck;
  Sealer sealer{stuck};
  const auto opens = [&](const Bytes& sealed) { return sealer.open(golden_key(), view_of(bound), sealed); };
  const Bytes plain = copy_of(view_of(long_text()));
  const auto size = static_cast<std::uint32_t>(plain.size());
  const Bytes frame = zipped(plain);
  const Bytes skippable = hex("502a4d1800000000");
  REQUIRE(opens(body_of(0, size, plain)));
  REQUIRE(opens(body_of(1, size, frame)));

  CHECK(code_of(opens(body_of(2, size, plain))) == Code::damaged);
  CHECK(code_of(opens(body_of(0, size - 1, plain))) == Code::damaged);
  CHECK(code_of(opens(body_of(0, size + 1, plain))) == Code::damaged);
  CHECK(code_of(opens(body_of(1, size - 1, frame))) == Code::damaged);
  CHECK(code_of(opens(body_of(1, size + 1, frame))) == Code::damaged);
  CHECK(code_of(opens(body_of(1, size, joined(frame, noise(1))))) == Code::damaged);
  CHECK(code_of(opens(body_of(1, size, joined(frame, skippable)))) == Code::damaged);
  CHECK(code_of(opens(body_of(1, size, joined(skippable, frame)))) == Code::damaged);
  CHECK(code_of(opens(body_of(1, size * 2, joined(frame, frame)))) == Code::damaged);
  CHECK(code_of(opens(body_of(1, 0, skippable))) == Code::damaged);
  CHECK(code_of(opens(body_of(1, size, noise(100)))) == Code::damaged);
  CHECK(code_of(opens(body_of(1, size, {}))) == Code::damaged);
}

TEST_CASE("Body: a small body that unpacks beyond the limit is refused before there is room for it") {
  StuckRandom stuck;
  Sealer sealer{stuck};
  const Bytes bomb(64 * limits::mib);
  const Bytes frame = zipped(bomb);
  REQUIRE(frame.size() < limits::plain_bytes_max);
  for (const std::uint32_t claimed :
       {static_cast<std::uint32_t>(bomb.size()), static_cast<std::uint32_t>(limits::plain_bytes_max), 0xFFFFFFFFU}) {
    CHECK(code_of(sealer.open(golden_key(), view_of(bound), body_of(1, claimed, frame))) == Code::damaged);
  }
}

TEST_CASE("Body: the nonce differs for other text or associated data even with a stuck random source") {
  StuckRandom stuck;
  Sealer sealer{stuck};
  const auto nonce = [&](std::string_view associated, std::string_view plain) {
    const auto sealed = sealer.seal(golden_key(), view_of(associated), view_of(plain));
    REQUIRE(sealed);
    return hex_of(ByteView{*sealed}.subspan(1, 12));
  };
  const std::set<std::string> nonces = {nonce("a", "plain"), nonce("b", "plain"), nonce("a", "plainer"),
                                        nonce("ap", "lain")};
  CHECK(nonces.size() == 4);
}

TEST_CASE("Wrap: the golden key unwraps, and is wrapped today as the format says") {
  StuckRandom stuck;
  const Bytes wrapped = wrap(wrapping(), view_of(bound), golden_key(), stuck);
  CHECK(hex_of(wrapped) == golden_wrap);
  const auto opened = unwrap(wrapping(), view_of(bound), case_from(1), golden_key().id, hex(golden_wrap));
  REQUIRE(opened);
  CHECK(opened->id == golden_key().id);
  CHECK(opened->key == golden_key().key);
}

TEST_CASE("Wrap: any byte changed, cut or added is found") {
  check_no_tampering(hex(golden_wrap), [](const Bytes& bytes) {
    return unwrap(wrapping(), view_of(bound), case_from(1), golden_key().id, bytes).has_value();
  });
}

TEST_CASE("Wrap: another wrapping key or other associated data is a wrong key") {
  const Bytes wrapped = hex(golden_wrap);
  CHECK(code_of(unwrap(key_from(101), view_of(bound), case_from(1), golden_key().id, wrapped)) == Code::wrong_key);
  CHECK(code_of(unwrap(wrapping(), view_of("other"), case_from(1), golden_key().id, wrapped)) == Code::wrong_key);
  CHECK(code_of(unwrap(wrapping(), view_of(bound), case_from(1), golden_key().id, {})) == Code::damaged);
}

TEST_CASE("Wrap: a swapped key is caught by its id") {
  StuckRandom stuck;
  const CaseKey other = case_key(case_from(1), key_from(50));
  // Wrapped by somebody who has the wrapping key, under the name of the right one.
  const Bytes swapped = wrap(wrapping(), view_of(bound), {golden_key().id, other.key}, stuck);
  CHECK(code_of(unwrap(wrapping(), view_of(bound), case_from(1), golden_key().id, swapped)) == Code::damaged);
  CHECK(unwrap(wrapping(), view_of(bound), case_from(1), other.id, swapped));
  CHECK(code_of(unwrap(wrapping(), view_of(bound), case_from(2), other.id, swapped)) == Code::damaged);
}

TEST_CASE("Record: the golden record opens, and is sealed today as the format says") {
  StuckRandom stuck;
  CHECK(hex_of(seal_bytes(wrapping(), view_of(bound), view_of("a small record"), stuck)) == golden_record);
  const auto opened = open_bytes(wrapping(), view_of(bound), hex(golden_record));
  REQUIRE(opened);
  CHECK(text_of(*opened) == "a small record");
  const auto empty = open_bytes(wrapping(), {}, seal_bytes(wrapping(), {}, {}, stuck));
  REQUIRE(empty);
  CHECK(empty->empty());
}

TEST_CASE("Record: any change, another key, other associated data is damage") {
  check_no_tampering(hex(golden_record),
                     [](const Bytes& bytes) { return open_bytes(wrapping(), view_of(bound), bytes).has_value(); });
  CHECK(code_of(open_bytes(key_from(1), view_of(bound), hex(golden_record))) == Code::damaged);
  CHECK(code_of(open_bytes(wrapping(), {}, hex(golden_record))) == Code::damaged);
}

TEST_CASE("Record: a wrapped key is no record and a record is no wrapped key") {
  StuckRandom stuck;
  CHECK_FALSE(open_bytes(wrapping(), view_of(bound), hex(golden_wrap)));
  const Bytes record = seal_bytes(wrapping(), view_of(bound), golden_key().key.view(), stuck);
  CHECK(code_of(unwrap(wrapping(), view_of(bound), case_from(1), golden_key().id, record)) == Code::wrong_key);
}

TEST_CASE("Letter: the golden letter opens, and is sealed today as the format says") {
  StuckRandom stuck;
  const KeyPair recipient = transport_pair(key_from(200));
  const auto sealed = seal_to(recipient.public_key, view_of(bound), view_of("a pairwise secret"), stuck);
  REQUIRE(sealed);
  CHECK(hex_of(*sealed) == golden_letter);
  const auto opened = open_to(recipient.secret, view_of(bound), hex(golden_letter));
  REQUIRE(opened);
  CHECK(text_of(*opened) == "a pairwise secret");
}

TEST_CASE("Letter: only the key it was sealed to opens it, and only unchanged") {
  const Key32 secret = key_from(200);
  check_no_tampering(hex(golden_letter),
                     [&](const Bytes& bytes) { return open_to(secret, view_of(bound), bytes).has_value(); });
  CHECK(code_of(open_to(key_from(201), view_of(bound), hex(golden_letter))) == Code::damaged);
  CHECK(code_of(open_to(secret, {}, hex(golden_letter))) == Code::damaged);
}

TEST_CASE("Letter: two letters share no key, and a point of small order is no recipient") {
  CountingRandom random;
  const PublicKey to = transport_pair(key_from(200)).public_key;
  const auto one = seal_to(to, {}, view_of("x"), random);
  const auto two = seal_to(to, {}, view_of("x"), random);
  REQUIRE((one && two));
  CHECK_FALSE(same_bytes(ByteView{*one}.first(32), ByteView{*two}.first(32)));
  CHECK(code_of(seal_to(PublicKey{}, {}, view_of("x"), random)) == Code::bad_value);
  CHECK(code_of(open_to(key_from(200), {}, Bytes(61))) == Code::damaged);
}

}  // namespace redress::crypto
