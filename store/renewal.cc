// Repair inside one transaction: a store that is a copy or an old image goes on in a new epoch, and what was lost comes
// back (D9, D28).
#include <algorithm>

#include "protocol/base/limits.h"
#include "protocol/base/mutant.h"
#include "store/turn.h"

namespace redress::store {

std::uint64_t Turn::next_number(Bytes (*key)(std::uint64_t)) const {
  const auto last = store_.last_below(Table::local, key(UINT64_MAX));
  const Bytes first = key(0);
  const bool any =
      last && last->first.size() == first.size() && std::equal(first.begin(), first.end() - 8, last->first.begin());
  return any ? Reader{ByteView{last->first}.last(8)}.u64() + 1 : 1;
}

void Turn::alarm(SiteId site, Code code, std::string_view what) {
  const std::uint64_t number = next_number(alarm_key);
  if (code == Code::bad_value && is_told(site, code, number)) return;
  Writer row;
  row.i64(now_.value());
  row.u32(site.value());
  row.u16(static_cast<std::uint16_t>(code));
  row.raw(view_of(what));
  put_counted(&CensusRow::alarms, alarm_key(number), row.take());
}

void Turn::alarm_once(SiteId site, Code code, std::string_view what) {
  if (!is_told(site, code, next_number(alarm_key), what)) alarm(site, code, what);
}

// A peer that gives the same cause with each of its entries gets one alarm, not a full store.
bool Turn::is_told(SiteId site, Code code, std::uint64_t number, std::string_view words) const {
  constexpr std::uint64_t looked_back = 64;
  for (std::uint64_t n = number > looked_back ? number - looked_back : 1; n < number; ++n) {
    const auto row = site_.rows_.get(store_, Table::local, alarm_key(n));
    if (!row) continue;
    Reader in{*row};
    static_cast<void>(in.i64());
    const bool same = SiteId{in.u32()} == site && static_cast<Code>(in.u16()) == code;
    if (same && (words.empty() || text_of(in.rest()) == words)) return true;
  }
  return false;
}

// From now on this store writes in another epoch. The ledger goes on, and remembers where it began.
void Turn::begin_epoch(const StreamName& old_journal, const std::optional<journal::Parent>& parent) {
  if (!site_.rows_.get(store_, Table::local, view_of(born_key))) {
    Writer born;
    born.u64(site_.born_.value());
    site_.rows_.put(store_, Table::local, view_of(born_key), born.take());
  }
  epoch_ = Epoch{site_.random_.u64() | 1};
  Writer identity;
  identity.u32(site_.options_.site.value());
  identity.u64(epoch_.value());
  identity.fixed(site_.options_.domain.network);
  site_.rows_.put(store_, Table::local, view_of(identity_key), identity.take());
  static_cast<void>(stream(journal(), parent));
  begun_.insert(journal());
  // The old line's last word is evidence that there were two.
  const Seq last = stream(old_journal, std::nullopt).head.seq;
  const auto word = last == Seq{} ? std::nullopt : store_.get(Table::checkpoints, key_of(old_journal, last));
  if (word) put_word(journal(), *word);
}

void Turn::forget_proofs(const StreamName& name, Seq above) {
  for (const Table table : {Table::checkpoints, Table::receipts}) {
    std::vector<Bytes> keys;
    store_.scan(table, key_of(name, above.next()), [&](ByteView key, ByteView) {
      if (stream_of(key) != name) return false;
      keys.push_back(copy_of(key));
      return true;
    });
    for (const Bytes& key : keys) store_.erase(table, key);
  }
}

// Places own entries of one journal again at the end of another: the same What, the same sealed body, the same
// identity.
void Turn::place_again(const StreamName& old, Seq from, Seq to, const StreamName& now) {
  const journal::Domain& domain = site_.options_.domain;
  StreamRow& head = stream(now, std::nullopt);
  std::set<Position> damaged;
  for (Seq seq = from; seq <= to; seq = seq.next()) {
    const auto value = site_.rows_.get(store_, Table::places, key_of(old, seq));
    const auto place = value ? decode_place(*value) : std::nullopt;
    store_.erase(Table::places, key_of(old, seq));
    if (place) site_.rows_.put(store_, Table::local, moved_key(place->ledger), copy_of(view_of(place->digest)));
    auto entry = place ? entry_at(store_, domain, place->ledger) : Result<StoredEntry>{fail(Code::damaged, "no place")};
    if (!entry || !stands_at(domain, no_reader, {}, entry->item.header, place->digest)) {
      // It cannot be placed without its bytes; what head office holds of it comes back.
      if (place) damaged.insert(place->ledger);
      alarm(old.owner, Code::damaged, "an entry could not be placed again: seq=" + std::to_string(seq.value()));
      continue;
    }
    journal::Header header = entry->header;
    header.place = {now.owner, now.epoch, head.head.seq.next(), head.head.digest};
    const ByteView said = ByteView{entry->item.header}.subspan(journal::place_bytes);
    wire::Item item{journal::encode(header.place), std::move(entry->item.body)};
    item.header.insert(item.header.end(), said.begin(), said.end());
    if (REDRESS_MUTANT(85)) item.header[116] ^= std::byte{1};  // 85: placed again with another identity
    const Digest digest = journal::entry_digest(domain, item.header);
    const auto index = site_.rows_.get(store_, Table::by_case, key_of(header.what.case_id, place->ledger));
    store_.erase(Table::by_case, key_of(header.what.case_id, place->ledger));
    const Position position = store_entry(item, header, digest, /*told=*/index.has_value());
    // When it came here stays as it was shown. 143: it came just now
    if (index && !REDRESS_MUTANT(143))
      site_.rows_.put(store_, Table::by_case, key_of(header.what.case_id, position), *index);
    put_place(now, header.place.seq,
              {.ledger = position, .digest = digest, .with_key = true, .key_held = has_key(header.what)});
    restore_mark(header.what, position);
    head.head = {header.place.seq, digest};
    appended_.insert(now);
  }
  unlist(damaged);
}

// Their headers cannot be trusted to name their cases. Should somebody else hold one, it comes back, and is listed
// again: whoever that is may be away until after the next start.
void Turn::unlist(const std::set<Position>& damaged) {
  if (damaged.empty()) return;
  std::vector<std::pair<Bytes, Bytes>> listed;
  store_.scan(Table::by_case, {}, [&](ByteView key, ByteView value) {
    if (damaged.contains(position_of(key))) listed.emplace_back(copy_of(key), copy_of(value));
    return true;
  });
  for (const auto& [key, value] : listed) {
    store_.erase(Table::by_case, key);
    const Damage::Noted noted{position_of(key), Reader{key}.fixed<CaseId>(), SiteId{Reader{value}.u32()}, {}};
    const std::set<sync::Spot> spots = site_.spots_of(store_, noted);
    if (std::none_of(spots.begin(), spots.end(), [&](const sync::Spot& spot) { return site_.holder_of(spot); }))
      continue;
    Writer row;
    row.fixed(noted.case_id);
    row.u32(noted.author.value());
    site_.rows_.put(store_, Table::local, passed_over_key(noted.ledger), row.take());
    passed_over_ = true;
  }
}

// A command that was carried out is known by its entry, wherever that stands now (D5).
void Turn::restore_mark(const journal::What& what, Position position) {
  if (what.author != site_.options_.site || REDRESS_MUTANT(35)) return;  // 35: the command is forgotten
  const auto value = site_.rows_.get(store_, Table::marks, view_of(what.command));
  MarkRow mark = (value ? decode_mark(*value) : std::nullopt).value_or(MarkRow{});
  mark.ledger = position;
  site_.rows_.put(store_, Table::marks, view_of(what.command), encode(mark));
}

Result<Outcome> Turn::renew(const sync::RenewJournal& renew) {
  const StreamName old = renew.journal;
  if (old.owner != site_.options_.site || old.reader != no_reader) {
    return fail(Code::foreign_site, "renew: not a journal of this site");
  }
  const Seq common = renew.common.seq;
  const Seq last = stream(old, std::nullopt).head.seq;
  const auto value = common == Seq{} ? std::nullopt : site_.rows_.get(store_, Table::places, key_of(old, common));
  const auto shared = value ? decode_place(*value) : std::nullopt;
  if (common > last || (common != Seq{} && (!shared || shared->digest != renew.common.digest))) {
    return fail(Code::fork, "renew: the common place is not held: seq=" + std::to_string(common.value()));
  }
  if (old == journal()) {
    const auto parent = common == Seq{} ? std::nullopt : std::optional{journal::Parent{old.epoch, renew.common}};
    begin_epoch(old, parent);
  }
  place_again(old, common.next(), last, journal());
  StreamRow& row = stream(old, std::nullopt);
  row.head =
      common == Seq{} ? journal::Mark{Seq{}, journal::genesis(site_.options_.domain, old, row.parent)} : renew.common;
  row.receipted = std::min(row.receipted, common);
  forget_proofs(old, common);
  appended_.erase(old);
  const std::string_view reason = renew.why == Code::damaged
                                      ? "an entry is damaged here, and what follows it does not wait"
                                      : "this store was restored from an old image, or copied";
  alarm(old.owner, renew.why,
        std::string{reason} + ": it goes on in epoch=" + std::to_string(epoch_.value()) + ", common seq=" +
            std::to_string(common.value()) + ", placed again=" + std::to_string(last.value() - common.value()));
  return Outcome{Renewed{epoch_}};
}

// Every feed grows out of where it stood: a reader finishes the parent up to there, then reads the child (D28).
void Turn::begin_office_epoch() {
  const StreamName old = journal();
  const auto grown = [&](const StreamRow& row) {
    return row.head.seq == Seq{} ? std::nullopt : std::optional{journal::Parent{old.epoch, row.head}};
  };
  std::map<StreamName, StreamRow> feeds;
  for (const auto* from : {&site_.streams_, &moved_}) {
    for (auto it = from->lower_bound({old.owner, old.epoch, no_reader}); it != from->end(); ++it) {
      if (it->first.owner != old.owner || it->first.epoch != old.epoch) break;
      if (it->first.reader != no_reader) feeds[it->first] = it->second;
    }
  }
  begin_epoch(old, grown(stream(old, std::nullopt)));
  for (const auto& [name, row] : feeds) {
    const StreamName child = feed_for(epoch_, name.reader);
    static_cast<void>(stream(child, grown(row)));
    begun_.insert(child);
  }
}

// Who may still hold what was lost: those named, or, restored by hand without the list of members, whoever ever wrote
// or read here.
void Turn::await(const std::vector<SiteId>& named) {
  std::set<SiteId> sites{named.begin(), named.end()};
  if (named.empty()) {
    for (const auto& [name, row] : site_.streams_) {
      const SiteId other = name.owner != site_.options_.site ? name.owner : name.reader;
      if (other != no_reader) sites.insert(other);
    }
  }
  unheard_ = unheard_.value_or(site_.unheard_);
  for (const SiteId site : sites) {
    unheard_->insert(site);
    put_counted(&CensusRow::unheard, unheard_key(site), {});
  }
}

Result<Outcome> Turn::renew(const sync::RenewOffice& renew) {
  for (const wire::Held& feed : renew.unknown) {
    static_cast<void>(stream(feed.head.stream, feed.parent));
    begun_.insert(feed.head.stream);
  }
  if (renew.receipt) asked_.push_back(*renew.receipt);
  // Several branches may show it in one turn: one new epoch is enough.
  if (epoch_ != site_.epoch_) return Outcome{Renewed{epoch_}};
  begin_office_epoch();
  await(renew.unheard);
  alarm(renew.shown_by, Code::recovering,
        "head office had lost its past, and goes on in epoch=" + std::to_string(epoch_.value()) + ": " + renew.why);
  return Outcome{Renewed{epoch_}};
}

Result<Outcome> Turn::rewind(const sync::RewindFeed& rewind) {
  const StreamName& feed_name = rewind.feed;
  const Seq common = rewind.common.seq;
  const Seq last = stream(feed_name, std::nullopt).head.seq;
  if (feed_name.owner != site_.options_.site || common > last) return fail(Code::fork, "rewind: no such feed place");
  if (feed_name.epoch == epoch_ && !rewind.damaged) {
    const auto renewed =
        renew(sync::RenewOffice{feed_name.reader, "another line of its feed was shown", {}, rewind.unheard, {}});
    if (!renewed) return fail(renewed.error());
  }
  const std::vector<std::pair<Position, Digest>> moved = take_places(feed_name, common, last);
  forget_proofs(feed_name, common);
  StreamRow& row = stream(feed_name, std::nullopt);
  row.head = common == Seq{} ? journal::Mark{Seq{}, journal::genesis(site_.options_.domain, feed_name, row.parent)}
                             : rewind.common;
  row.receipted = std::min(row.receipted, common);
  begun_.insert(feed_name);
  if (rewind.damaged) {
    if (feed_name.epoch == epoch_) begin_office_epoch();
    alarm(feed_name.reader, Code::damaged,
          "an entry is damaged here, and what follows it does not wait: the feed goes on in epoch=" +
              std::to_string(epoch_.value()) + ", common seq=" + std::to_string(common.value()));
  }
  for (const auto& [ledger, entry] : moved) feed(feed_name.reader, ledger, entry, true);
  return Outcome{Renewed{epoch_}};
}

std::vector<std::pair<Position, Digest>> Turn::take_places(const StreamName& feed_name, Seq above, Seq last) {
  const journal::Domain& domain = site_.options_.domain;
  std::vector<std::pair<Position, Digest>> whole;
  std::set<Position> damaged;
  Digest before = site_.digest_before(store_, feed_name, above.next());
  for (Seq seq = above.next(); seq <= last; seq = seq.next()) {
    const RowKey key = key_of(feed_name, seq);
    const auto value = site_.rows_.get(store_, Table::places, key);
    const auto place = value ? decode_place(*value) : std::nullopt;
    store_.erase(Table::places, key);
    const auto entry =
        place ? entry_at(store_, domain, place->ledger) : Result<StoredEntry>{fail(Code::damaged, "no place")};
    // Behind a place that is gone itself nothing says what stood there.
    const journal::Place at{feed_name.owner, feed_name.epoch, seq, before};
    const bool known = before != Digest{};
    const bool stands = entry && (!known || stands_at(domain, feed_name.reader, at, entry->item.header, place->digest));
    if (stands) whole.emplace_back(place->ledger, journal::entry_digest(domain, entry->item.header));
    if (place && !stands) damaged.insert(place->ledger);
    before = place ? place->digest : Digest{};
  }
  unlist(damaged);
  return whole;
}

std::optional<Position> Turn::held_at(const CaseId& case_id, const sync::Placed& placed) const {
  if (case_id.is_zero()) return std::nullopt;
  std::optional<Position> found;
  store_.scan(Table::by_case, key_of(case_id, Position{}), [&](ByteView key, ByteView) {
    Reader in{key};
    if (in.fixed<CaseId>() != case_id) return false;
    const Position position = position_of(key);
    const auto row = store_.get(Table::entries, key_of(position));
    // Who brings back a long case asks this of each entry of it: only the one that is meant is read whole.
    const bool is_meant = row && same_bytes(header_in(*row), placed.item.header);
    if (is_meant && decode_entry(site_.options_.domain, *row)) found = position;
    return !found;
  });
  return found;
}

// A reader brings back what its feed once held: head office signed it, so the reader has standing, whoever wrote it.
void Turn::take_back(const StreamName& feed_name, const sync::Placed& placed, Seq seq) {
  const journal::Header& header = placed.header;
  const auto held = held_at(header.what.case_id, placed);
  const Position position = held ? *held : store_entry(placed.item, header, placed.entry, /*told=*/true);
  if (!held) restore_mark(header.what, position);
  // Should the reader lose it too, it comes back with its key.
  put_place(feed_name, seq, {.ledger = position, .digest = placed.stream, .with_key = true});
  const bool skipped = (REDRESS_MUTANT(94) && header.what.author == head_office) ||
                       (REDRESS_MUTANT(95) && header.what.author != head_office);
  if (skipped) store_.erase(Table::by_case, key_of(header.what.case_id, position));
  if (held) {
    give_standing(feed_name.reader, header.what.case_id);
  } else {
    route(header, position, placed.entry, feed_name.reader);
  }
}

// Who brought back an entry that was here already has standing all the same, and may lack what has come since.
void Turn::give_standing(SiteId reader, const CaseId& case_id) {
  if (case_id.is_zero() || store_.get(Table::standing, key_of(case_id, reader))) return;
  Writer since;
  since.u64(ledger_.position.value());  // what it wrote before was not told
  site_.rows_.put(store_, Table::standing, key_of(case_id, reader), since.take());
  feed_history(reader, places_before(case_id, Position{UINT64_MAX}));
}

Result<Outcome> Turn::keep(const sync::KeepHeard& keep) {
  if (!unheard_) unheard_ = site_.unheard_;
  if (unheard_->erase(keep.site) == 0) return Outcome{Done{}};
  store_.erase(Table::local, unheard_key(keep.site));
  count(&CensusRow::unheard, -1);
  if (!keep.given_up.empty())
    alarm(keep.site, Code::recovering, "nobody waits any longer for what this site may hold: " + keep.given_up);
  if (unheard_->empty()) alarm(keep.site, Code::recovering, "every site was heard: head office has recovered");
  return Outcome{Done{}};
}

Result<Outcome> Turn::keep(const sync::KeepWord& keep) {
  // Evidence that somebody forked costs the kept share nothing: a liar can fork as often as it likes.
  if (site_.is_full() && !REDRESS_MUTANT(104)) return Outcome{Done{}};
  put_word(keep.journal, journal::encode(keep.word));
  alarm(keep.journal.owner, Code::fork,
        "the site's store was restored or copied: it goes on in epoch=" + std::to_string(keep.journal.epoch.value()));
  return Outcome{Done{}};
}

}  // namespace redress::store
