// The rows of the journal store: keys, values, and the keyed check of rows that nothing else seals (D6).
//
// Values; pure. Layouts in store/README.md.
#pragma once

#include <array>

#include "crypto/secret.h"
#include "protocol/journal/chain.h"
#include "protocol/wire/frames.h"
#include "store/truth.h"

namespace redress::store {

// Eight bytes over (table, key, value) behind each value: a changed or moved row is not taken for a good one.
class RowCheck {
 public:
  explicit RowCheck(const crypto::Key32& master);
  [[nodiscard]] Bytes sealed(Table table, ByteView key, Bytes value) const;
  // The value without its check; nothing if it does not hold.
  [[nodiscard]] std::optional<Bytes> opened(Table table, ByteView key, ByteView stored) const;
  void put(Writing& to, Table table, ByteView key, Bytes value, Order order = Order::any) const;
  // Nothing: no such row, or one whose check does not hold.
  [[nodiscard]] std::optional<Bytes> get(const Reading& from, Table table, ByteView key) const;

 private:
  using Check = FixedBytes<struct RowCheckTag, 8>;
  [[nodiscard]] Check check_of(Table table, ByteView key, ByteView value) const;

  crypto::Key32 key_;
};

// A key without a block of memory of its own: each entry is kept by a dozen rows. Requires of both add(): it fits.
class RowKey {
 public:
  RowKey& add(ByteView part);
  RowKey& add(std::uint64_t number, std::size_t width);  // its last `width` bytes, the greatest first
  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  operator ByteView() const noexcept { return ByteView{bytes_}.first(size_); }  // NOLINT(google-explicit-constructor)

 private:
  std::array<std::byte, CaseId::size + KeyId::size> bytes_{};  // the longest
  std::size_t size_ = 0;
};

[[nodiscard]] RowKey key_of(Position position);
[[nodiscard]] RowKey key_of(const StreamName& stream);
[[nodiscard]] RowKey key_of(const StreamName& stream, Seq seq);
[[nodiscard]] RowKey key_of(const CaseId& case_id, const KeyId& key);
[[nodiscard]] RowKey key_of(const CaseId& case_id, Position position);
[[nodiscard]] RowKey key_of(const CaseId& case_id, SiteId site);
// Rows of the table `local`.
[[nodiscard]] Bytes token_key(SiteId site, Epoch epoch);
inline constexpr std::string_view identity_key = "identity";
inline constexpr std::string_view ledger_key = "ledger";
inline constexpr std::string_view born_key = "born";
inline constexpr std::string_view census_key = "census";
[[nodiscard]] Bytes unheard_key(SiteId site);
[[nodiscard]] Bytes alarm_key(std::uint64_t number);
// Names a case of which an entry came back that had been damaged here.
[[nodiscard]] Bytes healed_key(std::uint64_t number);
// Names the case and the author of a damaged entry that was passed over: its case does not list it, its readers lack
// it.
inline constexpr std::string_view passed_over_name = "passed over";
[[nodiscard]] Bytes passed_over_key(Position ledger);
// The digest of the word at this journal's place 0.
[[nodiscard]] Bytes word_key(const StreamName& journal);
// The digest of an entry that has no place any more, because it was placed again.
[[nodiscard]] Bytes moved_key(Position ledger);
[[nodiscard]] Position position_of(ByteView key_tail);
[[nodiscard]] StreamName stream_of(ByteView key);

struct StoredEntry {
  wire::Item item;
  journal::Header header;
};
[[nodiscard]] Bytes encode_entry(const wire::Item& item);
// The header's bytes, whatever they say; empty: not an entry row. The view is the value's.
[[nodiscard]] ByteView header_in(ByteView value);
// Fails with damaged: not an entry row, or a body that its header does not name.
[[nodiscard]] Result<StoredEntry> decode_entry(const journal::Domain& domain, ByteView value);
// The entry that stands there. Fails with damaged: there is no row, or it is none of an entry.
[[nodiscard]] Result<StoredEntry> entry_at(const Reading& from, const journal::Domain& domain, Position position);

struct PlaceRow {
  Position ledger;
  Digest digest;            // the stream's chain here
  bool with_key = false;    // the reader gets the case key with this entry
  bool checkpoint = false;  // the checkpoint of this place is kept: proofs are not sealed, so their absence must show
  bool receipt = false;     // … the receipt
  bool key_held = false;    // not of feeds written here: the case key was here when the place was written
};
[[nodiscard]] Bytes encode(const PlaceRow& row);
[[nodiscard]] std::optional<PlaceRow> decode_place(ByteView value);

struct StreamRow {
  journal::Mark head;
  Seq receipted;  // of an own stream: the highest place a receipt is held for
  std::optional<journal::Parent> parent;
};
[[nodiscard]] Bytes encode(const StreamRow& row);
[[nodiscard]] std::optional<StreamRow> decode_stream(ByteView value);

// An index row: which entries a case has.
struct ByCaseRow {
  SiteId author;
  WallTime arrived;  // this site's clock; shown, never deciding
};
[[nodiscard]] Bytes encode(const ByCaseRow& row);
[[nodiscard]] std::optional<ByCaseRow> decode_by_case(ByteView value);

// How many rows there are of those whose absence nothing else would show.
struct CensusRow {
  std::uint64_t tokens = 0;
  std::uint64_t alarms = 0;
  std::uint64_t unheard = 0;
  std::uint64_t streams = 0;
  friend bool operator==(const CensusRow&, const CensusRow&) = default;
};
[[nodiscard]] Bytes encode(const CensusRow& row);
[[nodiscard]] std::optional<CensusRow> decode_census(ByteView value);

struct MarkRow {
  Position ledger;
  FixedBytes<struct RequestTag, 16> request;  // of what was asked; zero: re-made from the entry
};
[[nodiscard]] Bytes encode(const MarkRow& row);
[[nodiscard]] std::optional<MarkRow> decode_mark(ByteView value);

// The epoch in which a store's ledger began; zero: its rows do not hold.
[[nodiscard]] Epoch ledger_epoch(const Reading& journal, const RowCheck& rows);

}  // namespace redress::store
