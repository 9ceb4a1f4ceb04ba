// What one site knows and may write: append, accept, keep; the same class at an outlet and at head office.
//
// A resource of the loop's thread; Truth, signer, pairwise keys and router outlive it. What it answers is durable: the
// marks in memory follow a commit, never lead it.
#pragma once

#include <map>
#include <set>
#include <span>

#include "crypto/identity.h"
#include "crypto/seal.h"
#include "protocol/sync/step.h"
#include "store/damage.h"
#include "store/room.h"
#include "store/rows.h"
#include "store/truth.h"

namespace redress::store {

// The secrets shared two by two (D19). Thread-safe.
class Pairwise {
 public:
  virtual ~Pairwise() = default;
  // Nothing: no such site, or it is revoked.
  [[nodiscard]] virtual std::optional<crypto::Key32> with(SiteId peer) const = 0;
};

// Who gets a case; only head office has one (D12). Reads clear headers, never bodies.
class Router {
 public:
  virtual ~Router() = default;
  // The sites that gain standing by this entry, beyond those that have it.
  [[nodiscard]] virtual std::vector<SiteId> gains(const journal::What& what,
                                                  const std::vector<SiteId>& standing) const = 0;
  // Of those with standing: whether this entry's audience (D21) has `reader` in it.
  [[nodiscard]] virtual bool may_read(const journal::What& what, SiteId reader) const = 0;
  // The entry opens its case.
  [[nodiscard]] virtual bool opens(const journal::What& what) const = 0;
};

struct SiteOptions {
  SiteId site;
  journal::Domain domain;
  crypto::Key32 kek;
  std::uint32_t kek_generation = 1;
  const journal::Signer* signer = nullptr;
  const Pairwise* pairwise = nullptr;
  const Router* router = nullptr;    // head office only
  std::shared_ptr<Damage> damage{};  // what is found by whoever reads; null: nobody asks for it
};

using RequestDigest = decltype(MarkRow::request);

// A sealed entry that waits for its place, made on the door's thread (store/desk.h).
struct Append {
  journal::What what;
  Bytes body;
  std::optional<Bytes> new_key;   // the case key wrapped under this site's KEK, if the case is new
  RequestDigest request;          // of what was asked, to know a key that is used again for something else
  Position shown;                 // the ledger's head when the case was looked at
  std::size_t entries_shown = 0;  // that the case had there
  std::uint64_t serial = 0;       // of the case number, if one was minted
};

struct Appended {
  Position ledger;
  journal::Place place;
  Digest identity;
  CaseId case_id;
  WallTime time;
  bool repeated = false;  // this command was carried out before: nothing was done now
};

// This store writes in another epoch now.
struct Renewed {
  Epoch epoch;
};

// What waits for a person to know it.
struct Alarm {
  WallTime since;
  SiteId site;
  Code code{};
  std::string what;
};

// An alarm about this very store.
struct Notice {
  Code code{};
  std::string what;
};

using Work = std::variant<Append, Notice, sync::Accept, sync::KeepReceipt, sync::KeepTokens, sync::KeepWord,
                          sync::RenewJournal, sync::RenewOffice, sync::RewindFeed, sync::KeepHeard, sync::Heal>;
// An Append gives Appended, an Accept a receipt, a renewal Renewed.
using Outcome = std::variant<Done, Appended, journal::Receipt, Renewed>;

class Site final : public sync::Streams {
 public:
  // Reads the identity and every stream's head; makes them, with a random epoch, in a new store. Fails with bad_config
  // (the store is another site's or network's), damaged, or what the store says.
  [[nodiscard]] static Result<std::unique_ptr<Site>> open(Truth& truth, const SiteOptions& options, Random& random);

  // Carries out all the work in one durable transaction, or in several if it is more than limits::commit_entries_max
  // entries; one result each, in order. If a transaction cannot hold, each piece of it is tried alone, so that one that
  // cannot be stored does not take the others along. After `unknown_outcome` the program must stop and start again.
  //
  // `saved` is told of an append, by its place in `work`, as soon as it cannot be lost any more, if that is before the
  // rest is done: at most once, on this thread, and only if the append before was `quiet_ms` ago: under load one write
  // of the disk more costs more than it saves. It must not come back here, nor look into the store (Truth::update).
  static constexpr std::int64_t quiet_ms = 10;
  using Saved = std::function<void(std::size_t piece, const Appended& appended)>;
  [[nodiscard]] std::vector<Result<Outcome>> commit(const std::vector<Work>& work, WallTime now,
                                                    const Saved& saved = {});

  // How many entries have come back here that were damaged, since this program began.
  [[nodiscard]] std::uint64_t healed() const noexcept { return healed_; }
  // The feeds that grew since this was last called.
  [[nodiscard]] std::set<SiteId> take_fed() { return std::exchange(fed_, {}); }

  [[nodiscard]] SiteId site() const noexcept { return options_.site; }
  // The epoch now, and the one that this store was made in: its ledger's.
  [[nodiscard]] Epoch epoch() const noexcept override { return epoch_; }
  [[nodiscard]] Epoch born() const noexcept { return born_; }
  [[nodiscard]] StreamName journal() const noexcept { return journal_of(options_.site, epoch_); }
  [[nodiscard]] const SiteOptions& options() const noexcept { return options_; }
  [[nodiscard]] Truth& truth() const noexcept { return truth_; }
  [[nodiscard]] std::uint64_t last_serial() const noexcept { return serial_; }
  // How far the peer's receipts for one of our streams reach.
  [[nodiscard]] Seq receipted(const StreamName& stream) const;
  // How many entries stand in this site's journals of all epochs, and how many of them are receipted.
  struct Written {
    Seq entries;
    Seq receipted;
  };
  [[nodiscard]] Written written() const;
  // The same of the feeds for `reader`.
  [[nodiscard]] Written fed(SiteId reader) const;
  // Head office lost its past, and these sites may still hold some of it; empty: not recovering.
  [[nodiscard]] const std::set<SiteId>& unheard() const noexcept { return unheard_; }
  // Any thread. Newest first.
  [[nodiscard]] std::vector<Alarm> alarms() const;
  // What gives way now so that cursors, receipts and deletes still fit (P10).
  [[nodiscard]] Room room() const;
  // True while new entries are refused.
  [[nodiscard]] bool is_full() const { return room() == Room::full; }

  [[nodiscard]] std::vector<wire::Held> own_journals() const override;
  [[nodiscard]] std::vector<wire::Held> received_feeds() const override;
  [[nodiscard]] std::vector<wire::Held> streams_of(SiteId peer) const override;
  [[nodiscard]] std::optional<journal::Mark> mark_of(const StreamName& stream) const override;
  [[nodiscard]] std::optional<Digest> digest_at(const StreamName& stream, Seq seq) const override;
  [[nodiscard]] sync::Outgoing read(const sync::Wanted& wanted) const override;
  [[nodiscard]] std::optional<journal::Checkpoint> checkpoint_at(const StreamName& stream, Seq seq) const override;
  [[nodiscard]] std::optional<journal::Checkpoint> checkpoint_from(const StreamName& stream, Seq seq) const override;
  [[nodiscard]] std::optional<journal::Receipt> last_receipt(const StreamName& stream) const override;
  [[nodiscard]] journal::LedgerMark ledger() const override { return ledger_; }
  [[nodiscard]] sync::Tokens tokens(SiteId site, Epoch epoch) const override;
  [[nodiscard]] std::vector<sync::Spot> damaged(SiteId peer) const override;
  [[nodiscard]] bool is_epoch(Epoch epoch) const override { return epochs_.contains(epoch); }
  [[nodiscard]] Seq asked_up_to(const StreamName& journal) const override;
  [[nodiscard]] Seq signed_for(const StreamName& journal) const override;
  [[nodiscard]] bool is_unheard(SiteId site) const override { return unheard_.contains(site); }

 private:
  friend class Turn;
  Site(Truth& truth, const SiteOptions& options, Random& random);
  [[nodiscard]] Status load(Writing& store);
  [[nodiscard]] Status load_streams(Writing& store);
  [[nodiscard]] wire::Held held(const StreamName& stream, const StreamRow& row, Seq word) const;
  [[nodiscard]] std::vector<Result<Outcome>> commit_some(std::span<const Work> work, WallTime now, const Saved& saved);
  [[nodiscard]] std::vector<Result<Outcome>> commit_together(std::span<const Work> work, WallTime now, Status& all,
                                                             const Saved& saved);
  // Somebody waits for an append of this work, and it is no load. Notes when that was.
  [[nodiscard]] bool is_awaited(std::span<const Work> work, WallTime now);
  [[nodiscard]] Digest digest_before(const Reading& store, const StreamName& stream, Seq from) const;
  // All that its owner ever wrote here stands in this one journal.
  [[nodiscard]] bool is_only_journal(const StreamName& stream) const;
  // All that it ever greeted with was one epoch.
  [[nodiscard]] bool is_alone(const Reading& store, SiteId site) const;
  [[nodiscard]] std::optional<wire::Grant> grant_for(const Reading& store, SiteId reader,
                                                     const journal::What& what) const;

  // What is damaged here (healing.cc).
  void look_at_damage() const;
  void list_passed_over(const Reading& store) const;
  void visit_passed_over(const Reading& store, const std::function<void(const Damage::Noted&)>& visit) const;
  [[nodiscard]] std::set<sync::Spot> spots_of(const Reading& store, const Damage::Noted& noted) const;
  [[nodiscard]] std::vector<StreamName> streams_with(const Reading& store, const Damage::Noted& noted) const;
  [[nodiscard]] std::optional<PlaceRow> place_at(const Reading& store, const sync::Spot& spot) const;
  [[nodiscard]] std::optional<Seq> place_of(const Reading& store, const StreamName& stream, Position ledger) const;
  [[nodiscard]] bool is_damaged(const Reading& store, Position ledger, const std::set<sync::Spot>& spots) const;
  [[nodiscard]] std::optional<SiteId> holder_of(const sync::Spot& spot) const;

  Truth& truth_;
  SiteOptions options_;
  Random& random_;
  RowCheck rows_;
  Epoch epoch_;
  Epoch born_;
  std::set<Epoch> epochs_;  // this site's own, of its journals and feeds
  std::set<SiteId> unheard_;
  std::map<StreamName, Seq> asked_;  // not durable: a restart costs one more epoch
  journal::LedgerMark ledger_;
  std::uint64_t serial_ = 0;
  std::map<StreamName, StreamRow> streams_;  // durable
  std::optional<WallTime> appended_at_;
  std::set<SiteId> fed_;
  std::uint64_t healed_ = 0;
  // As of that version of what was noted: where each entry stands. The loop's, like all of this.
  mutable std::optional<std::uint64_t> damage_version_;
  mutable std::map<Position, std::set<sync::Spot>> damaged_;
  std::set<sync::Spot> in_vain_;  // since the start: whoever should hold it answered that it does not
};

// The answer given when this command was carried out, if it was; key_reused if something else was asked under its key
// then.
[[nodiscard]] std::optional<Result<Appended>> repeated_in(const Reading& store, const SiteOptions& site,
                                                          const RowCheck& rows, const CommandId& command,
                                                          const RequestDigest& request);

// The entry with this header is the one that a stream's place names by `digest`: no bit of either has changed. Of
// `place`, a journal's (no reader) needs nothing: the header says it.
[[nodiscard]] bool stands_at(const journal::Domain& domain, SiteId reader, const journal::Place& place, ByteView header,
                             const Digest& digest);

// The link tokens of a (site, epoch).
[[nodiscard]] sync::Tokens tokens_in(const Reading& store, const RowCheck& rows, SiteId site, Epoch epoch);

// The feed that this site reads now, and where it stands: that of the last epoch of head office. Nothing: none yet.
[[nodiscard]] std::optional<journal::Seen> feed_seen(const Reading& store, const RowCheck& rows, SiteId reader);

// What a keyring row, or a grant on its way to `reader`, is bound to.
[[nodiscard]] Bytes keyring_data(const journal::Domain& domain, const CaseId& case_id, const KeyId& key,
                                 std::uint32_t generation);
[[nodiscard]] Bytes grant_data(const journal::Domain& domain, const CaseId& case_id, const KeyId& key, SiteId from,
                               SiteId reader);

// The case key under `case_id` that `key` names, or, with a zero `key`, the first there is. Nothing: not held.
[[nodiscard]] std::optional<crypto::CaseKey> key_in(const Reading& store, const SiteOptions& site,
                                                    const CaseId& case_id, const KeyId& key);

}  // namespace redress::store
