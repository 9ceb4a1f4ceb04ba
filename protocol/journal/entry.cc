#include "protocol/journal/entry.h"

#include <algorithm>
#include <string>

#include "protocol/base/limits.h"
#include "protocol/base/mutant.h"

namespace redress::journal {

Bytes encode(const Place& place) {
  Writer out;
  out.u32(place.site.value());
  out.u64(place.epoch.value());
  out.u64(place.seq.value());
  out.fixed(place.prev);
  REDRESS_ASSERT(out.bytes().size() == place_bytes);
  return out.take();
}

Bytes encode(const What& what) {
  REDRESS_ASSERT(what.after.size() <= limits::after_max);
  REDRESS_ASSERT(what.to.size() <= limits::to_max);
  Writer out;
  out.u8(what.format);
  out.u8(what.suite.value());
  out.u16(what.kind.value());
  out.u16(what.kind_version);
  out.u16(what.flags);
  out.u32(what.author.value());
  out.u32(what.staff.value());
  out.fixed(what.case_id);
  out.fixed(what.key);
  out.fixed(what.command);
  out.i64(what.time.value());
  out.u16(static_cast<std::uint16_t>(what.offset_minutes));
  out.u8(static_cast<std::uint8_t>(what.after.size()));
  out.u8(static_cast<std::uint8_t>(what.to.size()));
  out.u64(what.seen.epoch.value());
  out.u64(what.seen.seq.value());
  for (const Cause& cause : what.after) out.fixed(cause);
  for (const SiteId site : what.to) out.u32(site.value());
  return out.take();
}

namespace {

// The header behind its place.
void put_said(Writer& out, const What& what, std::uint32_t body_bytes, const Digest& body) {
  out.raw(encode(what));
  out.u32(body_bytes);
  out.fixed(body);
}

Place read_place(Reader& in) {
  Place place;
  place.site = SiteId{in.u32()};
  place.epoch = Epoch{in.u64()};
  place.seq = Seq{in.u64()};
  place.prev = in.fixed<Digest>();
  return place;
}

// Fails the reader's way (in.failed()) on short input; says false on a list over its limit.
bool read_what(Reader& in, What& what) {
  what.format = in.u8();
  what.suite = SuiteId{in.u8()};
  what.kind = Kind{in.u16()};
  what.kind_version = in.u16();
  what.flags = in.u16();
  what.author = SiteId{in.u32()};
  what.staff = StaffId{in.u32()};
  what.case_id = in.fixed<CaseId>();
  what.key = in.fixed<KeyId>();
  what.command = in.fixed<CommandId>();
  what.time = WallTime{in.i64()};
  what.offset_minutes = static_cast<std::int16_t>(in.u16());
  const std::size_t after = in.u8();
  const std::size_t to = in.u8();
  if (after > limits::after_max || to > limits::to_max) return false;
  what.seen.epoch = Epoch{in.u64()};
  what.seen.seq = Seq{in.u64()};
  for (std::size_t i = 0; i < after; ++i) what.after.push_back(in.fixed<Cause>());
  for (std::size_t i = 0; i < to; ++i) what.to.push_back(SiteId{in.u32()});
  return true;
}

}  // namespace

Bytes encode(const Header& header) {
  Writer out;
  out.raw(encode(header.place));
  put_said(out, header.what, header.body_bytes, header.body);
  return out.take();
}

Result<Header> decode_header(ByteView bytes) {
  const std::string size = "size=" + std::to_string(bytes.size());
  if (bytes.size() > limits::header_bytes_future_max) return fail(Code::too_large, "decode header: " + size);
  Reader in{bytes};
  Header header;
  header.place = read_place(in);
  const bool lists = read_what(in, header.what);
  if (!lists) return fail(Code::malformed, "decode header: a list is over its limit: " + size);
  header.body_bytes = in.u32();
  header.body = in.fixed<Digest>();
  if (in.failed()) return fail(Code::malformed, "decode header: truncated: " + size);
  if (header.what.format == 0) return fail(Code::malformed, "decode header: format=0");
  if (header.what.format == header_format && !in.complete()) {
    return fail(Code::malformed, "decode header: trailing bytes: " + size);
  }
  if (header.place.seq == Seq{} || header.place.epoch == Epoch{} || header.place.site == SiteId{}) {
    return fail(Code::malformed, "decode header: site, epoch or seq is 0");
  }
  if (header.body_bytes > limits::entry_bytes_max) {
    return fail(Code::too_large, "decode header: body_bytes=" + std::to_string(header.body_bytes));
  }
  return header;
}

Bytes associated_data(const Domain& domain, const What& what) {
  Writer out;
  out.fixed(domain.network);
  out.raw(encode(what));
  return out.take();
}

Digest identity_of(const Domain& domain, ByteView header) {
  REDRESS_ASSERT(header.size() > place_bytes);
  if (REDRESS_MUTANT(73)) header = header.subspan(16);  // 73: without its author
  const std::array<ByteView, 3> parts{view_of("redress/what/1"), view_of(domain.network), header.subspan(place_bytes)};
  return domain.suite->hash(parts);
}

Digest identity_of(const Domain& domain, const What& what, ByteView body) {
  const std::array<ByteView, 1> whole{body};
  Writer said;
  put_said(said, what, static_cast<std::uint32_t>(body.size()), domain.suite->hash(whole));
  const std::array<ByteView, 3> parts{view_of("redress/what/1"), view_of(domain.network), said.bytes()};
  return domain.suite->hash(parts);
}

Digest entry_digest(const Domain& domain, ByteView header) {
  return entry_digest(domain, header, identity_of(domain, header));
}

Digest entry_digest(const Domain& domain, ByteView header, const Digest& identity) {
  const std::array<ByteView, 4> parts{view_of("redress/entry/1"), view_of(domain.network), header.first(place_bytes),
                                      view_of(identity)};
  return domain.suite->hash(parts);
}

Cause cause_of(const Digest& identity) {
  Cause cause;
  std::copy_n(identity.bytes.begin(), Cause::size, cause.bytes.begin());
  return cause;
}

}  // namespace redress::journal
