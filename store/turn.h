// One transaction's work on a site: gives places, keeps keys and receipts, feeds who has standing.
//
// Lives inside one Truth::update(); what it learned reaches the site's memory only by publish(), after the commit.
#pragma once

#include <functional>

#include "store/site.h"

namespace redress::store {

class Turn {
 public:
  Turn(Site& site, Writing& store, WallTime now)
      : site_{site}, store_{store}, now_{now}, epoch_{site.epoch_}, ledger_{site.ledger_}, serial_{site.serial_} {}

  [[nodiscard]] Result<Outcome> carry_out(const Work& piece);
  // Signs the journal's checkpoint and writes every head that moved.
  [[nodiscard]] Status finish();
  void write_ledger();
  // The commit has returned.
  void publish();

 private:
  [[nodiscard]] Room room();
  [[nodiscard]] Result<Outcome> append(const Append& append);
  [[nodiscard]] Status check_unchanged(const Append& append) const;
  [[nodiscard]] Result<Outcome> accept(const sync::Accept& accept);
  [[nodiscard]] Result<Outcome> keep(const sync::KeepReceipt& keep);
  [[nodiscard]] Result<Outcome> keep(const sync::KeepTokens& keep);
  [[nodiscard]] Result<Outcome> keep(const sync::KeepWord& keep);
  void keep_grants(SiteId from, const sync::Accept& accept);
  void keep_grant(SiteId from, const wire::Grant& grant);
  void take(const sync::Accept& accept, const sync::Placed& placed, StreamRow& received);
  // A stream that was only looked at gets no row.
  [[nodiscard]] bool is_untouched(const StreamName& name, const StreamRow& row) const;
  void check_seen(const journal::Header& header, const StreamName& stream);
  // What the author of the entry at the place before had seen; nothing: there is none that can be read.
  [[nodiscard]] std::optional<journal::Seen> seen_before(const StreamName& stream, Seq seq) const;
  void wake_siblings(const StreamName& stream);
  [[nodiscard]] bool claims_nothing(const journal::What& what) const;
  // A receipt that the author signed for its feed, and how many own entries it had written by then.
  struct Acknowledged {
    Seq feed;
    std::uint64_t own_entries;
    WallTime time;
  };
  // The newest few, the newest first.
  [[nodiscard]] const std::vector<Acknowledged>& acknowledged(const StreamName& journal);
  [[nodiscard]] Seq acknowledged_before(const journal::Header& header, const StreamName& journal);

  // Repair (renewal.cc).
  [[nodiscard]] Result<Outcome> renew(const sync::RenewJournal& renew);
  [[nodiscard]] Result<Outcome> renew(const sync::RenewOffice& renew);
  [[nodiscard]] Result<Outcome> rewind(const sync::RewindFeed& rewind);
  [[nodiscard]] Result<Outcome> keep(const sync::KeepHeard& keep);
  void place_again(const StreamName& old, Seq from, Seq to, const StreamName& now);
  void begin_office_epoch();
  void await(const std::vector<SiteId>& named);
  void begin_epoch(const StreamName& old_journal, const std::optional<journal::Parent>& parent);
  void take_back(const StreamName& feed, const sync::Placed& placed, Seq seq);
  void give_standing(SiteId reader, const CaseId& case_id);
  void restore_mark(const journal::What& what, Position position);
  // Where this entry stands among those that its case lists; nothing: it does not, or its row does not hold.
  [[nodiscard]] std::optional<Position> held_at(const CaseId& case_id, const sync::Placed& placed) const;
  void forget_proofs(const StreamName& name, Seq above);
  [[nodiscard]] bool is_told(SiteId site, Code code, std::uint64_t number, std::string_view words = {}) const;
  void alarm(SiteId site, Code code, std::string_view what);
  // … unless one of the newest 64 says the same.
  void alarm_once(SiteId site, Code code, std::string_view what);
  // Of numbered rows of `local`: the next, from 1. `key` makes their keys.
  [[nodiscard]] std::uint64_t next_number(Bytes (*key)(std::uint64_t)) const;

  // What was damaged comes back (healing.cc).
  [[nodiscard]] Result<Outcome> heal(const sync::Heal& heal);
  [[nodiscard]] bool put_entry_back(const sync::Placed& placed, Position position);
  [[nodiscard]] bool put_key_back(const journal::What& what, const sync::Heal& heal);
  void tell_again(const sync::Placed& placed, Position position);
  [[nodiscard]] bool was_told(const journal::What& what, Position position) const;
  [[nodiscard]] bool is_fed(SiteId reader, Position position) const;

  // Stores an entry at the ledger's next position.
  // Requires nothing of the case; with `told` false the case does not show it.
  Position store_entry(const wire::Item& item, const journal::Header& header, const Digest& entry, bool told);
  // True for an entry of a case in which its author has no standing, or which opens one that is open: it is kept and
  // receipted, and tells nobody anything.
  [[nodiscard]] bool is_strange(const journal::What& what) const;
  void put_place(const StreamName& stream, Seq seq, const PlaceRow& row);
  // Keeps a checkpoint or a receipt, and notes at its place that there is one.
  void put_proof(Table table, const StreamName& stream, Seq seq, ByteView proof);
  // Keeps a site's last word on the line that this journal replaced, at place 0.
  void put_word(const StreamName& journal, ByteView word);
  [[nodiscard]] bool has_key(const journal::What& what) const;
  // A row of `local` whose absence only its count would show.
  void put_counted(std::uint64_t CensusRow::*kind, const Bytes& key, Bytes value);
  void count(std::uint64_t CensusRow::*kind, std::int64_t by = 1);
  // `holder` has the entry already and, by that, standing; 0: nobody.
  void route(const journal::Header& header, Position position, const Digest& entry, SiteId holder = {});
  [[nodiscard]] bool is_journaled(const journal::Place& place, const Digest& entry) const;
  // Takes entries that cannot be read out of their cases' lists; reads all of those once.
  void unlist(const std::set<Position>& damaged);
  // Clears the places of a feed above `above`; what stood there, as far as it can be read.
  [[nodiscard]] std::vector<std::pair<Position, Digest>> take_places(const StreamName& feed_name, Seq above, Seq last);
  // Where the entries of a case stand before a place of the ledger, in its order.
  [[nodiscard]] std::vector<Position> places_before(const CaseId& case_id, Position before) const;
  void visit_entries(const std::vector<Position>& positions,
                     const std::function<void(Position, const StoredEntry&)>& visit) const;
  // `earlier`: where the case's entries before this one stand.
  void feed_history(SiteId reader, const std::vector<Position>& earlier);
  [[nodiscard]] std::vector<SiteId> standing_in(const CaseId& case_id) const;
  [[nodiscard]] std::vector<SiteId> gains_by(const journal::What& what, const std::vector<Position>& earlier,
                                             const std::vector<SiteId>& standing) const;
  void feed(SiteId reader, Position position, const Digest& entry, bool with_key);
  [[nodiscard]] StreamName journal() const { return journal_of(site_.options_.site, epoch_); }
  [[nodiscard]] StreamRow& stream(const StreamName& name, const std::optional<journal::Parent>& parent);

  Site& site_;
  Writing& store_;
  WallTime now_;
  Epoch epoch_;
  journal::LedgerMark ledger_;
  std::uint64_t serial_;
  std::map<StreamName, StreamRow> moved_;
  std::set<StreamName> begun_;     // new streams that have a row before they have an entry
  std::set<StreamName> appended_;  // own journals that are to be signed
  std::set<SiteId> fed_;
  std::map<StreamName, journal::Seen> seen_;  // by the last entry taken of a journal
  std::map<StreamName, std::vector<Acknowledged>> acknowledged_;
  std::vector<Position> whole_;      // that were damaged, or noted as that
  bool passed_over_ = false;         // something damaged
  std::vector<sync::Spot> in_vain_;  // asked for, and not held there
  std::uint64_t healed_ = 0;
  std::optional<std::set<SiteId>> unheard_;  // if it changed
  std::vector<journal::Receipt> asked_;      // that were shown, for what is not held
  std::optional<Room> room_;                 // as of the first that asked: asking the disk costs more than a row
};

}  // namespace redress::store
