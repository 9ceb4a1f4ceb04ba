#include "protocol/journal/chain.h"

#include <string>

namespace redress::journal {
namespace {

constexpr std::uint8_t proof_format = 1;

void put(Writer& out, const StreamName& stream) {
  out.u32(stream.owner.value());
  out.u64(stream.epoch.value());
  out.u32(stream.reader.value());
}

StreamName take_stream(Reader& in) {
  StreamName stream;
  stream.owner = SiteId{in.u32()};
  stream.epoch = Epoch{in.u64()};
  stream.reader = SiteId{in.u32()};
  return stream;
}

template <typename Proof>
void put_head(Writer& out, const Proof& proof) {
  out.u8(proof_format);
  out.u8(proof.suite.value());
  out.fixed(proof.signer);
  put(out, proof.stream);
}

template <typename Proof>
bool take_head(Reader& in, Proof& proof) {
  const std::uint8_t format = in.u8();
  proof.suite = SuiteId{in.u8()};
  proof.signer = in.fixed<KeyId>();
  proof.stream = take_stream(in);
  return format == proof_format;
}

void put_tail(Writer& out, const Mark& mark, WallTime time, const LedgerMark& ledger) {
  out.u64(mark.seq.value());
  out.fixed(mark.digest);
  out.i64(time.value());
  out.u64(ledger.position.value());
  out.fixed(ledger.digest);
}

void take_tail(Reader& in, Mark& mark, WallTime& time, LedgerMark& ledger) {
  mark.seq = Seq{in.u64()};
  mark.digest = in.fixed<Digest>();
  time = WallTime{in.i64()};
  ledger.position = Position{in.u64()};
  ledger.digest = in.fixed<Digest>();
}

Bytes unsigned_bytes(const Checkpoint& checkpoint) {
  Writer out;
  put_head(out, checkpoint);
  put_tail(out, checkpoint.mark, checkpoint.time, checkpoint.ledger);
  return out.take();
}

Bytes unsigned_bytes(const Receipt& receipt) {
  Writer out;
  put_head(out, receipt);
  out.u64(receipt.from.value());
  put_tail(out, receipt.to, receipt.time, receipt.ledger);
  return out.take();
}

constexpr std::string_view domain_string(const Checkpoint&) { return "redress/checkpoint/1"; }
constexpr std::string_view domain_string(const Receipt&) { return "redress/receipt/1"; }

template <typename Proof>
Bytes message_of(const Domain& domain, const Proof& proof) {
  Writer out;
  out.raw(view_of(domain_string(proof)));
  out.fixed(domain.network);
  out.raw(unsigned_bytes(proof));
  return out.take();
}

template <typename Proof>
Proof signed_by(const Domain& domain, const Signer& signer, Proof proof) {
  proof.suite = domain.suite->id;
  proof.signer = signer.key_id();
  proof.signature = signer.sign(message_of(domain, proof));
  return proof;
}

template <typename Proof>
bool proof_holds(const Domain& domain, const PublicKey& key, const Proof& proof) {
  return proof.suite == domain.suite->id && domain.suite->verify(key, message_of(domain, proof), proof.signature);
}

template <typename Proof>
Bytes proof_bytes(const Proof& proof) {
  Writer out;
  out.raw(unsigned_bytes(proof));
  out.fixed(proof.signature);
  return out.take();
}

}  // namespace

Digest genesis(const Domain& domain, const StreamName& stream, const std::optional<Parent>& parent) {
  Writer out;
  put(out, stream);
  const Parent origin = parent.value_or(Parent{});
  out.u64(origin.epoch.value());
  out.u64(origin.mark.seq.value());
  out.fixed(origin.mark.digest);
  const std::array<ByteView, 3> parts{view_of("redress/genesis/1"), view_of(domain.network), out.bytes()};
  return domain.suite->hash(parts);
}

Digest feed_digest(const Domain& domain, SiteId reader, const Place& place, const Digest& origin) {
  Writer out;
  out.u32(reader.value());
  out.raw(encode(place));
  out.fixed(origin);
  const std::array<ByteView, 3> parts{view_of("redress/feed/1"), view_of(domain.network), out.bytes()};
  return domain.suite->hash(parts);
}

Digest ledger_digest(const Domain& domain, const Digest& before, Position n, const Digest& entry) {
  Writer out;
  out.fixed(before);
  out.u64(n.value());
  out.fixed(entry);
  const std::array<ByteView, 3> parts{view_of("redress/ledger/1"), view_of(domain.network), out.bytes()};
  return domain.suite->hash(parts);
}

Digest ledger_genesis(const Domain& domain, SiteId site, Epoch epoch) {
  Writer out;
  out.u32(site.value());
  out.u64(epoch.value());
  const std::array<ByteView, 3> parts{view_of("redress/ledger-genesis/1"), view_of(domain.network), out.bytes()};
  return domain.suite->hash(parts);
}

Checkpoint sign(const Domain& domain, const Signer& signer, Checkpoint checkpoint) {
  return signed_by(domain, signer, checkpoint);
}
Receipt sign(const Domain& domain, const Signer& signer, Receipt receipt) { return signed_by(domain, signer, receipt); }
bool holds(const Domain& domain, const PublicKey& key, const Checkpoint& checkpoint) {
  return proof_holds(domain, key, checkpoint);
}
bool holds(const Domain& domain, const PublicKey& key, const Receipt& receipt) {
  return proof_holds(domain, key, receipt);
}

Bytes encode(const Checkpoint& checkpoint) { return proof_bytes(checkpoint); }
Bytes encode(const Receipt& receipt) { return proof_bytes(receipt); }

Result<Checkpoint> decode_checkpoint(ByteView bytes) {
  Reader in{bytes};
  Checkpoint checkpoint;
  const bool known = take_head(in, checkpoint);
  take_tail(in, checkpoint.mark, checkpoint.time, checkpoint.ledger);
  checkpoint.signature = in.fixed<Signature>();
  if (!known || !in.complete()) {
    return fail(Code::malformed, "decode checkpoint: size=" + std::to_string(bytes.size()));
  }
  return checkpoint;
}

Result<Receipt> decode_receipt(ByteView bytes) {
  Reader in{bytes};
  Receipt receipt;
  const bool known = take_head(in, receipt);
  receipt.from = Seq{in.u64()};
  take_tail(in, receipt.to, receipt.time, receipt.ledger);
  receipt.signature = in.fixed<Signature>();
  if (!known || !in.complete()) return fail(Code::malformed, "decode receipt: size=" + std::to_string(bytes.size()));
  return receipt;
}

}  // namespace redress::journal
