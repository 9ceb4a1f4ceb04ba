#include "store/turn.h"

#include <algorithm>
#include <set>

#include "protocol/base/limits.h"
#include "protocol/base/mutant.h"
#include "protocol/casework/number.h"

namespace redress::store {

StreamRow& Turn::stream(const StreamName& name, const std::optional<journal::Parent>& parent) {
  const auto moved = moved_.find(name);
  if (moved != moved_.end()) return moved->second;
  const auto durable = site_.streams_.find(name);
  if (durable != site_.streams_.end()) return moved_.emplace(name, durable->second).first->second;
  const journal::Mark start{Seq{}, journal::genesis(site_.options_.domain, name, parent)};
  return moved_.emplace(name, StreamRow{start, Seq{}, parent}).first->second;
}

Result<Outcome> Turn::carry_out(const Work& piece) {
  if (const auto* one = std::get_if<Append>(&piece)) return append(*one);
  if (const auto* one = std::get_if<Notice>(&piece)) {
    alarm(site_.options_.site, one->code, one->what);
    return Outcome{Done{}};
  }
  if (const auto* one = std::get_if<sync::Accept>(&piece)) return accept(*one);
  if (const auto* one = std::get_if<sync::KeepReceipt>(&piece)) return keep(*one);
  if (const auto* one = std::get_if<sync::KeepTokens>(&piece)) return keep(*one);
  if (const auto* one = std::get_if<sync::KeepWord>(&piece)) return keep(*one);
  if (const auto* one = std::get_if<sync::KeepHeard>(&piece)) return keep(*one);
  if (const auto* one = std::get_if<sync::Heal>(&piece)) return heal(*one);
  if (const auto* one = std::get_if<sync::RenewJournal>(&piece)) return renew(*one);
  if (const auto* one = std::get_if<sync::RenewOffice>(&piece)) return renew(*one);
  return rewind(std::get<sync::RewindFeed>(piece));
}

bool Turn::is_strange(const journal::What& what) const {
  const Router* router = site_.options_.router;
  if (router == nullptr || what.case_id.is_zero() || what.author == head_office) return false;
  const auto opener = casework::opener_of(what.case_id);
  // While head office recovers, an author's act may come before its own opening, which another store of its brings.
  const bool own = opener == what.author && !REDRESS_MUTANT(97);
  if (!router->opens(what)) return !own && !store_.get(Table::standing, key_of(what.case_id, what.author));
  // What is another's to open is not opened by who comes first.
  if (opener && opener != what.author && !REDRESS_MUTANT(66)) return true;
  // Entries that came back before their case's opening do not make that a second one.
  bool opened = false;
  store_.scan(Table::by_case, key_of(what.case_id, Position{}), [&](ByteView key, ByteView) {
    if (Reader{key}.fixed<CaseId>() != what.case_id) return false;
    const auto entry = entry_at(store_, site_.options_.domain, position_of(key));
    opened = entry && router->opens(entry->header.what);
    return !opened;
  });
  return opened;
}

Position Turn::store_entry(const wire::Item& item, const journal::Header& header, const Digest& entry, bool told) {
  const Position position = ledger_.position.next();
  ledger_ = {position, journal::ledger_digest(site_.options_.domain, ledger_.digest, position, entry)};
  store_.put(Table::entries, key_of(position), encode_entry(item), Order::last);
  if (told && !header.what.case_id.is_zero()) {
    site_.rows_.put(store_, Table::by_case, key_of(header.what.case_id, position),
                    encode(ByCaseRow{header.what.author, now_}));
  }
  return position;
}

void Turn::put_place(const StreamName& name, Seq seq, const PlaceRow& row) {
  site_.rows_.put(store_, Table::places, key_of(name, seq), encode(row));
}

void Turn::put_proof(Table table, const StreamName& name, Seq seq, ByteView proof) {
  store_.put(table, key_of(name, seq), proof, Order::any);
  const auto value = site_.rows_.get(store_, Table::places, key_of(name, seq));
  auto place = value ? decode_place(*value) : std::nullopt;
  if (!place) return;
  (table == Table::checkpoints ? place->checkpoint : place->receipt) = true;
  put_place(name, seq, *place);
}

void Turn::put_word(const StreamName& name, ByteView word) {
  const std::array<ByteView, 1> whole{word};
  site_.rows_.put(store_, Table::local, word_key(name), copy_of(view_of(site_.options_.domain.suite->hash(whole))));
  store_.put(Table::checkpoints, key_of(name, Seq{}), word, Order::any);
}

bool Turn::has_key(const journal::What& what) const {
  return store_.get(Table::keyring, key_of(what.case_id, what.key)).has_value();
}

void Turn::put_counted(std::uint64_t CensusRow::*kind, const Bytes& key, Bytes value) {
  if (!store_.get(Table::local, key)) count(kind);
  site_.rows_.put(store_, Table::local, key, std::move(value));
}

void Turn::count(std::uint64_t CensusRow::*kind, std::int64_t by) {
  const auto value = site_.rows_.get(store_, Table::local, view_of(census_key));
  CensusRow census = (value ? decode_census(*value) : std::nullopt).value_or(CensusRow{});
  census.*kind += static_cast<std::uint64_t>(by);
  site_.rows_.put(store_, Table::local, view_of(census_key), encode(census));
}

// An act rests on what its author was shown; another own act on the case since then means: look again (D24).
Status Turn::check_unchanged(const Append& append) const {
  Status status{Done{}};
  std::size_t count = append.entries_shown;
  store_.scan(Table::by_case, key_of(append.what.case_id, append.shown.next()), [&](ByteView key, ByteView value) {
    Reader in{key};
    if (in.fixed<CaseId>() != append.what.case_id) return false;
    ++count;
    Reader row{value};
    if (SiteId{row.u32()} == site_.options_.site) {
      status =
          fail(Code::changed, "an entry was written here since: ledger=" + std::to_string(position_of(key).value()));
      return false;
    }
    return true;
  });
  if (status && count >= limits::case_entries_max) return fail(Code::too_large, "the case has 4096 entries");
  return status;
}

Room Turn::room() {
  if (!room_) room_ = site_.room();
  return *room_;
}

Result<Outcome> Turn::append(const Append& append) {
  if (auto again = repeated_in(store_, site_.options_, site_.rows_, append.what.command, append.request)) {
    if (!*again) return fail(again->error());
    return Outcome{**again};
  }
  if (room() == Room::full) return fail(Code::store_full, "room is kept for cursors, receipts and deletes");
  // Nothing is decided on a case of which others may know more (D28).
  if (append.shown != Position{} && !(unheard_ ? *unheard_ : site_.unheard_).empty() && !REDRESS_MUTANT(96)) {
    return fail(Code::recovering, "head office has not yet heard every site about what it lost");
  }
  const Status unchanged = check_unchanged(append);
  if (!unchanged) return fail(unchanged.error());
  StreamRow& own = stream(journal(), std::nullopt);
  journal::Header header{{site_.options_.site, epoch_, own.head.seq.next(), own.head.digest},
                         append.what,
                         static_cast<std::uint32_t>(append.body.size()),
                         {}};
  const std::array<ByteView, 1> body{ByteView{append.body}};
  header.body = site_.options_.domain.suite->hash(body);
  const wire::Item item{journal::encode(header), append.body};
  const Digest identity = journal::identity_of(site_.options_.domain, item.header);
  const Digest entry = journal::entry_digest(site_.options_.domain, item.header, identity);
  const Position position = store_entry(item, header, entry, /*told=*/true);
  own.head = {header.place.seq, entry};
  if (append.new_key) {
    Writer row;
    row.u32(site_.options_.kek_generation);
    row.raw(*append.new_key);
    store_.put(Table::keyring, key_of(append.what.case_id, append.what.key), row.bytes(), Order::any);
  }
  put_place(
      journal(), header.place.seq,
      {.ledger = position, .digest = entry, .with_key = append.new_key.has_value(), .key_held = has_key(append.what)});
  site_.rows_.put(store_, Table::marks, view_of(append.what.command), encode(MarkRow{position, append.request}));
  serial_ = std::max(serial_, append.serial);
  appended_.insert(journal());
  route(header, position, entry);
  return Outcome{Appended{position, header.place, identity, append.what.case_id, append.what.time, false}};
}

void Turn::keep_grant(SiteId from, const wire::Grant& grant) {
  const SiteOptions& own = site_.options_;
  const auto shared = own.pairwise->with(from);
  // One that is held and does not open is damaged: this one takes its place.
  if (!shared || key_in(store_, own, grant.case_id, grant.key)) return;
  // A key that does not open, or is not the one it is named, is as good as not sent: the entry waits for one that is
  // (D20).
  auto key = crypto::unwrap(*shared, grant_data(own.domain, grant.case_id, grant.key, from, own.site), grant.case_id,
                            grant.key, grant.wrapped);
  if (!key) return;
  Writer row;
  row.u32(own.kek_generation);
  row.raw(crypto::wrap(own.kek, keyring_data(own.domain, grant.case_id, grant.key, own.kek_generation), *key,
                       site_.random_));
  store_.put(Table::keyring, key_of(grant.case_id, grant.key), row.bytes(), Order::any);
}

void Turn::keep_grants(SiteId from, const sync::Accept& accept) {
  if (accept.grants.empty()) return;
  std::vector<std::pair<CaseId, KeyId>> used;
  for (const sync::Placed& placed : accept.entries)
    used.emplace_back(placed.header.what.case_id, placed.header.what.key);
  std::sort(used.begin(), used.end());
  for (const wire::Grant& grant : accept.grants) {
    if (std::binary_search(used.begin(), used.end(), std::pair{grant.case_id, grant.key})) keep_grant(from, grant);
  }
}

std::optional<journal::Seen> Turn::seen_before(const StreamName& stream, Seq seq) const {
  if (const auto last = seen_.find(stream); last != seen_.end()) return last->second;
  constexpr std::uint64_t looked_back = 16;
  for (std::uint64_t back = 1; back <= looked_back && back < seq.value(); ++back) {
    const auto value = site_.rows_.get(store_, Table::places, key_of(stream, Seq{seq.value() - back}));
    const auto place = value ? decode_place(*value) : std::nullopt;
    const auto entry = place ? entry_at(store_, site_.options_.domain, place->ledger)
                             : Result<StoredEntry>{fail(Code::damaged, "no place")};
    if (entry && !claims_nothing(entry->header.what)) return entry->header.what.seen;
  }
  return std::nullopt;
}

// What opens a case rests on nothing, and need not say what its author had seen.
bool Turn::claims_nothing(const journal::What& what) const {
  return what.seen.epoch == Epoch{} && site_.options_.router->opens(what);
}

// A branch's ledger has its own entries and those of its feed, each once, so that a receipt's place in it says after
// how many own entries it was signed. That holds while the site never wrote or greeted in a second epoch, nor read a
// second feed; of any other nothing is known.
const std::vector<Turn::Acknowledged>& Turn::acknowledged(const StreamName& journal) {
  constexpr std::size_t looked_back = 8;
  const auto [known, is_new] = acknowledged_.try_emplace(journal);
  if (!is_new || epoch_ != site_.born_ || !site_.is_only_journal(journal) || !site_.is_alone(store_, journal.owner))
    return known->second;
  const StreamName feed = feed_for(epoch_, journal.owner);
  Bytes bound = copy_of(key_of(feed, Seq{UINT64_MAX}));
  while (known->second.size() < looked_back) {
    const auto row = store_.last_below(Table::receipts, bound);
    if (!row || stream_of(row->first) != feed) break;
    bound = row->first;
    const auto receipt = journal::decode_receipt(row->second);
    if (!receipt || receipt->ledger.position.value() < receipt->to.seq.value()) continue;
    known->second.push_back(
        {receipt->to.seq, receipt->ledger.position.value() - receipt->to.seq.value(), receipt->time});
  }
  return known->second;
}

// What the author had certainly acknowledged of its feed when it wrote this. It is written down when it was made, which
// may be a moment before it got its place: the author's own clock says so in both.
Seq Turn::acknowledged_before(const journal::Header& header, const StreamName& journal) {
  constexpr std::uint64_t moment_ms = 60'000;
  const WallTime made = header.what.time;
  for (const Acknowledged& one : acknowledged(journal)) {
    // Both times are a peer's word, and may be any numbers.
    const auto since = static_cast<std::uint64_t>(made.value()) - static_cast<std::uint64_t>(one.time.value());
    const bool before = one.own_entries < header.place.seq.value();
    if (before && one.time < made && since >= moment_ms) return one.feed;
  }
  return Seq{};
}

// Nobody has seen what was not written yet, nor less than when it wrote the entry before, nor less than it had signed
// that it has: ignorance cannot be feigned, and a store that knows less than it did is an old image (D31). The entry is
// kept, and people are told.
void Turn::check_seen(const journal::Header& header, const StreamName& stream) {
  if (site_.options_.router == nullptr || stream.reader != no_reader || claims_nothing(header.what)) return;
  if (REDRESS_MUTANT(65)) return;
  const journal::What& what = header.what;
  const auto before = seen_before(stream, header.place.seq);
  seen_[stream] = what.seen;
  const bool falls = before && before->epoch == what.seen.epoch && what.seen.seq < before->seq;
  if (falls && !REDRESS_MUTANT(67))
    alarm(what.author, Code::bad_value,
          "an entry claims to know less of its feed than the one before it: seq=" +
              std::to_string(header.place.seq.value()) + " seen=" + std::to_string(what.seen.seq.value()) +
              " before=" + std::to_string(before->seq.value()));
  const Seq signed_for = REDRESS_MUTANT(57) ? Seq{} : acknowledged_before(header, stream);
  if ((what.seen.epoch == epoch_ ? what.seen.seq : Seq{}) < signed_for)
    alarm(what.author, Code::bad_value,
          "an entry claims to know less of its feed than its author had signed for: seq=" +
              std::to_string(header.place.seq.value()) + " seen=" + std::to_string(what.seen.seq.value()) +
              " signed for=" + std::to_string(signed_for.value()));
  if (what.seen.epoch != epoch_) return;
  const auto known = site_.streams_.find(feed_for(epoch_, what.author));
  const Seq written = known == site_.streams_.end() ? Seq{} : known->second.head.seq;
  if (what.seen.seq > written)
    alarm(what.author, Code::bad_value, "an entry claims to know feed places not written yet");
}

// One entry of the batch, at the stream's next place.
void Turn::take(const sync::Accept& accept, const sync::Placed& placed, StreamRow& received) {
  const Seq seq = received.head.seq.next();
  const journal::What& what = placed.header.what;
  received.head = {seq, placed.stream};
  const bool returned = accept.stream.owner == site_.options_.site;
  if (returned && accept.stream.reader != no_reader) return take_back(accept.stream, placed, seq);
  // While head office recovers, another site may have brought an author's entry before the author.
  const auto held = site_.unheard_.empty() ? std::nullopt : held_at(what.case_id, placed);
  if (held) return put_place(accept.stream, seq, {.ledger = *held, .digest = placed.stream, .key_held = has_key(what)});
  const bool strange = is_strange(what);
  check_seen(placed.header, accept.stream);
  const Position position = store_entry(placed.item, placed.header, placed.entry, /*told=*/!strange);
  // What came back may have to go out again, to a head office that has lost it.
  put_place(accept.stream, seq,
            {.ledger = position, .digest = placed.stream, .with_key = returned, .key_held = has_key(what)});
  restore_mark(what, position);
  // 12: the cursor runs ahead of the data
  if (REDRESS_MUTANT(12) && accept.entries.size() > 1 && &placed == &accept.entries.back())
    store_.erase(Table::by_case, key_of(what.case_id, position));
  if (!strange) route(placed.header, position, placed.entry);
}

Result<Outcome> Turn::accept(const sync::Accept& accept) {
  // What a peer sends gives way to what people register here: the peer keeps its entries.
  if (room() >= Room::line_waits) return fail(Code::store_full, "room is kept for own entries");
  StreamRow& received = stream(accept.stream, accept.parent);
  if (received.head != accept.before) {
    return fail(Code::hole, "the stream stands at seq=" + std::to_string(received.head.seq.value()));
  }
  const SiteOptions& own = site_.options_;
  const bool returned = accept.stream.owner == own.site;
  keep_grants(!returned ? accept.stream.owner : own.site == head_office ? accept.stream.reader : head_office, accept);
  for (const sync::Placed& placed : accept.entries) take(accept, placed, received);
  // What head office vouches for in our own name is not our word.
  if (!returned || accept.checkpoint.signer == own.signer->key_id()) {
    put_proof(Table::checkpoints, accept.stream, received.head.seq, journal::encode(accept.checkpoint));
  }
  const journal::Receipt receipt = journal::sign(
      own.domain, *own.signer, {{}, {}, accept.stream, accept.before.seq.next(), received.head, now_, ledger_, {}});
  // The receipts kept for an own stream are those of its reader.
  if (!returned) {
    put_proof(Table::receipts, accept.stream, received.head.seq, journal::encode(receipt));
    wake_siblings(accept.stream);
  }
  return Outcome{receipt};
}

// Another store of the same site is sent what this one wrote.
void Turn::wake_siblings(const StreamName& stream) {
  if (stream.reader != no_reader || site_.options_.router == nullptr) return;
  const auto first = site_.streams_.lower_bound({stream.owner, Epoch{}, no_reader});
  const bool unknown = first == site_.streams_.end() || first->first.owner != stream.owner;
  if (!unknown && !site_.is_only_journal(stream)) fed_.insert(stream.owner);
}

Result<Outcome> Turn::keep(const sync::KeepReceipt& keep) {
  StreamRow& own = stream(keep.receipt.stream, std::nullopt);
  if (keep.receipt.to.seq <= own.receipted && !REDRESS_MUTANT(141)) return Outcome{Done{}};
  own.receipted = keep.receipt.to.seq;
  put_proof(Table::receipts, keep.receipt.stream, keep.receipt.to.seq, journal::encode(keep.receipt));
  return Outcome{Done{}};
}

Result<Outcome> Turn::keep(const sync::KeepTokens& keep) {
  // An epoch that holds nothing yet gets no row of its own out of the kept share.
  if (room() == Room::full && !site_.streams_.contains(journal_of(keep.site, keep.epoch))) {
    return fail(Code::store_full, "no room for another epoch");
  }
  std::vector<LinkToken> offers;
  const sync::Tokens held = tokens_in(store_, site_.rows_, keep.site, keep.epoch);
  if (!keep.offered.is_zero()) {
    // Two hellos of one store, read in any order, were both answered: what either was offered is good.
    if (held.known == keep.known) offers = held.offered;
    offers.push_back(keep.offered);
    if (offers.size() > limits::token_offers_max) offers.erase(offers.begin());
  }
  Writer row;
  row.fixed(keep.known);
  for (const LinkToken& offer : offers) row.fixed(offer);
  put_counted(&CensusRow::tokens, token_key(keep.site, keep.epoch), row.take());
  return Outcome{Done{}};
}

// Standing only grows; who gains it is fed the case's earlier entries first, then this one, in one chain.
void Turn::route(const journal::Header& header, Position position, const Digest& entry, SiteId holder) {
  if (site_.options_.router == nullptr || header.what.case_id.is_zero()) return;
  const CaseId& case_id = header.what.case_id;
  const bool opens = site_.options_.router->opens(header.what);
  std::vector<Position> earlier;
  if (opens) earlier = places_before(case_id, position);
  // Asked for although nothing of the case may be listed: damage takes entries out of the list, and nobody's standing.
  std::vector<SiteId> standing = standing_in(case_id);
  std::vector<SiteId> gains = gains_by(header.what, earlier, standing);
  const auto stands = [&](SiteId site) {
    return std::count(standing.begin(), standing.end(), site) + std::count(gains.begin(), gains.end(), site) > 0;
  };
  if (holder != SiteId{} && !stands(holder)) gains.push_back(holder);
  if (REDRESS_MUTANT(23)) gains.clear();  // 23: nobody new is told
  if (!opens && !gains.empty()) earlier = places_before(case_id, position);
  const bool from_author = holder == SiteId{} || is_journaled(header.place, entry);
  const auto has_it = [&](SiteId site) {
    if (!site_.options_.router->may_read(header.what, site) && !REDRESS_MUTANT(125)) return true;  // not for it (D21)
    return site == head_office || site == holder || (site == header.what.author && from_author);
  };
  for (const SiteId reader : gains) {
    if (standing.size() >= limits::case_sites_max) break;
    Writer since;
    since.u64(position.value());
    site_.rows_.put(store_, Table::standing, key_of(case_id, reader), since.take());
    standing.push_back(reader);
    // Even who wrote it may lack what others brought back before.
    if (reader != head_office) feed_history(reader, earlier);
    if (!has_it(reader)) feed(reader, position, entry, true);
  }
  if (REDRESS_MUTANT(121)) {  // whoever has a feed gets it
    for (const auto& [name, row] : site_.streams_) {
      const bool other = name.reader != no_reader && name.owner == head_office && !stands(name.reader);
      if (other) feed(name.reader, position, entry, true);
    }
  }
  for (const SiteId reader : standing) {
    const bool gained = std::count(gains.begin(), gains.end(), reader) > 0;
    // A reader may have been known by a later entry of the case, whose key came with one that is only now back.
    const bool with_key = holder != SiteId{};
    if (!gained && !has_it(reader)) feed(reader, position, entry, with_key);
  }
}

std::vector<SiteId> Turn::standing_in(const CaseId& case_id) const {
  std::vector<SiteId> standing;
  store_.scan(Table::standing, key_of(case_id, SiteId{}), [&](ByteView key, ByteView) {
    Reader in{key};
    if (in.fixed<CaseId>() != case_id) return false;
    standing.push_back(SiteId{in.u32()});
    return true;
  });
  return standing;
}

// The sites that gain standing by this entry; with an opening, also by what came before it.
std::vector<SiteId> Turn::gains_by(const journal::What& what, const std::vector<Position>& earlier,
                                   const std::vector<SiteId>& standing) const {
  const Router& router = *site_.options_.router;
  // Others may stand in a case before its opening has come back; a second opening does not come here.
  const bool opens = router.opens(what);
  std::vector<SiteId> gains = router.gains(what, opens ? std::vector<SiteId>{} : standing);
  if (opens) {
    visit_entries(earlier, [&](Position, const StoredEntry& entry) {
      for (const SiteId site : router.gains(entry.header.what, gains)) gains.push_back(site);
    });
  }
  std::erase_if(gains, [&](SiteId site) { return std::count(standing.begin(), standing.end(), site) > 0; });
  return gains;
}

// The entry came in its author's journal, not only by a site that brought it back: its author may have lost it.
bool Turn::is_journaled(const journal::Place& place, const Digest& entry) const {
  const auto value = site_.rows_.get(store_, Table::places, key_of(journal_of(place.site, place.epoch), place.seq));
  const auto row = value ? decode_place(*value) : std::nullopt;
  return row && row->digest == entry;
}

void Turn::feed_history(SiteId reader, const std::vector<Position>& earlier) {
  visit_entries(earlier, [&](Position position, const StoredEntry& entry) {
    if (!site_.options_.router->may_read(entry.header.what, reader)) return;
    const Digest digest = journal::entry_digest(site_.options_.domain, entry.item.header);
    if (entry.header.what.author == reader && is_journaled(entry.header.place, digest)) return;
    feed(reader, position, digest, true);
  });
}

std::vector<Position> Turn::places_before(const CaseId& case_id, Position before) const {
  std::vector<Position> earlier;
  store_.scan(Table::by_case, key_of(case_id, Position{}), [&](ByteView key, ByteView) {
    Reader in{key};
    if (in.fixed<CaseId>() != case_id || position_of(key) >= before) return false;
    earlier.push_back(position_of(key));
    return true;
  });
  return earlier;
}

// A damaged entry is passed over: verify names it.
void Turn::visit_entries(const std::vector<Position>& positions,
                         const std::function<void(Position, const StoredEntry&)>& visit) const {
  for (const Position position : positions) {
    const auto entry = entry_at(store_, site_.options_.domain, position);
    if (entry) visit(position, *entry);
  }
}

void Turn::feed(SiteId reader, Position position, const Digest& entry, bool with_key) {
  const StreamName name = feed_for(epoch_, reader);
  StreamRow& row = stream(name, std::nullopt);
  const journal::Place place{head_office, epoch_, row.head.seq.next(), row.head.digest};
  row.head = {place.seq, journal::feed_digest(site_.options_.domain, reader, place, entry)};
  put_place(name, place.seq, {.ledger = position, .digest = row.head.digest, .with_key = with_key});
  fed_.insert(reader);
}

void Turn::write_ledger() {
  Writer row;
  row.u64(ledger_.position.value());
  row.fixed(ledger_.digest);
  row.u64(serial_);
  site_.rows_.put(store_, Table::local, view_of(ledger_key), row.take());
}

bool Turn::is_untouched(const StreamName& name, const StreamRow& row) const {
  return row.head.seq == Seq{} && !site_.streams_.contains(name) && !begun_.contains(name);
}

Status Turn::finish() {
  for (const StreamName& own : appended_) {
    const journal::Checkpoint checkpoint = journal::sign(site_.options_.domain, *site_.options_.signer,
                                                         {{}, {}, own, moved_.at(own).head, now_, ledger_, {}});
    put_proof(Table::checkpoints, own, checkpoint.mark.seq, journal::encode(checkpoint));
  }
  for (const auto& [name, row] : moved_) {
    if (is_untouched(name, row)) continue;
    const RowKey key = key_of(name);
    const auto durable = site_.streams_.find(name);
    const bool may_be_new = durable == site_.streams_.end() || durable->second.head.seq == Seq{};
    if (may_be_new && !store_.get(Table::streams, key)) count(&CensusRow::streams);
    site_.rows_.put(store_, Table::streams, key, encode(row));
  }
  if (ledger_ != site_.ledger_) write_ledger();
  return Done{};
}

void Turn::publish() {
  site_.epoch_ = epoch_;
  site_.epochs_.insert(epoch_);
  site_.ledger_ = ledger_;
  site_.serial_ = serial_;
  for (auto& [name, row] : moved_) {
    if (is_untouched(name, row)) continue;
    site_.streams_[name] = row;
    if (name.owner == site_.options_.site) site_.epochs_.insert(name.epoch);
  }
  if (unheard_) site_.unheard_ = std::move(*unheard_);
  for (const journal::Receipt& receipt : asked_) {
    Seq& up_to = site_.asked_[receipt.stream];
    up_to = std::max(up_to, receipt.to.seq);
  }
  site_.fed_.insert(fed_.begin(), fed_.end());
  for (const Position position : whole_) {
    if (site_.options_.damage) site_.options_.damage->forget(position);
  }
  bool others_first = false;
  for (const sync::Spot& spot : in_vain_) others_first |= site_.in_vain_.insert(spot).second;
  if (passed_over_ || !whole_.empty() || others_first) site_.damage_version_.reset();
  site_.healed_ += healed_;
}

}  // namespace redress::store
