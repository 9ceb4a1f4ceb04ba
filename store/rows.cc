#include "store/rows.h"

#include <algorithm>
#include <array>

#include "crypto/derive.h"
#include "protocol/base/assert.h"
#include "protocol/base/limits.h"

namespace redress::store {
namespace {

constexpr std::uint8_t entry_format = 1;

constexpr std::uint8_t place_with_key = 1;
constexpr std::uint8_t place_checkpoint = 2;
constexpr std::uint8_t place_receipt = 4;
constexpr std::uint8_t place_key_held = 8;

}  // namespace

RowCheck::RowCheck(const crypto::Key32& master) : key_{crypto::derive(master, "redress/rows/1")} {}

RowCheck::Check RowCheck::check_of(Table table, ByteView key, ByteView value) const {
  const std::array<std::byte, 1> name{static_cast<std::byte>(table)};
  const crypto::Key32 whole = crypto::hmac_sha256(key_.view(), {name, key, value});
  return *fixed_from<Check>(whole.view().first(Check::size));
}

Bytes RowCheck::sealed(Table table, ByteView key, Bytes value) const {
  const Check check = check_of(table, key, value);
  value.insert(value.end(), check.bytes.begin(), check.bytes.end());
  return value;
}

std::optional<Bytes> RowCheck::opened(Table table, ByteView key, ByteView stored) const {
  if (stored.size() < Check::size) return std::nullopt;
  const ByteView value = stored.first(stored.size() - Check::size);
  if (!same_bytes(view_of(check_of(table, key, value)), stored.last(Check::size))) return std::nullopt;
  return copy_of(value);
}

void RowCheck::put(Writing& to, Table table, ByteView key, Bytes value, Order order) const {
  to.put(table, key, sealed(table, key, std::move(value)), order);
}

std::optional<Bytes> RowCheck::get(const Reading& from, Table table, ByteView key) const {
  const auto stored = from.get(table, key);
  if (!stored) return std::nullopt;
  return opened(table, key, *stored);
}

RowKey& RowKey::add(ByteView part) {
  REDRESS_ASSERT(part.size() <= bytes_.size() - size_);
  std::copy(part.begin(), part.end(), bytes_.begin() + static_cast<std::ptrdiff_t>(size_));
  size_ += part.size();
  return *this;
}

RowKey& RowKey::add(std::uint64_t number, std::size_t width) {
  REDRESS_ASSERT(width <= bytes_.size() - size_);
  size_ += width;
  for (std::size_t i = 0; i < width; ++i, number >>= 8) bytes_[size_ - 1 - i] = static_cast<std::byte>(number & 0xFF);
  return *this;
}

RowKey key_of(Position position) { return RowKey{}.add(position.value(), sizeof(std::uint64_t)); }
RowKey key_of(const StreamName& stream) {
  return RowKey{}
      .add(stream.owner.value(), sizeof(std::uint32_t))
      .add(stream.epoch.value(), sizeof(std::uint64_t))
      .add(stream.reader.value(), sizeof(std::uint32_t));
}
RowKey key_of(const StreamName& stream, Seq seq) { return key_of(stream).add(seq.value(), sizeof(std::uint64_t)); }
RowKey key_of(const CaseId& case_id, const KeyId& key) { return RowKey{}.add(view_of(case_id)).add(view_of(key)); }
RowKey key_of(const CaseId& case_id, Position position) {
  return RowKey{}.add(view_of(case_id)).add(position.value(), sizeof(std::uint64_t));
}
RowKey key_of(const CaseId& case_id, SiteId site) {
  return RowKey{}.add(view_of(case_id)).add(site.value(), sizeof(std::uint32_t));
}

Bytes token_key(SiteId site, Epoch epoch) {
  Writer out;
  out.raw(view_of("token"));
  out.u32(site.value());
  out.u64(epoch.value());
  return out.take();
}

Bytes unheard_key(SiteId site) {
  Writer out;
  out.raw(view_of("unheard"));
  out.u32(site.value());
  return out.take();
}

Bytes alarm_key(std::uint64_t number) {
  Writer out;
  out.raw(view_of("alarm"));
  out.u64(number);
  return out.take();
}

Bytes healed_key(std::uint64_t number) {
  Writer out;
  out.raw(view_of("healed"));
  out.u64(number);
  return out.take();
}

Bytes passed_over_key(Position ledger) {
  Writer out;
  out.raw(view_of(passed_over_name));
  out.u64(ledger.value());
  return out.take();
}

Bytes word_key(const StreamName& journal) {
  Writer out;
  out.raw(view_of("word"));
  out.raw(key_of(journal));
  return out.take();
}

Bytes moved_key(Position ledger) {
  Writer out;
  out.raw(view_of("moved"));
  out.u64(ledger.value());
  return out.take();
}

Position position_of(ByteView key_tail) {
  Reader in{key_tail.last(8)};
  return Position{in.u64()};
}

StreamName stream_of(ByteView key) {
  Reader in{key};
  StreamName stream;
  stream.owner = SiteId{in.u32()};
  stream.epoch = Epoch{in.u64()};
  stream.reader = SiteId{in.u32()};
  return stream;
}

Bytes encode_entry(const wire::Item& item) {
  Writer out{1 + 2 + item.header.size() + item.body.size()};
  out.u8(entry_format);
  out.u16(static_cast<std::uint16_t>(item.header.size()));
  out.raw(item.header);
  out.raw(item.body);
  return out.take();
}

ByteView header_in(ByteView value) {
  Reader in{value};
  const std::uint8_t format = in.u8();
  const ByteView header = in.raw(in.u16());
  return in.failed() || format != entry_format ? ByteView{} : header;
}

Result<StoredEntry> decode_entry(const journal::Domain& domain, ByteView value) {
  Reader in{value};
  const std::uint8_t format = in.u8();
  const ByteView header = in.raw(in.u16());
  if (in.failed() || format != entry_format) return fail(Code::damaged, "entry row: truncated or of another format");
  auto parsed = journal::decode_header(header);
  if (!parsed) return fail(Code::damaged, "entry row: " + parsed.error().what);
  const std::array<ByteView, 1> body{in.rest()};
  if (parsed->body_bytes != in.rest().size() || parsed->body != domain.suite->hash(body)) {
    return fail(Code::damaged, "entry row: the body is not the one its header names");
  }
  return StoredEntry{{copy_of(header), copy_of(in.rest())}, *parsed};
}

Result<StoredEntry> entry_at(const Reading& from, const journal::Domain& domain, Position position) {
  const auto row = from.get(Table::entries, key_of(position));
  if (!row) return fail(Code::damaged, "entry row: none at ledger=" + std::to_string(position.value()));
  return decode_entry(domain, *row);
}

Bytes encode(const PlaceRow& row) {
  Writer out;
  out.u64(row.ledger.value());
  out.fixed(row.digest);
  out.u8(static_cast<std::uint8_t>((row.with_key ? place_with_key : 0U) | (row.checkpoint ? place_checkpoint : 0U) |
                                   (row.receipt ? place_receipt : 0U) | (row.key_held ? place_key_held : 0U)));
  return out.take();
}

std::optional<PlaceRow> decode_place(ByteView value) {
  Reader in{value};
  PlaceRow row;
  row.ledger = Position{in.u64()};
  row.digest = in.fixed<Digest>();
  const std::uint8_t flags = in.u8();
  row.with_key = (flags & place_with_key) != 0;
  row.checkpoint = (flags & place_checkpoint) != 0;
  row.receipt = (flags & place_receipt) != 0;
  row.key_held = (flags & place_key_held) != 0;
  if (!in.complete()) return std::nullopt;
  return row;
}

Bytes encode(const StreamRow& row) {
  Writer out;
  out.u64(row.head.seq.value());
  out.fixed(row.head.digest);
  out.u64(row.receipted.value());
  const journal::Parent parent = row.parent.value_or(journal::Parent{});
  out.u64(parent.epoch.value());
  out.u64(parent.mark.seq.value());
  out.fixed(parent.mark.digest);
  return out.take();
}

std::optional<StreamRow> decode_stream(ByteView value) {
  Reader in{value};
  StreamRow row;
  row.head.seq = Seq{in.u64()};
  row.head.digest = in.fixed<Digest>();
  row.receipted = Seq{in.u64()};
  journal::Parent parent;
  parent.epoch = Epoch{in.u64()};
  parent.mark.seq = Seq{in.u64()};
  parent.mark.digest = in.fixed<Digest>();
  if (!in.complete()) return std::nullopt;
  if (parent.epoch != Epoch{}) row.parent = parent;
  return row;
}

Bytes encode(const ByCaseRow& row) {
  Writer out;
  out.u32(row.author.value());
  out.i64(row.arrived.value());
  return out.take();
}

std::optional<ByCaseRow> decode_by_case(ByteView value) {
  Reader in{value};
  ByCaseRow row;
  row.author = SiteId{in.u32()};
  row.arrived = WallTime{in.i64()};
  if (!in.complete()) return std::nullopt;
  return row;
}

Bytes encode(const CensusRow& row) {
  Writer out;
  for (const std::uint64_t count : {row.tokens, row.alarms, row.unheard, row.streams}) out.u64(count);
  return out.take();
}

std::optional<CensusRow> decode_census(ByteView value) {
  Reader in{value};
  CensusRow row;
  for (std::uint64_t* count : {&row.tokens, &row.alarms, &row.unheard, &row.streams}) *count = in.u64();
  if (!in.complete()) return std::nullopt;
  return row;
}

Bytes encode(const MarkRow& row) {
  Writer out;
  out.u64(row.ledger.value());
  out.fixed(row.request);
  return out.take();
}

std::optional<MarkRow> decode_mark(ByteView value) {
  Reader in{value};
  MarkRow row;
  row.ledger = Position{in.u64()};
  row.request = in.fixed<decltype(row.request)>();
  if (!in.complete()) return std::nullopt;
  return row;
}

Epoch ledger_epoch(const Reading& journal, const RowCheck& rows) {
  if (const auto born = rows.get(journal, Table::local, view_of(born_key))) return Epoch{Reader{*born}.u64()};
  const auto identity = rows.get(journal, Table::local, view_of(identity_key));
  Reader in{identity ? ByteView{*identity} : ByteView{}};
  static_cast<void>(in.u32());
  return Epoch{in.u64()};
}

}  // namespace redress::store
