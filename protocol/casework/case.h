// The fold: what a case is, as a pure function of the set of its entries (D7, P5, P6).
//
// Pure; no clock, no place decides. Order of cause first, then the author's rank in the case, then identity.
// At most limits::case_entries_max entries are folded.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "protocol/casework/event.h"
#include "protocol/journal/entry.h"

namespace redress::casework {

// One entry of a case as it is held here.
struct Told {
  Digest identity;
  journal::Header header;
  std::optional<Event> event;  // nothing: not readable here, and `unread` says why
  std::optional<Code> unread;
  Position arrived;  // in this site's ledger; shown, never deciding
};

enum class Verdict {
  stands,
  superseded,  // a decision of higher rank, or a later one, took its place
  refused,     // beyond its author's authority, or in a state that does not allow it: kept, shown, no effect
  unread,      // its key has not come, or its kind is unknown here
};

struct Line {
  std::size_t told;  // index into the folded entries
  Verdict verdict = Verdict::stands;
  std::string_view rule;  // refused: the rule that says no
};

enum class Status { none, open, ended };

// The state after some of the entries, as the rules see it. Indices are into the folded entries.
struct State {
  Status status = Status::none;
  SiteId registrar;
  SiteId handler;
  std::vector<SiteId> supervisors;
  std::optional<std::size_t> opened, moved, started, disposed, replied, called_back, ended, resumed;
};

struct CaseView {
  State state;
  std::string number;              // empty until the opening entry is readable
  std::vector<Line> timeline;      // in the fold's order
  std::vector<Cause> heads;        // entries that no other held entry names as its cause; at most limits::after_max
  const KindRow* label = nullptr;  // the row whose name is the case's state for people
  bool newer = false;              // holds a kind that this program does not know: no closing act here
};

[[nodiscard]] CaseView fold(const Kinds& kinds, std::span<const Told> entries);

// Nothing if `site` may record an event of this row now, after everything in the view; else forbidden or wrong_state
// with the rule's text.
[[nodiscard]] std::optional<Error> objection(const CaseView& view, const KindRow& row, SiteId site);

}  // namespace redress::casework
