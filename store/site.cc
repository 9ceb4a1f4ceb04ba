#include "store/site.h"

#include <algorithm>
#include <iterator>

#include "protocol/base/limits.h"
#include "protocol/base/mutant.h"
#include "protocol/casework/number.h"
#include "store/turn.h"

namespace redress::store {
Bytes keyring_data(const journal::Domain& domain, const CaseId& case_id, const KeyId& key, std::uint32_t generation) {
  Writer out;
  out.raw(view_of("redress/keyring/1"));
  out.fixed(domain.network);
  out.fixed(case_id);
  out.fixed(key);
  out.u32(generation);
  return out.take();
}

Bytes grant_data(const journal::Domain& domain, const CaseId& case_id, const KeyId& key, SiteId from, SiteId reader) {
  Writer out;
  out.raw(view_of("redress/grant/1"));
  out.fixed(domain.network);
  out.fixed(case_id);
  out.fixed(key);
  out.u32(from.value());
  out.u32(reader.value());
  return out.take();
}

namespace {

std::optional<crypto::CaseKey> key_of_row(const SiteOptions& site, const CaseId& case_id, const KeyId& key,
                                          ByteView value) {
  Reader row{value};
  const std::uint32_t generation = row.u32();
  auto unwrapped =
      crypto::unwrap(site.kek, keyring_data(site.domain, case_id, key, generation), case_id, key, row.rest());
  if (!unwrapped) return std::nullopt;
  return std::move(*unwrapped);
}

}  // namespace

std::optional<crypto::CaseKey> key_in(const Reading& store, const SiteOptions& site, const CaseId& case_id,
                                      const KeyId& key) {
  if (!key.is_zero()) {
    const auto row = store.get(Table::keyring, key_of(case_id, key));
    return row ? key_of_row(site, case_id, key, *row) : std::nullopt;
  }
  std::optional<crypto::CaseKey> found;
  store.scan(Table::keyring, key_of(case_id, key), [&](ByteView row_key, ByteView value) {
    Reader in{row_key};
    if (in.fixed<CaseId>() == case_id) found = key_of_row(site, case_id, in.fixed<KeyId>(), value);
    return false;
  });
  return found;
}

std::optional<Result<Appended>> repeated_in(const Reading& store, const SiteOptions& site, const RowCheck& rows,
                                            const CommandId& command, const RequestDigest& request) {
  const auto value = rows.get(store, Table::marks, view_of(command));
  const auto mark = value ? decode_mark(*value) : std::nullopt;
  if (!mark || REDRESS_MUTANT(34)) return std::nullopt;  // 34: a key acts again
  if (!mark->request.is_zero() && mark->request != request) {
    return Result<Appended>{fail(Code::key_reused,
                                 "the key was used for something else: ledger=" + std::to_string(mark->ledger.value()),
                                 "Idempotency-Key")};
  }
  const auto entry = entry_at(store, site.domain, mark->ledger);
  if (!entry) return Result<Appended>{fail(entry.error())};
  const journal::Header& header = entry->header;
  return Result<Appended>{Appended{mark->ledger, header.place, journal::identity_of(site.domain, entry->item.header),
                                   header.what.case_id, header.what.time, true}};
}

std::optional<journal::Seen> feed_seen(const Reading& store, const RowCheck& rows, SiteId reader) {
  if (reader == head_office) return std::nullopt;  // it has a feed of every branch, and reads none
  std::map<Epoch, StreamRow> feeds;
  store.scan(Table::streams, key_of(StreamName{head_office, Epoch{}, no_reader}), [&](ByteView name, ByteView stored) {
    const StreamName stream = stream_of(name);
    if (stream.owner != head_office) return false;
    const auto value = stream.reader == reader ? rows.opened(Table::streams, name, stored) : std::nullopt;
    const auto feed = value ? decode_stream(*value) : std::nullopt;
    if (feed) feeds[stream.epoch] = *feed;
    return true;
  });
  for (const auto& feed : feeds) {
    const bool grown = std::any_of(feeds.begin(), feeds.end(), [&](const auto& other) {
      return other.second.parent && other.second.parent->epoch == feed.first;
    });
    if (!grown) return journal::Seen{feed.first, feed.second.head.seq};
  }
  return std::nullopt;
}

Site::Site(Truth& truth, const SiteOptions& options, Random& random)
    : truth_{truth}, options_{options}, random_{random}, rows_{options.kek} {}

Result<std::unique_ptr<Site>> Site::open(Truth& truth, const SiteOptions& options, Random& random) {
  REDRESS_ASSERT(options.signer != nullptr && options.pairwise != nullptr && options.domain.suite != nullptr);
  std::unique_ptr<Site> site{new Site{truth, options, random}};
  const Status loaded = truth.update([&](Writing& store) { return site->load(store); });
  if (!loaded) return fail(loaded.error());
  return site;
}

Status Site::load(Writing& store) {
  if (!store.get(Table::local, view_of(identity_key))) {
    epoch_ = Epoch{random_.u64() | 1};
    Writer identity;
    identity.u32(options_.site.value());
    identity.u64(epoch_.value());
    identity.fixed(options_.domain.network);
    rows_.put(store, Table::local, view_of(identity_key), identity.take());
    rows_.put(store, Table::local, view_of(census_key), encode(CensusRow{}));
    ledger_ = {Position{}, journal::ledger_genesis(options_.domain, options_.site, epoch_)};
    Turn{*this, store, WallTime{}}.write_ledger();
  }
  const auto identity = rows_.get(store, Table::local, view_of(identity_key));
  const auto ledger = rows_.get(store, Table::local, view_of(ledger_key));
  if (!identity || !ledger) {
    return fail(Code::damaged, "open store: its identity row does not hold under this keystore's key");
  }
  Reader in{*identity};
  const SiteId site{in.u32()};
  epoch_ = Epoch{in.u64()};
  const auto network = in.fixed<NetworkId>();
  if (site != options_.site || network != options_.domain.network) {
    return fail(Code::bad_config,
                "open store: it belongs to site=" + std::to_string(site.value()) + " or another network");
  }
  const auto born = rows_.get(store, Table::local, view_of(born_key));
  born_ = born ? Epoch{Reader{*born}.u64()} : epoch_;
  Reader ledger_in{*ledger};
  ledger_.position = Position{ledger_in.u64()};
  ledger_.digest = ledger_in.fixed<Digest>();
  serial_ = ledger_in.u64();
  store.scan(Table::local, unheard_key(SiteId{}), [&](ByteView key, ByteView) {
    Reader name{key};
    if (text_of(name.raw(unheard_key(SiteId{}).size() - 4)) != "unheard") return false;
    unheard_.insert(SiteId{name.u32()});
    return true;
  });
  return load_streams(store);
}

Status Site::load_streams(Writing& store) {
  Status status{Done{}};
  store.scan(Table::streams, {}, [&](ByteView key, ByteView stored) {
    const auto value = rows_.opened(Table::streams, key, stored);
    const auto row = value ? decode_stream(*value) : std::nullopt;
    if (!row) {
      status = fail(Code::damaged, "open store: the head of stream " + to_hex(key) + " does not hold");
      return false;
    }
    streams_[stream_of(key)] = *row;
    if (stream_of(key).owner == options_.site) epochs_.insert(stream_of(key).epoch);
    return true;
  });
  if (!streams_.contains(journal())) {
    streams_[journal()] = {{Seq{}, journal::genesis(options_.domain, journal(), std::nullopt)}, Seq{}, std::nullopt};
  }
  epochs_.insert(epoch_);
  return status;
}

Room Site::room() const { return REDRESS_MUTANT(101) ? Room::ample : room_of(truth_.space()); }

Seq Site::receipted(const StreamName& stream) const {
  const auto found = streams_.find(stream);
  return found == streams_.end() ? Seq{} : found->second.receipted;
}

Site::Written Site::written() const {
  std::uint64_t entries = 0;
  std::uint64_t receipted = 0;
  for (auto it = streams_.lower_bound({options_.site, Epoch{}, no_reader}); it != streams_.end(); ++it) {
    if (it->first.owner != options_.site) break;
    if (it->first.reader != no_reader) continue;
    entries += it->second.head.seq.value();
    receipted += it->second.receipted.value();
  }
  return {Seq{entries}, Seq{receipted}};
}

Site::Written Site::fed(SiteId reader) const {
  std::uint64_t entries = 0;
  std::uint64_t receipted = 0;
  for (const Epoch epoch : epochs_) {
    const auto found = streams_.find({options_.site, epoch, reader});
    if (found == streams_.end()) continue;
    entries += found->second.head.seq.value();
    receipted += found->second.receipted.value();
  }
  return {Seq{entries}, Seq{receipted}};
}

namespace {

// Parents before what grew out of them, otherwise as they stand. What a liar names as its own ancestor stands anywhere.
void parents_first(std::vector<wire::Held>& all) {
  if (all.size() < 2) return;
  std::map<Epoch, wire::Held*> waiting;
  for (wire::Held& one : all) waiting.emplace(one.head.stream.epoch, &one);
  std::vector<wire::Held> out;
  out.reserve(all.size());
  for (wire::Held& one : all) {
    std::vector<wire::Held*> line;
    for (auto next = waiting.find(one.head.stream.epoch); next != waiting.end();) {
      line.push_back(next->second);
      const auto parent = next->second->parent;
      waiting.erase(next);
      next = parent ? waiting.find(parent->epoch) : waiting.end();
    }
    for (auto it = line.rbegin(); it != line.rend(); ++it) out.push_back(std::move(**it));
  }
  all = std::move(out);
}

}  // namespace

wire::Held Site::held(const StreamName& stream, const StreamRow& row, Seq word) const {
  wire::Held out{{stream, row.head, Seq{1}}, row.parent, {}};
  if (const auto checkpoint = checkpoint_at(stream, word)) out.proof = journal::encode(*checkpoint);
  return out;
}

std::vector<wire::Held> Site::own_journals() const {
  std::vector<wire::Held> out;
  for (auto it = streams_.lower_bound({options_.site, Epoch{}, no_reader}); it != streams_.end(); ++it) {
    if (it->first.owner != options_.site) break;
    const bool own = it->first.reader == no_reader && it->first != journal();
    if (own) out.push_back({{it->first, it->second.head, Seq{1}}, it->second.parent, {}});
  }
  parents_first(out);
  out.push_back(held(journal(), streams_.at(journal()), Seq{}));
  return out;
}

std::vector<wire::Held> Site::received_feeds() const {
  std::vector<wire::Held> out;
  if (options_.site == head_office) return out;
  for (auto it = streams_.lower_bound({head_office, Epoch{}, no_reader}); it != streams_.end(); ++it) {
    if (it->first.owner != head_office) break;
    if (it->first.reader == options_.site) out.push_back(held(it->first, it->second, it->second.head.seq));
  }
  parents_first(out);
  return out;
}

std::vector<wire::Held> Site::streams_of(SiteId peer) const {
  std::vector<wire::Held> out;
  for (auto it = streams_.lower_bound({peer, Epoch{}, no_reader}); it != streams_.end(); ++it) {
    if (it->first.owner != peer) break;
    if (it->first.reader == no_reader) out.push_back(held(it->first, it->second, it->second.head.seq));
  }
  parents_first(out);
  std::vector<wire::Held> feeds;
  for (const Epoch epoch : epochs_) {
    const auto found = streams_.find({options_.site, epoch, peer});
    if (found != streams_.end() && epoch != epoch_)
      feeds.push_back({{found->first, found->second.head, Seq{1}}, found->second.parent, {}});
  }
  parents_first(feeds);
  std::move(feeds.begin(), feeds.end(), std::back_inserter(out));
  const StreamName live{options_.site, epoch_, peer};
  const auto found = streams_.find(live);
  const StreamRow empty{{Seq{}, journal::genesis(options_.domain, live, std::nullopt)}, Seq{}, std::nullopt};
  const StreamRow& row = found == streams_.end() ? empty : found->second;
  out.push_back({{live, row.head, Seq{1}}, row.parent, {}});
  return out;
}

std::optional<journal::Mark> Site::mark_of(const StreamName& stream) const {
  const auto found = streams_.find(stream);
  if (found == streams_.end()) return std::nullopt;
  return found->second.head;
}

std::optional<Digest> Site::digest_at(const StreamName& stream, Seq seq) const {
  const auto found = streams_.find(stream);
  if (seq == Seq{}) {
    const auto parent = found == streams_.end() ? std::nullopt : found->second.parent;
    return journal::genesis(options_.domain, stream, parent);
  }
  if (found == streams_.end() || seq > found->second.head.seq) return std::nullopt;
  if (seq == found->second.head.seq) return found->second.head.digest;
  std::optional<Digest> digest;
  const Status looked = truth_.view([&](const Reading& store) -> Status {
    const auto value = rows_.get(store, Table::places, key_of(stream, seq));
    const auto row = value ? decode_place(*value) : std::nullopt;
    if (row) digest = row->digest;
    return Done{};
  });
  return looked ? digest : std::nullopt;
}

std::optional<wire::Grant> Site::grant_for(const Reading& store, SiteId reader, const journal::What& what) const {
  // Who names a case that is not its own, in an entry of its own, is given no key to it (P12); nor one that is not
  // named.
  const bool stands = options_.router == nullptr || reader == head_office ||
                      casework::opener_of(what.case_id) == reader ||
                      store.get(Table::standing, key_of(what.case_id, reader)).has_value();
  if (!stands || what.key.is_zero()) return std::nullopt;
  const auto shared = options_.pairwise->with(reader);
  const auto key = key_in(store, options_, what.case_id, what.key);
  if (!shared || !key) return std::nullopt;
  const SiteId named = REDRESS_MUTANT(122) ? options_.site : reader;  // 122: a key for somebody else
  const Bytes data = grant_data(options_.domain, what.case_id, what.key, options_.site, named);
  return wire::Grant{what.case_id, what.key, 1, crypto::wrap(*shared, data, *key, random_)};
}

bool stands_at(const journal::Domain& domain, SiteId reader, const journal::Place& place, ByteView header,
               const Digest& digest) {
  const Digest entry = journal::entry_digest(domain, header);
  return (reader == no_reader ? entry : journal::feed_digest(domain, reader, place, entry)) == digest;
}

// What the first place wanted follows; only a feed's digest is made with it.
Digest Site::digest_before(const Reading& store, const StreamName& stream, Seq from) const {
  if (stream.reader == no_reader) return {};
  const auto known = streams_.find(stream);
  if (from <= Seq{1} && known != streams_.end()) return journal::genesis(options_.domain, stream, known->second.parent);
  const auto value = rows_.get(store, Table::places, key_of(stream, Seq{from.value() - 1}));
  const auto place = value ? decode_place(*value) : std::nullopt;
  return place ? place->digest : Digest{};
}

sync::Outgoing Site::read(const sync::Wanted& wanted) const {
  sync::Outgoing out;
  const StreamName& stream = wanted.stream;
  const auto known = streams_.find(stream);
  if (known == streams_.end()) return out;
  std::set<std::pair<CaseId, KeyId>> granted;
  const Status looked = truth_.view([&](const Reading& store) -> Status {
    Digest before = digest_before(store, stream, wanted.from);
    store.scan(Table::places, key_of(stream, wanted.from), [&](ByteView key, ByteView stored) {
      if (stream_of(key) != stream || out.items.size() == wanted.entries_max) return false;
      // A row that is gone altogether shows as the one after it.
      const bool next = Seq{position_of(key).value()} == Seq{wanted.from.value() + out.items.size()};
      const auto value = next ? rows_.opened(Table::places, key, stored) : std::nullopt;
      const auto place = value ? decode_place(*value) : std::nullopt;
      auto entry = place ? entry_at(store, options_.domain, place->ledger)
                         : Result<StoredEntry>{fail(Code::damaged, "no place")};
      const journal::Place at{stream.owner, stream.epoch, Seq{position_of(key).value()}, before};
      const bool whole = entry && stands_at(options_.domain, stream.reader, at, entry->item.header, place->digest);
      if (!whole) {
        if (place && options_.damage) options_.damage->note({place->ledger, {}, {}, sync::Spot{stream, at.seq}});
        return false;  // what stands before the damage still goes
      }
      const std::size_t bytes = entry->item.header.size() + entry->item.body.size();
      if (!out.items.empty() && out.bytes + bytes > wanted.bytes_max) return false;
      const journal::What& what = entry->header.what;
      const bool fresh = (place->with_key || wanted.every_key) && granted.emplace(what.case_id, what.key).second;
      if (fresh && out.grants.size() < limits::grants_max) {
        if (auto grant = grant_for(store, wanted.reader, what)) out.grants.push_back(std::move(*grant));
      }
      if (REDRESS_MUTANT(25) && wanted.from > Seq{1})
        entry->item.body.back() ^= std::byte{1};  // 25: not what was stored
      out.bytes += bytes;
      out.last = {at.seq, place->digest};
      before = place->digest;
      out.items.push_back(std::move(entry->item));
      return true;
    });
    return Done{};
  });
  if (!looked) return {};
  out.damaged = out.items.empty() && wanted.entries_max > 0 && wanted.from <= known->second.head.seq;
  return out;
}

std::optional<journal::Checkpoint> Site::checkpoint_at(const StreamName& stream, Seq seq) const {
  std::optional<journal::Checkpoint> out;
  const Status looked = truth_.view([&](const Reading& store) -> Status {
    const auto value = store.get(Table::checkpoints, key_of(stream, seq));
    auto decoded = value ? journal::decode_checkpoint(*value) : Result<journal::Checkpoint>{fail(Code::not_found, "")};
    if (decoded) out = *decoded;
    return Done{};
  });
  return looked ? out : std::nullopt;
}

std::optional<journal::Checkpoint> Site::checkpoint_from(const StreamName& stream, Seq seq) const {
  std::optional<journal::Checkpoint> out;
  const Status looked = truth_.view([&](const Reading& store) -> Status {
    store.scan(Table::checkpoints, key_of(stream, seq), [&](ByteView key, ByteView value) {
      const auto decoded = journal::decode_checkpoint(value);
      if (stream_of(key) == stream && decoded) out = *decoded;
      return false;
    });
    return Done{};
  });
  return looked ? out : std::nullopt;
}

std::vector<Alarm> Site::alarms() const {
  std::vector<Alarm> out;
  const Status looked = truth_.view([&](const Reading& store) -> Status {
    store.scan(Table::local, alarm_key(0), [&](ByteView key, ByteView stored) {
      if (key.size() != alarm_key(0).size() || !std::equal(key.begin(), key.end() - 8, alarm_key(0).begin()))
        return false;
      if (const auto value = rows_.opened(Table::local, key, stored)) {
        Reader in{*value};
        Alarm alarm{WallTime{in.i64()}, SiteId{in.u32()}, static_cast<Code>(in.u16()), {}};
        alarm.what = std::string{text_of(in.rest())};
        out.push_back(std::move(alarm));
      }
      return true;
    });
    return Done{};
  });
  if (!looked) out.clear();
  std::reverse(out.begin(), out.end());
  return out;
}

std::optional<journal::Receipt> Site::last_receipt(const StreamName& stream) const {
  std::optional<journal::Receipt> out;
  const Status looked = truth_.view([&](const Reading& store) -> Status {
    const auto row = store.last_below(Table::receipts, key_of(stream, Seq{UINT64_MAX}));
    if (!row || stream_of(row->first) != stream) return Done{};
    auto decoded = journal::decode_receipt(row->second);
    if (decoded) out = *decoded;
    return Done{};
  });
  return looked ? out : std::nullopt;
}

sync::Tokens tokens_in(const Reading& store, const RowCheck& rows, SiteId site, Epoch epoch) {
  sync::Tokens tokens;
  const auto value = rows.get(store, Table::local, token_key(site, epoch));
  if (!value) return tokens;
  Reader in{*value};
  tokens.known = in.fixed<LinkToken>();
  while (!in.failed() && !in.complete()) {
    const auto offer = in.fixed<LinkToken>();
    if (!in.failed() && !offer.is_zero()) tokens.offered.push_back(offer);
  }
  return tokens;
}

Seq Site::asked_up_to(const StreamName& journal) const {
  const auto found = asked_.find(journal);
  return found == asked_.end() ? Seq{} : found->second;
}

bool Site::is_only_journal(const StreamName& stream) const {
  const auto first = streams_.lower_bound({stream.owner, Epoch{}, no_reader});
  if (first == streams_.end() || first->first != stream) return false;
  const auto next = std::next(first);
  return next == streams_.end() || next->first.owner != stream.owner;
}

// A copy of it may have greeted, and signed for its feed, before it wrote anything.
bool Site::is_alone(const Reading& store, SiteId site) const {
  const Bytes from = token_key(site, Epoch{});
  const std::size_t named = from.size() - sizeof(std::uint64_t);
  std::size_t epochs = 0;
  store.scan(Table::local, from, [&](ByteView key, ByteView) {
    if (key.size() != from.size() || !same_bytes(key.first(named), ByteView{from}.first(named))) return false;
    return ++epochs < 2;
  });
  return epochs < 2;
}

Seq Site::signed_for(const StreamName& journal) const {
  if (!is_only_journal(journal)) return Seq{};
  bool alone = false;
  const Status looked = truth_.view([&](const Reading& store) -> Status {
    alone = is_alone(store, journal.owner);
    return Done{};
  });
  const auto receipt = looked && alone ? last_receipt(feed_for(epoch_, journal.owner)) : std::nullopt;
  return receipt ? receipt->to.seq : Seq{};
}

sync::Tokens Site::tokens(SiteId site, Epoch epoch) const {
  sync::Tokens tokens;
  const Status looked = truth_.view([&](const Reading& store) -> Status {
    tokens = tokens_in(store, rows_, site, epoch);
    return Done{};
  });
  return looked ? tokens : sync::Tokens{};
}

namespace {

std::size_t entries_of(const Work& piece) {
  if (const auto* accept = std::get_if<sync::Accept>(&piece)) return accept->entries.size();
  return std::holds_alternative<Append>(piece) ? 1 : 0;
}

// How many pieces one transaction takes: all, or as many as keep it within its limit, and one at least.
std::size_t front_of(std::span<const Work> work) {
  std::size_t entries = 0;
  for (std::size_t i = 0; i < work.size(); ++i) {
    entries += entries_of(work[i]);
    if (entries > limits::commit_entries_max && i > 0) return i;
  }
  return work.size();
}

}  // namespace

bool Site::is_awaited(std::span<const Work> work, WallTime now) {
  const auto is_append = [](const Work& piece) { return std::holds_alternative<Append>(piece); };
  if (std::none_of(work.begin(), work.end(), is_append)) return false;
  const auto before = std::exchange(appended_at_, now);
  return !before || now < *before || now.value() - before->value() >= quiet_ms;
}

std::vector<Result<Outcome>> Site::commit_together(std::span<const Work> work, WallTime now, Status& all,
                                                   const Saved& saved) {
  std::vector<Result<Outcome>> outcomes;
  std::optional<Turn> turn;
  const auto tell_saved = [&] {
    for (std::size_t i = 0; i < outcomes.size(); ++i) {
      const auto* appended = outcomes[i] ? std::get_if<Appended>(&*outcomes[i]) : nullptr;
      if (appended != nullptr) saved(i, *appended);
    }
  };
  // Noted under load too, whoever asks.
  const bool is_ahead = is_awaited(work, now) && saved;
  const auto change = [&](Writing& store) -> Status {
    turn.emplace(*this, store, now);
    for (const Work& piece : work) {
      outcomes.push_back(turn->carry_out(piece));
      // A refused piece leaves nothing behind: it does not take the others along.
      if (REDRESS_MUTANT(112) && !outcomes.back()) return fail(Code::unknown_outcome, outcomes.back().error().what);
    }
    if (is_ahead && REDRESS_MUTANT(13)) tell_saved();  // 13: told "saved" before it is
    return turn->finish();
  };
  all = is_ahead ? truth_.update(change, tell_saved) : truth_.update(change);
  if (all) turn->publish();
  if (!all && outcomes.size() == work.size() && REDRESS_MUTANT(11))
    all = Done{};  // 11: told "saved" though the commit failed
  return outcomes;
}

std::vector<Result<Outcome>> Site::commit_some(std::span<const Work> work, WallTime now, const Saved& saved) {
  Status all{Done{}};
  std::vector<Result<Outcome>> outcomes = commit_together(work, now, all, saved);
  if (all) return outcomes;
  if (REDRESS_MUTANT(103)) all = fail(Code::unknown_outcome, all.error().what);  // 103: no room stops the program
  const bool alone = work.size() == 1 || all.error().code == Code::unknown_outcome;
  std::vector<Result<Outcome>> each;
  for (const Work& piece : work) {
    if (alone) {
      each.emplace_back(fail(all.error()));
      if (REDRESS_MUTANT(14)) each.back() = fail(Code::io, "not saved");  // 14: whether it was saved is not known
      continue;
    }
    Status one{Done{}};
    std::vector<Result<Outcome>> result = commit_together(std::span{&piece, 1}, now, one, {});
    if (one) {
      each.push_back(std::move(result.front()));
    } else {
      each.emplace_back(fail(one.error()));
    }
  }
  return each;
}

std::vector<Result<Outcome>> Site::commit(const std::vector<Work>& work, WallTime now, const Saved& saved) {
  std::vector<Result<Outcome>> outcomes;
  std::span<const Work> rest{work};
  do {
    const std::span<const Work> front = rest.first(front_of(rest));
    rest = rest.subspan(front.size());
    const Saved saved_of_front = [&, first = outcomes.size()](std::size_t piece, const Appended& appended) {
      saved(first + piece, appended);
    };
    std::vector<Result<Outcome>> some = commit_some(front, now, saved ? saved_of_front : saved);
    std::move(some.begin(), some.end(), std::back_inserter(outcomes));
    const bool is_lost = !outcomes.empty() && !outcomes.back() && outcomes.back().error().code == Code::unknown_outcome;
    // What comes after an unknown outcome is not tried.
    for (; is_lost && !rest.empty(); rest = rest.subspan(1)) outcomes.emplace_back(fail(outcomes.back().error()));
  } while (!rest.empty());
  return outcomes;
}

}  // namespace redress::store
