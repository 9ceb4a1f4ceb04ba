// The one door between bytes and frames: limits first, then the verifier, then values.
//
// Values; pure functions. What comes out of decode() needs no second check of sizes, counts, text or ranges.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "protocol/base/bytes.h"
#include "protocol/base/result.h"
#include "protocol/journal/chain.h"

namespace redress::wire {

inline constexpr std::uint16_t protocol_min = 1;
inline constexpr std::uint16_t protocol_heals = 3;
inline constexpr std::uint16_t protocol_max = 3;  // 2: forks are repaired, streams returned; 3: damaged entries healed

struct Cursor {
  StreamName stream;
  journal::Mark mark;
  Seq kept_from{1};
  friend bool operator==(const Cursor&, const Cursor&) = default;
};

// A stream as the speaker holds it.
struct Held {
  Cursor head;
  std::optional<journal::Parent> parent;
  // An encoded checkpoint, or empty. Of a feed: head office's at the head. Of a branch's journal: in a welcome the
  // branch's own at the head; in a hello its last word on the line that this journal replaced.
  Bytes proof;
  friend bool operator==(const Held&, const Held&) = default;
};

struct Hello {
  std::uint16_t protocol_min = 0;
  std::uint16_t protocol_max = 0;
  SuiteId suite;
  NetworkId network;
  SiteId site;
  std::vector<Held> journals;    // the speaker's own, parents first, the one it writes last; at most
                                 // limits::hello_journals_max
  std::vector<Cursor> received;  // version 1: feeds, as far as durable here
  LinkToken token;               // zero: none yet
  Bytes last_receipt;            // the newest receipt held, encoded; empty: none
  std::uint32_t window = 0;      // bytes the speaker takes unreceipted
  WallTime clock;
  std::string version;
  std::vector<Held> feeds;  // as far as durable here, of every epoch of head office
  friend bool operator==(const Hello&, const Hello&) = default;
};

struct Welcome {
  std::uint16_t protocol = 0;
  SessionId session;
  std::vector<Cursor> cursors;  // version 1: how far the speaker holds the peer's journals, and the peer's feed
  LinkToken token;              // to be shown in the next hello
  std::vector<Cursor> backed_up_to;
  std::uint32_t retry_after_ms = 0;
  std::uint32_t window = 0;
  WallTime server_time;
  std::string version;
  std::vector<Held> streams;  // every journal and feed of the peer that the speaker holds, parents first
  friend bool operator==(const Welcome&, const Welcome&) = default;
};

struct Refusal {
  SessionId session;
  Code code{};
  std::string what;
  std::uint32_t retry_after_ms = 0;
  friend bool operator==(const Refusal&, const Refusal&) = default;
};

struct Item {
  Bytes header;
  Bytes body;
  friend bool operator==(const Item&, const Item&) = default;
};

struct Grant {
  CaseId case_id;
  KeyId key;
  std::uint32_t generation = 0;
  Bytes wrapped;
  friend bool operator==(const Grant&, const Grant&) = default;
};

// Entries of one stream from `first` on, the keys the reader may lack, and the author's checkpoint at the last one.
struct Batch {
  SessionId session;
  StreamName stream;
  Seq first;
  std::vector<Item> items;
  std::vector<Grant> grants;
  journal::Checkpoint checkpoint;
  friend bool operator==(const Batch&, const Batch&) = default;
};

struct Receipted {
  SessionId session;
  journal::Receipt receipt;
  std::uint32_t window = 0;
  friend bool operator==(const Receipted&, const Receipted&) = default;
};

// "Entries are missing: this is what I have; go on from the next one."
struct Hole {
  SessionId session;
  StreamName stream;
  journal::Mark have;
  friend bool operator==(const Hole&, const Hole&) = default;
};

struct Beat {
  SessionId session;
  std::vector<Cursor> heads;     // the speaker's own streams
  std::vector<Cursor> received;  // the peer's streams, as far as durable here
  WallTime clock;
  friend bool operator==(const Beat&, const Beat&) = default;
};

struct Enrol {
  std::uint16_t protocol_min = 0;
  std::uint16_t protocol_max = 0;
  SuiteId suite;
  NetworkId network;
  SiteId site;
  PublicKey transport;
  PublicKey signing;
  std::string version;
  friend bool operator==(const Enrol&, const Enrol&) = default;
};

struct Enrolled {
  SiteId site;
  Bytes sealed;  // sealed to the site's transport key; opaque here
  friend bool operator==(const Enrolled&, const Enrolled&) = default;
};

// Repair (D9). "My copy of this stream is not yours: find where they part." `proof`: the author's checkpoint at `have`.
struct Fork {
  StreamName stream;
  journal::Mark have;
  Code code{};  // fork or old_image
  std::string what;
  Bytes proof;
  friend bool operator==(const Fork&, const Fork&) = default;
};

// Asked without a digest; answered with it, and without it if the place is not held.
struct Probe {
  StreamName stream;
  Seq seq;
  std::optional<Digest> digest;
  friend bool operator==(const Probe&, const Probe&) = default;
};

// "This is the last place that we share of your feed; `proof` is your checkpoint on what I hold above it."
struct Common {
  StreamName stream;
  journal::Mark mark;
  Bytes proof;
  friend bool operator==(const Common&, const Common&) = default;
};

// Healing (D11). "I hold this place, and cannot read its entry, or have lost its case key."
struct Want {
  SessionId session;
  StreamName stream;
  Seq seq;
  friend bool operator==(const Want&, const Want&) = default;
};

// The answer: the entry that stands there, with its case key if that is held. Without an item: it is not held here
// either, or cannot be read.
struct Give {
  SessionId session;
  StreamName stream;
  Seq seq;
  std::optional<Item> item;
  std::optional<Grant> grant;
  friend bool operator==(const Give&, const Give&) = default;
};

using Frame = std::variant<Hello, Welcome, Refusal, Batch, Receipted, Hole, Beat, Enrol, Enrolled, Fork, Probe, Common,
                           Want, Give>;

// Requires: every list and text within its limit.
[[nodiscard]] Bytes encode(const Frame& frame);

// Fails with bad_frame (not a frame, truncated, trailing bytes, a missing or malformed part) or too_large.
[[nodiscard]] Result<Frame> decode(ByteView bytes);

}  // namespace redress::wire
