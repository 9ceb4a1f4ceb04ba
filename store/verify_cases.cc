// Cases: which entries each has, who has standing in it and was fed what, its keys, and the commands carried out.
#include <algorithm>

#include "protocol/casework/number.h"
#include "store/walk.h"

namespace redress::store {
namespace {

constexpr std::size_t by_case_key_bytes = 24;
constexpr std::size_t standing_key_bytes = 20;
constexpr std::size_t keyring_key_bytes = 32;
constexpr std::size_t mark_key_bytes = 16;

}  // namespace

void Walk::walk_cases() {
  for (Position at{1}; at.value() <= entries_.size(); at = at.next()) {
    const auto header = header_at(at);
    if (!header) continue;
    if (!header->what.case_id.is_zero()) check_listed(at, *header);
    if (header->what.author == site_.site && entries_[at.value() - 1].links) check_command(header->what);
  }
  walk_by_case();
  walk_standing();
}

std::optional<Position> Walk::standing_since(const CaseId& case_id, SiteId site) const {
  const RowKey key = key_of(case_id, site);
  if (!has(Table::standing, key)) return std::nullopt;
  const auto value = rows_.get(store_, Table::standing, key);
  return Position{value ? Reader{*value}.u64() : 0};  // a damaged row is named by itself
}

// What Turn decided when the entry came: at head office, whether its author had standing in the case, or it was
// the author's to open.
// What was fed to anybody, or came back from a feed, was told.
bool Walk::is_told(Position at, const journal::What& what) const {
  const Entry& entry = entries_[at.value() - 1];
  if (!entry.placed) return false;
  if (site_.site != head_office || what.author == head_office || entry.fed) return true;
  const auto opener = casework::opener_of(what.case_id);
  if (what.kind == opening_) return opener.value_or(what.author) == what.author && !is_opened_before(what.case_id, at);
  if (opener == what.author) return true;
  const auto since = standing_since(what.case_id, what.author);
  return since && *since < at;
}

bool Walk::is_opened_before(const CaseId& case_id, Position at) const {
  bool opened = false;
  store_.scan(Table::by_case, key_of(case_id, Position{}), [&](ByteView key, ByteView) {
    const bool earlier =
        key.size() == by_case_key_bytes && Reader{key}.fixed<CaseId>() == case_id && position_of(key) < at;
    const auto header = earlier ? header_at(position_of(key)) : std::nullopt;
    opened = header && header->what.kind == opening_;
    return earlier && !opened;
  });
  return opened;
}

void Walk::miss_standing(const CaseId& case_id, SiteId site) {
  if (standing_missed_.emplace(case_id, site).second)
    bad(name_of(Table::standing, key_of(case_id, site)), "the row is gone");
}

void Walk::check_listed(Position at, const journal::Header& header) {
  const journal::What& what = header.what;
  const RowKey key = key_of(what.case_id, at);
  if (!has(Table::by_case, key)) {
    if (is_told(at, what)) bad(name_of(Table::by_case, key), "the case does not list its entry " + name_of(at));
    return;
  }
  const bool opened = site_.site == head_office && what.author != head_office && what.kind == opening_;
  if (opened && !has(Table::standing, key_of(what.case_id, what.author))) miss_standing(what.case_id, what.author);
}

void Walk::check_command(const journal::What& what) {
  if (!has(Table::marks, view_of(what.command)))
    bad(name_of(Table::marks, view_of(what.command)), "the mark of an own command is gone");
}

void Walk::walk_by_case() {
  scan(Table::by_case, by_case_key_bytes, [&](ByteView key, ByteView stored) {
    const auto value = checked(Table::by_case, key, stored);
    const auto row = value ? decode_by_case(*value) : std::nullopt;
    const auto header = row ? header_at(position_of(key)) : std::nullopt;
    if (!header) return;
    if (header->what.case_id != Reader{key}.fixed<CaseId>() || header->what.author != row->author)
      bad(name_of(Table::by_case, key), "its entry is another's: " + name_of(position_of(key)));
  });
}

// Who stands in a case was fed every entry of it that is not its own; who was fed stands in it.
void Walk::walk_standing() {
  for (const auto& [reader, at] : fed_) {
    const auto header = header_at(at);
    if (header && !header->what.case_id.is_zero() && !has(Table::standing, key_of(header->what.case_id, reader)))
      miss_standing(header->what.case_id, reader);
  }
  scan(Table::standing, standing_key_bytes, [&](ByteView key, ByteView stored) {
    const auto value = checked(Table::standing, key, stored);
    if (!value) return;
    Reader in{key};
    const auto case_id = in.fixed<CaseId>();
    const SiteId site{in.u32()};
    if (site != head_office) check_fed(case_id, site);
  });
}

void Walk::check_fed(const CaseId& case_id, SiteId reader) {
  store_.scan(Table::by_case, key_of(case_id, Position{}), [&](ByteView key, ByteView) {
    if (key.size() != by_case_key_bytes || Reader{key}.fixed<CaseId>() != case_id) return false;
    const Position at = position_of(key);
    const auto header = header_at(at);
    const bool for_all = header && (header->what.flags & journal::flag_audience_mask) == 0;
    const bool due = for_all && header->what.author != reader;
    if (due && !std::binary_search(fed_.begin(), fed_.end(), std::pair{reader, at}))
      bad(name_of(at), "site=" + std::to_string(reader.value()) + " stands in its case and was not fed it");
    return true;
  });
}

// A case key that does not open, or is gone, would only make its entries unreadable, without a word.
void Walk::walk_keyring() {
  scan(Table::keyring, keyring_key_bytes, [&](ByteView key, ByteView value) {
    Reader name{key};
    const auto case_id = name.fixed<CaseId>();
    const auto id = name.fixed<KeyId>();
    Reader row{value};
    const std::uint32_t generation = row.u32();
    const auto opened =
        crypto::unwrap(site_.kek, keyring_data(site_.domain, case_id, id, generation), case_id, id, row.rest());
    if (!opened) bad(name_of(Table::keyring, key), "the case key does not open");
  });
  for (const auto& [case_id, id] : keys_due_) {
    const RowKey key = key_of(case_id, id);
    if (!has(Table::keyring, key)) bad(name_of(Table::keyring, key), "the case key is gone");
  }
}

void Walk::walk_marks() {
  scan(Table::marks, mark_key_bytes, [&](ByteView key, ByteView stored) {
    const auto value = checked(Table::marks, key, stored);
    const auto row = value ? decode_mark(*value) : std::nullopt;
    const auto header = row ? header_at(row->ledger) : std::nullopt;
    if (!header) return;
    if (header->what.author != site_.site || !same_bytes(view_of(header->what.command), key))
      bad(name_of(Table::marks, key), "its entry is another's: " + name_of(row->ledger));
  });
}

}  // namespace redress::store
