#include "protocol/casework/order.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <queue>
#include <set>
#include <unordered_map>

#include "protocol/base/mutant.h"

namespace redress::casework {
namespace {

using Index = std::uint32_t;
using Entries = std::vector<const Told*>;

// The sites that an opening names, and those after the first that a hand-over names, supervise the case.
std::set<SiteId> supervisors_in(const Kinds& kinds, const Entries& entries) {
  std::set<SiteId> out;
  for (const Told* told : entries) {
    const KindRow* row = kinds.find(told->header.what.kind);
    if (row == nullptr) continue;
    const auto& to = told->header.what.to;
    const std::size_t first = row->effect == Effect::open ? 0 : row->effect == Effect::move ? 1 : to.size();
    for (std::size_t i = first; i < to.size(); ++i) {
      if (to[i] != told->header.what.author) out.insert(to[i]);  // nobody makes itself a supervisor
    }
  }
  return out;
}

// Own entries of a journal rest on those before them there. An entry that was placed again (D9) stands in more than one
// journal, and rests on what is before it in each.
void add_journals(Graph& graph, const Entries& entries, std::span<const Told> placed) {
  std::unordered_map<Digest, Index, FirstBytes> named;
  named.reserve(entries.size());
  for (Index i = 0; i < entries.size(); ++i) named.emplace(entries[i]->identity, i);
  std::map<std::pair<SiteId, Epoch>, Entries> by_journal;
  for (const Told& told : placed) {
    if (named.contains(told.identity)) by_journal[{told.header.place.site, told.header.place.epoch}].push_back(&told);
  }
  for (auto& [name, journal] : by_journal) {
    std::sort(journal.begin(), journal.end(), [](const Told* a, const Told* b) {
      const Seq seq_a = a->header.place.seq;
      const Seq seq_b = b->header.place.seq;
      return seq_a != seq_b ? seq_a < seq_b : a->identity < b->identity;  // equal: a fork, both kept
    });
    for (std::size_t k = 1; k < journal.size(); ++k) {
      const Index before = named.at(journal[k - 1]->identity);
      const Index after = named.at(journal[k]->identity);
      if (before != after) graph.before[after].push_back(before);
    }
  }
}

// The places of the entries in the order of rank and identity: a turn is then a comparison of two numbers.
std::vector<Index> turns_of(const Entries& entries, const Graph& graph) {
  std::vector<Index> sorted(entries.size());
  std::iota(sorted.begin(), sorted.end(), Index{0});
  std::sort(sorted.begin(), sorted.end(), [&](Index a, Index b) {
    const journal::Header& one = entries[a]->header;
    const journal::Header& other = entries[b]->header;
    if (REDRESS_MUTANT(52) && one.what.time != other.what.time) return one.what.time < other.what.time;
    if (REDRESS_MUTANT(55) && one.place.seq != other.place.seq) return one.place.seq < other.place.seq;
    if (graph.rank[a] != graph.rank[b]) return graph.rank[a] < graph.rank[b];
    if (entries[a]->identity != entries[b]->identity) return entries[a]->identity < entries[b]->identity;
    return a < b;
  });
  std::vector<Index> turns(entries.size());
  for (Index turn = 0; turn < sorted.size(); ++turn) turns[sorted[turn]] = turn;
  return turns;
}

// How many of its causes, and of what stands before it, are not taken yet.
struct Waiting {
  Index causes = 0;
  Index before = 0;
  bool taken = false;
};

// When nothing is ready: the least of those with all their causes, else the least of all.
Index cut(const std::vector<Waiting>& waiting, const std::vector<Index>& turns) {
  std::optional<Index> best;
  const auto better = [&](Index a, Index b) {
    const bool a_waits = waiting[a].causes > 0;
    const bool b_waits = waiting[b].causes > 0;
    return a_waits != b_waits ? b_waits : turns[a] < turns[b];
  };
  for (Index i = 0; i < waiting.size(); ++i) {
    if (!waiting[i].taken && (!best || better(i, *best))) best = i;
  }
  return *best;
}

}  // namespace

Graph graph_of(const Kinds& kinds, const Entries& entries, std::span<const Told> placed) {
  std::unordered_map<Cause, Index, FirstBytes> by_cause;
  by_cause.reserve(entries.size());
  const std::set<SiteId> supervisors = supervisors_in(kinds, entries);
  Graph graph;
  graph.causes.resize(entries.size());
  graph.before.resize(entries.size());
  for (Index i = 0; i < entries.size(); ++i) {
    by_cause.emplace(journal::cause_of(entries[i]->identity), i);
    const SiteId author = entries[i]->header.what.author;
    graph.rank.push_back(author == head_office          ? Rank::head_office
                         : supervisors.contains(author) ? Rank::supervisor
                                                        : Rank::other);
  }
  for (Index i = 0; i < entries.size(); ++i) {
    if (REDRESS_MUTANT(51)) break;  // cause ignored in the fold
    for (const Cause& cause : entries[i]->header.what.after) {
      const auto found = by_cause.find(cause);
      if (found != by_cause.end() && found->second != i) graph.causes[i].push_back(found->second);
    }
  }
  add_journals(graph, entries, placed);
  return graph;
}

std::vector<Index> order_of(const Entries& entries, const Graph& graph) {
  const std::vector<Index> turns = turns_of(entries, graph);
  const auto later = [&](Index a, Index b) { return turns[a] > turns[b]; };
  std::priority_queue<Index, std::vector<Index>, decltype(later)> ready{later};
  std::vector<std::vector<Index>> effects(entries.size());
  std::vector<std::vector<Index>> behind(entries.size());
  std::vector<Waiting> waiting(entries.size());
  for (Index i = 0; i < entries.size(); ++i) {
    for (const Index cause : graph.causes[i]) effects[cause].push_back(i);
    for (const Index other : graph.before[i]) behind[other].push_back(i);
    waiting[i].causes = static_cast<Index>(graph.causes[i].size());
    waiting[i].before = static_cast<Index>(graph.before[i].size());
    if (waiting[i].causes == 0 && waiting[i].before == 0) ready.push(i);
  }
  const auto release = [&](Index i, Index Waiting::*count) {
    if (--(waiting[i].*count) == 0 && waiting[i].causes == 0 && waiting[i].before == 0 && !waiting[i].taken)
      ready.push(i);
  };
  std::vector<Index> order;
  order.reserve(entries.size());
  while (order.size() < entries.size()) {
    const Index next = ready.empty() ? cut(waiting, turns) : ready.top();
    if (!ready.empty()) ready.pop();
    waiting[next].taken = true;
    order.push_back(next);
    for (const Index effect : effects[next]) release(effect, &Waiting::causes);
    for (const Index other : behind[next]) release(other, &Waiting::before);
  }
  return order;
}

}  // namespace redress::casework
