#include "store/summary.h"

#include <algorithm>

#include "store/search_text.h"

namespace redress::store {
namespace {

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
  out.u16(static_cast<std::uint16_t>(summary.accused.size()));
  for (const casework::Actor& person : summary.accused) {
    out.u32(person.site.value());
    out.u32(person.staff.value());
  }
  out.i64(summary.due ? summary.due->value() : 0);
  put_text(out, summary.due_limit);
  out.i64(summary.prompt ? summary.prompt->value() : 0);
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
  for (std::uint16_t left = in.u16(); left > 0 && !in.failed(); --left) {
    const SiteId site{in.u32()};
    summary.accused.push_back({site, StaffId{in.u32()}});
  }
  if (const WallTime due{in.i64()}; due != WallTime{}) summary.due = due;
  summary.due_limit = take_text(in);
  if (const WallTime prompt{in.i64()}; prompt != WallTime{}) summary.prompt = prompt;
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

}  // namespace

Summary summary_of(const CaseFile& file, const DueRules& rules) {
  Summary out;
  out.id = file.id;
  out.number = file.view.number;
  if (file.view.label != nullptr) out.state = file.view.label->kind;
  out.status = file.view.state.status;
  out.registrar = file.view.state.registrar;
  out.handler = file.view.state.handler;
  out.accused = file.view.state.accused;
  out.entries = static_cast<std::uint32_t>(file.view.timeline.size());
  for (const casework::Told& told : file.told) {
    out.updated_at = std::max(out.updated_at, told.header.what.time);
    if (!told.event) ++out.unread;
  }
  if (!file.view.state.opened) return out;
  const Ahead ahead = rules.ahead ? rules.ahead(file) : Ahead{};
  if (ahead.due) {
    out.due = ahead.due->at;
    out.due_limit = ahead.due->limit;
  }
  out.prompt = ahead.prompt;
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

std::optional<casework::CaseNo> number_of(const Summary& summary) {
  auto number = casework::parse_case_no(summary.number);
  if (!number || number->site != summary.registrar) return std::nullopt;
  return *number;
}

Bytes seal_summary(const journal::Domain& domain, const crypto::Key32& views_key, const Summary& summary,
                   Random& random) {
  return crypto::seal_bytes(views_key, row_data(domain, summary.id), encode(summary), random);
}

Result<Summary> open_summary(const journal::Domain& domain, const crypto::Key32& views_key, const CaseId& id,
                             ByteView sealed) {
  const auto plain = crypto::open_bytes(views_key, row_data(domain, id), sealed);
  auto summary = plain ? decode_summary(id, *plain) : std::nullopt;
  if (!summary) return fail(Code::damaged, "view row of case=" + to_hex(id.bytes));
  return std::move(*summary);
}

Bytes key_of(const casework::CaseNo& number, const CaseId& id) {
  Writer out;
  out.u32(number.site.value());
  out.u64(number.serial);
  out.fixed(id);
  return out.take();
}

Bytes encode(const Progress& progress) {
  Writer out;
  out.u16(progress.version);
  out.u64(progress.epoch.value());
  out.u64(progress.at.value());
  out.u64(progress.make);
  return out.take();
}

std::optional<Progress> decode_progress(ByteView value) {
  Reader in{value};
  Progress progress;
  progress.version = in.u16();
  progress.epoch = Epoch{in.u64()};
  progress.at = Position{in.u64()};
  // The first versions had no make.
  if (!in.complete()) progress.make = in.u64();
  if (!in.complete()) return std::nullopt;
  return progress;
}

std::uint64_t make_of(bool with_signs, std::uint64_t rules) {
  return with_signs ? (rules ^ folds_digest()) << 1 | 1U : rules << 1;
}

}  // namespace redress::store
