#include "store/similar.h"

#include <algorithm>

#include "store/case_file.h"

namespace redress::store {
namespace {

constexpr std::size_t value_min = 5;       // characters: less is known of many
constexpr std::size_t telephone_max = 15;  // digits, by E.164
constexpr std::size_t alike_kept = 2 * Similar::named_max;

bool is_known_by(casework::Form form) {
  switch (form) {
    case casework::Form::resident_id:
    case casework::Form::phone:
    case casework::Form::bank_card:
    case casework::Form::account:
    case casework::Form::social_credit:
      return true;
    case casework::Form::any:
    case casework::Form::email:
    case casework::Form::representatives:
      return false;
  }
  return false;
}

bool is_between_telephones(char32_t c) {
  return c == U' ' || c == U',' || c == U';' || c == U'/' || c == U'、' || c == U'，' || c == U'；';
}

// A mainland number without its country's.
std::string without_country(std::string digits) {
  for (const std::string_view country : {"0086", "86"}) {
    if (digits.size() == 11 + country.size() && digits.starts_with(country)) return digits.substr(country.size());
  }
  return digits;
}

void put_keys(const casework::Field& field, const std::string& text, std::vector<SameKey>& out) {
  std::string value;
  std::string grouped;  // "138 0013 8000" is one telephone
  bool is_one = true;
  const auto finish = [&] {
    if (field.form == casework::Form::phone) value = without_country(std::move(value));
    SameKey key{std::string{field.name}, field.form, std::exchange(value, {})};
    if (key.value.size() >= value_min) out.push_back(std::move(key));
  };
  for (const char32_t c : fold_text(text)) {
    if ((c >= U'0' && c <= U'9') || (c >= U'a' && c <= U'z')) value += static_cast<char>(c);
    if (field.form != casework::Form::phone || !is_between_telephones(c)) continue;
    if (c != U' ') is_one = false;
    grouped += value;
    finish();
  }
  grouped += value;
  const bool was_split = grouped.size() > value.size();
  finish();
  if (!was_split || !is_one || grouped.size() > telephone_max) return;
  value = std::move(grouped);
  finish();
}

std::vector<std::string> fields_alike(const std::vector<SameKey>& keys, const std::vector<SameKey>& others) {
  std::vector<std::string> out;
  for (const SameKey& key : keys) {
    const bool same = std::any_of(others.begin(), others.end(), [&](const SameKey& other) {
      return other.form == key.form && other.value == key.value;
    });
    if (same && std::find(out.begin(), out.end(), key.field) == out.end()) out.push_back(key.field);
  }
  return out;
}

}  // namespace

std::vector<SameKey> same_keys(const casework::KindRow& opening, const casework::Event& event) {
  std::vector<SameKey> out;
  for (const auto& [name, value] : event.fields) {
    const casework::Field* field = opening.field(name);
    if (field != nullptr && is_known_by(field->form)) put_keys(*field, value, out);
  }
  return out;
}

Similar::Similar(const Truth& journal, const SiteOptions& site, const casework::Kinds& kinds, Search* search,
                 Recall recall, Random& random)
    : journal_{journal}, site_{site}, kinds_{kinds}, search_{search}, recall_{std::move(recall)}, sealer_{random} {}

std::uint64_t Similar::digest_of(const SameKey& key) const {
  Writer out;
  out.raw(view_of("redress/same/1"));
  out.u8(static_cast<std::uint8_t>(key.form));
  out.raw(view_of(key.value));
  const std::array<ByteView, 1> parts{ByteView{out.bytes()}};
  return Reader{site_.domain.suite->hash(parts).bytes}.u64();
}

void Similar::remember(Position at, const CaseId& id, const casework::Event& event) {
  std::vector<std::uint64_t> digests;
  for (const SameKey& key : same_keys(kinds_.opening(), event)) {
    const std::uint64_t digest = digest_of(key);
    std::deque<Seen>& seen = known_[digest];
    if (!seen.empty() && seen.back().id == id) continue;
    seen.push_back({at, id});
    if (seen.size() > alike_kept) seen.pop_front();
    digests.push_back(digest);
  }
  if (digests.empty()) return;
  order_.emplace_back(at, std::move(digests));
  if (order_.size() > remembered_max) forget_oldest();
}

void Similar::forget_oldest() {
  const auto& [at, digests] = order_.front();
  for (const std::uint64_t digest : digests) {
    const auto known = known_.find(digest);
    if (known == known_.end()) continue;
    std::deque<Seen>& seen = known->second;
    if (!seen.empty() && seen.front().at <= at) seen.pop_front();
    if (seen.empty()) known_.erase(known);
  }
  order_.pop_front();
}

void Similar::note_unread(Position at) {
  unread_.insert(at);
  if (unread_.size() > unread_max) unread_.erase(unread_.begin());
}

bool Similar::has_come_back(const Reading& journal) {
  return std::any_of(unread_.begin(), unread_.end(), [&](Position at) {
    const auto told = read_entry(journal, site_, kinds_, sealer_, at);
    return told && told->event;
  });
}

Status Similar::look(const Registered& own) {
  return journal_.view([&](const Reading& journal) -> Status {
    if (has_come_back(journal)) {
      // What is remembered is in the ledger's order, and it belongs in the midst of that.
      known_.clear();
      order_.clear();
      unread_.clear();
      seen_ = Position{};
    }
    const auto last = journal.last_below(Table::entries, key_of(Position{UINT64_MAX}));
    const Position head = last ? position_of(last->first) : Position{};
    const std::uint64_t far = head.value() > looked_back_max ? head.value() - looked_back_max : 0;
    const Kind opening = kinds_.opening().kind;
    std::vector<Position> openings;
    journal.scan(Table::entries, key_of(Position{std::max(seen_.value(), far) + 1}), [&](ByteView key, ByteView value) {
      const auto entry = decode_entry(site_.domain, value);
      if (entry && entry->header.what.kind == opening) openings.push_back(position_of(key));
      if (!entry) note_unread(position_of(key));
      return true;
    });
    const std::size_t skipped = openings.size() > remembered_max ? openings.size() - remembered_max : 0;
    for (std::size_t i = skipped; i < openings.size(); ++i) {
      if (openings[i] == own.at) {
        remember(own.at, own.id, own.event);
        continue;
      }
      const auto told = read_entry(journal, site_, kinds_, sealer_, openings[i]);
      if (told && told->event) remember(openings[i], told->header.what.case_id, *told->event);
      if (told && !told->event) note_unread(openings[i]);
    }
    seen_ = head;
    return Done{};
  });
}

std::vector<CaseId> Similar::candidates(const CaseId& own, const std::vector<SameKey>& keys, Position before) {
  std::map<Position, CaseId, std::greater<>> newest;
  for (const SameKey& key : keys) {
    const auto known = known_.find(digest_of(key));
    if (known == known_.end()) continue;
    for (const Seen& seen : known->second) {
      if (seen.at < before && seen.id != own) newest.emplace(seen.at, seen.id);
    }
  }
  std::vector<CaseId> out;
  out.reserve(newest.size() + named_max);
  for (const auto& [at, id] : newest) out.push_back(id);
  for (const SameKey& key : keys) {
    if (search_ == nullptr || out.size() >= named_max) break;
    const auto query = parse_query(key.value);
    if (!query) continue;
    const auto found = search_->find(*query, before, named_max, [](const Summary&) { return true; });
    if (!found) continue;  // a warning that cannot be had is none
    for (const Summary& one : found->cases) out.push_back(one.id);
  }
  return out;
}

Result<Position> Similar::find(const CaseId& own, const casework::Event& event, Position place, const Show& show) {
  const std::vector<SameKey> keys = same_keys(kinds_.opening(), event);
  if (keys.empty()) return place;
  const Status looked = look({place, own, event});
  if (!looked) return fail(looked.error());
  std::set<CaseId> named{own};
  std::size_t shown = 0;
  for (const CaseId& id : candidates(own, keys, place)) {
    if (shown == named_max) break;
    if (!named.insert(id).second) continue;
    const Status recalled = recall_(id, [&](const CaseFile& file) {
      const auto opened = file.view.state.opened;
      if (!opened || !file.told[*opened].event) return;
      const auto fields = fields_alike(keys, same_keys(kinds_.opening(), *file.told[*opened].event));
      if (fields.empty()) return;
      if (show(file, fields)) ++shown;
    });
    if (!recalled) return fail(recalled.error());
  }
  return seen_;
}

}  // namespace redress::store
