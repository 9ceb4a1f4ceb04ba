// The fold: what a case is, as a pure function of the set of its entries (D7, P5, P6).
//
// Pure; no clock, no place decides. Order of cause first, then the author's rank in the case, then identity.
// At most limits::case_entries_max entries are folded.
#pragma once

#include <array>
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
  std::string_view rule = {};          // refused: the rule that says no
  std::optional<std::size_t> by = {};  // superseded: the entry that took its place
};

enum class Status { none, open, ended };

// A person as the fold knows one: a staff number at a site (accounts stand in a roll per site, D13).
struct Actor {
  SiteId site;
  StaffId staff;
  friend auto operator<=>(const Actor&, const Actor&) = default;
};

struct MatterState {
  Standings standing = stands_idle;
  std::optional<std::size_t> latest;  // what made it stand so
  Actor raised_by;                    // open or answered: who raised it
};

// A unit that was asked to assist and has not answered (ORG-52): who, and the entry that asked.
struct Awaited {
  SiteId unit;
  std::size_t asked;
};

// The state after some of the entries, as the rules see it. Indices are into the folded entries.
struct State {
  Status status = Status::none;
  SiteId registrar;
  SiteId handler;
  std::vector<SiteId> supervisors;
  std::vector<SiteId> assistants;
  std::vector<Awaited> awaited;       // of them; assistance stands open while there are any
  std::vector<Actor> accused;         // shut out of every act
  std::vector<SiteId> accused_sites;  // units complained of
  std::optional<Actor> starter;
  std::optional<std::size_t> opened, moved, started, disposed, replied, called_back, ended, resumed;
  std::array<MatterState, matter_count> matters;

  [[nodiscard]] const MatterState& matter(Matter which) const { return matters[static_cast<std::size_t>(which)]; }
};

struct CaseView {
  State state;
  std::string number;              // empty until the opening entry is readable
  std::vector<Line> timeline;      // in the fold's order
  std::vector<Cause> heads;        // entries that no other held entry names as its cause; at most limits::after_max
  const KindRow* label = nullptr;  // the row whose name is the case's state for people
  bool newer = false;              // holds a kind that this program does not know: no closing act here
  bool chain = false;              // each entry, as they were given, names just the one before it
};

[[nodiscard]] CaseView fold(const Kinds& kinds, std::span<const Told> entries);

// The same for a view of the first of these entries that lacks the others. False, and nothing was done, if they do not
// go on as a chain: what rests on all that is known has its place at the end, and judging it takes no other.
[[nodiscard]] bool extend(const Kinds& kinds, CaseView& view, std::span<const Told> entries);

// Nothing if `actor` may record `event` of this row now, after everything in the view; else forbidden, wrong_state or
// missing_field with the rule's text. Without an event, what depends on its fields is not asked.
[[nodiscard]] std::optional<Error> objection(const CaseView& view, const KindRow& row, const Actor& actor,
                                             const Event* event = nullptr);
// The same for nobody in particular at a site.
[[nodiscard]] std::optional<Error> objection(const CaseView& view, const KindRow& row, SiteId site);

// The rule that shuts `person` out of the case; nothing if they are not complained of. Reading is an act too (P12).
[[nodiscard]] std::optional<std::string_view> shut_out(const State& state, const Actor& person);

// What did not stand of what this person wrote, in the fold's order: to be shown to them.
[[nodiscard]] std::vector<Line> lost_by(const CaseView& view, std::span<const Told> entries, const Actor& person);

}  // namespace redress::casework
