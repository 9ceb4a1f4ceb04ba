#include "protocol/sync/receiver.h"

#include <algorithm>

#include "protocol/base/mutant.h"

namespace redress::sync {
namespace {

std::string at(const StreamName& stream, Seq seq) {
  return "site=" + std::to_string(stream.owner.value()) + " epoch=" + std::to_string(stream.epoch.value()) +
         " seq=" + std::to_string(seq.value());
}

Verdict refuse(Error error) { return {Verdict::Kind::refuse, std::nullopt, std::move(error)}; }

}  // namespace

// Checks one item as the one after `before`: its own lengths, its digest, its author, its link.
Result<Placed> Receiver::place(wire::Item item, const journal::Mark& before) const {
  const Seq seq = before.seq.next();
  auto header = journal::decode_header(item.header);
  if (!header) return fail(Code::bad_frame, header.error().what + ": " + at(stream_, seq));
  const std::array<ByteView, 1> body{ByteView{item.body}};
  const bool whole = header->body_bytes == item.body.size() && header->body == domain_.suite->hash(body);
  if (!whole && !REDRESS_MUTANT(72)) {
    return fail(Code::bad_chain, "body does not match its header: " + at(stream_, seq));
  }
  if (header->what.author != header->place.site)
    return fail(Code::bad_author, "author is not the origin: " + at(stream_, seq));
  const Digest entry = journal::entry_digest(domain_, item.header);
  Placed placed{std::move(*header), std::move(item), entry, {}};
  if (stream_.reader == no_reader) {
    const bool own = placed.header.place.site == stream_.owner && placed.header.place.epoch == stream_.epoch;
    if (!own && !REDRESS_MUTANT(62)) return fail(Code::bad_author, "not the journal's owner: " + at(stream_, seq));
    if (placed.header.place.seq != seq || placed.header.place.prev != before.digest) {
      return fail(Code::bad_chain, "does not link to the one before: " + at(stream_, seq));
    }
    placed.stream = placed.entry;
  } else {
    const journal::Place place{stream_.owner, stream_.epoch, seq, before.digest};
    placed.stream = journal::feed_digest(domain_, stream_.reader, place, placed.entry);
  }
  return placed;
}

// The first `count` items stand at places that are held: they must be the same entries.
std::optional<Error> Receiver::compare_held(const wire::Batch& batch, std::size_t count, const Streams& streams) const {
  if (REDRESS_MUTANT(32)) return std::nullopt;  // duplicates are assumed, not compared
  Seq seq = batch.first;
  for (std::size_t i = 0; i < count; ++i, seq = seq.next()) {
    if (seq > durable_.seq) break;  // accepted in this very turn, from this very session
    const Seq before{seq.value() - 1};
    const auto held = streams.digest_at(stream_, seq);
    const auto held_before = streams.digest_at(stream_, before);
    if (!held || !held_before) continue;  // beyond what is kept here; the chain's head was compared in the hello
    const auto placed = place(batch.items[i], {before, *held_before});
    if (!placed || placed->stream != *held) {
      return Error{Code::fork, "two different entries at one place: " + at(stream_, seq), "batch"};
    }
  }
  return std::nullopt;
}

bool Receiver::is_signed(const journal::Checkpoint& checkpoint, const journal::Mark& mark) const {
  if (REDRESS_MUTANT(71)) return true;  // 71: nobody need have signed
  if (checkpoint.stream != stream_ || checkpoint.mark != mark) return false;
  return journal::holds(domain_, author_, checkpoint) || (witness_ && journal::holds(domain_, *witness_, checkpoint));
}

Verdict Receiver::on_batch(wire::Batch& batch, const Streams& streams) {
  const Seq expected = accepted_.seq.next();
  if (batch.first > expected && !REDRESS_MUTANT(41)) return {Verdict::Kind::hole, std::nullopt, std::nullopt};
  const std::size_t held =
      std::min<std::uint64_t>(expected.value() - std::min(expected, batch.first).value(), batch.items.size());
  if (auto error = compare_held(batch, held, streams)) return refuse(std::move(*error));
  if (held == batch.items.size()) return {Verdict::Kind::duplicate, std::nullopt, std::nullopt};
  Accept accept{stream_, parent_, accepted_, {}, batch.grants, batch.checkpoint};
  accept.entries.reserve(batch.items.size() - held);
  journal::Mark mark = accepted_;
  for (std::size_t i = held; i < batch.items.size(); ++i) {
    auto placed = place(std::move(batch.items[i]), mark);
    if (!placed) return refuse(placed.error());
    mark = {mark.seq.next(), placed->stream};
    accept.entries.push_back(std::move(*placed));
  }
  if (!is_signed(batch.checkpoint, mark))
    return refuse({Code::bad_signature, "checkpoint does not hold: " + at(stream_, mark.seq), "batch"});
  accepted_ = mark;
  return {Verdict::Kind::next, std::move(accept), std::nullopt};
}

void Receiver::on_durable(const journal::Mark& mark) {
  if (mark.seq > durable_.seq) durable_ = mark;
  // A hello in the same turn may have begun this receiver before an earlier batch was committed.
  if (mark.seq > accepted_.seq) accepted_ = mark;
}

}  // namespace redress::sync
