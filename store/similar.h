// Which earlier cases were registered with the same telephone, identity document, card, account or credit code: whoever
// registers is told of them, and never refused (D26).
//
// A resource of one thread. Of the newest registrations held here it remembers digests, read from the ledger when it is
// first asked and kept level from then on; what is older is looked for by signatures, where there are some.
#pragma once

#include <array>
#include <deque>
#include <functional>
#include <unordered_map>

#include "store/search.h"

namespace redress::store {

// A value by which a customer or an account is known, without what people write between its characters.
struct SameKey {
  std::string field;
  casework::Form form = casework::Form::any;
  std::string value;
  friend bool operator==(const SameKey&, const SameKey&) = default;
};
// Of a registration; a field with several telephones gives each.
[[nodiscard]] std::vector<SameKey> same_keys(const casework::KindRow& opening, const casework::Event& event);

// Desk::recall().
using Recall = std::function<Status(const CaseId& id, const std::function<void(const CaseFile&)>& look)>;

class Similar {
 public:
  static constexpr std::size_t remembered_max = 2'000;      // registrations
  static constexpr std::uint64_t looked_back_max = 10'000;  // ledger positions, when it is first asked
  static constexpr std::size_t named_max = 5;
  static constexpr std::size_t unread_max = 64;  // entries that could not be read are looked at again

  // `search`: head office's; null where nothing older is looked for. What is given outlives it.
  Similar(const Truth& journal, const SiteOptions& site, const casework::Kinds& kinds, Search* search, Recall recall,
          Random& random);

  // Shows cases other than `own`, registered by `event` at `place`, that were registered before it: the newest first,
  // `named_max` at most, each with the fields of the new registration that are the same. `place` may be beyond all that
  // is here, if it is not known yet. Returns the ledger's head when it looked; `place` if there was nothing to look
  // for. Fails with what a store says. What is not shown (false) counts for nothing, so that nobody learns of it (P12).
  using Show = std::function<bool(const CaseFile& file, const std::vector<std::string>& fields)>;
  [[nodiscard]] Result<Position> find(const CaseId& own, const casework::Event& event, Position place,
                                      const Show& show);

 private:
  struct Seen {
    Position at;
    CaseId id;
  };
  [[nodiscard]] std::uint64_t digest_of(const SameKey& key) const;
  // A registration that need not be opened to know what it says.
  struct Registered {
    Position at;
    const CaseId& id;
    const casework::Event& event;
  };
  // Takes up what the ledger has beyond what was seen; from the beginning if something came back that was damaged then.
  [[nodiscard]] Status look(const Registered& own);
  [[nodiscard]] bool has_come_back(const Reading& journal);
  void note_unread(Position at);
  [[nodiscard]] std::vector<CaseId> candidates(const CaseId& own, const std::vector<SameKey>& keys, Position before);
  void remember(Position at, const CaseId& id, const casework::Event& event);
  void forget_oldest();

  const Truth& journal_;
  SiteOptions site_;
  const casework::Kinds& kinds_;
  Search* search_;
  Recall recall_;
  crypto::Sealer sealer_;
  Position seen_;              // up to here
  std::set<Position> unread_;  // the newest of those that could not be read
  std::deque<std::pair<Position, std::vector<std::uint64_t>>> order_;
  std::unordered_map<std::uint64_t, std::deque<Seen>> known_;  // the newest last
};

}  // namespace redress::store
