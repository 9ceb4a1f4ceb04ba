#include "store/case_file.h"

#include <algorithm>
#include <map>

#include "protocol/base/limits.h"
#include "protocol/base/mutant.h"
#include "store/case_memory.h"

namespace redress::store {
namespace {

// Whoever comes to what is damaged says so, for it to be asked for.
void note(const SiteOptions& site, Position at, const CaseId& case_id) {
  if (site.damage) site.damage->note({at, case_id});
}

// The keys of one case: mostly one, which opens all its entries. Lives for one reading.
class CaseKeys {
 public:
  CaseKeys(const Reading& store, const SiteOptions& site) : store_{store}, site_{site} {}
  const std::optional<crypto::CaseKey>& of(const journal::What& what) {
    const auto [found, is_new] = keys_.try_emplace(what.key);
    if (is_new) found->second = key_in(store_, site_, what.case_id, what.key);
    return found->second;
  }
  // Stands where its author placed it: it is as it came, and nobody holds a better one.
  [[nodiscard]] bool is_as_it_came(const casework::Told& told, const wire::Item& item) const {
    const journal::Place& named = told.header.place;
    const auto row =
        RowCheck{site_.kek}.get(store_, Table::places, key_of(journal_of(named.site, named.epoch), named.seq));
    const auto place = row ? decode_place(*row) : std::nullopt;
    return place && place->ledger == told.arrived && stands_at(site_.domain, no_reader, {}, item.header, place->digest);
  }
  // Of one that does not open: there is a row of it.
  [[nodiscard]] bool is_damaged(const journal::What& what) const {
    return store_.get(Table::keyring, key_of(what.case_id, what.key)).has_value();
  }

 private:
  const Reading& store_;
  const SiteOptions& site_;
  std::map<KeyId, std::optional<crypto::CaseKey>> keys_;
};

// What the body says, or why it cannot be read here: the entry stays, uninterpreted (D16).
void open_body(CaseKeys& keys, const SiteOptions& site, const casework::Kinds& kinds, crypto::Sealer& sealer,
               const wire::Item& item, casework::Told& told) {
  const journal::What& what = told.header.what;
  const casework::KindRow* row = kinds.find(what.kind);
  if (row == nullptr || what.format != journal::header_format) {
    told.unread = Code::unknown_kind;
    return;
  }
  const std::optional<crypto::CaseKey>& key = keys.of(what);
  if (!key) {
    told.unread = Code::key_waiting;
    if (keys.is_damaged(what)) note(site, told.arrived, what.case_id);
    return;
  }
  const auto plain = sealer.open(*key, journal::associated_data(site.domain, what), item.body);
  auto event = plain ? casework::decode_event(*row, *plain) : Result<casework::Event>{fail(plain.error())};
  if (event) {
    told.event = std::move(*event);
  } else {
    told.unread = event.error().code;
    if (told.unread == Code::damaged && !keys.is_as_it_came(told, item)) note(site, told.arrived, what.case_id);
  }
}

casework::Told told_of(CaseKeys& keys, const SiteOptions& site, const casework::Kinds& kinds, crypto::Sealer& sealer,
                       const StoredEntry& entry, Position position, CaseMemory* memory = nullptr) {
  casework::Told told{journal::identity_of(site.domain, entry.item.header), entry.header, std::nullopt, std::nullopt,
                      position};
  if (memory != nullptr) told.event = memory->take_sealed(told.identity);
  if (!told.event) open_body(keys, site, kinds, sealer, entry.item, told);
  return told;
}

// Nothing: the row does not hold, which verify names; it blocks nothing.
std::optional<casework::Told> told_at(const Reading& store, CaseKeys& keys, const SiteOptions& site,
                                      const casework::Kinds& kinds, crypto::Sealer& sealer, const CaseId& case_id,
                                      Position position, CaseMemory* memory = nullptr) {
  const auto entry = entry_at(store, site.domain, position);
  if (!entry) {
    note(site, position, case_id);
    return std::nullopt;
  }
  return told_of(keys, site, kinds, sealer, *entry, position, memory);
}

// After an entry that does not hold: verify names it; it blocks nothing.
bool goes_on() { return !REDRESS_MUTANT(111); }

// Visits the places of a case's entries in order of arrival until `visit` returns false.
void visit_places(const Reading& store, const CaseId& case_id,
                  const std::function<bool(ByteView key, ByteView value)>& visit) {
  store.scan(Table::by_case, key_of(case_id, Position{}),
             [&](ByteView key, ByteView value) { return Reader{key}.fixed<CaseId>() == case_id && visit(key, value); });
}

Position head_of(const Reading& store, const RowCheck& rows) {
  const auto ledger = rows.get(store, Table::local, view_of(ledger_key));
  return ledger ? Position{Reader{*ledger}.u64()} : Position{};
}

std::optional<WallTime> receipt_time(const Reading& store, const StreamName& stream, Seq seq) {
  std::optional<WallTime> at;
  store.scan(Table::receipts, key_of(stream, seq), [&](ByteView key, ByteView value) {
    if (stream_of(key) != stream) return false;
    const auto receipt = journal::decode_receipt(value);
    if (receipt) at = receipt->time;
    return false;
  });
  return at;
}

bool is_by_program(const casework::Kinds& kinds, const casework::Told& told) {
  const casework::KindRow* row = kinds.find(told.header.what.kind);
  return row != nullptr && (row->guards & casework::guard_no_person) != 0;
}

// What the entry names as its causes; of one that the program recorded, which nobody reads by writing it, what that
// rests on too.
std::vector<std::size_t> causes_of(const casework::Kinds& kinds, const CaseFile& file, const casework::Told& reader) {
  std::vector<std::size_t> out;
  std::vector<const casework::Told*> naming{&reader};
  for (std::size_t n = 0; n < naming.size(); ++n) {
    for (const Cause& cause : naming[n]->header.what.after) {
      for (std::size_t i = 0; i < file.told.size(); ++i) {
        if (journal::cause_of(file.told[i].identity) != cause || std::count(out.begin(), out.end(), i) > 0) continue;
        out.push_back(i);
        if (is_by_program(kinds, file.told[i])) naming.push_back(&file.told[i]);
      }
    }
  }
  return out;
}

// Head office has read what its own entries name as their causes, and what those rest on in the same journal.
void mark_read(const casework::Kinds& kinds, CaseFile& file) {
  for (const casework::Told& reader : file.told) {
    if (reader.header.what.author != head_office || is_by_program(kinds, reader)) continue;
    const WallTime at = reader.header.what.time;
    for (const std::size_t i : causes_of(kinds, file, reader)) {
      const journal::Place& named = file.told[i].header.place;
      for (std::size_t k = 0; k < file.told.size(); ++k) {
        const journal::Place& place = file.told[k].header.place;
        const bool covered = place.site == named.site && place.epoch == named.epoch && place.seq <= named.seq;
        if (covered && (!file.ways[k].read || at < *file.ways[k].read)) file.ways[k].read = at;
      }
    }
  }
}

}  // namespace

std::optional<CaseFile> read_case(const Reading& store, const SiteOptions& site, const casework::Kinds& kinds,
                                  crypto::Sealer& sealer, const CaseId& case_id) {
  const RowCheck rows{site.kek};
  CaseFile file;
  file.id = case_id;
  CaseKeys keys{store, site};
  visit_places(store, case_id, [&](ByteView key, ByteView stored) {
    if (file.told.size() == limits::case_entries_max) return false;
    const auto value = rows.opened(Table::by_case, key, stored);
    const auto index = value ? decode_by_case(*value) : std::nullopt;
    auto told = told_at(store, keys, site, kinds, sealer, case_id, position_of(key));
    if (!told) return goes_on();
    Way way{index ? index->arrived : WallTime{}, std::nullopt, std::nullopt};
    const journal::Place& place = told->header.place;
    if (site.site != head_office && place.site == site.site) {
      way.at_head_office = receipt_time(store, journal_of(place.site, place.epoch), place.seq);
    }
    file.told.push_back(std::move(*told));
    file.ways.push_back(way);
    return true;
  });
  if (file.told.empty()) return std::nullopt;
  mark_read(kinds, file);
  file.view = casework::fold(kinds, file.told);
  file.head = head_of(store, rows);
  return file;
}

const CaseFile* recall_case(const Reading& store, const SiteOptions& site, const RowCheck& rows,
                            const casework::Kinds& kinds, crypto::Sealer& sealer, const CaseId& case_id,
                            CaseMemory& memory, const OpenedHere& opened) {
  CaseFile& file = memory.hand_out(case_id);
  std::vector<casework::Told>& told = file.told;
  CaseKeys keys{store, site};
  std::size_t at = 0;
  const std::size_t folded = file.view.timeline.empty() ? 0 : told.size();
  bool grew_only = folded > 0;
  const auto here = [&] { return told.begin() + static_cast<std::ptrdiff_t>(at); };
  visit_places(store, case_id, [&](ByteView key, ByteView) {
    if (at == limits::case_entries_max) return false;
    const Position position = position_of(key);
    const auto next = std::find_if(here(), told.end(), [&](const auto& one) { return one.arrived >= position; });
    if (next != here()) {
      told.erase(here(), next);  // its row is gone: it was placed again
      grew_only = false;
    }
    const bool known = at < told.size() && told[at].arrived == position;
    if (known && told[at].event) {
      ++at;
      return true;
    }
    auto read = told_at(store, keys, site, kinds, sealer, case_id, position, &memory);
    if (!read) return goes_on();
    if (opened) opened(*read);
    if (read->event) read->event = without_texts(kinds, *read->event);
    if (at < folded) grew_only = false;
    if (known) {
      told[at] = std::move(*read);
    } else {
      told.insert(here(), std::move(*read));
    }
    ++at;
    return true;
  });
  if (at < told.size()) {
    told.erase(here(), told.end());
    grew_only = false;
  }
  if (told.empty()) return nullptr;
  const bool level = grew_only && told.size() == folded;
  if (!level && !(grew_only && casework::extend(kinds, file.view, told))) file.view = casework::fold(kinds, told);
  file.head = head_of(store, rows);
  return &file;
}

std::optional<casework::Told> read_entry(const Reading& store, const SiteOptions& site, const casework::Kinds& kinds,
                                         crypto::Sealer& sealer, Position position) {
  const auto entry = entry_at(store, site.domain, position);
  if (!entry) note(site, position, {});
  if (!entry || !store.get(Table::by_case, key_of(entry->header.what.case_id, position))) return std::nullopt;
  CaseKeys keys{store, site};
  return told_of(keys, site, kinds, sealer, *entry, position);
}

}  // namespace redress::store
