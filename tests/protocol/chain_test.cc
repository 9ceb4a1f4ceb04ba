#include "protocol/journal/chain.h"

#include "tests/protocol/sample.h"

namespace redress::journal {

TEST_CASE("Chain: links have the digests of their layouts") {
  const Domain domain = stand_in_domain();
  const Parent parent{Epoch{5}, {Seq{9}, filled_with<Digest>(0xAB)}};
  const auto hex = [](const Digest& digest) { return to_hex(view_of(digest)); };
  CHECK(hex(genesis(domain, sample_stream, std::nullopt)) == golden::genesis_alone);
  CHECK(hex(genesis(domain, sample_stream, parent)) == golden::genesis_grown);
  CHECK(hex(feed_digest(domain, SiteId{9}, sample_header(false).place, filled_with<Digest>(0xCD))) ==
        golden::feed_link);
  CHECK(hex(ledger_digest(domain, filled_with<Digest>(1), Position{77}, filled_with<Digest>(2))) ==
        golden::ledger_link);
  CHECK(hex(ledger_genesis(domain, sample_stream.owner, sample_stream.epoch)) == golden::ledger_start);
}

TEST_CASE("Chain: every part of a beginning counts") {
  const Domain domain = stand_in_domain();
  std::set<Digest> all;
  const auto add = [&](const StreamName& stream, const std::optional<Parent>& parent) {
    CHECK(all.insert(genesis(domain, stream, parent)).second);
  };
  const Parent parent{Epoch{5}, {Seq{9}, filled_with<Digest>(0xAB)}};
  add(sample_stream, std::nullopt);
  add(sample_stream, parent);
  add(sample_stream, Parent{Epoch{6}, parent.mark});
  add(sample_stream, Parent{Epoch{5}, {Seq{8}, parent.mark.digest}});
  add(sample_stream, Parent{Epoch{5}, {Seq{9}, filled_with<Digest>(0xAC)}});
  add({SiteId{8}, sample_stream.epoch, no_reader}, std::nullopt);
  add({sample_stream.owner, Epoch{1}, no_reader}, std::nullopt);
  add({sample_stream.owner, sample_stream.epoch, SiteId{3}}, std::nullopt);
  CHECK(all.insert(genesis({&stand_in(), {}}, sample_stream, std::nullopt)).second);
}

TEST_CASE("Chain: checkpoint and receipt have the bytes of their layouts, and come back") {
  const StandInSigner signer;
  const Checkpoint checkpoint = sign(stand_in_domain(), signer, sample_checkpoint());
  const Receipt receipt = sign(stand_in_domain(), signer, sample_receipt());
  CHECK(to_hex(encode(checkpoint)) == golden::checkpoint_bytes);
  CHECK(to_hex(encode(receipt)) == golden::receipt_bytes);
  const auto checkpoint_again = decode_checkpoint(encode(checkpoint));
  const auto receipt_again = decode_receipt(encode(receipt));
  REQUIRE(checkpoint_again.has_value());
  REQUIRE(receipt_again.has_value());
  CHECK(*checkpoint_again == checkpoint);
  CHECK(*receipt_again == receipt);
}

namespace {

// Every byte of the proof is signed, and any other length is none.
template <typename Decode>
void check_every_byte(const Bytes& whole, const PublicKey& key, Decode decode) {
  for (std::size_t at = 0; at < whole.size(); ++at) {
    Bytes changed = whole;
    changed[at] ^= std::byte{1};
    const auto proof = decode(ByteView{changed});
    INFO(at);
    CHECK_FALSE((proof && holds(stand_in_domain(), key, *proof)));
    CHECK(code_of(decode(ByteView{whole}.first(at))) == Code::malformed);
  }
  Bytes longer = whole;
  longer.push_back(std::byte{0});
  CHECK(code_of(decode(ByteView{longer})) == Code::malformed);
  const auto proof = decode(ByteView{whole});
  REQUIRE(proof.has_value());
  CHECK(holds(stand_in_domain(), key, *proof));
  CHECK_FALSE(holds(stand_in_domain(), filled_with<PublicKey>(0x56), *proof));
  CHECK_FALSE(holds({&stand_in(), filled_with<NetworkId>(1)}, key, *proof));
}

}  // namespace

TEST_CASE("Chain: any changed byte breaks the signature, any other length is malformed") {
  const StandInSigner signer;
  check_every_byte(encode(sign(stand_in_domain(), signer, sample_checkpoint())), signer.key,
                   [](ByteView bytes) { return decode_checkpoint(bytes); });
  check_every_byte(encode(sign(stand_in_domain(), signer, sample_receipt())), signer.key,
                   [](ByteView bytes) { return decode_receipt(bytes); });
}

TEST_CASE("Chain: the real suite's signatures hold for who signed and nobody else") {
  sim::SeededRandom random{3};
  const auto own = crypto::make_signing_pair(random);
  const auto other = crypto::make_signing_pair(random);
  const crypto::Ed25519Signer signer{own};
  const Checkpoint checkpoint = sign(sim::sim_domain(), signer, sample_checkpoint());
  CHECK(holds(sim::sim_domain(), own.public_key, checkpoint));
  CHECK_FALSE(holds(sim::sim_domain(), other.public_key, checkpoint));
}

}  // namespace redress::journal
