// What was damaged comes back: where each damaged entry stands and who holds it too, and the transaction that puts it
// right (D11).
#include <algorithm>

#include "protocol/base/limits.h"
#include "protocol/base/mutant.h"
#include "protocol/casework/number.h"
#include "store/turn.h"

namespace redress::store {

std::vector<sync::Spot> Site::damaged(SiteId peer) const {
  if (!options_.damage) return {};
  if (options_.damage->version() != damage_version_) look_at_damage();
  std::vector<sync::Spot> out;
  for (const auto& [ledger, spots] : damaged_) {
    std::copy_if(spots.begin(), spots.end(), std::back_inserter(out),
                 [&](const sync::Spot& spot) { return holder_of(spot) == peer; });
  }
  return out;
}

// What is whole again, or was noted by mistake, is forgotten.
void Site::look_at_damage() const {
  const std::uint64_t version = options_.damage->version();
  std::vector<Position> whole;
  damaged_.clear();
  const Status looked = truth_.view([&](const Reading& store) -> Status {
    const auto take = [&](const Damage::Noted& noted) {
      std::set<sync::Spot> spots = spots_of(store, noted);
      const bool damaged = is_damaged(store, noted.ledger, spots);
      if (damaged) damaged_[noted.ledger].merge(spots);
      return damaged;
    };
    for (const Damage::Noted& noted : options_.damage->all()) {
      if (!take(noted)) whole.push_back(noted.ledger);
    }
    list_passed_over(store);
    return Done{};
  });
  if (!looked) return;
  for (const Position ledger : whole) options_.damage->forget(ledger);
  // What was noted meanwhile shows as another version.
  damage_version_ = version + whole.size();
}

// So many of each holder, so that one that is away does not keep the others from being asked. When one has come back,
// or was asked for in vain, others take its place. Of what goes beyond its author's share no other holder is asked yet:
// where it stands costs more to find out than the row.
void Site::list_passed_over(const Reading& store) const {
  std::map<SiteId, std::size_t> listed;
  const auto is_full = [&](SiteId holder) { return listed[holder] >= limits::damage_noted_max; };
  const auto list = [&](Position ledger, const sync::Spot& spot) {
    const auto holder = holder_of(spot);
    if (holder && !is_full(*holder) && damaged_[ledger].insert(spot).second) ++listed[*holder];
  };
  std::vector<std::pair<Position, sync::Spot>> last;
  visit_passed_over(store, [&](const Damage::Noted& passed) {
    if (is_full(options_.router == nullptr ? head_office : passed.author)) return;
    const std::set<sync::Spot> spots = spots_of(store, passed);
    if (!is_damaged(store, passed.ledger, spots)) return;
    for (const sync::Spot& spot : spots) {
      if (in_vain_.contains(spot)) {
        last.emplace_back(passed.ledger, spot);
      } else {
        list(passed.ledger, spot);
      }
    }
  });
  for (const auto& [ledger, spot] : last) list(ledger, spot);
}

void Site::visit_passed_over(const Reading& store, const std::function<void(const Damage::Noted&)>& visit) const {
  store.scan(Table::local, passed_over_key(Position{}), [&](ByteView key, ByteView stored) {
    if (!text_of(key).starts_with(passed_over_name)) return false;
    const auto value = rows_.opened(Table::local, key, stored);
    if (!value) return true;
    Reader in{*value};
    const auto case_id = in.fixed<CaseId>();
    visit({position_of(key), case_id, SiteId{in.u32()}, {}});
    return true;
  });
}

std::optional<PlaceRow> Site::place_at(const Reading& store, const sync::Spot& spot) const {
  const auto value = rows_.get(store, Table::places, key_of(spot.stream, spot.seq));
  return value ? decode_place(*value) : std::nullopt;
}

// Where an entry stands: as its own header says, even if the body behind it is damaged; as whoever came to it said;
// and in whichever stream of those that may have it.
std::set<sync::Spot> Site::spots_of(const Reading& store, const Damage::Noted& noted) const {
  std::set<sync::Spot> out = noted.spots;
  if (const auto row = store.get(Table::entries, key_of(noted.ledger))) {
    Reader in{*row};
    static_cast<void>(in.u8());
    const auto header = journal::decode_header(in.raw(in.u16()));
    if (header) out.insert({journal_of(header->place.site, header->place.epoch), header->place.seq});
  }
  for (const StreamName& stream : streams_with(store, noted)) {
    if (const auto seq = place_of(store, stream, noted.ledger)) out.insert({stream, *seq});
  }
  std::erase_if(out, [&](const sync::Spot& spot) {
    const auto place = place_at(store, spot);
    return !place || place->ledger != noted.ledger;
  });
  return out;
}

// A branch has few streams. At head office the author and those with standing say which.
std::vector<StreamName> Site::streams_with(const Reading& store, const Damage::Noted& noted) const {
  std::vector<StreamName> out;
  const auto add_owned = [&](SiteId owner, SiteId reader) {
    for (auto it = streams_.lower_bound({owner, Epoch{}, no_reader}); it != streams_.end(); ++it) {
      if (it->first.owner != owner) break;
      if (it->first.reader == reader) out.push_back(it->first);
    }
  };
  if (options_.router == nullptr) {
    for (const auto& [stream, row] : streams_) out.push_back(stream);
    return out;
  }
  SiteId author = noted.author;
  if (!noted.case_id.is_zero()) {
    const auto value = rows_.get(store, Table::by_case, key_of(noted.case_id, noted.ledger));
    const auto listed = value ? decode_by_case(*value) : std::nullopt;
    if (listed) author = listed->author;
    store.scan(Table::standing, key_of(noted.case_id, SiteId{}), [&](ByteView key, ByteView) {
      Reader in{key};
      if (in.fixed<CaseId>() != noted.case_id) return false;
      const SiteId reader{in.u32()};
      for (const Epoch epoch : epochs_) out.push_back(feed_for(epoch, reader));
      return true;
    });
  }
  if (author != SiteId{} && author != options_.site) add_owned(author, no_reader);
  return out;
}

// A stream's entries came in its order, all but a few: what a reader was fed late is not found so.
std::optional<Seq> Site::place_of(const Reading& store, const StreamName& stream, Position ledger) const {
  const auto known = streams_.find(stream);
  if (known == streams_.end()) return std::nullopt;
  std::uint64_t low = 1;
  std::uint64_t high = known->second.head.seq.value();
  while (low <= high) {
    const std::uint64_t middle = low + (high - low) / 2;
    const auto place = place_at(store, {stream, Seq{middle}});
    if (!place) return std::nullopt;
    if (place->ledger == ledger) return Seq{middle};
    if (place->ledger < ledger) {
      low = middle + 1;
    } else {
      high = middle - 1;
    }
  }
  return std::nullopt;
}

bool Site::is_damaged(const Reading& store, Position ledger, const std::set<sync::Spot>& spots) const {
  const auto entry = entry_at(store, options_.domain, ledger);
  if (!entry) return true;
  bool key_held = false;
  for (const sync::Spot& spot : spots) {
    const auto place = place_at(store, spot);
    const journal::Place at{spot.stream.owner, spot.stream.epoch, spot.seq,
                            digest_before(store, spot.stream, spot.seq)};
    if (!place || !stands_at(options_.domain, spot.stream.reader, at, entry->item.header, place->digest)) return true;
    key_held = key_held || place->key_held;
  }
  const journal::What& what = entry->header.what;
  const bool had_key = key_held || store.get(Table::keyring, key_of(what.case_id, what.key));
  return had_key && !key_in(store, options_, what.case_id, what.key);
}

// Who sent it to us, and who signed that it has it from us.
std::optional<SiteId> Site::holder_of(const sync::Spot& spot) const {
  if (spot.stream.owner != options_.site) return spot.stream.owner;
  const auto known = streams_.find(spot.stream);
  if (known == streams_.end() || known->second.receipted < spot.seq) return std::nullopt;
  if (spot.stream.reader != no_reader) return spot.stream.reader;
  return options_.site == head_office ? std::nullopt : std::optional{head_office};
}

namespace {

std::string name_of(const sync::Spot& spot) {
  return "stream of site=" + std::to_string(spot.stream.owner.value()) +
         " epoch=" + std::to_string(spot.stream.epoch.value()) +
         " reader=" + std::to_string(spot.stream.reader.value()) + " seq=" + std::to_string(spot.seq.value());
}

}  // namespace

Result<Outcome> Turn::heal(const sync::Heal& heal) {
  const auto place = site_.place_at(store_, heal.spot);
  if (!place) return Outcome{Done{}};
  if (!heal.placed) {
    in_vain_.push_back(heal.spot);
    alarm_once(heal.from, Code::damaged,
               "an entry is damaged here, and this site does not hold it either: " + name_of(heal.spot));
    return Outcome{Done{}};
  }
  // It was compared with what stood here then. What cannot be kept now is asked for again.
  if (place->digest != heal.placed->stream || room() == Room::full) return Outcome{Done{}};
  const journal::What& what = heal.placed->header.what;
  const bool entry_back = put_entry_back(*heal.placed, place->ledger);
  const bool key_back = put_key_back(what, heal);
  if (!entry_back && !key_back) return Outcome{Done{}};
  store_.erase(Table::local, passed_over_key(place->ledger));
  tell_again(*heal.placed, place->ledger);
  Writer healed;
  healed.fixed(what.case_id);
  site_.rows_.put(store_, Table::local, healed_key(next_number(healed_key)), healed.take());
  ++healed_;
  alarm(heal.from, Code::damaged,
        std::string{entry_back ? "an entry" : "a case key"} +
            " was damaged here, and came back from this site: " + name_of(heal.spot));
  return Outcome{Done{}};
}

// False: it is whole already.
bool Turn::put_entry_back(const sync::Placed& placed, Position position) {
  const auto held = entry_at(store_, site_.options_.domain, position);
  if (held && journal::entry_digest(site_.options_.domain, held->item.header) == placed.entry) return false;
  store_.put(Table::entries, key_of(position), encode_entry(placed.item), Order::any);
  restore_mark(placed.header.what, position);
  whole_.push_back(position);
  return true;
}

// False: it is held already, or did not come.
bool Turn::put_key_back(const journal::What& what, const sync::Heal& heal) {
  const auto is_held = [&] { return key_in(store_, site_.options_, what.case_id, what.key).has_value(); };
  const bool was_held = is_held();
  const bool names_it = heal.grant && heal.grant->case_id == what.case_id && heal.grant->key == what.key;
  if (!was_held && names_it) keep_grant(heal.from, *heal.grant);
  if (!is_held()) return false;
  whole_.push_back(site_.place_at(store_, heal.spot)->ledger);
  return !was_held;
}

// While it was damaged it may have been passed over: its case does not list it, and who should have been fed it was
// not.
void Turn::tell_again(const sync::Placed& placed, Position position) {
  const journal::What& what = placed.header.what;
  if (what.case_id.is_zero() || REDRESS_MUTANT(114)) return;
  const RowKey key = key_of(what.case_id, position);
  if (!store_.get(Table::by_case, key)) {
    if (!was_told(what, position)) return;
    site_.rows_.put(store_, Table::by_case, key, encode(ByCaseRow{what.author, now_}));
  }
  if (site_.options_.router == nullptr) return;
  std::vector<SiteId> readers;
  store_.scan(Table::standing, key_of(what.case_id, SiteId{}), [&](ByteView row, ByteView) {
    Reader in{row};
    if (in.fixed<CaseId>() != what.case_id) return false;
    readers.push_back(SiteId{in.u32()});
    return true;
  });
  for (const SiteId reader : readers) {
    const bool has_it = reader == head_office || reader == what.author ||
                        !site_.options_.router->may_read(what, reader) || is_fed(reader, position);
    if (!has_it) feed(reader, position, placed.entry, true);
  }
}

// As was decided when it came, of what is known now.
bool Turn::was_told(const journal::What& what, Position position) const {
  if (site_.options_.router == nullptr || what.author == head_office) return true;
  if (is_strange(what)) return false;
  if (site_.options_.router->opens(what) || casework::opener_of(what.case_id) == what.author) return true;
  const auto value = site_.rows_.get(store_, Table::standing, key_of(what.case_id, what.author));
  return value && Position{Reader{*value}.u64()} < position;
}

bool Turn::is_fed(SiteId reader, Position position) const {
  for (const Epoch epoch : site_.epochs_) {
    const StreamName feed_name = feed_for(epoch, reader);
    if (site_.place_of(store_, feed_name, position)) return true;
    bool found = false;
    store_.scan(Table::places, key_of(feed_name, Seq{}), [&](ByteView key, ByteView value) {
      if (stream_of(key) != feed_name) return false;
      found = Position{Reader{value}.u64()} == position;
      return !found;
    });
    if (found) return true;
  }
  return false;
}

}  // namespace redress::store
