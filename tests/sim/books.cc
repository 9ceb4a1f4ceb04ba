#include "tests/sim/books.h"

#include <algorithm>

namespace redress::sim {

std::string short_name(const Digest& digest) { return to_hex(ByteView{digest.bytes}.first(6)); }

std::string name_of(const StreamName& stream, Seq seq) {
  return "owner=" + std::to_string(stream.owner.value()) + " epoch=" + std::to_string(stream.epoch.value()) +
         " reader=" + std::to_string(stream.reader.value()) + " seq=" + std::to_string(seq.value());
}

journal::Mark Book::head_of(const StreamName& stream) const {
  const auto found = heads_.find(stream);
  return found == heads_.end() ? journal::Mark{} : found->second;
}

Seq Book::receipted(const StreamName& stream) const {
  const auto found = receipted_.find(stream);
  return found == receipted_.end() ? Seq{} : found->second;
}

std::optional<Digest> Book::digest_at(const StreamName& stream, Seq seq) const {
  const auto found = places_.find(stream);
  if (found == places_.end() || seq.value() == 0 || seq.value() > found->second.size()) return std::nullopt;
  return found->second[seq.value() - 1];
}

std::optional<Digest> Book::identity_at(Position position) const {
  if (position.value() == 0 || position.value() > identities_.size()) return std::nullopt;
  return identities_[position.value() - 1];
}

void Book::take(const MemoryTruth::Commit& commit, std::vector<Stored>& stored, std::vector<std::string>& broken) {
  moved_.clear();
  newly_receipted_.clear();
  placed_again_.clear();
  for (const MemoryTruth::Change& change : commit) {
    switch (change.table) {
      case store::Table::entries:
        take_entry(change, stored, broken);
        break;
      case store::Table::places:
        take_place(change, stored, broken);
        break;
      case store::Table::streams:
        take_stream(change, broken);
        break;
      case store::Table::by_case:
        take_arrival(change);
        take_erased(change, broken);
        break;
      case store::Table::receipts:
      case store::Table::checkpoints:
      case store::Table::standing:
      case store::Table::marks:
        take_erased(change, broken);
        break;
      default:
        break;
    }
  }
  judge_arrivals(broken);
}

void Book::take_erased(const MemoryTruth::Change& change, std::vector<std::string>& broken) {
  if (!change.value && !may_repair) broken.push_back("P14 a row was erased: key=" + to_hex(change.key));
}

void Book::take_arrival(const MemoryTruth::Change& change) {
  const auto identity = identity_at(store::position_of(change.key));
  if (!identity) return;
  if (!change.value) {
    const auto known = arrived_.find(*identity);
    if (known != arrived_.end()) placed_again_.emplace(*identity, known->second);
    return;
  }
  Reader row{*change.value};
  static_cast<void>(row.u32());
  arrived_[*identity] = row.i64();
}

// An entry that is placed again came when it came.
void Book::judge_arrivals(std::vector<std::string>& broken) const {
  for (const auto& [identity, arrived] : placed_again_) {
    if (arrived_.at(identity) != arrived) broken.push_back("P14 it came at another time now: " + short_name(identity));
  }
}

// What was damaged may be put right: by the same entry.
void Book::take_healed(const MemoryTruth::Change& change, std::vector<std::string>& broken) {
  const Position position = store::position_of(change.key);
  const auto entry = store::decode_entry(domain_, *change.value);
  const auto identity = identity_at(position);
  if (!entry || journal::identity_of(domain_, entry->item.header) != identity) {
    broken.push_back("P7 an entry was written over by another: ledger=" + std::to_string(position.value()));
    return;
  }
  held_.emplace(*identity, position);
}

void Book::take_entry(const MemoryTruth::Change& change, std::vector<Stored>& stored,
                      std::vector<std::string>& broken) {
  const Position position = store::position_of(change.key);
  if (change.value && position <= ledger_) return take_healed(change, broken);
  if (!change.value || position != ledger_.next()) {
    broken.push_back("P4 the ledger does not go on at position " + std::to_string(position.value()));
    return;
  }
  ledger_ = position;
  const auto entry = store::decode_entry(domain_, *change.value);
  if (!entry) {
    broken.push_back("P7 an entry was stored that does not decode: ledger=" + std::to_string(position.value()));
    identities_.emplace_back();
    return;
  }
  Stored one{position,
             entry->header,
             journal::identity_of(domain_, entry->item.header),
             journal::entry_digest(domain_, entry->item.header),
             {}};
  const Bytes& body = entry->item.body;
  // After the byte that names the body's format.
  if (body.size() > one.nonce.size()) std::copy_n(body.begin() + 1, one.nonce.size(), one.nonce.begin());
  identities_.push_back(one.identity);
  causes_.insert(journal::cause_of(one.identity));
  if (!held_.emplace(one.identity, position).second && !may_repair)
    broken.push_back("P3 entry " + short_name(one.identity) + " is stored twice");
  stored.push_back(std::move(one));
}

void Book::take_place(const MemoryTruth::Change& change, const std::vector<Stored>& stored,
                      std::vector<std::string>& broken) {
  const StreamName stream = store::stream_of(change.key);
  const Seq seq{store::position_of(change.key).value()};
  journal::Mark& head = heads_[stream];
  if (!change.value && may_repair) {
    if (seq > head.seq) return;  // gone with the one before
    std::vector<Digest>& places = places_[stream];
    places.resize(seq.value() - 1);
    head = {Seq{places.size()}, places.empty() ? Digest{} : places.back()};
    return;
  }
  // A place may be marked later with the proofs that are kept for it; what stands there stays.
  if (change.value && seq <= head.seq && seq != Seq{}) {
    Reader marked{*change.value};
    static_cast<void>(marked.u64());
    if (marked.fixed<Digest>() != places_[stream][seq.value() - 1])
      broken.push_back("P4 a place was written over: " + name_of(stream, seq));
    return;
  }
  if (!change.value || seq != head.seq.next()) {
    broken.push_back("P4 a stream does not go on: " + name_of(stream, seq));
    return;
  }
  moved_.try_emplace(stream, head.seq);
  Reader row{*change.value};
  const Position ledger{row.u64()};
  const auto digest = row.fixed<Digest>();
  const auto at = std::find_if(stored.begin(), stored.end(), [&](const Stored& one) { return one.ledger == ledger; });
  if (stream.reader == no_reader && at != stored.end()) {
    const journal::Place& place = at->header.place;
    const bool links = place.site == stream.owner && place.epoch == stream.epoch && place.seq == seq &&
                       (seq == Seq{1} || place.prev == head.digest) && at->entry == digest;
    if (!links) broken.push_back("P4 an entry does not link to the one before: " + name_of(stream, seq));
  }
  head = {seq, digest};
  places_[stream].push_back(digest);
}

void Book::take_stream(const MemoryTruth::Change& change, std::vector<std::string>& broken) {
  const StreamName stream = store::stream_of(change.key);
  if (!change.value) {
    broken.push_back("P4 a stream's head was erased: " + name_of(stream, Seq{}));
    return;
  }
  Reader row{*change.value};
  const Seq head{row.u64()};
  static_cast<void>(row.fixed<Digest>());
  const Seq receipted{row.u64()};
  if (head != head_of(stream).seq)
    broken.push_back("P4 a stored head is not where its places end: " + name_of(stream, head));
  if (receipted < receipted_[stream] && !may_repair)
    broken.push_back("P14 a receipt was taken back: " + name_of(stream, receipted));
  if (receipted != receipted_[stream]) newly_receipted_.insert(stream);
  receipted_[stream] = receipted;
}

void Book::read(const MemoryTruth::Image& image) {
  Book fresh{domain_};
  fresh.may_repair = true;
  const auto commit_of = [&](store::Table table) {
    MemoryTruth::Commit commit;
    for (const auto& [key, value] : image[static_cast<std::size_t>(table)]) commit.push_back({table, key, value});
    return commit;
  };
  std::vector<Stored> stored;
  std::vector<std::string> ignored;
  fresh.take(commit_of(store::Table::entries), stored, ignored);
  stored.clear();
  fresh.take(commit_of(store::Table::places), stored, ignored);
  fresh.take(commit_of(store::Table::streams), stored, ignored);
  fresh.take(commit_of(store::Table::by_case), stored, ignored);
  fresh.may_repair = may_repair;
  *this = std::move(fresh);
}

}  // namespace redress::sim
