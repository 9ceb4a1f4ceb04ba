// The link rule of streams and of the ledger, and the two signatures over it: checkpoint and receipt (D2, D14).
//
// Values and pure functions. Byte layouts in protocol/README.md.
#pragma once

#include <optional>

#include "protocol/journal/entry.h"

namespace redress::journal {

// A place in a stream and the chain's digest there. Seq 0 with the genesis digest: nothing yet.
struct Mark {
  Seq seq;
  Digest digest;
  friend bool operator==(const Mark&, const Mark&) = default;
};

// The same in a site's ledger.
struct LedgerMark {
  Position position;
  Digest digest;
  friend bool operator==(const LedgerMark&, const LedgerMark&) = default;
};

// The last place that an epoch shares with the one it grew out of.
struct Parent {
  Epoch epoch;
  Mark mark;
  friend bool operator==(const Parent&, const Parent&) = default;
};

// `prev` of seq 1: binds network, stream and parent.
[[nodiscard]] Digest genesis(const Domain& domain, const StreamName& stream, const std::optional<Parent>& parent);
// An entry's digest in a feed or the book: binds the reader, the place there and the origin's place.
[[nodiscard]] Digest feed_digest(const Domain& domain, SiteId reader, const Place& place, const Digest& origin);
// l_n = H(l_{n-1} ‖ n ‖ entry digest).
[[nodiscard]] Digest ledger_digest(const Domain& domain, const Digest& before, Position n, const Digest& entry);
// l_0 of a site's ledger.
[[nodiscard]] Digest ledger_genesis(const Domain& domain, SiteId site, Epoch epoch);

// The author's word: "my stream stands here, my ledger there".
struct Checkpoint {
  SuiteId suite;
  KeyId signer;
  StreamName stream;
  Mark mark;
  WallTime time;
  LedgerMark ledger;
  Signature signature;
  friend bool operator==(const Checkpoint&, const Checkpoint&) = default;
};

// The receiver's word: "from … to … of this stream are durable here".
struct Receipt {
  SuiteId suite;
  KeyId signer;
  StreamName stream;
  Seq from;
  Mark to;
  WallTime time;
  LedgerMark ledger;  // where `to` stands in the receiver's ledger
  Signature signature;
  friend bool operator==(const Receipt&, const Receipt&) = default;
};

// Fills in suite, signer and signature.
[[nodiscard]] Checkpoint sign(const Domain& domain, const Signer& signer, Checkpoint checkpoint);
[[nodiscard]] Receipt sign(const Domain& domain, const Signer& signer, Receipt receipt);
// True if the holder of `key` signed exactly this.
[[nodiscard]] bool holds(const Domain& domain, const PublicKey& key, const Checkpoint& checkpoint);
[[nodiscard]] bool holds(const Domain& domain, const PublicKey& key, const Receipt& receipt);

[[nodiscard]] Bytes encode(const Checkpoint& checkpoint);
[[nodiscard]] Bytes encode(const Receipt& receipt);
// Fail with malformed: wrong size or format.
[[nodiscard]] Result<Checkpoint> decode_checkpoint(ByteView bytes);
[[nodiscard]] Result<Receipt> decode_receipt(ByteView bytes);

}  // namespace redress::journal
