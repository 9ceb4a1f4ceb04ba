// An entry's clear header: its fields, its bytes, and what they bind (D1, D2).
//
// Values. The header is packed and big-endian; byte layout in protocol/README.md. The bytes received are
// what is hashed, stored and sent on: never a re-encoding.
#pragma once

#include <vector>

#include "protocol/base/bytes.h"
#include "protocol/base/ids.h"
#include "protocol/base/result.h"
#include "protocol/journal/suite.h"

namespace redress::journal {

inline constexpr std::uint8_t header_format = 1;
inline constexpr std::size_t place_bytes = 52;

// Where an entry stands: the part of the header that differs when it is placed again.
struct Place {
  SiteId site;
  Epoch epoch;
  Seq seq;
  Digest prev;
  friend bool operator==(const Place&, const Place&) = default;
};

// How much of its feed the author had applied when writing (D31). Epoch 0: nothing yet.
struct Seen {
  Epoch epoch;
  Seq seq;
  friend bool operator==(const Seen&, const Seen&) = default;
};

inline constexpr std::uint16_t flag_audience_mask =
    0x0003;  // 0 all with standing, 1 supervisors and head office, 2 head office
inline constexpr std::uint16_t flag_book = 0x0004;

// What an entry says, without its place. Its digest with the body's is the entry's identity.
struct What {
  std::uint8_t format = header_format;
  SuiteId suite;
  Kind kind;
  std::uint16_t kind_version = 1;
  std::uint16_t flags = 0;
  SiteId author;
  StaffId staff;
  CaseId case_id;
  KeyId key;
  CommandId command;
  WallTime time;                    // author's clock; shown, never deciding
  std::int16_t offset_minutes = 0;  // author's zone, east of UTC
  Seen seen;
  std::vector<Cause> after;  // at most limits::after_max
  std::vector<SiteId> to;    // at most limits::to_max
  friend bool operator==(const What&, const What&) = default;
};

struct Header {
  Place place;
  What what;
  std::uint32_t body_bytes = 0;
  Digest body;
  friend bool operator==(const Header&, const Header&) = default;
};

// The deployment that every hash and signature is bound to.
struct Domain {
  const Suite* suite = nullptr;
  NetworkId network;
};

[[nodiscard]] Bytes encode(const Place& place);
// Requires: the lists within their limits.
[[nodiscard]] Bytes encode(const What& what);
[[nodiscard]] Bytes encode(const Header& header);

// A header whose every length has been checked. Fails with malformed (truncated, trailing bytes of a known
// format, a list or body over its limit, seq 0, epoch 0) or too_large. A later format's appended bytes are kept out of
// the value but stay in the bytes that are hashed.
[[nodiscard]] Result<Header> decode_header(ByteView bytes);

// What the sealed body is bound to: network and What.
[[nodiscard]] Bytes associated_data(const Domain& domain, const What& what);

// The digest of what the entry says: the header's bytes after Place. Requires: header.size() > place_bytes.
[[nodiscard]] Digest identity_of(const Domain& domain, ByteView header);
// The same, of what has no place yet. `body` is the sealed one.
[[nodiscard]] Digest identity_of(const Domain& domain, const What& what, ByteView body);
// The digest of the entry in its place: what the next header's `prev` holds.
[[nodiscard]] Digest entry_digest(const Domain& domain, ByteView header);
// The same, of a header whose identity is known.
[[nodiscard]] Digest entry_digest(const Domain& domain, ByteView header, const Digest& identity);
[[nodiscard]] Cause cause_of(const Digest& identity);

}  // namespace redress::journal
