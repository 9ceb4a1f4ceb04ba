#include "store/follower.h"

#include <algorithm>

#include "protocol/base/mutant.h"
#include "protocol/casework/number.h"

namespace redress::store {
namespace {

constexpr std::uint16_t casework_version = 1;  // raised whenever the fold or the summary changes
constexpr std::string_view progress_key = "at";

constexpr std::size_t alike_max = 64;
constexpr std::size_t cases_a_commit = 64;

// Check characters may be typed in either case.
bool same_number(std::string_view a, std::string_view b) {
  const auto upper = [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; };
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [&](char x, char y) { return upper(x) == upper(y); });
}

void put_text(Writer& out, std::string_view text) {
  out.u16(static_cast<std::uint16_t>(text.size()));
  out.raw(view_of(text));
}
std::string take_text(Reader& in) { return std::string{text_of(in.raw(in.u16()))}; }

Bytes encode(const Summary& summary) {
  Writer out;
  put_text(out, summary.number);
  out.u16(summary.state.value());
  out.u8(static_cast<std::uint8_t>(summary.status));
  out.u32(summary.registrar.value());
  out.u32(summary.handler.value());
  out.i64(summary.registered_at.value());
  out.u16(static_cast<std::uint16_t>(summary.offset_minutes));
  out.i64(summary.updated_at.value());
  out.u32(summary.entries);
  out.u32(summary.unread);
  put_text(out, summary.channel);
  put_text(out, summary.product);
  put_text(out, summary.received_at);
  return out.take();
}

std::optional<Summary> decode_summary(const CaseId& id, ByteView plain) {
  Reader in{plain};
  Summary summary;
  summary.id = id;
  summary.number = take_text(in);
  summary.state = Kind{in.u16()};
  summary.status = static_cast<casework::Status>(in.u8());
  summary.registrar = SiteId{in.u32()};
  summary.handler = SiteId{in.u32()};
  summary.registered_at = WallTime{in.i64()};
  summary.offset_minutes = static_cast<std::int16_t>(in.u16());
  summary.updated_at = WallTime{in.i64()};
  summary.entries = in.u32();
  summary.unread = in.u32();
  summary.channel = take_text(in);
  summary.product = take_text(in);
  summary.received_at = take_text(in);
  if (!in.complete()) return std::nullopt;
  return summary;
}

Bytes row_data(const journal::Domain& domain, const CaseId& id) {
  Writer out;
  out.raw(view_of("redress/view/1"));
  out.fixed(domain.network);
  out.fixed(id);
  return out.take();
}

Summary summary_of(const CaseFile& file) {
  Summary out;
  out.id = file.id;
  out.number = file.view.number;
  if (file.view.label != nullptr) out.state = file.view.label->kind;
  out.status = file.view.state.status;
  out.registrar = file.view.state.registrar;
  out.handler = file.view.state.handler;
  out.entries = static_cast<std::uint32_t>(file.view.timeline.size());
  for (const casework::Told& told : file.told) {
    out.updated_at = std::max(out.updated_at, told.header.what.time);
    if (!told.event) ++out.unread;
  }
  if (!file.view.state.opened) return out;
  const casework::Told& opened = file.told[*file.view.state.opened];
  out.registered_at = opened.header.what.time;
  out.offset_minutes = opened.header.what.offset_minutes;
  const auto text = [&](std::string_view name) {
    const std::string* value = opened.event ? opened.event->value(name) : nullptr;
    return value == nullptr ? std::string{} : *value;
  };
  out.channel = text("channel");
  out.product = text("product");
  out.received_at = text("received_at");
  return out;
}

Bytes number_key(const casework::CaseNo& number, const CaseId& id) {
  Writer out;
  out.u32(number.site.value());
  out.u64(number.serial);
  out.fixed(id);
  return out.take();
}

}  // namespace

Follower::Follower(const Truth& journal, Truth& views, const SiteOptions& site, Epoch epoch,
                   const crypto::Key32& views_key, const casework::Kinds& kinds, Random& random)
    : journal_{journal},
      views_{views},
      site_{site},
      epoch_{epoch},
      key_{views_key},
      kinds_{kinds},
      random_{random},
      sealer_{random} {}

void Follower::write_progress(Writing& views, Position at) {
  Writer row;
  row.u16(casework_version);
  row.u64(epoch_.value());
  row.u64(at.value());
  views.put(Table::progress, view_of(progress_key), row.bytes());
}

Status Follower::open() {
  return views_.update([&](Writing& views) -> Status {
    if (const auto row = views.get(Table::progress, view_of(progress_key))) {
      Reader in{*row};
      const bool same = in.u16() == casework_version && in.u64() == epoch_.value();
      const std::uint64_t at = in.u64();
      if (same && in.complete() && !REDRESS_MUTANT(142)) {  // 142: every start forgets what was shown
        position_ = at;
        return Done{};
      }
    }
    for (const Table table : {Table::cases, Table::numbers}) {
      std::vector<Bytes> keys;
      views.scan(table, {}, [&](ByteView key, ByteView) {
        keys.push_back(copy_of(key));
        return true;
      });
      for (const Bytes& key : keys) views.erase(table, key);
    }
    write_progress(views, Position{});
    position_ = 0;
    return Done{};
  });
}

Result<std::size_t> Follower::advance(std::size_t entries_max) {
  std::set<CaseId> touched;
  std::vector<Summary> summaries;
  std::size_t count = 0;
  const Status looked = journal_.view([&](const Reading& store) -> Status {
    store.scan(Table::entries, key_of(position().next()), [&](ByteView, ByteView value) {
      // A snapshot is held while the cases are folded: not for more than these.
      if (count == entries_max || touched.size() == cases_a_commit) return false;
      ++count;
      const auto entry = decode_entry(site_.domain, value);
      if (entry && !entry->header.what.case_id.is_zero()) touched.insert(entry->header.what.case_id);
      return true;
    });
    for (const CaseId& id : touched) {
      if (const auto file = read_case(store, site_, kinds_, sealer_, id)) summaries.push_back(summary_of(*file));
    }
    return Done{};
  });
  if (!looked) return fail(looked.error());
  if (count == 0) return std::size_t{0};
  const Position at{position_.load() + count};
  const Status kept = views_.update([&](Writing& views) -> Status {
    for (const Summary& summary : summaries) {
      views.put(Table::cases, view_of(summary.id),
                crypto::seal_bytes(key_, row_data(site_.domain, summary.id), encode(summary), random_));
      const auto number = casework::parse_case_no(summary.number);
      if (number && number->site == summary.registrar) {
        views.put(Table::numbers, number_key(*number, summary.id), view_of(summary.id));
      }
    }
    write_progress(views, at);
    return Done{};
  });
  if (!kept) return fail(kept.error());
  position_ = at.value();
  return count;
}

Result<std::vector<Summary>> Views::list(const CaseId& before, std::size_t count, std::size_t look_max,
                                         const std::function<bool(const Summary&)>& wanted) const {
  std::vector<Summary> out;
  const Status looked = views_.view([&](const Reading& store) -> Status {
    Bytes bound = before.is_zero() ? Bytes(CaseId::size, std::byte{0xFF}) : copy_of(before.bytes);
    for (std::size_t i = 0; i < look_max && out.size() < count; ++i) {
      const auto row = store.last_below(Table::cases, bound);
      const auto id = row ? fixed_from<CaseId>(row->first) : std::nullopt;
      if (!id) break;
      bound = row->first;
      const auto plain = crypto::open_bytes(key_, row_data(domain_, *id), row->second);
      if (!plain) return fail(Code::damaged, "view row of case=" + to_hex(id->bytes));
      auto summary = decode_summary(*id, *plain);
      if (!summary) return fail(Code::damaged, "view row of case=" + to_hex(id->bytes));
      if (wanted(*summary)) out.push_back(std::move(*summary));
    }
    return Done{};
  });
  if (!looked) return fail(looked.error());
  return out;
}

std::optional<CaseId> Views::find(std::string_view number) const {
  const auto parsed = casework::parse_case_no(number);
  if (!parsed) return std::nullopt;
  std::optional<CaseId> found;
  std::size_t hits = 0;
  std::size_t looked_at = 0;
  const Status looked = views_.view([&](const Reading& store) -> Status {
    // Stores of one site may have counted alike: date and check characters decide, and two that are equal decide
    // nothing.
    store.scan(Table::numbers, number_key(*parsed, CaseId{}), [&](ByteView key, ByteView value) {
      Reader in{key};
      const bool alike = SiteId{in.u32()} == parsed->site && in.u64() == parsed->serial;
      if (!alike || ++looked_at > alike_max) return false;
      const auto id = fixed_from<CaseId>(value);
      const auto row = id ? store.get(Table::cases, view_of(*id)) : std::nullopt;
      const auto plain =
          row ? crypto::open_bytes(key_, row_data(domain_, *id), *row) : Result<Bytes>{fail(Code::damaged, "")};
      const auto summary = plain ? decode_summary(*id, *plain) : std::nullopt;
      if (summary && same_number(summary->number, number)) {
        found = id;
        ++hits;
      }
      return hits < 2;
    });
    return Done{};
  });
  if (!looked || hits != 1) return std::nullopt;
  return found;
}

}  // namespace redress::store
