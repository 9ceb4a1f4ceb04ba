// Streams: each one's places link from its beginning to its stored head, and every proof is one of a place.
#include <algorithm>

#include "store/walk.h"

namespace redress::store {
namespace {

constexpr std::size_t stream_bytes = 16;
constexpr std::size_t place_key_bytes = stream_bytes + 8;

SiteId signer_of(const StreamName& stream, Table table) {
  const SiteId reader = stream.reader == no_reader ? head_office : stream.reader;
  return table == Table::checkpoints ? stream.owner : reader;
}

}  // namespace

void Walk::walk_streams() {
  scan(Table::streams, stream_bytes, [&](ByteView key, ByteView stored) {
    ++here_.streams;
    const auto value = rows_.opened(Table::streams, key, stored);
    const auto row = value ? decode_stream(*value) : std::nullopt;
    if (row) {
      streams_.emplace(stream_of(key), *row);
    } else {
      headless_.insert(stream_of(key));
      bad(name_of(stream_of(key), Seq{}), "the row of the stream's head does not hold");
    }
  });
}

void Walk::walk_places() {
  scan(Table::places, place_key_bytes, [&](ByteView key, ByteView stored) {
    const StreamName stream = stream_of(key);
    const Seq seq{position_of(key).value()};
    const auto value = rows_.opened(Table::places, key, stored);
    walk_place(stream, seq, value ? decode_place(*value) : std::nullopt);
  });
  check_ends();
  check_moved();
  std::sort(fed_.begin(), fed_.end());
}

Walk::Trail& Walk::trail_of(const StreamName& stream, Seq first) {
  const auto found = trails_.find(stream);
  if (found != trails_.end()) return found->second;
  const auto known = streams_.find(stream);
  if (known == streams_.end()) {
    if (headless_.insert(stream).second) bad(name_of(stream, first), "the row of the stream's head is gone");
    return trails_[stream];
  }
  return trails_[stream] = {Seq{}, journal::genesis(site_.domain, stream, known->second.parent)};
}

void Walk::walk_place(const StreamName& stream, Seq seq, const std::optional<PlaceRow>& row) {
  const auto known = streams_.find(stream);
  if (known != streams_.end() && seq > known->second.head.seq)
    return bad(name_of(stream, seq), "a place beyond the stream's head");
  Trail& trail = trail_of(stream, seq);
  if (seq != trail.seq.next()) {
    bad(name_of(stream, trail.seq.next()), "missing, up to seq=" + std::to_string(seq.value()));
    trail.digest.reset();
  }
  trail.seq = seq;
  if (!row) {
    trail.digest.reset();
    return bad(name_of(stream, seq), "the row of the place does not hold");
  }
  ++out_.places;
  const bool links = check_link(stream, trail.digest, seq, *row);
  const auto header = row->key_held && links ? header_at(row->ledger) : std::nullopt;
  const bool key_gone = header && !has(Table::keyring, key_of(header->what.case_id, header->what.key));
  if ((!links || key_gone) && site_.damage) site_.damage->note({row->ledger, {}, {}, sync::Spot{stream, seq}});
  trail.digest = row->digest;
  if (row->checkpoint && !has(Table::checkpoints, key_of(stream, seq))) {
    bad(name_of(stream, seq), "its checkpoint is gone");
  }
  if (row->receipt && !has(Table::receipts, key_of(stream, seq))) bad(name_of(stream, seq), "its receipt is gone");
  const bool own_feed = stream.owner == site_.site && stream.reader != no_reader && stream.reader != every_reader;
  if (own_feed) fed_.emplace_back(stream.reader, row->ledger);
  if (is_held(row->ledger)) {
    Entry& entry = entries_[row->ledger.value() - 1];
    entry.placed = true;
    entry.links = entry.links || links;
    entry.fed = entry.fed || own_feed;
  }
  if (header) keys_due_.emplace(header->what.case_id, header->what.key);
}

// Whoever sent it to us, and whoever signed that it has it from us. Of what head office wrote each feed says that for
// its reader.
std::optional<SiteId> Walk::holder_of(const StreamName& stream, Seq seq) const {
  if (stream.owner != site_.site) return stream.owner;
  const auto known = streams_.find(stream);
  const bool signed_for = known != streams_.end() && known->second.receipted >= seq;
  if (stream.reader != no_reader) return signed_for ? std::optional{stream.reader} : std::nullopt;
  if (site_.site == head_office) return std::nullopt;
  return signed_for ? head_office : SiteId{};
}

// A journal's entries name the one before themselves; in a feed the places do.
bool Walk::check_link(const StreamName& stream, const std::optional<Digest>& before, Seq seq, const PlaceRow& row) {
  if (!is_held(row.ledger)) {
    bad(name_of(stream, seq), "its entry is not held: " + name_of(row.ledger), holder_of(stream, seq));
    return false;
  }
  const Digest& entry = entries_[row.ledger.value() - 1].digest;
  if (stream.reader != no_reader) {
    if (!before) return true;
    const journal::Place place{stream.owner, stream.epoch, seq, *before};
    const bool links = journal::feed_digest(site_.domain, stream.reader, place, entry) == row.digest;
    if (!links) bad(name_of(stream, seq), "the feed place does not link to the one before: " + name_of(row.ledger));
    return links;
  }
  const auto header = header_at(row.ledger);
  const bool here = header && header->place.seq == seq && header->place.site == stream.owner &&
                    header->place.epoch == stream.epoch && (!before || header->place.prev == *before);
  const bool links = here && entry == row.digest;
  if (!links) bad(name_of(stream, seq), "the entry does not link to the one before: " + name_of(row.ledger));
  return links;
}

// What no stream has was placed again at another position, and is still what it was.
void Walk::check_moved() {
  for (Position at{1}; at.value() <= entries_.size(); at = at.next()) {
    const Entry& entry = entries_[at.value() - 1];
    if (entry.placed || entry.digest.is_zero()) continue;
    const auto moved = rows_.get(store_, Table::local, moved_key(at));
    if (!moved || !same_bytes(*moved, view_of(entry.digest))) bad(name_of(at), "no stream has this entry");
  }
}

void Walk::check_ends() {
  for (const auto& [stream, row] : streams_) {
    const auto found = trails_.find(stream);
    const Trail end = found == trails_.end() ? Trail{} : found->second;
    if (end.seq < row.head.seq) {
      bad(name_of(stream, end.seq.next()),
          "missing, up to the stream's head seq=" + std::to_string(row.head.seq.value()));
    } else if (end.digest && row.head.seq != Seq{} && *end.digest != row.head.digest) {
      bad(name_of(stream, row.head.seq), "the stream does not end in its stored head");
    }
  }
}

// What is wrong with a proof, or null.
template <typename Proof>
const char* Walk::fault_of(const Proof& proof, SiteId signer, const StreamName& stream, Seq seq,
                           const journal::Mark& mark) {
  const bool word = seq == Seq{};
  if (word) {
    const Bytes bytes = encode(proof);
    const std::array<ByteView, 1> whole{ByteView{bytes}};
    const auto kept = rows_.get(store_, Table::local, word_key(stream));
    if (!kept || !same_bytes(*kept, view_of(site_.domain.suite->hash(whole))))
      return "it is not the word that was kept";
  } else {
    if (proof.stream != stream || mark.seq != seq) return "it belongs to another place";
    const auto value = rows_.get(store_, Table::places, key_of(stream, seq));
    const auto place = value ? decode_place(*value) : std::nullopt;
    if (!place || place->digest != mark.digest) return "the stream is not what it says";
  }
  std::vector<PublicKey> keys = signing_keys_of_(signer);
  // Head office vouches for what a site wrote under a key that it has no more.
  if (stream.reader == no_reader && signer != head_office && !keys.empty()) {
    for (const PublicKey& key : signing_keys_of_(head_office)) keys.push_back(key);
  }
  if (keys.empty()) {
    ++out_.unchecked;
  } else if (std::none_of(keys.begin(), keys.end(),
                          [&](const PublicKey& key) { return journal::holds(site_.domain, key, proof); })) {
    return "its signer did not sign it";
  }
  // A proof of ours that was brought back tells of the ledger of an earlier life.
  const bool of_this_life = stream.owner != site_.site || stream == journal_of(site_.site, epoch_);
  if (word || signer != site_.site || !of_this_life || !ledger_whole_) return nullptr;
  const std::uint64_t at = proof.ledger.position.value();
  const bool same = at != 0 && at <= entries_.size() && entries_[at - 1].ledger == proof.ledger.digest;
  return same ? nullptr : "the ledger is not what it says";
}

// At place 0 stands its owner's last word on the line that this journal replaced. Else
// a journal's checkpoint is its owner's word, its receipt head office's; for a feed it is the other way round.
void Walk::walk_proofs(Table table) {
  const bool checkpoints = table == Table::checkpoints;
  const std::string name = checkpoints ? "the checkpoint does not hold: " : "the receipt does not hold: ";
  scan(table, place_key_bytes, [&](ByteView key, ByteView value) {
    const StreamName stream = stream_of(key);
    const Seq seq{position_of(key).value()};
    const SiteId signer = signer_of(stream, table);
    const char* fault = "malformed";
    if (checkpoints) {
      ++out_.checkpoints;
      const auto proof = journal::decode_checkpoint(value);
      if (proof) fault = fault_of(*proof, signer, stream, seq, proof->mark);
    } else {
      ++out_.receipts;
      const auto proof = journal::decode_receipt(value);
      if (proof) fault = fault_of(*proof, signer, stream, seq, proof->to);
    }
    if (fault != nullptr) bad(name_of(stream, seq), name + fault);
  });
}

}  // namespace redress::store
