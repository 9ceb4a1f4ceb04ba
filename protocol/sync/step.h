// What a session asks of the world: writes, then sends, then things worth telling. And what it may read.
//
// Values, and one interface. A step is atomic: its writes are committed whole, and only then do its sends leave.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "protocol/journal/chain.h"
#include "protocol/wire/frames.h"

namespace redress::sync {

// An entry that a receiver has checked, with its digests in its journal and in the stream it came by.
struct Placed {
  journal::Header header;
  wire::Item item;
  Digest entry;   // in its origin's place
  Digest stream;  // in the stream's chain: `entry` again for a journal
};

// Store these next entries of a stream, the keys with them and the author's checkpoint; give a receipt.
struct Accept {
  StreamName stream;
  std::optional<journal::Parent> parent;  // of a journal seen for the first time
  journal::Mark before;                   // where the stream must stand for this to fit
  std::vector<Placed> entries;
  std::vector<wire::Grant> grants;
  journal::Checkpoint checkpoint;
};

// Keep the peer's receipt for one of our streams.
struct KeepReceipt {
  journal::Receipt receipt;
};

// The link token of a (site, epoch): what the peer has shown that it holds, and what was offered it last (D10).
struct KeepTokens {
  SiteId site;
  Epoch epoch;
  LinkToken known;
  LinkToken offered;
};

using Write = std::variant<Accept, KeepReceipt, KeepTokens>;

enum class Happening {
  up,            // hello and welcome agree; the streams flow
  down,          // the line ended
  refused,       // we refused the peer
  peer_refused,  // the peer refused us
  duplicate,     // entries came again; their digests were compared and agree
  hole,          // entries came too early; the peer was told where to go on
  rewound,       // nothing was receipted for long; sending again from the last receipt
  stale,         // a frame of another session was dropped
};

struct Event {
  Happening what;
  SiteId site;  // the peer
  std::optional<Code> code;
  std::string why;
};

// What the shell should do with the line under an agent's session.
enum class Line { keep, open, close };

struct Step {
  std::vector<Write> writes;
  std::vector<Bytes> sends;
  std::vector<Event> events;
  Line line = Line::keep;
  [[nodiscard]] bool empty() const { return writes.empty() && sends.empty() && events.empty() && line == Line::keep; }
};

// Consecutive entries of one of the site's own streams, ready to send.
struct Outgoing {
  std::vector<wire::Item> items;
  std::vector<wire::Grant> grants;
  std::size_t bytes = 0;
  journal::Mark last;
};

struct Tokens {
  LinkToken known;
  LinkToken offered;
};

// What a session may read of its site: durable state only. The object outlives the sessions that hold it.
class Streams {
 public:
  virtual ~Streams() = default;
  // The site's own journals, parents first.
  [[nodiscard]] virtual std::vector<wire::OwnJournal> own_journals() const = 0;
  // The feeds that this site reads, and where each stands here.
  [[nodiscard]] virtual std::vector<wire::Cursor> received_feeds() const = 0;
  // Where a stream stands here: the head of an own one, the cursor of a received one. Nothing: never heard of.
  [[nodiscard]] virtual std::optional<journal::Mark> mark_of(const StreamName& stream) const = 0;
  // Nothing: the place is not held.
  [[nodiscard]] virtual std::optional<Digest> digest_at(const StreamName& stream, Seq seq) const = 0;
  // From `from` on: at least one entry if there is one, at most so many entries and, after the first, bytes.
  [[nodiscard]] virtual Outgoing read(const StreamName& stream, Seq from, std::size_t entries_max,
                                      std::size_t bytes_max) const = 0;
  [[nodiscard]] virtual std::optional<journal::Checkpoint> checkpoint_at(const StreamName& stream, Seq seq) const = 0;
  // The newest receipt given for a received stream, or held for an own one.
  [[nodiscard]] virtual std::optional<journal::Receipt> last_receipt(const StreamName& stream) const = 0;
  [[nodiscard]] virtual journal::LedgerMark ledger() const = 0;
  [[nodiscard]] virtual Tokens tokens(SiteId site, Epoch epoch) const = 0;
};

}  // namespace redress::sync
