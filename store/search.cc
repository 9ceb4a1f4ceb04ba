#include "store/search.h"

#include <algorithm>

#include "store/case_file.h"

namespace redress::store {

bool holds_all(const casework::Event& event, const SearchQuery& query) {
  std::vector<const Folded*> left;
  for (const Folded& term : query.terms) left.push_back(&term);
  for (const auto& [name, value] : event.fields) {
    const Folded text = fold_text(value);
    std::erase_if(left, [&](const Folded* term) { return text.find(*term) != Folded::npos; });
    if (left.empty()) return true;
  }
  return left.empty();
}

// One answer being made, from the newest entry down.
class Search::Walk {
 public:
  Walk(Search& search, const Reading& journal, const Reading& views, const SearchQuery& query, Position before,
       std::size_t count, const std::function<bool(const Summary&)>& wanted)
      : search_{search},
        journal_{journal},
        views_{views},
        query_{query},
        before_{before},
        count_{count},
        wanted_{wanted} {}

  // False: the answer is full, or it has cost enough.
  [[nodiscard]] Result<bool> look_at(Position at) {
    if (out.cases.size() == count_ || out.opened >= opened_max) {
      out.next = at.next();
      return false;
    }
    ++out.opened;
    const auto told = read_entry(journal_, search_.site_, search_.kinds_, search_.sealer_, at);
    if (!told || !told->event || !holds_all(*told->event, query_)) return true;
    const CaseId id = told->header.what.case_id;
    if (!found_.insert(id).second || stood_above(id)) return true;
    const auto row = views_.get(Table::cases, view_of(id));
    if (!row) return true;  // the views do not show it yet
    auto summary = open_summary(search_.site_.domain, search_.key_, id, *row);
    if (!summary) return fail(summary.error());
    if (wanted_(*summary)) out.cases.push_back(std::move(*summary));
    return true;
  }

  Searched out;

 private:
  // True if an earlier page named the case: one of its entries from `before` on matches too.
  [[nodiscard]] bool stood_above(const CaseId& id) {
    if (before_ == Position{}) return false;
    bool stood = false;
    journal_.scan(Table::by_case, key_of(id, before_), [&](ByteView key, ByteView) {
      if (Reader{key}.fixed<CaseId>() != id) return false;
      ++out.opened;
      const auto told = read_entry(journal_, search_.site_, search_.kinds_, search_.sealer_, position_of(key));
      stood = told && told->event && holds_all(*told->event, query_);
      return !stood;
    });
    return stood;
  }

  Search& search_;
  const Reading& journal_;
  const Reading& views_;
  const SearchQuery& query_;
  Position before_;
  std::size_t count_;
  const std::function<bool(const Summary&)>& wanted_;
  std::set<CaseId> found_;
};

Search::Search(const Truth& journal, const Truth& views, const SiteOptions& site, const crypto::Key32& views_key,
               const casework::Kinds& kinds, const SignTail* tail, Random& random)
    : journal_{journal},
      views_{views},
      site_{site},
      key_{views_key},
      kinds_{kinds},
      tail_{tail},
      maker_{views_key},
      pages_{views_key, site.domain.network},
      sealer_{random} {}

// Newest first; false: the answer is complete.
Result<bool> Search::walk_down(Walk& walk, const std::set<Position>& candidates) {
  for (auto it = candidates.rbegin(); it != candidates.rend(); ++it) {
    const auto goes_on = walk.look_at(*it);
    if (!goes_on || !*goes_on) return goes_on;
  }
  return true;
}

Result<bool> Search::walk_all(Walk& walk, const Reading& journal, Position below) {
  const auto newest = journal.last_below(Table::entries, key_of(below));
  for (Position at = newest ? position_of(newest->first) : Position{}; at != Position{};
       at = Position{at.value() - 1}) {
    const auto goes_on = walk.look_at(at);
    if (!goes_on || !*goes_on) return goes_on;
  }
  return true;
}

Result<bool> Search::walk_signed(Walk& walk, const Reading& views, const Remembered& remembered, Position below) {
  std::set<Position> unread;
  views.scan(Table::unread, {}, [&](ByteView key, ByteView) {
    unread.insert(position_of(key));
    return true;
  });
  // Those from `from` on that are below what was asked for and below `to`.
  const auto narrowed = [&](std::set<Position> some, Position from, Position to) {
    some.insert(unread.lower_bound(from), unread.end());
    some.erase(some.lower_bound(std::min(below, to)), some.end());
    return some;
  };
  const auto newest = walk_down(walk, narrowed(remembered.candidates, remembered.first, Position{UINT64_MAX}));
  if (!newest || !*newest) return newest;
  for (std::uint32_t number = pages_.count(views); number-- > 0;) {
    const auto spans = pages_.spans(views, number);
    if (!spans) return fail(spans.error());
    if (!*spans || (*spans)->empty()) continue;
    const Position first = (*spans)->front().first;
    // What was still remembered when this began is in a page by now, and was looked at.
    if (first >= below || first >= remembered.first) continue;
    std::set<Position> some;
    const Status read = pages_.candidates(views, number, **spans, remembered.probes, some);
    if (!read) return fail(read.error());
    const Position end = last_of(**spans).next();
    const auto goes_on = walk_down(walk, narrowed(std::move(some), first, end));
    if (!goes_on || !*goes_on) return goes_on;
  }
  return true;
}

Result<Searched> Search::find(const SearchQuery& query, Position before, std::size_t count,
                              const std::function<bool(const Summary&)>& wanted) {
  Remembered remembered;
  for (const Folded& term : query.terms) {
    if (is_indexable(term)) remembered.probes.push_back(maker_.probe_of(term));
  }
  const std::uint64_t generation = tail_ != nullptr ? tail_->generation() : 0;
  // Before the snapshot: what leaves the memory meanwhile is then in the pages.
  if (tail_ != nullptr) remembered.first = tail_->candidates(remembered.probes, remembered.candidates);
  const Position below = before == Position{} ? Position{UINT64_MAX} : before;
  Result<Searched> out{Searched{}};
  const Status looked = views_.view([&](const Reading& views) -> Status {
    return journal_.view([&](const Reading& journal) -> Status {
      Walk walk{*this, journal, views, query, before, count, wanted};
      const auto walked =
          tail_ != nullptr ? walk_signed(walk, views, remembered, below) : walk_all(walk, journal, below);
      if (!walked) return fail(walked.error());
      out = std::move(walk.out);
      return Done{};
    });
  });
  if (!looked) return fail(looked.error());
  if (tail_ != nullptr && (generation % 2 != 0 || generation != tail_->generation()))
    return fail(Code::busy, "the views are being made anew (视图正在重建)");
  return out;
}

}  // namespace redress::store
