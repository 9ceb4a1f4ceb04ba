// One transaction's work on a site: gives places, keeps keys and receipts, feeds who has standing.
//
// Lives inside one Truth::update(); what it learned reaches the site's memory only by publish(), after the commit.
#pragma once

#include "store/site.h"

namespace redress::store {

class Turn {
 public:
  Turn(Site& site, Writing& store, WallTime now)
      : site_{site}, store_{store}, now_{now}, ledger_{site.ledger_}, serial_{site.serial_} {}

  [[nodiscard]] Result<Outcome> carry_out(const Work& piece);
  // Signs the journal's checkpoint and writes every head that moved.
  [[nodiscard]] Status finish();
  void write_ledger();
  // The commit has returned.
  void publish();

 private:
  [[nodiscard]] Result<Outcome> append(const Append& append);
  [[nodiscard]] Status check_unchanged(const Append& append) const;
  [[nodiscard]] Result<Outcome> accept(const sync::Accept& accept);
  [[nodiscard]] Result<Outcome> keep(const sync::KeepReceipt& keep);
  [[nodiscard]] Result<Outcome> keep(const sync::KeepTokens& keep);
  void keep_grant(SiteId from, const wire::Grant& grant);

  // Stores an entry at the ledger's next position.
  // Requires nothing of the case; with `told` false the case does not show it.
  Position store_entry(const wire::Item& item, const journal::Header& header, const Digest& entry, bool told);
  // True for an entry of a case in which its author has no standing, or which opens one that is open: it is kept and
  // receipted, and tells nobody anything.
  [[nodiscard]] bool is_strange(const journal::What& what) const;
  void put_place(const StreamName& stream, Seq seq, const PlaceRow& row);
  void route(const journal::Header& header, Position position, const Digest& entry);
  void feed_history(SiteId reader, const CaseId& case_id, Position before);
  void feed(SiteId reader, Position position, const Digest& entry, bool with_key);
  [[nodiscard]] StreamRow& stream(const StreamName& name, const std::optional<journal::Parent>& parent);

  Site& site_;
  Writing& store_;
  WallTime now_;
  journal::LedgerMark ledger_;
  std::uint64_t serial_;
  std::map<StreamName, StreamRow> moved_;
  std::set<SiteId> fed_;
  bool appended_ = false;
};

}  // namespace redress::store
