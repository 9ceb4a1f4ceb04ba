#include "protocol/casework/case.h"

#include <algorithm>
#include <bit>
#include <unordered_map>

#include "protocol/base/limits.h"
#include "protocol/base/mutant.h"
#include "protocol/casework/order.h"
#include "protocol/casework/rules.h"

namespace redress::casework {
namespace {

using Index = std::size_t;
using Entries = std::vector<const Told*>;

// Which places of the order an entry rests on, as bits.
class Bits {
 public:
  explicit Bits(Index count) : words_((count + 63) / 64) {}
  void set(Index i) { words_[i / 64] |= std::uint64_t{1} << (i % 64); }
  [[nodiscard]] bool has(Index i) const { return (words_[i / 64] >> (i % 64) & 1) != 0; }
  void merge(const Bits& other) {
    for (Index i = 0; i < words_.size(); ++i) words_[i] |= other.words_[i];
  }
  // The first place that is not among them.
  [[nodiscard]] Index first_hole() const {
    Index i = 0;
    while (i < words_.size() && words_[i] == ~std::uint64_t{0}) ++i;
    return i == words_.size() ? i * 64 : i * 64 + static_cast<Index>(std::countr_one(words_[i]));
  }

 private:
  std::vector<std::uint64_t> words_;
};

// What an entry's author was allowed, by the state that `known` gives: what they could know.
template <typename Known>
Line judged(Index at, const KindRow* row, const Told& told, Known known) {
  Line line{at};
  if (row == nullptr || !told.event) {
    line.verdict = Verdict::unread;
    return line;
  }
  if (REDRESS_MUTANT(61)) return line;  // authority not judged
  const Actor actor{told.header.what.author, told.header.what.staff};
  const auto no = denial(known(), false, *row, actor, &*told.event);
  if (no) {
    line.verdict = Verdict::refused;
    line.rule = no->rule;
  }
  return line;
}

// Applies an entry that stands, and notes in the view who lost by it.
void apply_to(CaseView& view, Index at, const KindRow& row, const Told& told, const Contest& contest,
              std::vector<Loss>& losses) {
  losses.clear();
  apply(view.state, at, row, told, contest, losses);
  for (const Loss& loss : losses) {
    view.timeline[loss.loser].verdict = Verdict::superseded;
    view.timeline[loss.loser].by = loss.winner;
  }
}

// In a chain everybody knows all that is before them, and nothing is contested.
class Successive final : public Contest {
 public:
  [[nodiscard]] bool knows(Index later, Index earlier) const override { return earlier < later; }
  [[nodiscard]] Rank rank(Index /*entry*/) const override { return Rank::other; }
};

// 36: two entries of one instant are taken for one.
bool is_taken_for_another(std::span<const Told> entries, Index at) {
  const journal::What& what = entries[at].header.what;
  return REDRESS_MUTANT(36) &&
         std::any_of(entries.begin(), entries.begin() + static_cast<std::ptrdiff_t>(at), [&](const Told& told) {
           return told.header.what.author == what.author && told.header.what.time == what.time;
         });
}

// Each entry from `from` on names just the one before it, and stands behind those of its journal: no other order fits.
bool is_chain(std::span<const Told> entries, Index from) {
  std::vector<journal::Place> last;  // of each journal
  for (Index i = 0; i < entries.size(); ++i) {
    const journal::Header& header = entries[i].header;
    if (is_taken_for_another(entries, i)) return false;
    if (i >= from) {
      const auto& after = header.what.after;
      const bool follows =
          i == 0 ? after.empty() : after.size() == 1 && after.front() == journal::cause_of(entries[i - 1].identity);
      if (!follows) return false;
    }
    const auto same = std::find_if(last.begin(), last.end(), [&](const journal::Place& place) {
      return place.site == header.place.site && place.epoch == header.place.epoch;
    });
    if (same == last.end()) {
      last.push_back(header.place);
    } else if (same->seq >= header.place.seq) {
      return false;
    } else {
      *same = header.place;
    }
  }
  return true;
}

// Walks the entries in order, judging each on its ancestors and applying it at its turn. Everything here is counted by
// places in the order, so that what an author knew is, but for a tail, a beginning of the order: the states after every
// few places are kept, and only the tail is applied again.
class Walk final : public Contest {
 public:
  Walk(const Kinds& kinds, const Entries& entries, const Graph& graph, const std::vector<std::uint32_t>& order)
      : graph_{graph}, order_{order}, place_of_(entries.size(), none) {
    ancestors_.reserve(order.size());
    for (const std::uint32_t i : order) {
      entries_.push_back(entries[i]);
      rows_.push_back(kinds.find(entries[i]->header.what.kind));
    }
  }

  CaseView run() {
    CaseView view;
    for (Index at = 0; at < order_.size(); ++at) {
      note_ancestors(at);
      if (at % kept_every == 0) kept_.push_back(view.state);
      view.timeline.push_back(judged(at, rows_[at], *entries_[at], [&]() -> const State& { return known_to(at); }));
      if (rows_[at] == nullptr) view.newer = true;
      const bool stands = view.timeline.back().verdict == Verdict::stands;
      stands_.push_back(stands);
      if (stands) apply_to(view, at, *rows_[at], *entries_[at], *this, losses_);
    }
    return view;
  }

  [[nodiscard]] bool knows(Index later, Index earlier) const override { return ancestors_[later].has(earlier); }
  [[nodiscard]] Rank rank(Index at) const override { return graph_.rank[order_[at]]; }

 private:
  static constexpr std::uint32_t none = UINT32_MAX;
  static constexpr Index kept_every = 16;

  void note_ancestors(Index at) {
    Bits& mine = ancestors_.emplace_back(order_.size());
    const std::uint32_t i = order_[at];
    for (const auto* known : {&graph_.causes[i], &graph_.before[i]}) {
      for (const std::uint32_t cause : *known) {
        const std::uint32_t place = place_of_[cause];
        if (place == none || mine.has(place)) continue;
        mine.merge(ancestors_[place]);
        mine.set(place);
      }
    }
    place_of_[i] = static_cast<std::uint32_t>(at);
  }

  // What the author could know.
  const State& known_to(Index at) {
    const Bits& mine = ancestors_[at];
    const Index hole = REDRESS_MUTANT(64) ? at : std::min(mine.first_hole(), at);  // 64: all before it in the order
    const Index from = hole / kept_every;
    known_ = kept_[from];
    for (Index earlier = from * kept_every; earlier < at; ++earlier) {
      if (!stands_[earlier] || (earlier >= hole && !mine.has(earlier))) continue;
      losses_.clear();
      apply(known_, earlier, *rows_[earlier], *entries_[earlier], *this, losses_);
    }
    return known_;
  }

  const Graph& graph_;
  const std::vector<std::uint32_t>& order_;
  Entries entries_;                   // by place, as are the next four
  std::vector<const KindRow*> rows_;  // nothing: a kind unknown here
  std::vector<Bits> ancestors_;
  std::vector<bool> stands_;             // was not refused and could be read
  std::vector<State> kept_;              // before every sixteenth
  std::vector<std::uint32_t> place_of_;  // by entry
  std::vector<Loss> losses_;
  State known_;
};

// The newest step that people name the state after.
const KindRow* label_of(const Kinds& kinds, std::span<const Told> entries, const State& state) {
  const auto row = [&](const std::optional<Index>& at) {
    return at ? kinds.find(entries[*at].header.what.kind) : nullptr;
  };
  if (state.status == Status::ended) return row(state.ended);
  const MatterState& material = state.matter(Matter::material);
  const std::optional<Index> awaited = material.standing == stands_open ? material.latest : std::nullopt;
  for (const auto& at : {state.called_back, state.replied, state.disposed, state.matter(Matter::proposal).latest,
                         state.matter(Matter::investigation).latest, state.started, awaited,
                         state.matter(Matter::acceptance).latest, state.moved, state.opened}) {
    if (at) return row(at);
  }
  return nullptr;
}

std::vector<Cause> heads_of(const Entries& entries, const Graph& graph, const std::vector<std::uint32_t>& order) {
  std::vector<bool> named(entries.size());
  for (const auto* known : {&graph.causes, &graph.before}) {
    for (const auto& causes : *known) {
      for (const std::uint32_t cause : causes) named[cause] = true;
    }
  }
  std::vector<Cause> heads;
  for (auto it = order.rbegin(); it != order.rend() && heads.size() < limits::after_max; ++it) {
    if (!named[*it]) heads.push_back(journal::cause_of(entries[*it]->identity));
  }
  return heads;
}

// Each identity once, at its first place.
Entries unique_of(std::span<const Told> entries) {
  Entries unique;
  unique.reserve(entries.size());
  std::unordered_map<Digest, Index, FirstBytes> held;
  held.reserve(entries.size());
  for (const Told& told : entries) {
    if (is_taken_for_another(entries, static_cast<Index>(&told - entries.data()))) continue;
    if (held.emplace(told.identity, unique.size()).second || REDRESS_MUTANT(54)) unique.push_back(&told);  // 54: twice
  }
  return unique;
}

// What people call the case and its state.
void name(const Kinds& kinds, CaseView& view, std::span<const Told> entries) {
  view.label = label_of(kinds, entries, view.state);
  if (!view.state.opened || !entries[*view.state.opened].event) return;
  const std::string* number = entries[*view.state.opened].event->value(case_no_field);
  if (number != nullptr) view.number = *number;
}

// From places in the order to the caller's indices.
void rename(CaseView& view, const std::vector<Index>& names) {
  for (Line& line : view.timeline) {
    line.told = names[line.told];
    if (line.by) line.by = names[*line.by];
  }
  State& state = view.state;
  for (std::optional<Index>* at : {&state.opened, &state.moved, &state.started, &state.disposed, &state.replied,
                                   &state.called_back, &state.ended, &state.resumed}) {
    if (*at) *at = names[**at];
  }
  for (MatterState& matter : state.matters) {
    if (matter.latest) matter.latest = names[*matter.latest];
  }
}

}  // namespace

CaseView fold(const Kinds& kinds, std::span<const Told> entries) {
  const std::span<const Told> placed = entries.first(std::min(entries.size(), limits::case_entries_max));
  const Entries unique = unique_of(placed);
  const Graph graph = graph_of(kinds, unique, placed);
  const std::vector<std::uint32_t> order = order_of(unique, graph);
  CaseView view = Walk{kinds, unique, graph, order}.run();
  view.heads = heads_of(unique, graph, order);
  std::vector<Index> names;
  names.reserve(order.size());
  for (const std::uint32_t i : order) names.push_back(static_cast<Index>(unique[i] - entries.data()));
  rename(view, names);
  name(kinds, view, entries);
  view.chain = is_chain(placed, 0);
  return view;
}

bool extend(const Kinds& kinds, CaseView& view, std::span<const Told> entries) {
  const Index from = view.timeline.size();
  const bool fits = view.chain && from <= entries.size() && entries.size() <= limits::case_entries_max;
  if (!fits || !is_chain(entries, from)) return false;
  std::vector<Loss> losses;
  for (Index at = from; at < entries.size(); ++at) {
    const KindRow* row = kinds.find(entries[at].header.what.kind);
    view.timeline.push_back(judged(at, row, entries[at], [&]() -> const State& { return view.state; }));
    if (row == nullptr) view.newer = true;
    if (view.timeline.back().verdict == Verdict::stands) apply_to(view, at, *row, entries[at], Successive{}, losses);
  }
  if (!entries.empty()) view.heads = {journal::cause_of(entries.back().identity)};
  name(kinds, view, entries);
  return true;
}

std::vector<Line> lost_by(const CaseView& view, std::span<const Told> entries, const Actor& person) {
  std::vector<Line> lost;
  for (const Line& line : view.timeline) {
    const journal::What& what = entries[line.told].header.what;
    const bool stands = line.verdict == Verdict::stands || line.verdict == Verdict::unread;
    if (!stands && Actor{what.author, what.staff} == person) lost.push_back(line);
  }
  return lost;
}

}  // namespace redress::casework
