#include "protocol/casework/case.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "protocol/base/limits.h"
#include "protocol/base/mutant.h"

namespace redress::casework {
namespace {

using Index = std::size_t;

// Which entries an entry rests on, as bits.
class Bits {
 public:
  explicit Bits(Index count) : words_((count + 63) / 64) {}
  void set(Index i) { words_[i / 64] |= std::uint64_t{1} << (i % 64); }
  [[nodiscard]] bool has(Index i) const { return (words_[i / 64] >> (i % 64) & 1) != 0; }
  void merge(const Bits& other) {
    for (Index i = 0; i < words_.size(); ++i) words_[i] |= other.words_[i];
  }

 private:
  std::vector<std::uint64_t> words_;
};

// The author's rank in the case, from the entries alone, so that every site ranks alike whatever its directory says.
enum class Rank : int { head_office = 0, supervisor = 1, other = 2 };

struct Graph {
  std::vector<std::vector<Index>> causes;  // held ones only: what its author named
  std::vector<std::vector<Index>> before;  // … and what stands before it in a journal
  std::vector<Rank> rank;
};

// The sites that an opening names, and those after the first that a hand-over names, supervise the case.
std::set<SiteId> supervisors_in(const Kinds& kinds, std::span<const Told> entries) {
  std::set<SiteId> out;
  for (const Told& told : entries) {
    const KindRow* row = kinds.find(told.header.what.kind);
    if (row == nullptr) continue;
    const auto& to = told.header.what.to;
    const std::size_t first = row->effect == Effect::open ? 0 : row->effect == Effect::move ? 1 : to.size();
    for (std::size_t i = first; i < to.size(); ++i) {
      if (to[i] != told.header.what.author) out.insert(to[i]);  // nobody makes itself a supervisor
    }
  }
  return out;
}

// Own entries of a journal rest on those before them there. An entry that was placed again (D9) stands in more than one
// journal, and rests on what is before it in each.
void add_journals(Graph& graph, std::span<const Told> entries, std::span<const Told> placed) {
  std::map<Digest, Index> named;
  for (Index i = 0; i < entries.size(); ++i) named.emplace(entries[i].identity, i);
  struct Placed {
    const Told* told;
    Index at;
  };
  std::map<std::pair<SiteId, Epoch>, std::vector<Placed>> by_journal;
  for (const Told& told : placed) {
    const auto found = named.find(told.identity);
    if (found == named.end()) continue;
    by_journal[{told.header.place.site, told.header.place.epoch}].push_back({&told, found->second});
  }
  for (auto& [name, journal] : by_journal) {
    std::sort(journal.begin(), journal.end(), [](const Placed& a, const Placed& b) {
      const Seq seq_a = a.told->header.place.seq;
      const Seq seq_b = b.told->header.place.seq;
      return seq_a != seq_b ? seq_a < seq_b : a.told->identity < b.told->identity;  // equal: a fork, both kept
    });
    for (Index k = 1; k < journal.size(); ++k) {
      const Index before = journal[k - 1].at;
      const Index after = journal[k].at;
      if (before != after) graph.before[after].push_back(before);
    }
  }
}

// `entries` once each; `placed` are all places they are held at.
Graph graph_of(const Kinds& kinds, std::span<const Told> entries, std::span<const Told> placed) {
  std::map<Cause, Index> by_cause;
  const std::set<SiteId> supervisors = supervisors_in(kinds, entries);
  const std::vector<std::vector<Index>> none(entries.size());
  Graph graph{none, none, {}};
  for (Index i = 0; i < entries.size(); ++i) {
    const journal::Header& header = entries[i].header;
    by_cause.emplace(journal::cause_of(entries[i].identity), i);
    const SiteId author = header.what.author;
    graph.rank.push_back(author == head_office          ? Rank::head_office
                         : supervisors.contains(author) ? Rank::supervisor
                                                        : Rank::other);
  }
  for (Index i = 0; i < entries.size(); ++i) {
    if (REDRESS_MUTANT(51)) break;  // cause ignored in the fold
    for (const Cause& cause : entries[i].header.what.after) {
      const auto found = by_cause.find(cause);
      if (found != by_cause.end() && found->second != i) graph.causes[i].push_back(found->second);
    }
  }
  add_journals(graph, entries, placed);
  return graph;
}

// How many of its causes, and of what stands before it, are not taken yet.
struct Waiting {
  std::vector<Index> causes;
  std::vector<Index> before;
};

// D7's order. What stands before an entry in a journal gives way to what its author named: after a fork that both ends
// lost, an entry may stand below one that it rests on. A loop of causes can only be made on purpose; it is cut at its
// least member.
std::vector<Index> order_of(std::span<const Told> entries, const Graph& graph) {
  const auto less = [&](Index a, Index b) {
    const journal::Header& one = entries[a].header;
    const journal::Header& other = entries[b].header;
    if (REDRESS_MUTANT(52) && one.what.time != other.what.time) return one.what.time < other.what.time;
    if (REDRESS_MUTANT(55) && one.place.seq != other.place.seq) return one.place.seq < other.place.seq;
    if (graph.rank[a] != graph.rank[b]) return graph.rank[a] < graph.rank[b];
    if (entries[a].identity != entries[b].identity) return entries[a].identity < entries[b].identity;
    return a < b;
  };
  using Ranked = std::set<Index, decltype(less)>;
  std::vector<std::vector<Index>> effects(entries.size());
  std::vector<std::vector<Index>> behind(entries.size());
  Waiting waiting{std::vector<Index>(entries.size()), std::vector<Index>(entries.size())};
  for (Index i = 0; i < entries.size(); ++i) {
    for (const Index cause : graph.causes[i]) effects[cause].push_back(i);
    for (const Index other : graph.before[i]) behind[other].push_back(i);
    waiting.causes[i] = graph.causes[i].size();
    waiting.before[i] = graph.before[i].size();
  }
  std::array<Ranked, 3> sets{Ranked{less}, Ranked{less}, Ranked{less}};  // ready, out of turn, without all its causes
  const auto set_of = [&](Index i) -> Ranked& {
    return sets[waiting.causes[i] > 0 ? 2 : waiting.before[i] > 0 ? 1 : 0];
  };
  for (Index i = 0; i < entries.size(); ++i) set_of(i).insert(i);
  std::vector<bool> taken(entries.size());
  const auto release = [&](std::vector<Index>& counts, Index i) {
    if (taken[i]) return;
    set_of(i).erase(i);
    --counts[i];
    set_of(i).insert(i);
  };
  std::vector<Index> order;
  while (order.size() < entries.size()) {
    Ranked& from = !sets[0].empty() ? sets[0] : !sets[1].empty() ? sets[1] : sets[2];
    const Index next = *from.begin();
    from.erase(from.begin());
    taken[next] = true;
    order.push_back(next);
    for (const Index effect : effects[next]) release(waiting.causes, effect);
    for (const Index other : behind[next]) release(waiting.before, other);
  }
  return order;
}

// Walks the entries in order, judging each on its ancestors and applying it at its turn.
class Walk {
 public:
  Walk(const Kinds& kinds, std::span<const Told> entries, const Graph& graph, const std::vector<Index>& order)
      : kinds_{kinds},
        entries_{entries},
        graph_{graph},
        order_{order},
        ancestors_(entries.size(), Bits{entries.size()}) {}

  CaseView run() {
    CaseView view;
    std::set<Index> placed;
    for (const Index i : order_) {
      for (const auto* known : {&graph_.causes[i], &graph_.before[i]}) {
        for (const Index cause : *known) {
          if (!placed.contains(cause)) continue;
          ancestors_[i].merge(ancestors_[cause]);
          ancestors_[i].set(cause);
        }
      }
      placed.insert(i);
      view.timeline.push_back(judge(i));
      line_of_[i] = view.timeline.size() - 1;
      if (view.timeline.back().verdict == Verdict::stands) {
        standing_.push_back(i);
        for (const Index loser : apply(view.state, i)) view.timeline[line_of_[loser]].verdict = Verdict::superseded;
      }
      if (kinds_.find(entries_[i].header.what.kind) == nullptr) view.newer = true;
    }
    return view;
  }

 private:
  Line judge(Index i) {
    Line line{i, Verdict::stands, {}};
    const KindRow* row = kinds_.find(entries_[i].header.what.kind);
    if (row == nullptr || !entries_[i].event) {
      line.verdict = Verdict::unread;
      return line;
    }
    State known;  // what the author could know
    for (const Index earlier : standing_) {
      if (ancestors_[i].has(earlier) || REDRESS_MUTANT(64)) apply(known, earlier);  // 64: all before it in the order
    }
    CaseView view;
    view.state = known;
    if (!REDRESS_MUTANT(61) && objection(view, *row, entries_[i].header.what.author)) {  // 61: authority not judged
      line.verdict = Verdict::refused;
      line.rule = row->rule;
    }
    return line;
  }

  // True if `i` takes the slot from its holder. `losers` gains whoever is superseded.
  bool takes(const std::optional<Index>& holder, Index i, std::vector<Index>& losers) const {
    if (!holder || ancestors_[i].has(*holder)) return true;
    const bool wins = graph_.rank[i] <= graph_.rank[*holder];
    losers.push_back(wins ? *holder : i);
    return wins;
  }

  std::vector<Index> apply(State& state, Index i) const {
    std::vector<Index> losers;
    const journal::What& what = entries_[i].header.what;
    switch (kinds_.find(what.kind)->effect) {
      case Effect::none:
        break;
      case Effect::open:
        if (!takes(state.opened, i, losers)) break;
        state.opened = i;
        state.status = Status::open;
        state.registrar = state.handler = what.author;
        state.supervisors = what.to;
        break;
      case Effect::move:
        if (!takes(state.moved, i, losers)) break;
        state.moved = i;
        if (!what.to.empty()) {
          state.handler = what.to.front();
          for (std::size_t k = 1; k < what.to.size(); ++k) {
            const bool known = std::count(state.supervisors.begin(), state.supervisors.end(), what.to[k]) > 0;
            if (!known) state.supervisors.push_back(what.to[k]);
          }
        }
        break;
      case Effect::start:
        state.started = i;
        break;
      case Effect::dispose:
        if (takes(state.disposed, i, losers)) state.disposed = i;
        break;
      case Effect::reply:
        state.replied = i;
        break;
      case Effect::call_back:
        state.called_back = i;
        break;
      case Effect::end:
        if (!takes(latest_turn(state), i, losers)) break;
        state.ended = i;
        state.status = Status::ended;
        break;
      case Effect::resume:
        resume(state, i, losers);
        break;
    }
    return losers;
  }

  // Ending and resuming contend for one slot: whether the case is going on.
  static std::optional<Index> latest_turn(const State& state) {
    return state.status == Status::ended ? state.ended : state.resumed;
  }

  void resume(State& state, Index i, std::vector<Index>& losers) const {
    if (!takes(latest_turn(state), i, losers)) return;
    state.resumed = i;
    state.status = Status::open;
    for (std::optional<Index>* done : {&state.started, &state.disposed, &state.replied, &state.called_back}) {
      if (*done && ancestors_[i].has(**done)) done->reset();
    }
  }

  const Kinds& kinds_;
  std::span<const Told> entries_;
  const Graph& graph_;
  const std::vector<Index>& order_;
  std::vector<Bits> ancestors_;
  std::vector<Index> standing_;
  std::map<Index, Index> line_of_;
};

// The newest step that people name the state after.
const KindRow* label_of(const Kinds& kinds, std::span<const Told> entries, const State& state) {
  const auto row = [&](const std::optional<Index>& at) {
    return at ? kinds.find(entries[*at].header.what.kind) : nullptr;
  };
  if (state.status == Status::ended) return row(state.ended);
  for (const auto& at : {state.called_back, state.replied, state.disposed, state.started, state.moved, state.opened}) {
    if (at) return row(at);
  }
  return nullptr;
}

std::vector<Cause> heads_of(std::span<const Told> entries, const Graph& graph, const std::vector<Index>& order) {
  std::set<Index> named;
  for (const auto* known : {&graph.causes, &graph.before}) {
    for (const auto& causes : *known) named.insert(causes.begin(), causes.end());
  }
  std::vector<Cause> heads;
  for (auto it = order.rbegin(); it != order.rend() && heads.size() < limits::after_max; ++it) {
    if (!named.contains(*it)) heads.push_back(journal::cause_of(entries[*it].identity));
  }
  return heads;
}

}  // namespace

namespace {

// Each identity once.
std::vector<Told> unique_of(std::span<const Told> entries) {
  std::vector<Told> unique;
  std::set<Digest> held;
  std::set<std::pair<SiteId, WallTime>> times;
  for (const Told& told : entries) {
    if (REDRESS_MUTANT(36) && !times.emplace(told.header.what.author, told.header.what.time).second) continue;
    if (held.insert(told.identity).second || REDRESS_MUTANT(54)) unique.push_back(told);  // 54: counted twice
  }
  return unique;
}

}  // namespace

CaseView fold(const Kinds& kinds, std::span<const Told> entries) {
  const std::span<const Told> placed = entries.first(std::min(entries.size(), limits::case_entries_max));
  const std::vector<Told> unique = unique_of(placed);
  const Graph graph = graph_of(kinds, unique, placed);
  const std::vector<Index> order = order_of(unique, graph);
  CaseView view = Walk{kinds, unique, graph, order}.run();
  view.label = label_of(kinds, unique, view.state);
  view.heads = heads_of(unique, graph, order);
  if (view.state.opened && unique[*view.state.opened].event) {
    const std::string* number = unique[*view.state.opened].event->value(case_no_field);
    if (number != nullptr) view.number = *number;
  }
  // The caller's indices: an identity held twice is shown once, at its first place.
  std::map<Digest, Index> first;
  for (Index i = 0; i < entries.size(); ++i) first.emplace(entries[i].identity, i);
  for (Line& line : view.timeline) line.told = first.at(unique[line.told].identity);
  for (std::optional<Index>* at :
       {&view.state.opened, &view.state.moved, &view.state.started, &view.state.disposed, &view.state.replied,
        &view.state.called_back, &view.state.ended, &view.state.resumed}) {
    if (*at) *at = first.at(unique[**at].identity);
  }
  return view;
}

std::optional<Error> objection(const CaseView& view, const KindRow& row, SiteId site) {
  const State& state = view.state;
  const When now = state.status == Status::none ? when_new : state.status == Status::open ? when_open : when_ended;
  if ((row.when & now) == 0 || (row.needs_reply && !state.replied)) {
    return Error{Code::wrong_state, std::string{row.rule}, "kind"};
  }
  if (view.newer && row.effect == Effect::end) {
    return Error{Code::wrong_state, "D27: the case holds a kind that this program does not know (请先升级程序)",
                 "kind"};
  }
  Who who = who_anyone;
  if (site == state.registrar) who |= who_registrar;
  if (site == state.handler) who |= who_handler;
  if (site == head_office) who |= who_head_office;
  if (std::count(state.supervisors.begin(), state.supervisors.end(), site) > 0) who |= who_supervisor;
  if ((row.who & who) == 0) return Error{Code::forbidden, std::string{row.rule}, "kind"};
  return std::nullopt;
}

}  // namespace redress::casework
