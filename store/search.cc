#include "store/search.h"

#include <algorithm>
#include <map>
#include <utility>

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
       std::size_t count, const std::function<bool(const Summary&)>& wanted,
       const std::optional<casework::Actor>& reader)
      : search_{search},
        journal_{journal},
        views_{views},
        query_{query},
        before_{before},
        count_{count},
        wanted_{wanted},
        reader_{reader} {}

  // True if the entry is of a case that the views do not show to the reader. That it is a candidate tells what stands
  // in it, so it counts for nothing.
  [[nodiscard]] bool hides(Position at) {
    if (!reader_) return false;
    const auto entry = entry_at(journal_, search_.site_.domain, at);
    if (!entry) return false;  // whoever looks at it says so
    const CaseId id = entry->header.what.case_id;
    const auto [known, is_new] = hidden_.try_emplace(id, false);
    if (!is_new) return known->second;
    const auto row = views_.get(Table::cases, view_of(id));
    const auto summary = row ? summary_in(id, *row) : Result<Summary>{fail(Code::not_found, "")};
    known->second = !row || (summary && complains_of_reader(*summary));
    return known->second;
  }

  // False: the answer has cost enough, or it is full and this is found too: that there is a next page tells only of
  // what stands on it.
  [[nodiscard]] Result<bool> look_at(Position at) {
    if (out.opened >= opened_max) return stop_at(at);
    ++out.opened;
    const auto told = read_entry(journal_, search_.site_, search_.kinds_, search_.sealer_, at);
    if (!told || !matches(*told)) return true;
    const CaseId id = told->header.what.case_id;
    if (!found_.insert(id).second) return true;
    const auto row = views_.get(Table::cases, view_of(id));
    if (!row) return true;  // the views do not show it yet
    auto summary = summary_in(id, *row);
    if (!summary) return fail(summary.error());
    // Whether it stood above comes last, since to know that costs by what stands in the case.
    if (complains_of_reader(*summary) || !wanted_(*summary) || stood_above(id)) return true;
    if (out.cases.size() == count_) return stop_at(at);
    out.cases.push_back(std::move(*summary));
    return true;
  }

  Searched out;

 private:
  // What the program says of limits stands in every late case, and is nobody's words.
  [[nodiscard]] bool matches(const casework::Told& told) const {
    if (!told.event) return false;
    const casework::KindRow* row = search_.kinds_.find(told.event->kind);
    const bool by_program = row != nullptr && (row->guards & casework::guard_no_person) != 0;
    return !by_program && holds_all(*told.event, query_);
  }
  [[nodiscard]] bool stop_at(Position at) {
    out.next = at.next();
    return false;
  }
  [[nodiscard]] Result<Summary> summary_in(const CaseId& id, const Bytes& row) const {
    return open_summary(search_.site_.domain, search_.key_, id, row);
  }
  [[nodiscard]] bool complains_of_reader(const Summary& summary) const {
    const auto& accused = summary.accused;
    return reader_ && std::find(accused.begin(), accused.end(), *reader_) != accused.end();
  }
  // True if an earlier page named the case: one of its entries from `before` on matches too.
  [[nodiscard]] bool stood_above(const CaseId& id) {
    if (before_ == Position{}) return false;
    bool stood = false;
    journal_.scan(Table::by_case, key_of(id, before_), [&](ByteView key, ByteView) {
      if (Reader{key}.fixed<CaseId>() != id) return false;
      ++out.opened;
      const auto told = read_entry(journal_, search_.site_, search_.kinds_, search_.sealer_, position_of(key));
      stood = told && matches(*told);
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
  const std::optional<casework::Actor>& reader_;
  std::set<CaseId> found_;
  std::map<CaseId, bool> hidden_;  // of the cases that hides() was asked about
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
    if (walk.hides(*it)) continue;
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
  // Those from `from` on that are below what was asked for, and below all that was looked at before.
  Position done{UINT64_MAX};
  const auto narrowed = [&](std::set<Position> some, Position from) {
    some.insert(unread.lower_bound(from), unread.end());
    some.erase(some.lower_bound(std::min(below, std::exchange(done, from))), some.end());
    return some;
  };
  const auto newest = walk_down(walk, narrowed(remembered.candidates, remembered.first));
  if (!newest || !*newest) return newest;
  for (std::uint32_t number = pages_.count(views); number-- > 0;) {
    const auto hits = pages_.hits(views, number, remembered.probes);
    if (!hits) return fail(hits.error());
    // So it is with nearly all: what they cover takes longer to read than that it is not asked for.
    if (!*hits) continue;
    const auto spans = pages_.spans(views, number);
    if (!spans) return fail(spans.error());
    if (!*spans || (*spans)->empty()) continue;
    const Position first = (*spans)->front().first;
    // What was still remembered when this began is in a page by now, and was looked at.
    if (first >= below || first >= remembered.first) continue;
    const auto goes_on = walk_down(walk, narrowed(candidates_in(**spans, **hits), first));
    if (!goes_on || !*goes_on) return goes_on;
  }
  return walk_down(walk, narrowed({}, Position{}));
}

Result<Searched> Search::find(const SearchQuery& query, Position before, std::size_t count,
                              const std::function<bool(const Summary&)>& wanted,
                              const std::optional<casework::Actor>& reader) {
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
      Walk walk{*this, journal, views, query, before, count, wanted, reader};
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
