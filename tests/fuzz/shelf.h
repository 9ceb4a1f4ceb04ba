// What a session under fuzz stands on: streams in memory, a cheap suite, and the entries that an honest peer would
// have.
//
// Everybody's signature holds unless its first byte is zero, so that an input reaches what lies behind the signatures.
#pragma once

#include <algorithm>
#include <map>
#include <memory>
#include <set>
#include <span>

#include "protocol/base/random.h"
#include "protocol/sync/exchange.h"
#include "tests/fuzz/target.h"

namespace redress::fuzz {

// FNV-1a, spread over 32 bytes.
inline Digest cheap_hash(std::span<const ByteView> parts) {
  std::uint64_t state = 0xCBF29CE484222325U;
  const auto mix = [&state](std::uint64_t value) { state = (state ^ value) * 0x100000001B3U; };
  for (const ByteView part : parts) {
    mix(part.size());
    for (const std::byte b : part) mix(std::to_integer<std::uint64_t>(b));
  }
  Digest out;
  for (std::byte& b : out.bytes) {
    mix(0x9E);
    b = static_cast<std::byte>(state >> 32);
  }
  return out;
}
inline bool cheap_verify(const PublicKey&, ByteView, const Signature& signature) {
  return signature.bytes[0] != std::byte{0};
}
inline journal::Domain cheap_domain() {
  static constexpr journal::Suite suite{SuiteId{1}, &cheap_hash, &cheap_verify};
  return {&suite, NetworkId{}};
}

class CheapSigner final : public journal::Signer {
 public:
  [[nodiscard]] KeyId key_id() const override { return {}; }
  [[nodiscard]] PublicKey public_key() const override { return {}; }
  [[nodiscard]] Signature sign(ByteView) const override {
    Signature out;
    out.bytes.fill(std::byte{1});
    return out;
  }
};

class CountingRandom final : public Random {
 public:
  void fill(std::span<std::byte> out) override {
    for (std::byte& b : out) b = static_cast<std::byte>(++count_);
  }

 private:
  unsigned count_ = 0;
};

struct Shelved {
  wire::Item item;
  journal::Mark mark;
};
using Entries = std::vector<std::shared_ptr<const Shelved>>;  // shared, for each input begins with the same ones

// So many entries of a stream, as its owner would write them. Those of a feed come from the reader's own journal.
inline Entries entries_made(const StreamName& stream, std::size_t count) {
  const bool is_feed = stream.reader != no_reader;
  const StreamName origin = is_feed ? journal_of(stream.reader, Epoch{5}) : stream;
  journal::Mark entry{Seq{}, journal::genesis(cheap_domain(), origin, std::nullopt)};
  journal::Mark mark{Seq{}, journal::genesis(cheap_domain(), stream, std::nullopt)};
  Entries out;
  for (std::size_t i = 0; i < count; ++i) {
    const Bytes body(i + 1, std::byte{0xB0});
    const std::array<ByteView, 1> parts{ByteView{body}};
    journal::Header header;
    header.place = {origin.owner, origin.epoch, entry.seq.next(), entry.digest};
    header.what.suite = SuiteId{1};
    header.what.author = origin.owner;
    header.body_bytes = static_cast<std::uint32_t>(body.size());
    header.body = cheap_hash(parts);
    const wire::Item item{journal::encode(header), body};
    entry = {header.place.seq, journal::entry_digest(cheap_domain(), item.header)};
    const journal::Place place{stream.owner, stream.epoch, mark.seq.next(), mark.digest};
    mark = {mark.seq.next(),
            is_feed ? journal::feed_digest(cheap_domain(), stream.reader, place, entry.digest) : entry.digest};
    out.push_back(std::make_shared<const Shelved>(Shelved{item, mark}));
  }
  return out;
}

inline constexpr std::size_t entries_told = 24;
inline constexpr Epoch live_epoch{5};  // of the branch's journal

// The first of a stream's entries, made once for all inputs.
inline std::span<const std::shared_ptr<const Shelved>> entries_of(const StreamName& stream, std::size_t count) {
  static std::map<StreamName, Entries> made;
  Entries& all = made[stream];
  if (all.empty()) all = entries_made(stream, entries_told);
  return std::span{all}.first(std::min(count, all.size()));
}

class Shelf final : public sync::Streams {
 public:
  explicit Shelf(SiteId site) : site_{site} {}

  void put(const StreamName& stream, std::span<const std::shared_ptr<const Shelved>> entries) {
    track_of(stream).entries.assign(entries.begin(), entries.end());
  }

  // What a commit does. False: the write does not fit what stands here now.
  [[nodiscard]] bool keep(const sync::Accept& accept, std::vector<journal::Receipt>& receipts) {
    Track& track = track_of(accept.stream);
    const journal::Mark head = *mark_of(accept.stream);
    if (head != accept.before) return false;
    REDRESS_ASSERT(!accept.entries.empty());
    for (const sync::Placed& placed : accept.entries) {
      track.entries.push_back(
          std::make_shared<const Shelved>(Shelved{placed.item, {Seq{track.entries.size() + 1}, placed.stream}}));
    }
    REDRESS_ASSERT(accept.checkpoint.mark == track.entries.back()->mark);
    track.receipt = journal::sign(cheap_domain(), CheapSigner{},
                                  {{}, {}, accept.stream, head.seq.next(), track.entries.back()->mark, {}, {}, {}});
    receipts.push_back(*track.receipt);
    return true;
  }
  [[nodiscard]] bool keep(const sync::KeepReceipt& kept, std::vector<journal::Receipt>&) {
    const journal::Receipt& receipt = kept.receipt;
    const auto own = digest_at(receipt.stream, receipt.to.seq);
    REDRESS_ASSERT(own && *own == receipt.to.digest);
    track_of(receipt.stream).receipt = receipt;
    return true;
  }
  [[nodiscard]] bool keep(const sync::KeepTokens& kept, std::vector<journal::Receipt>&) {
    tokens_.known = kept.known;
    tokens_.offered.assign(kept.offered.is_zero() ? 0 : 1, kept.offered);
    return true;
  }
  [[nodiscard]] bool keep(const sync::KeepWord& kept, std::vector<journal::Receipt>&) {
    words_.insert_or_assign(kept.journal, kept.word);
    return true;
  }
  // A renewal only has to be asked for what is held: the shelf itself goes on as it was.
  [[nodiscard]] bool keep(const sync::RenewJournal& renew, std::vector<journal::Receipt>&) {
    REDRESS_ASSERT(renew.journal.owner == site_ && digest_at(renew.journal, renew.common.seq) == renew.common.digest);
    return true;
  }
  [[nodiscard]] bool keep(const sync::RenewOffice& renew, std::vector<journal::Receipt>&) {
    if (renew.receipt) asked_.insert_or_assign(renew.receipt->stream, renew.receipt->to.seq);
    return true;
  }
  [[nodiscard]] bool keep(const sync::RewindFeed& rewind, std::vector<journal::Receipt>&) {
    REDRESS_ASSERT(digest_at(rewind.feed, rewind.common.seq) == rewind.common.digest);
    return true;
  }
  [[nodiscard]] bool keep(const sync::KeepHeard& heard, std::vector<journal::Receipt>&) {
    unheard_.erase(heard.site);
    return true;
  }
  [[nodiscard]] bool keep(const sync::Heal& heal, std::vector<journal::Receipt>&) {
    const auto held = digest_at(heal.spot.stream, heal.spot.seq);
    if (!heal.placed || !held) return true;
    REDRESS_ASSERT(heal.placed->stream == *held);
    const auto spoilt = spoilt_.find(heal.spot.stream);
    if (spoilt != spoilt_.end() && spoilt->second == heal.spot.seq) spoilt_.erase(spoilt);
    return true;
  }
  void await(SiteId site) { unheard_.insert(site); }
  // From here on this place is held and cannot be read.
  void spoil(const StreamName& stream, Seq seq) { spoilt_.insert_or_assign(stream, seq); }

  [[nodiscard]] std::vector<wire::Held> own_journals() const override {
    std::vector<wire::Held> out;
    out.reserve(streams_.size());
    for (const auto& [name, track] : streams_) {
      if (name.owner == site_ && name.reader == no_reader) out.push_back({{name, *mark_of(name), Seq{1}}, {}, {}});
    }
    // Epochs have no order: the one that is written comes last.
    const auto is_earlier = [](const wire::Held& held) { return held.head.stream.epoch != live_epoch; };
    std::stable_partition(out.begin(), out.end(), is_earlier);
    return out;
  }
  [[nodiscard]] std::vector<wire::Held> received_feeds() const override {
    std::vector<wire::Held> out;
    for (const auto& [name, track] : streams_) {
      if (name.reader == site_) out.push_back({{name, *mark_of(name), Seq{1}}, {}, {}});
    }
    return out;
  }
  [[nodiscard]] std::vector<wire::Held> streams_of(SiteId peer) const override {
    std::vector<wire::Held> out;
    for (const auto& [name, track] : streams_) {
      if (name.owner == peer) out.push_back({{name, *mark_of(name), Seq{1}}, {}, {}});
    }
    for (const auto& [name, track] : streams_) {
      if (name.owner == site_ && name.reader == peer && name.epoch != epoch())
        out.push_back({{name, *mark_of(name), Seq{1}}, {}, {}});
    }
    const StreamName live = feed_for(epoch(), peer);
    out.push_back({{live, mark_of(live).value_or(journal::Mark{}), Seq{1}}, {}, {}});
    return out;
  }
  [[nodiscard]] std::optional<journal::Mark> mark_of(const StreamName& stream) const override {
    const auto found = streams_.find(stream);
    if (found == streams_.end()) return std::nullopt;
    if (!found->second.entries.empty()) return found->second.entries.back()->mark;
    return journal::Mark{Seq{}, found->second.genesis};
  }
  [[nodiscard]] std::optional<Digest> digest_at(const StreamName& stream, Seq seq) const override {
    const auto found = streams_.find(stream);
    if (found == streams_.end() || seq.value() > found->second.entries.size()) return std::nullopt;
    if (seq == Seq{}) return found->second.genesis;
    return found->second.entries[seq.value() - 1]->mark.digest;
  }
  [[nodiscard]] sync::Outgoing read(const sync::Wanted& wanted) const override {
    sync::Outgoing out;
    const auto found = streams_.find(wanted.stream);
    if (found == streams_.end() || wanted.from == Seq{}) return out;
    const Entries& entries = found->second.entries;
    for (std::size_t i = wanted.from.value() - 1; i < entries.size() && out.items.size() < wanted.entries_max; ++i) {
      const std::size_t size = entries[i]->item.header.size() + entries[i]->item.body.size();
      if (!out.items.empty() && out.bytes + size > wanted.bytes_max) break;
      const auto spoilt = spoilt_.find(wanted.stream);
      if (spoilt != spoilt_.end() && spoilt->second == Seq{i + 1}) {
        out.damaged = out.items.empty();
        break;
      }
      out.items.push_back(entries[i]->item);
      out.bytes += size;
      out.last = entries[i]->mark;
    }
    return out;
  }
  [[nodiscard]] std::optional<journal::Checkpoint> checkpoint_at(const StreamName& stream, Seq seq) const override {
    const auto word = words_.find(stream);
    if (seq == Seq{}) return word != words_.end() ? std::optional{word->second} : std::nullopt;
    const auto digest = digest_at(stream, seq);
    if (!digest) return std::nullopt;
    return journal::sign(cheap_domain(), CheapSigner{}, {{}, {}, stream, {seq, *digest}, {}, {}, {}});
  }
  [[nodiscard]] std::optional<journal::Checkpoint> checkpoint_from(const StreamName& stream, Seq) const override {
    const auto head = mark_of(stream);
    if (!head) return std::nullopt;
    return journal::sign(cheap_domain(), CheapSigner{}, {{}, {}, stream, *head, {}, {}, {}});
  }
  [[nodiscard]] std::optional<journal::Receipt> last_receipt(const StreamName& stream) const override {
    const auto found = streams_.find(stream);
    return found == streams_.end() ? std::nullopt : found->second.receipt;
  }
  [[nodiscard]] journal::LedgerMark ledger() const override { return {}; }
  [[nodiscard]] sync::Tokens tokens(SiteId, Epoch) const override { return tokens_; }
  [[nodiscard]] std::vector<sync::Spot> damaged(SiteId) const override {
    std::vector<sync::Spot> out;
    for (const auto& [stream, seq] : spoilt_) {
      if (digest_at(stream, seq)) out.push_back({stream, seq});
    }
    return out;
  }
  [[nodiscard]] Epoch epoch() const override { return Epoch{3}; }
  [[nodiscard]] bool is_epoch(Epoch epoch) const override { return epoch == Epoch{3} || epoch == Epoch{2}; }
  [[nodiscard]] Seq asked_up_to(const StreamName& journal) const override {
    const auto found = asked_.find(journal);
    return found == asked_.end() ? Seq{} : found->second;
  }
  [[nodiscard]] Seq signed_for(const StreamName& journal) const override {
    const auto receipt = last_receipt(feed_for(epoch(), journal.owner));
    return receipt ? receipt->to.seq : Seq{};
  }
  [[nodiscard]] bool is_unheard(SiteId site) const override { return unheard_.contains(site); }

 private:
  struct Track {
    Digest genesis;
    Entries entries;
    std::optional<journal::Receipt> receipt;
  };

  Track& track_of(const StreamName& stream) {
    const auto [track, made] = streams_.try_emplace(stream);
    if (made) track->second.genesis = journal::genesis(cheap_domain(), stream, std::nullopt);
    return track->second;
  }

  SiteId site_;
  std::map<StreamName, Track> streams_;
  sync::Tokens tokens_;
  std::map<StreamName, journal::Checkpoint> words_;
  std::set<SiteId> unheard_;
  std::map<StreamName, Seq> spoilt_;
  std::map<StreamName, Seq> asked_;
};

}  // namespace redress::fuzz
