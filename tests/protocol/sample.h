// What the tests of journal and wire share: a stand-in suite, one of everything, and bytes that another program
// computed.
//
// The golden bytes were computed from the layouts in protocol/README.md by an independent program.
#pragma once

#include <catch2/catch.hpp>
#include <string_view>

#include "crypto/suite_intl.h"
#include "protocol/base/limits.h"
#include "protocol/wire/frames.h"
#include "tests/sim/pair.h"

namespace redress {

template <typename Fixed>
Fixed counted_from(unsigned first) {
  Fixed out;
  for (std::byte& b : out.bytes) b = static_cast<std::byte>(first++);
  return out;
}
template <typename Fixed>
Fixed filled_with(unsigned value) {
  Fixed out;
  out.bytes.fill(static_cast<std::byte>(value));
  return out;
}
template <typename T>
Code code_of(const Result<T>& result) {
  REQUIRE_FALSE(result.has_value());
  return result.error().code;
}

// SHA-256, and a "signature" that is a digest under the public key.
inline Signature stand_in_signature(const PublicKey& key, ByteView message) {
  const std::array<ByteView, 2> parts{view_of(key), message};
  const Digest digest = crypto::intl().hash(parts);
  Signature out;
  std::copy(digest.bytes.begin(), digest.bytes.end(), out.bytes.begin());
  std::copy(digest.bytes.begin(), digest.bytes.end(), out.bytes.begin() + Digest::size);
  return out;
}
inline bool stand_in_verify(const PublicKey& key, ByteView message, const Signature& signature) {
  return stand_in_signature(key, message) == signature;
}
inline const journal::Suite& stand_in() {
  static const journal::Suite suite{SuiteId{1}, crypto::intl().hash, &stand_in_verify};
  return suite;
}
class StandInSigner final : public journal::Signer {
 public:
  [[nodiscard]] KeyId key_id() const override { return filled_with<KeyId>(0x11); }
  [[nodiscard]] PublicKey public_key() const override { return key; }
  [[nodiscard]] Signature sign(ByteView message) const override { return stand_in_signature(key, message); }
  const PublicKey key = filled_with<PublicKey>(0x55);
};
inline journal::Domain stand_in_domain() { return {&stand_in(), filled_with<NetworkId>(0x4E)}; }

inline const StreamName sample_stream = journal_of(SiteId{7}, Epoch{0x1122334455667788});

inline journal::Header sample_header(bool with_lists) {
  journal::Header header;
  header.place = {SiteId{7}, Epoch{0x1122334455667788}, Seq{3}, counted_from<Digest>(0)};
  journal::What& what = header.what;
  what.suite = SuiteId{1};
  what.kind = Kind{4};
  what.kind_version = 1;
  what.flags = 2;
  what.author = SiteId{7};
  what.staff = StaffId{42};
  what.case_id = counted_from<CaseId>(0xC0);
  what.key = counted_from<KeyId>(0x80);
  what.command = counted_from<CommandId>(0x40);
  what.time = WallTime{1795305600123};
  what.offset_minutes = -210;
  what.seen = {Epoch{0x99AABBCCDDEEFF01}, Seq{12}};
  for (unsigned i = 0; with_lists && i < limits::after_max; ++i) what.after.push_back(filled_with<Cause>(i));
  for (unsigned i = 0; with_lists && i < limits::to_max; ++i) what.to.push_back(SiteId{100 + i});
  header.body_bytes = 1000;
  for (unsigned i = 0; i < 32; ++i) header.body.bytes[i] = static_cast<std::byte>(0xB0 + i % 16);
  return header;
}

inline journal::Checkpoint sample_checkpoint() {
  return {{},
          {},
          sample_stream,
          {Seq{33}, filled_with<Digest>(0x22)},
          WallTime{1795305600123},
          {Position{44}, filled_with<Digest>(0x33)},
          {}};
}
inline journal::Receipt sample_receipt() {
  return {{},
          {},
          sample_stream,
          Seq{30},
          {Seq{33}, filled_with<Digest>(0x22)},
          WallTime{1795305600123},
          {Position{44}, filled_with<Digest>(0x33)},
          {}};
}

namespace golden {
inline constexpr std::string_view plain_header =
    "0000000711223344556677880000000000000003000102030405060708090a0b0c0d0e0f101112131415161718191a1b"
    "1c1d1e1f0101000400010002000000070000002ac0c1c2c3c4c5c6c7c8c9cacbcccdcecf808182838485868788898a8b"
    "8c8d8e8f404142434445464748494a4b4c4d4e4f000001a2008d747bff2e000099aabbccddeeff01000000000000000c"
    "000003e8b0b1b2b3b4b5b6b7b8b9babbbcbdbebfb0b1b2b3b4b5b6b7b8b9babbbcbdbebf";
inline constexpr std::string_view full_header =
    "0000000711223344556677880000000000000003000102030405060708090a0b0c0d0e0f101112131415161718191a1b"
    "1c1d1e1f0101000400010002000000070000002ac0c1c2c3c4c5c6c7c8c9cacbcccdcecf808182838485868788898a8b"
    "8c8d8e8f404142434445464748494a4b4c4d4e4f000001a2008d747bff2e081099aabbccddeeff01000000000000000c"
    "000000000000000000000000000000000101010101010101010101010101010102020202020202020202020202020202"
    "030303030303030303030303030303030404040404040404040404040404040405050505050505050505050505050505"
    "060606060606060606060606060606060707070707070707070707070707070700000064000000650000006600000067"
    "00000068000000690000006a0000006b0000006c0000006d0000006e0000006f00000070000000710000007200000073"
    "000003e8b0b1b2b3b4b5b6b7b8b9babbbcbdbebfb0b1b2b3b4b5b6b7b8b9babbbcbdbebf";
inline constexpr std::string_view full_identity = "a728a75581b76d29b7f4212a6eab1c1320d74e581bb882932fe24911b2dedd5a";
inline constexpr std::string_view full_entry = "9c7aec3469875e16a8072b5823260bdb9f697e12cf35af9cf48fe69a24286353";
inline constexpr std::string_view genesis_alone = "2b301aceef41613feed5bb4f3f6deb07af42c1bd5fdba0b6fe38499bd31093a5";
inline constexpr std::string_view genesis_grown = "88688e907281061577eb24af8cb69b5a82b2d4256bd21e01a0f346e9f597b761";
inline constexpr std::string_view feed_link = "bd35d9c44cdb0a3fd6ee786fc82c35475e9966da32aa7b5da391cb1a1cd926e3";
inline constexpr std::string_view ledger_link = "68be2302645492a5dc81126a612062c02f2492644e73d49f99de8b0b605eb52c";
inline constexpr std::string_view ledger_start = "3e4ce42c95e79e3724424025e2a1093fb2c86c7f9a0091287c6631c7d23ca8b3";
inline constexpr std::string_view checkpoint_bytes =
    "010111111111111111111111111111111111000000071122334455667788000000000000000000000021222222222222"
    "2222222222222222222222222222222222222222222222222222000001a2008d747b000000000000002c333333333333"
    "333333333333333333333333333333333333333333333333333301f8f647faa235f9b46f780a9279ed764b547f004dd2"
    "df2ad020ebc38341d33501f8f647faa235f9b46f780a9279ed764b547f004dd2df2ad020ebc38341d335";
inline constexpr std::string_view receipt_bytes =
    "01011111111111111111111111111111111100000007112233445566778800000000000000000000001e000000000000"
    "00212222222222222222222222222222222222222222222222222222222222222222000001a2008d747b000000000000"
    "002c3333333333333333333333333333333333333333333333333333333333333333060d23414b04605076e1b7179208"
    "e7df19515b1a396e9c54ff5df039c0e50c3c060d23414b04605076e1b7179208e7df19515b1a396e9c54ff5df039c0e5"
    "0c3c";
}  // namespace golden
}  // namespace redress
