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

// The link token of a (site, epoch): what the peer has shown that it holds, and what is offered it now beside earlier
// offers; none: the known one is confirmed, and earlier offers are void (D10).
struct KeepTokens {
  SiteId site;
  Epoch epoch;
  LinkToken known;
  LinkToken offered;
};

// An own journal is, above `common`, not the one that head office holds: this store is a copy, or an old image, of
// another; or the entry after `common` is damaged here, and holds up what follows it. The entries above that can be
// read are placed again: in a new epoch whose parent is `common`, or, if the store has gone on to another epoch
// already, at the end of that (D9, D10, D11).
struct RenewJournal {
  StreamName journal;
  journal::Mark common;
  Code why{};  // as head office's Fork says: fork, old_image; old_image, too, of a store put back; or damaged
};

// The branch's last word on the line that one of its journals replaced: kept as evidence of the fork.
struct KeepWord {
  StreamName journal;
  journal::Checkpoint word;
};

// Head office lost its past: it goes on in a new epoch (D28). `unknown` are feeds of epochs that it does not remember,
// as a reader showed them; `unheard` are the sites that may still hold what was lost; `receipt` is one of ours that was
// shown, for what is not held here.
struct RenewOffice {
  SiteId shown_by;
  std::string why;
  std::vector<wire::Held> unknown;
  std::vector<SiteId> unheard;
  std::optional<journal::Receipt> receipt;
};

// A reader holds another line of its feed above `common`: ours is placed again in the feed of the epoch now, so that
// the reader's can be returned (D28). Or the entry after `common` is damaged here: nobody holds another line, and what
// can be read goes on without it (D11).
struct RewindFeed {
  StreamName feed;
  journal::Mark common;
  std::vector<SiteId> unheard;  // as in RenewOffice, if the feed is of the epoch now
  bool damaged = false;
};

// Everything that `site` was to return has come back; or nobody waits for it any longer, and why.
struct KeepHeard {
  SiteId site;
  std::string given_up;
};

// A place of a stream.
struct Spot {
  StreamName stream;
  Seq seq;
  friend constexpr auto operator<=>(const Spot&, const Spot&) = default;
};

// What stood at a place whose entry is damaged here, compared with what is known of it; or `from` does not hold it
// either.
struct Heal {
  SiteId from;
  Spot spot;
  std::optional<Placed> placed;
  std::optional<wire::Grant> grant;
};

using Write =
    std::variant<Accept, KeepReceipt, KeepTokens, KeepWord, RenewJournal, RenewOffice, RewindFeed, KeepHeard, Heal>;

enum class Happening {
  up,            // hello and welcome agree; the streams flow
  down,          // the line ended
  refused,       // we refused the peer
  peer_refused,  // the peer refused us
  duplicate,     // entries came again; their digests were compared and agree
  hole,          // entries came too early; the peer was told where to go on
  rewound,       // nothing was receipted for long; sending again from the last receipt
  stale,         // a frame of another session was dropped
  forked,        // the peer's copy of a stream is not ours; the place where they part is sought
  renewed,       // this store goes on in a new epoch
  recovering,    // head office was shown what it has lost
  heard,         // a site has returned all that it holds of what was lost
  cloned,        // two stores of one site are at work
  wanted,        // an entry is damaged here; the peer was asked for it
  healed,        // it came, and is what stood there
};

// As logs and metrics call it.
[[nodiscard]] const char* name_of(Happening what);

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
  bool damaged = false;  // the first of what was wanted is held and cannot be read
  // Of `last`, if nobody here may sign one.
  std::optional<journal::Checkpoint> checkpoint{};
};

// What a store is known to hold, and what it was offered since: a welcome may be lost, and a late hello brings another.
struct Tokens {
  LinkToken known;
  std::vector<LinkToken> offered;
};

// How much of a stream to read, for whom, and with which case keys.
struct Wanted {
  StreamName stream;
  Seq from;
  std::size_t entries_max = 0;
  std::size_t bytes_max = 0;  // after the first entry
  SiteId reader;              // the case keys are wrapped for it
  bool every_key = false;     // else those marked to go with their entries: the reader may have lost the others
};

// What a session may read of its site: durable state only. The object outlives the sessions that hold it.
class Streams {
 public:
  virtual ~Streams() = default;
  // The site's own journals, parents first, the one it writes last.
  [[nodiscard]] virtual std::vector<wire::Held> own_journals() const = 0;
  // The feeds that this site reads, parents first, each with head office's checkpoint at its head.
  [[nodiscard]] virtual std::vector<wire::Held> received_feeds() const = 0;
  // The journals of `peer` that are held here and the feeds written for it, parents first, the feed of now last; each
  // journal with its author's checkpoint at the head.
  [[nodiscard]] virtual std::vector<wire::Held> streams_of(SiteId peer) const = 0;
  // Where a stream stands here: the head of an own one, the cursor of a received one. Nothing: never heard of.
  [[nodiscard]] virtual std::optional<journal::Mark> mark_of(const StreamName& stream) const = 0;
  // Nothing: the place is not held.
  [[nodiscard]] virtual std::optional<Digest> digest_at(const StreamName& stream, Seq seq) const = 0;
  // Entries from `from` on, up to the first that cannot be read: at least one if there is one.
  [[nodiscard]] virtual Outgoing read(const Wanted& wanted) const = 0;
  [[nodiscard]] virtual std::optional<journal::Checkpoint> checkpoint_at(const StreamName& stream, Seq seq) const = 0;
  // The first checkpoint kept at or above `seq`.
  [[nodiscard]] virtual std::optional<journal::Checkpoint> checkpoint_from(const StreamName& stream, Seq seq) const = 0;
  // The newest receipt given for a received stream, or held for an own one.
  [[nodiscard]] virtual std::optional<journal::Receipt> last_receipt(const StreamName& stream) const = 0;
  [[nodiscard]] virtual journal::LedgerMark ledger() const = 0;
  [[nodiscard]] virtual Tokens tokens(SiteId site, Epoch epoch) const = 0;
  // Places whose entries, or their case keys, were found to be damaged here, and that `peer` holds too.
  [[nodiscard]] virtual std::vector<Spot> damaged(SiteId peer) const = 0;
  // Head office: the epoch that it writes in now.
  [[nodiscard]] virtual Epoch epoch() const = 0;
  // Head office: an epoch of its own, of now or before.
  [[nodiscard]] virtual bool is_epoch(Epoch epoch) const = 0;
  // Head office: it has gone on in a new epoch for want of this journal up to here; 0: it has not, since this program
  // began. A second store of a site may show the loss again when the first has been heard.
  [[nodiscard]] virtual Seq asked_up_to(const StreamName& journal) const = 0;
  // Head office: up to where the store that writes this journal has signed that it holds its feed of now. 0: nothing is
  // known of it, or its site had another store too, whose word it may have been.
  [[nodiscard]] virtual Seq signed_for(const StreamName& journal) const = 0;
  // Head office, recovering: this site may still hold what was lost.
  [[nodiscard]] virtual bool is_unheard(SiteId site) const = 0;
};

}  // namespace redress::sync
