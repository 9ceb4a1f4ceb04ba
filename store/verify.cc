#include "store/verify.h"

#include "protocol/casework/kinds.h"
#include "store/verify_stop.h"
#include "store/walk.h"

namespace redress::store {
namespace {

constexpr std::size_t findings_max = 100;
constexpr std::size_t position_bytes = 8;

Kind opening_kind() {
  static const Kind kind = casework::Kinds{casework::shipped_kinds()}.opening().kind;
  return kind;
}

}  // namespace

std::string name_of(const StreamName& stream, Seq seq) {
  return "site=" + std::to_string(stream.owner.value()) + " epoch=" + std::to_string(stream.epoch.value()) +
         " reader=" + std::to_string(stream.reader.value()) + " seq=" + std::to_string(seq.value());
}

std::string name_of(Position ledger) { return "ledger=" + std::to_string(ledger.value()); }

std::string name_of(Table table, ByteView key) {
  return std::string{"table="} + table_names[static_cast<std::size_t>(table)] + " key=" + to_hex(key);
}

Walk::Walk(const Reading& store, const SiteOptions& site, const SigningKeysOf& signing_keys_of, Random& random)
    : store_{store},
      site_{site},
      signing_keys_of_{signing_keys_of},
      rows_{site.kek},
      sealer_{random},
      opening_{opening_kind()} {}

Verified Walk::run() {
  walk_local();
  walk_ledger();
  walk_streams();
  walk_places();
  walk_proofs(Table::checkpoints);
  walk_proofs(Table::receipts);
  walk_cases();
  walk_keyring();
  walk_marks();
  check_census();
  return std::move(out_);
}

void Walk::bad(std::string where, std::string what, std::optional<SiteId> holder) {
  ++out_.errors;
  if (out_.findings.size() < findings_max) out_.findings.push_back({std::move(where), std::move(what), holder});
}

void Walk::scan(Table table, std::size_t key_bytes, const std::function<void(ByteView, ByteView)>& visit) {
  store_.scan(table, {}, [&](ByteView key, ByteView value) {
    if (key.size() == key_bytes) {
      visit(key, value);
    } else {
      bad(name_of(table, key), "no row of this table has such a key");
    }
    return true;
  });
}

std::optional<Bytes> Walk::checked(Table table, ByteView key, ByteView stored) {
  auto value = rows_.opened(table, key, stored);
  if (!value) bad(name_of(table, key), "the row does not hold");
  return value;
}

bool Walk::is_held(Position at) const {
  return at != Position{} && at.value() <= entries_.size() && !entries_[at.value() - 1].digest.is_zero();
}

std::optional<journal::Header> Walk::header_at(Position at) const {
  if (!is_held(at)) return std::nullopt;
  const auto value = store_.get(Table::entries, key_of(at));
  if (!value) return std::nullopt;
  Reader in{*value};
  static_cast<void>(in.u8());
  auto header = journal::decode_header(in.raw(in.u16()));
  if (!header) return std::nullopt;
  return std::move(*header);
}

// Every row is one that is known here; those that nothing else asks for are counted.
void Walk::walk_local() {
  store_.scan(Table::local, {}, [&](ByteView key, ByteView stored) {
    if (text_of(key) == format_key) {
      if (text_of(stored) != format_now) bad("table=local row=format", "it names another format");
      return true;
    }
    static_cast<void>(checked(Table::local, key, stored));
    if (key.size() == word_key({}).size() && text_of(key).starts_with("word")) {
      const StreamName journal = stream_of(key.subspan(key.size() - key_of(StreamName{}).size()));
      if (!has(Table::checkpoints, key_of(journal, Seq{}))) bad(name_of(journal, Seq{}), "the word there is gone");
    }
    here_.tokens += key.size() == token_key({}, {}).size() && text_of(key).starts_with("token") ? 1 : 0;
    here_.alarms += key.size() == alarm_key(0).size() && text_of(key).starts_with("alarm") ? 1 : 0;
    here_.unheard += key.size() == unheard_key({}).size() && text_of(key).starts_with("unheard") ? 1 : 0;
    return true;
  });
  for (const std::string_view row : {format_key, identity_key, ledger_key, census_key}) {
    if (!has(Table::local, view_of(row))) bad("table=local row=" + std::string{row}, "the row is gone");
  }
}

void Walk::check_count(std::string where, std::uint64_t here, std::uint64_t kept) {
  if (here != kept) {
    bad(std::move(where),
        std::to_string(here) + " such rows are here, " + std::to_string(kept) + " were counted when they were written");
  }
}

void Walk::check_census() {
  const auto value = rows_.get(store_, Table::local, view_of(census_key));
  const auto kept = value ? decode_census(*value) : std::nullopt;
  if (!kept) return;
  check_count("table=local row=token", here_.tokens, kept->tokens);
  check_count("table=local row=alarm", here_.alarms, kept->alarms);
  check_count("table=local row=unheard", here_.unheard, kept->unheard);
  check_count("table=streams", here_.streams, kept->streams);
  if (here_.streams != kept->streams) miss_streams();
}

// Heads of streams that have no place yet: those of an epoch that has just begun.
void Walk::miss_streams() {
  std::set<StreamName> due{journal_of(site_.site, epoch_)};
  for (const auto& [stream, row] : streams_) {
    if (stream.owner == site_.site && stream.reader != no_reader) due.insert({site_.site, epoch_, stream.reader});
  }
  for (const StreamName& stream : due) {
    if (!streams_.contains(stream)) bad(name_of(stream, Seq{}), "the row of the stream's head may be gone");
  }
}

// Every entry's digests, every body that can be opened, and the ledger's own chain up to its stored head.
void Walk::walk_ledger() {
  const auto identity = rows_.get(store_, Table::local, view_of(identity_key));
  const auto head = rows_.get(store_, Table::local, view_of(ledger_key));
  Reader who{identity ? ByteView{*identity} : ByteView{}};
  const SiteId site{who.u32()};
  epoch_ = Epoch{who.u64()};
  const auto born = rows_.get(store_, Table::local, view_of(born_key));
  const Digest genesis = journal::ledger_genesis(site_.domain, site, born ? Epoch{Reader{*born}.u64()} : epoch_);
  Reader stored{head ? ByteView{*head} : ByteView{}};
  const journal::LedgerMark said{Position{stored.u64()}, stored.fixed<Digest>()};
  ledger_whole_ = identity && head;
  Digest before = genesis;
  scan(Table::entries, position_bytes, [&](ByteView key, ByteView value) {
    const Position at = position_of(key);
    if (at == Position{} || (head && at > said.position)) return bad(name_of(at), "an entry outside the ledger");
    if (at.value() > entries_.size() + 1) {
      bad(name_of(Position{entries_.size() + 1}), "missing, up to " + name_of(at));
      ledger_whole_ = false;
      if (!head) return;  // without it nothing bounds how many are missing
      entries_.resize(at.value() - 1);
    }
    take_entry(at, value);
    Entry& entry = entries_.back();
    ledger_whole_ = ledger_whole_ && !entry.digest.is_zero();
    before = journal::ledger_digest(site_.domain, before, at, entry.digest);
    entry.ledger = before;
  });
  if (!head) return;
  if (entries_.size() < said.position.value()) {
    bad(name_of(Position{entries_.size() + 1}), "missing, up to the ledger's head " + name_of(said.position));
    ledger_whole_ = false;
  } else if (ledger_whole_ && said.digest != before) {
    const std::string where_else = born ? "" : "; or a row of table=local row=born is gone";
    bad(name_of(said.position), "the ledger's chain does not end in its stored head" + where_else);
    ledger_whole_ = false;
  }
}

void Walk::take_entry(Position at, ByteView value) {
  entries_.emplace_back();
  const auto entry = decode_entry(site_.domain, value);
  if (!entry) return bad(name_of(at), entry.error().what);
  ++out_.entries;
  entries_.back().digest = journal::entry_digest(site_.domain, entry->item.header);
  open_body(at, *entry);
}

void Walk::open_body(Position at, const StoredEntry& entry) {
  const journal::What& what = entry.header.what;
  const auto key = key_in(store_, site_, what.case_id, what.key);
  const auto note = [&] {
    if (site_.damage) site_.damage->note({at, what.case_id});
  };
  if (!key) {
    ++out_.unreadable;
    if (has(Table::keyring, key_of(what.case_id, what.key))) note();
    return;
  }
  const auto plain = sealer_.open(*key, journal::associated_data(site_.domain, what), entry.item.body);
  if (plain) return;
  note();
  bad(name_of(at) + " " + name_of(journal_of(what.author, entry.header.place.epoch), entry.header.place.seq),
      plain.error().what);
}

Result<Verified> verify(const Truth& truth, const SiteOptions& site, const SigningKeysOf& signing_keys_of,
                        Random& random, const StopAsked& is_stopping) {
  Verified out;
  const Status looked = truth.view([&](const Reading& store) -> Status {
    const UntilStopped rows{store, is_stopping};
    out = Walk{rows, site, signing_keys_of, random}.run();
    if (rows.is_stopping()) return fail(Code::draining, "the program stops");
    return Done{};
  });
  if (!looked) return fail(looked.error());
  return out;
}

}  // namespace redress::store
