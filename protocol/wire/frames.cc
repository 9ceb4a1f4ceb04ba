#include "protocol/wire/frames.h"

#include "protocol/base/limits.h"
#include "protocol/wire/frames_generated.h"

namespace redress::wire {
namespace {

using Builder = flatbuffers::FlatBufferBuilder;
using flatbuffers::Offset;

fb::B16 b16(std::span<const std::byte, 16> bytes) {
  return fb::B16{flatbuffers::span<const std::uint8_t, 16>{reinterpret_cast<const std::uint8_t*>(bytes.data()), 16}};
}
fb::B32 b32(std::span<const std::byte, 32> bytes) {
  return fb::B32{flatbuffers::span<const std::uint8_t, 32>{reinterpret_cast<const std::uint8_t*>(bytes.data()), 32}};
}
fb::Stream stream_of(const StreamName& name) { return {name.owner.value(), name.reader.value(), name.epoch.value()}; }
fb::Mark mark_of(const journal::Mark& mark) { return {mark.seq.value(), b32(mark.digest.bytes)}; }

Offset<flatbuffers::Vector<std::uint8_t>> vector_of(Builder& out, ByteView bytes) {
  return out.CreateVector(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
}

Offset<fb::Cursor> put(Builder& out, const Cursor& cursor) {
  const fb::Stream stream = stream_of(cursor.stream);
  const fb::Mark mark = mark_of(cursor.mark);
  return fb::CreateCursor(out, &stream, &mark, cursor.kept_from.value());
}

Offset<flatbuffers::Vector<Offset<fb::Cursor>>> put(Builder& out, const std::vector<Cursor>& cursors) {
  std::vector<Offset<fb::Cursor>> offsets;
  offsets.reserve(cursors.size());
  for (const Cursor& cursor : cursors) offsets.push_back(put(out, cursor));
  return out.CreateVector(offsets);
}

// Nothing rather than an empty vector: most frames have no proof.
Offset<flatbuffers::Vector<std::uint8_t>> proof_of(Builder& out, ByteView proof) {
  return proof.empty() ? Offset<flatbuffers::Vector<std::uint8_t>>{} : vector_of(out, proof);
}

Offset<fb::Journal> put(Builder& out, const Held& held) {
  const auto cursor = put(out, held.head);
  const auto proof = proof_of(out, held.proof);
  if (!held.parent) return fb::CreateJournal(out, cursor, 0, nullptr, proof);
  const fb::Mark parent = mark_of(held.parent->mark);
  return fb::CreateJournal(out, cursor, held.parent->epoch.value(), &parent, proof);
}

Offset<flatbuffers::Vector<Offset<fb::Journal>>> put(Builder& out, const std::vector<Held>& all) {
  std::vector<Offset<fb::Journal>> offsets;
  offsets.reserve(all.size());
  for (const Held& held : all) offsets.push_back(put(out, held));
  return out.CreateVector(offsets);
}

Offset<void> put(Builder& out, const Hello& hello) {
  const auto journals = put(out, hello.journals);
  const auto feeds = put(out, hello.feeds);
  const auto received = put(out, hello.received);
  const auto receipt = vector_of(out, hello.last_receipt);
  const auto version = out.CreateString(hello.version);
  const fb::B16 network = b16(hello.network.bytes);
  const fb::B16 token = b16(hello.token.bytes);
  return fb::CreateHello(out, hello.protocol_min, hello.protocol_max, hello.suite.value(), &network, hello.site.value(),
                         journals, received, &token, receipt, hello.window, hello.clock.value(), version, feeds)
      .Union();
}

Offset<void> put(Builder& out, const Welcome& welcome) {
  const auto cursors = put(out, welcome.cursors);
  const auto backed_up = put(out, welcome.backed_up_to);
  const auto streams = put(out, welcome.streams);
  const auto version = out.CreateString(welcome.version);
  const fb::B16 token = b16(welcome.token.bytes);
  return fb::CreateWelcome(out, welcome.protocol, welcome.session.value(), cursors, &token, backed_up,
                           welcome.retry_after_ms, welcome.window, welcome.server_time.value(), version, streams)
      .Union();
}

Offset<void> put(Builder& out, const Refusal& refusal) {
  const auto what = out.CreateString(refusal.what);
  return fb::CreateRefusal(out, refusal.session.value(), static_cast<std::uint16_t>(refusal.code), what,
                           refusal.retry_after_ms)
      .Union();
}

Offset<fb::Item> put_item(Builder& out, const Item& item) {
  const auto header = vector_of(out, item.header);
  return fb::CreateItem(out, header, vector_of(out, item.body));
}

Offset<fb::Grant> put_grant(Builder& out, const Grant& grant) {
  const auto wrapped = vector_of(out, grant.wrapped);
  const fb::B16 case_id = b16(grant.case_id.bytes);
  const fb::B16 key = b16(grant.key.bytes);
  return fb::CreateGrant(out, &case_id, &key, grant.generation, wrapped);
}

Offset<void> put(Builder& out, const Batch& batch) {
  std::vector<Offset<fb::Item>> items;
  for (const Item& item : batch.items) items.push_back(put_item(out, item));
  std::vector<Offset<fb::Grant>> grants;
  for (const Grant& grant : batch.grants) grants.push_back(put_grant(out, grant));
  const auto item_list = out.CreateVector(items);
  const auto grant_list = out.CreateVector(grants);
  const auto checkpoint = vector_of(out, journal::encode(batch.checkpoint));
  const fb::Stream stream = stream_of(batch.stream);
  return fb::CreateBatch(out, batch.session.value(), &stream, batch.first.value(), item_list, grant_list, checkpoint)
      .Union();
}

Offset<void> put(Builder& out, const Receipted& receipted) {
  const auto receipt = vector_of(out, journal::encode(receipted.receipt));
  return fb::CreateReceipt(out, receipted.session.value(), receipt, receipted.window).Union();
}

Offset<void> put(Builder& out, const Hole& hole) {
  const fb::Stream stream = stream_of(hole.stream);
  const fb::Mark have = mark_of(hole.have);
  return fb::CreateHole(out, hole.session.value(), &stream, &have).Union();
}

Offset<void> put(Builder& out, const Beat& beat) {
  const auto heads = put(out, beat.heads);
  const auto received = put(out, beat.received);
  return fb::CreateBeat(out, beat.session.value(), heads, received, beat.clock.value()).Union();
}

Offset<void> put(Builder& out, const Enrol& enrol) {
  const auto version = out.CreateString(enrol.version);
  const fb::B16 network = b16(enrol.network.bytes);
  const fb::B32 transport = b32(enrol.transport.bytes);
  const fb::B32 signing = b32(enrol.signing.bytes);
  return fb::CreateEnrol(out, enrol.protocol_min, enrol.protocol_max, enrol.suite.value(), &network, enrol.site.value(),
                         &transport, &signing, version)
      .Union();
}

Offset<void> put(Builder& out, const Enrolled& enrolled) {
  return fb::CreateEnrolled(out, enrolled.site.value(), vector_of(out, enrolled.sealed)).Union();
}

Offset<void> put(Builder& out, const Fork& fork) {
  const auto what = out.CreateString(fork.what);
  const auto proof = proof_of(out, fork.proof);
  const fb::Stream stream = stream_of(fork.stream);
  const fb::Mark have = mark_of(fork.have);
  return fb::CreateFork(out, &stream, &have, static_cast<std::uint16_t>(fork.code), what, proof).Union();
}

Offset<void> put(Builder& out, const Probe& probe) {
  const fb::Stream stream = stream_of(probe.stream);
  if (!probe.digest) return fb::CreateProbe(out, &stream, probe.seq.value()).Union();
  const fb::B32 digest = b32(probe.digest->bytes);
  return fb::CreateProbe(out, &stream, probe.seq.value(), &digest).Union();
}

Offset<void> put(Builder& out, const Common& common) {
  const auto proof = proof_of(out, common.proof);
  const fb::Stream stream = stream_of(common.stream);
  const fb::Mark mark = mark_of(common.mark);
  return fb::CreateCommon(out, &stream, &mark, proof).Union();
}

Offset<void> put(Builder& out, const Want& want) {
  const fb::Stream stream = stream_of(want.stream);
  return fb::CreateWant(out, want.session.value(), &stream, want.seq.value()).Union();
}

Offset<void> put(Builder& out, const Give& give) {
  const auto item = give.item ? put_item(out, *give.item) : Offset<fb::Item>{};
  const auto grant = give.grant ? put_grant(out, *give.grant) : Offset<fb::Grant>{};
  const fb::Stream stream = stream_of(give.stream);
  return fb::CreateGive(out, give.session.value(), &stream, give.seq.value(), item, grant).Union();
}

// The variant's order is the union's: NONE is 0.
fb::Body body_type(const Frame& frame) { return static_cast<fb::Body>(frame.index() + 1); }
static_assert(static_cast<int>(fb::Body_Hello) == 1 && static_cast<int>(fb::Body_Give) == std::variant_size_v<Frame>);

}  // namespace

Bytes encode(const Frame& frame) {
  // One builder a thread: a heartbeat then costs no block of memory of its own.
  thread_local Builder out{1024};
  out.Clear();
  const Offset<void> body = std::visit([&](const auto& part) { return put(out, part); }, frame);
  fb::FinishSizePrefixedFrameBuffer(out, fb::CreateFrame(out, body_type(frame), body));
  const auto* data = reinterpret_cast<const std::byte*>(out.GetBufferPointer());
  return {data, data + out.GetSize()};
}

}  // namespace redress::wire
