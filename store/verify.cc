#include "store/verify.h"

#include <map>

namespace redress::store {
namespace {

constexpr std::size_t findings_max = 100;

std::string name_of(const StreamName& stream, Seq seq) {
  return "site=" + std::to_string(stream.owner.value()) + " epoch=" + std::to_string(stream.epoch.value()) +
         " reader=" + std::to_string(stream.reader.value()) + " seq=" + std::to_string(seq.value());
}

class Walk {
 public:
  Walk(const Reading& store, const SiteOptions& site, const SigningKeyOf& signing_key_of, Random& random)
      : store_{store}, site_{site}, signing_key_of_{signing_key_of}, rows_{site.kek}, sealer_{random} {}

  Verified run() {
    walk_ledger();
    walk_streams();
    walk_places();
    walk_proofs(Table::checkpoints);
    walk_proofs(Table::receipts);
    walk_keyring();
    for (const Table table : {Table::by_case, Table::standing, Table::marks, Table::local}) walk_checked(table);
    return std::move(out_);
  }

 private:
  void bad(std::string where, std::string what) {
    ++out_.errors;
    if (out_.findings.size() < findings_max) out_.findings.push_back({std::move(where), std::move(what)});
  }

  // Every entry's digests, every body that can be opened, and the ledger's own chain up to its stored head.
  void walk_ledger() {
    const auto identity = rows_.get(store_, Table::local, view_of(identity_key));
    const auto head = rows_.get(store_, Table::local, view_of(ledger_key));
    if (!identity || !head) return bad("table=local", "the identity or ledger row does not hold");
    Reader who{*identity};
    const SiteId site{who.u32()};
    const auto born = rows_.get(store_, Table::local, view_of(born_key));
    const Epoch first{born ? Reader{*born}.u64() : who.u64()};
    journal::LedgerMark mark{Position{}, journal::ledger_genesis(site_.domain, site, first)};
    store_.scan(Table::entries, {}, [&](ByteView key, ByteView value) {
      const Position position = position_of(key);
      const std::string where = "ledger=" + std::to_string(position.value());
      if (position != mark.position.next()) bad(where, "ledger positions are missing before it");
      const auto entry = decode_entry(site_.domain, value);
      if (!entry) {
        bad(where, entry.error().what);
        mark.position = position;
        return true;
      }
      ++out_.entries;
      const Digest digest = journal::entry_digest(site_.domain, entry->item.header);
      mark = {position, journal::ledger_digest(site_.domain, mark.digest, position, digest)};
      digests_.emplace(position, digest);
      open_body(where, *entry);
      return true;
    });
    Reader stored{*head};
    const journal::LedgerMark said{Position{stored.u64()}, stored.fixed<Digest>()};
    if (said != mark)
      bad("ledger=" + std::to_string(said.position.value()), "the ledger's chain does not end in its stored head");
  }

  void open_body(const std::string& where, const StoredEntry& entry) {
    const journal::What& what = entry.header.what;
    const auto key = key_in(store_, site_, what.case_id, what.key);
    if (!key) {
      ++out_.unreadable;
      return;
    }
    const auto plain = sealer_.open(*key, journal::associated_data(site_.domain, what), entry.item.body);
    if (!plain)
      bad(where + " " + name_of(journal_of(what.author, entry.header.place.epoch), entry.header.place.seq),
          plain.error().what);
  }

  void walk_streams() {
    store_.scan(Table::streams, {}, [&](ByteView key, ByteView stored) {
      const auto value = rows_.opened(Table::streams, key, copy_of(stored));
      const auto row = value ? decode_stream(*value) : std::nullopt;
      if (!row) {
        bad("table=streams key=" + to_hex(key), "the row does not hold");
      } else {
        streams_.emplace(stream_of(key), *row);
      }
      return true;
    });
  }

  // Each stream's places link from its beginning to its stored head.
  void walk_places() {
    std::map<StreamName, journal::Mark> marks;
    store_.scan(Table::places, {}, [&](ByteView key, ByteView stored) {
      const StreamName stream = stream_of(key);
      const Seq seq{position_of(key).value()};
      const auto value = rows_.opened(Table::places, key, copy_of(stored));
      const auto row = value ? decode_place(*value) : std::nullopt;
      if (!row) {
        bad(name_of(stream, seq), "the place row does not hold");
        return true;
      }
      ++out_.places;
      const auto known = streams_.find(stream);
      const auto parent = known == streams_.end() ? std::nullopt : known->second.parent;
      const auto before =
          marks.try_emplace(stream, journal::Mark{Seq{}, journal::genesis(site_.domain, stream, parent)}).first;
      check_link(stream, before->second, seq, *row);
      before->second = {seq, row->digest};
      return true;
    });
    for (const auto& [stream, row] : streams_) {
      const auto found = marks.find(stream);
      const bool empty = row.head.seq == Seq{};
      if (!empty && (found == marks.end() || found->second != row.head))
        bad(name_of(stream, row.head.seq), "the stream does not end in its stored head");
    }
  }

  void check_link(const StreamName& stream, const journal::Mark& before, Seq seq, const PlaceRow& row) {
    if (seq != before.seq.next()) return bad(name_of(stream, seq), "places are missing before it");
    const auto entry = digests_.find(row.ledger);
    if (entry == digests_.end())
      return bad(name_of(stream, seq), "its entry is not held: ledger=" + std::to_string(row.ledger.value()));
    if (stream.reader == no_reader) {
      const auto value = store_.get(Table::entries, key_of(row.ledger));
      const auto held = value ? decode_entry(site_.domain, *value) : Result<StoredEntry>{fail(Code::damaged, "")};
      const bool here = held && held->header.place.prev == before.digest && held->header.place.seq == seq &&
                        held->header.place.site == stream.owner && held->header.place.epoch == stream.epoch;
      if (!here || entry->second != row.digest) bad(name_of(stream, seq), "the entry does not link to the one before");
      return;
    }
    const journal::Place place{stream.owner, stream.epoch, seq, before.digest};
    if (journal::feed_digest(site_.domain, stream.reader, place, entry->second) != row.digest) {
      bad(name_of(stream, seq), "the feed place does not link to the one before");
    }
  }

  [[nodiscard]] std::optional<Digest> digest_at(const StreamName& stream, Seq seq) const {
    const auto value = rows_.get(store_, Table::places, key_of(stream, seq));
    const auto row = value ? decode_place(*value) : std::nullopt;
    if (!row) return std::nullopt;
    return row->digest;
  }

  // A journal's checkpoint is its owner's word, its receipt head office's; for a feed it is the other way round.
  void walk_proofs(Table table) {
    const bool checkpoints = table == Table::checkpoints;
    store_.scan(table, {}, [&](ByteView key, ByteView value) {
      const StreamName stream = stream_of(key);
      const Seq seq{position_of(key).value()};
      const SiteId reader = stream.reader == no_reader ? head_office : stream.reader;
      const auto signing = signing_key_of_(checkpoints ? stream.owner : reader);
      bool good = false;
      if (checkpoints) {
        ++out_.checkpoints;
        const auto proof = journal::decode_checkpoint(value);
        // At place 0: its owner's last word on the line that this journal replaced.
        const bool word = proof && seq == Seq{} && proof->stream.owner == stream.owner;
        const bool here =
            proof && proof->stream == stream && proof->mark.seq == seq && digest_at(stream, seq) == proof->mark.digest;
        good = (word || here) && (!signing || journal::holds(site_.domain, *signing, *proof));
      } else {
        ++out_.receipts;
        const auto proof = journal::decode_receipt(value);
        good = proof && proof->stream == stream && proof->to.seq == seq && digest_at(stream, seq) == proof->to.digest &&
               (!signing || journal::holds(site_.domain, *signing, *proof));
      }
      if (!good) bad(name_of(stream, seq), checkpoints ? "the checkpoint does not hold" : "the receipt does not hold");
      return true;
    });
  }

  // A case key that does not open would only make its entries unreadable, without a word.
  void walk_keyring() {
    store_.scan(Table::keyring, {}, [&](ByteView key, ByteView value) {
      Reader name{key};
      const auto case_id = name.fixed<CaseId>();
      const auto id = name.fixed<KeyId>();
      Reader row{value};
      const std::uint32_t generation = row.u32();
      const auto opened =
          crypto::unwrap(site_.kek, keyring_data(site_.domain, case_id, id, generation), case_id, id, row.rest());
      if (!name.complete() || !opened) bad("table=keyring key=" + to_hex(key), "the case key does not open");
      return true;
    });
  }

  void walk_checked(Table table) {
    store_.scan(table, {}, [&](ByteView key, ByteView stored) {
      const bool marker = text_of(key) == "format";
      if (!marker && !rows_.opened(table, key, copy_of(stored))) {
        bad("table=" + std::to_string(static_cast<int>(table)) + " key=" + to_hex(key), "the row does not hold");
      }
      return true;
    });
  }

  const Reading& store_;
  const SiteOptions& site_;
  const SigningKeyOf& signing_key_of_;
  RowCheck rows_;
  crypto::Sealer sealer_;
  Verified out_;
  std::map<Position, Digest> digests_;
  std::map<StreamName, StreamRow> streams_;
};

}  // namespace

Result<Verified> verify(const Truth& truth, const SiteOptions& site, const SigningKeyOf& signing_key_of,
                        Random& random) {
  Verified out;
  const Status looked = truth.view([&](const Reading& store) -> Status {
    out = Walk{store, site, signing_key_of, random}.run();
    return Done{};
  });
  if (!looked) return fail(looked.error());
  return out;
}

}  // namespace redress::store
