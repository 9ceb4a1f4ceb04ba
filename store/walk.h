// One verification of a journal store: what its parts share, and the parts.
//
// Lives inside one view. Each part assumes no more of a row than what it checked itself, so that one damaged row is one
// finding and not a hundred. store/verify.h is what others use.
#pragma once

#include <set>

#include "store/verify.h"

namespace redress::store {

// How findings name what they found.
[[nodiscard]] std::string name_of(const StreamName& stream, Seq seq);
[[nodiscard]] std::string name_of(Position ledger);
[[nodiscard]] std::string name_of(Table table, ByteView key);

class Walk {
 public:
  Walk(const Reading& store, const SiteOptions& site, const SigningKeysOf& signing_keys_of, Random& random);
  // Everything, once.
  [[nodiscard]] Verified run();

 private:
  // What was learned of one entry. A zero digest: not held, or damaged.
  struct Entry {
    Digest digest;
    Digest ledger;        // l_n here
    bool placed = false;  // a stream has it; else it was placed again at another position
    bool links = false;   // and is what that place names: its header can be believed
    bool fed = false;     // … one of the own feeds
  };
  // How far the places of one stream were walked.
  struct Trail {
    Seq seq;
    std::optional<Digest> digest;  // nothing: the place there is damaged
  };

  void bad(std::string where, std::string what, std::optional<SiteId> holder = std::nullopt);
  // Visits the rows of a table whose keys have this size; the others are named, and not visited.
  void scan(Table table, std::size_t key_bytes, const std::function<void(ByteView key, ByteView value)>& visit);
  // The value of a row that must carry a check; nothing, and named, if it does not hold.
  [[nodiscard]] std::optional<Bytes> checked(Table table, ByteView key, ByteView stored);
  [[nodiscard]] bool has(Table table, ByteView key) const { return store_.get(table, key).has_value(); }
  [[nodiscard]] bool is_held(Position at) const;
  // Nothing: no such entry, or a damaged one (which is named elsewhere).
  [[nodiscard]] std::optional<journal::Header> header_at(Position at) const;

  // verify.cc: `local` and the ledger.
  void walk_local();
  void check_census();
  void check_count(std::string where, std::uint64_t here, std::uint64_t kept);
  void miss_streams();
  void walk_ledger();
  void take_entry(Position at, ByteView value);
  void open_body(Position at, const StoredEntry& entry);

  // verify_streams.cc: heads, places, proofs.
  void walk_streams();
  void walk_places();
  void check_moved();
  void walk_place(const StreamName& stream, Seq seq, const std::optional<PlaceRow>& row);
  [[nodiscard]] Trail& trail_of(const StreamName& stream, Seq first);
  [[nodiscard]] bool check_link(const StreamName& stream, const std::optional<Digest>& before, Seq seq,
                                const PlaceRow& row);
  // Who holds the entry at that place of a stream too, as Finding says.
  [[nodiscard]] std::optional<SiteId> holder_of(const StreamName& stream, Seq seq) const;
  void check_ends();
  void walk_proofs(Table table);
  template <typename Proof>
  [[nodiscard]] const char* fault_of(const Proof& proof, SiteId signer, const StreamName& stream, Seq seq,
                                     const journal::Mark& mark);

  // verify_cases.cc: whose entries, who may have them, under which keys, by which commands.
  void walk_cases();
  void check_listed(Position at, const journal::Header& header);
  [[nodiscard]] bool is_told(Position at, const journal::What& what) const;
  [[nodiscard]] bool is_opened_before(const CaseId& case_id, Position at) const;
  [[nodiscard]] std::optional<Position> standing_since(const CaseId& case_id, SiteId site) const;
  void check_command(const journal::What& what);
  void walk_by_case();
  void walk_standing();
  void check_fed(const CaseId& case_id, SiteId reader);
  void walk_keyring();
  void walk_marks();
  void miss_standing(const CaseId& case_id, SiteId site);

  const Reading& store_;
  const SiteOptions& site_;
  const SigningKeysOf& signing_keys_of_;
  RowCheck rows_;
  crypto::Sealer sealer_;
  Kind opening_;
  Verified out_;
  CensusRow here_;
  Epoch epoch_;                 // of what the site writes now
  std::vector<Entry> entries_;  // by ledger position, from 1
  bool ledger_whole_ = true;    // the ledger's chain was followed without a break
  std::map<StreamName, StreamRow> streams_;
  std::map<StreamName, Trail> trails_;
  std::set<StreamName> headless_;                        // streams with places and without a good row
  std::vector<std::pair<SiteId, Position>> fed_;         // of own feeds; sorted
  std::set<std::pair<CaseId, KeyId>> keys_due_;          // keys that were here once
  std::set<std::pair<CaseId, SiteId>> standing_missed_;  // named already
};

}  // namespace redress::store
