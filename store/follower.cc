#include "store/follower.h"

#include <algorithm>

#include "protocol/base/limits.h"
#include "protocol/base/mutant.h"
#include "protocol/casework/number.h"

namespace redress::store {
namespace {

constexpr std::size_t alike_max = 64;
constexpr std::size_t cases_a_snapshot = 64;
constexpr std::size_t entries_a_snapshot = 256;
constexpr std::size_t words_a_commit = 16;               // of signatures, 1,024 rows
constexpr std::size_t read_bytes_max = 4 * limits::mib;  // of entries held with their long texts until they are signed

// Check characters may be typed in either case.
bool same_number(std::string_view a, std::string_view b) {
  const auto upper = [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; };
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [&](char x, char y) { return upper(x) == upper(y); });
}

}  // namespace

Follower::Follower(const Truth& journal, Truth& views, const SiteOptions& site, Epoch epoch,
                   const crypto::Key32& views_key, const casework::Kinds& kinds, Random& random, const Keeps& keeps)
    : journal_{journal},
      views_{views},
      site_{site},
      epoch_{epoch},
      rows_{site.kek},
      key_{views_key},
      kinds_{kinds},
      random_{random},
      sealer_{random},
      signs_{keeps.signs},
      catalogue_{keeps.catalogue},
      due_{keeps.due},
      pages_{views_key, site.domain.network} {}

void Follower::write_progress(Writing& views, Position at) {
  const std::uint64_t make = make_of(signs_ != nullptr, due_.digest);
  rows_.put(views, Table::progress, view_of(progress_key), encode(Progress{casework_version, epoch_, at, make}));
  Writer healed;
  healed.u64(healed_);
  if (healed_ > 0) rows_.put(views, Table::progress, view_of(healed_progress_key), healed.take());
}

Status Follower::open() {
  std::optional<Progress> progress;
  const Status looked = views_.view([&](const Reading& views) -> Status {
    const auto row = rows_.get(views, Table::progress, view_of(progress_key));
    progress = row ? decode_progress(*row) : std::nullopt;
    const auto healed = rows_.get(views, Table::progress, view_of(healed_progress_key));
    healed_ = healed ? Reader{*healed}.u64() : 0;
    return Done{};
  });
  if (!looked) return looked;
  const bool same = progress && progress->version == casework_version && progress->epoch == epoch_ &&
                    progress->make == make_of(signs_ != nullptr, due_.digest);
  const bool kept = same && !REDRESS_MUTANT(142);  // 142: every start forgets what was shown
  if (!kept) {
    const Status emptied = empty_views();
    if (!emptied) return emptied;
  }
  const Position at = kept ? progress->at : Position{};
  // Down at once, and up only when what lists and searches go by is level with it: who reads asks for it first.
  position_ = std::min(at, position()).value();
  const Status listed = remember_cases();
  const Status opened = listed ? remember_signs(at) : listed;
  position_ = at.value();
  return opened;
}

void Follower::close() {
  if (signs_ != nullptr) signs_->close();
}

Status Follower::remember_cases() {
  if (catalogue_ == nullptr) return Done{};
  Catalogue found;
  const Status looked = views_.view([&](const Reading& views) -> Status {
    views.scan(Table::cases, {}, [&](ByteView key, ByteView value) {
      const auto id = fixed_from<CaseId>(key);
      if (!id) return true;
      const auto summary = open_summary(site_.domain, key_, *id, value);
      if (summary) {
        found.put(*summary);
      } else {
        found.put_damaged(*id);
      }
      return true;
    });
    return Done{};
  });
  if (looked) catalogue_->take(found);
  return looked;
}

Status Follower::empty_views() {
  constexpr std::size_t rows_a_commit = 16'384;
  const Status begun = views_.update([&](Writing& views) -> Status {
    views.erase(Table::progress, view_of(progress_key));
    return Done{};
  });
  if (!begun) return begun;
  for (const Table table : {Table::cases, Table::numbers, Table::signs, Table::unread}) {
    for (std::size_t erased = rows_a_commit; erased == rows_a_commit;) {
      const Status some = views_.update([&](Writing& views) -> Status {
        std::vector<Bytes> keys;
        views.scan(table, {}, [&](ByteView key, ByteView) {
          keys.push_back(copy_of(key));
          return keys.size() < rows_a_commit;
        });
        for (const Bytes& key : keys) views.erase(table, key);
        erased = keys.size();
        return Done{};
      });
      if (!some) return some;
    }
  }
  return views_.update([&](Writing& views) -> Status {
    write_progress(views, Position{});
    return Done{};
  });
}

Status Follower::remember_signs(Position upto) {
  if (signs_ == nullptr) return Done{};
  Position kept;
  std::set<Position> unread;
  const Status looked = views_.view([&](const Reading& views) -> Status {
    const std::uint32_t blocks = pages_.count(views);
    const auto spans =
        blocks == 0 ? Result<std::optional<std::vector<SlotSpan>>>{std::nullopt} : pages_.spans(views, blocks - 1);
    if (!spans) return fail(spans.error());
    if (*spans) kept = last_of(**spans);
    views.scan(Table::unread, key_of(kept.next()), [&](ByteView key, ByteView) {
      unread.insert(position_of(key));
      return true;
    });
    return Done{};
  });
  if (!looked) return looked;
  signs_->begin(kept.next());
  std::vector<Position> damaged;
  Status done = journal_.view([&](const Reading& journal) -> Status {
    for (Position at = kept.next(); at <= upto; at = at.next()) {
      if (unread.contains(at)) {
        signs_->add(at, nullptr);
        continue;
      }
      const auto told = read_entry(journal, site_, kinds_, sealer_, at);
      sign_one(journal, at, told ? &*told : nullptr, damaged);
    }
    return Done{};
  });
  signs_->committed();
  // It was whole when it was followed: when it is so again, nothing else makes it a candidate.
  if (done && !damaged.empty()) {
    done = views_.update([&](Writing& views) -> Status {
      for (const Position one : damaged) views.put(Table::unread, key_of(one), {});
      return Done{};
    });
  }
  if (done) signs_->ready();
  return done;
}

Result<std::size_t> Follower::touched(std::size_t entries_max, std::vector<CaseId>& cases) const {
  const Position begin = position();
  const Position end{begin.value() + entries_max};
  Position last = begin;
  std::set<CaseId> seen;
  // A row that is gone is passed over like one that does not hold.
  const auto pass_to = [&](Position at) {
    for (Position gone = last.next(); gone < at; gone = gone.next()) {
      if (site_.damage) site_.damage->note({gone});
    }
    last = at;
  };
  const Status looked = journal_.view([&](const Reading& store) -> Status {
    store.scan(Table::entries, key_of(begin.next()), [&](ByteView key, ByteView value) {
      if (position_of(key) > end) return false;
      pass_to(position_of(key));
      const auto entry = decode_entry(site_.domain, value);
      if (entry && !entry->header.what.case_id.is_zero()) seen.insert(entry->header.what.case_id);
      if (!entry && site_.damage) site_.damage->note({position_of(key)});
      return true;
    });
    const auto ledger = rows_.get(store, Table::local, view_of(ledger_key));
    const Position head = std::min(end, ledger ? Position{Reader{*ledger}.u64()} : last);
    if (last < head) {
      pass_to(head.next());
      last = head;
    }
    return Done{};
  });
  if (!looked) return fail(looked.error());
  cases.assign(seen.begin(), seen.end());
  return static_cast<std::size_t>(last.value() - begin.value());
}

Status Follower::fold(std::span<const CaseId> cases, std::size_t count, std::vector<Summary>& summaries, Read& read) {
  const auto opened = [&](const casework::Told& told) {
    const bool is_next = told.arrived > position() && told.arrived.value() <= position().value() + count;
    if (!is_next || !told.event || read.bytes >= read_bytes_max) return;
    read.bytes += bytes_of(*told.event);
    read.told.emplace(told.arrived, told);
  };
  const OpenedHere shown = signs_ == nullptr ? OpenedHere{} : OpenedHere{opened};
  return journal_.view([&](const Reading& store) -> Status {
    for (const CaseId& id : cases) {
      const CaseFile* file = recall_case(store, site_, rows_, kinds_, sealer_, id, memory_, shown);
      if (file != nullptr) summaries.push_back(summary_of(*file, due_));
    }
    return Done{};
  });
}

// One that is whole, and of which nothing was read, is shown to nobody.
void Follower::sign_one(const Reading& journal, Position at, const casework::Told* told,
                        std::vector<Position>& unread) {
  const bool is_read = told != nullptr ? told->event.has_value() : entry_at(journal, site_.domain, at).has_value();
  if (!is_read) unread.push_back(at);
  signs_->add(at, told != nullptr && told->event ? &*told->event : nullptr);
}

Status Follower::sign(std::size_t count, const Read& read, std::vector<Position>& unread) {
  Position at = position().next();
  const Position end{at.value() + count};
  while (at < end) {
    const Position some = std::min(end, Position{at.value() + entries_a_snapshot});
    const Status looked = journal_.view([&](const Reading& journal) -> Status {
      for (; at < some; at = at.next()) {
        const auto known = read.told.find(at);
        const auto opened = known == read.told.end() ? read_entry(journal, site_, kinds_, sealer_, at)
                                                     : std::optional<casework::Told>{};
        const casework::Told* told = known != read.told.end() ? &known->second : opened ? &*opened : nullptr;
        sign_one(journal, at, told, unread);
      }
      return Done{};
    });
    if (!looked) return looked;
  }
  return Done{};
}

Status Follower::keep_slices() {
  if (signs_ == nullptr || signs_->full().empty()) return Done{};
  std::uint32_t number = 0;
  const Status looked = views_.view([&](const Reading& views) -> Status {
    number = pages_.count(views);
    return Done{};
  });
  if (!looked) return looked;
  for (const SignBlock& block : signs_->full()) {
    // What LMDB needs in memory for one transaction it keeps: a block at once would cost as much again for ever.
    for (std::size_t word = 0; word < sign_words; word += words_a_commit) {
      const Status some = views_.update([&](Writing& views) -> Status {
        pages_.put_slices(views, number, block, word, words_a_commit, random_);
        return Done{};
      });
      if (!some) return some;
    }
    ++number;
  }
  return Done{};
}

Status Follower::keep(const std::vector<Summary>& summaries, const std::vector<Position>& unread, Position at) {
  return views_.update([&](Writing& views) -> Status {
    for (const Summary& summary : summaries) {
      views.put(Table::cases, view_of(summary.id), seal_summary(site_.domain, key_, summary, random_));
      if (const auto number = number_of(summary))
        views.put(Table::numbers, key_of(*number, summary.id), view_of(summary.id));
    }
    for (const Position one : unread) views.put(Table::unread, key_of(one), {});
    if (signs_ != nullptr) {
      std::uint32_t number = signs_->full().empty() ? 0 : pages_.count(views);
      for (const SignBlock& block : signs_->full()) pages_.put_spans(views, number++, block, random_);
    }
    write_progress(views, at);
    return Done{};
  });
}

// A snapshot keeps pages from being used again: one for a few cases each. A later one may know more than the entries
// that are followed now, which does no harm.
Status Follower::fold_all(std::span<const CaseId> cases, std::size_t count, std::vector<Summary>& summaries,
                          Read& read) {
  for (std::span<const CaseId> left = cases; !left.empty();) {
    const std::size_t some = std::min(left.size(), cases_a_snapshot);
    const Status folded = fold(left.first(some), count, summaries, read);
    if (!folded) return folded;
    left = left.subspan(some);
  }
  return Done{};
}

Status Follower::follow_healed() {
  std::set<CaseId> cases;
  std::uint64_t last = healed_;
  const Status looked = journal_.view([&](const Reading& journal) -> Status {
    const Bytes first = healed_key(healed_ + 1);
    journal.scan(Table::local, first, [&](ByteView key, ByteView stored) {
      const std::size_t name = first.size() - sizeof last;
      if (key.size() != first.size() || !same_bytes(key.first(name), ByteView{first}.first(name))) return false;
      const auto value = rows_.opened(Table::local, key, stored);
      if (value) cases.insert(Reader{*value}.fixed<CaseId>());
      last = Reader{key.last(sizeof last)}.u64();
      return true;
    });
    return Done{};
  });
  if (!looked || last == healed_) return looked;
  // What was read of an entry before is not what it says now.
  for (const CaseId& id : cases) {
    CaseFile& known = memory_.hand_out(id);
    known = CaseFile{};
    known.id = id;
  }
  std::vector<Summary> summaries;
  Read read;
  const std::vector<CaseId> all{cases.begin(), cases.end()};
  const Status folded = fold_all(all, 0, summaries, read);
  if (!folded) return folded;
  const std::uint64_t before = std::exchange(healed_, last);
  const Status kept = keep(summaries, {}, position());
  if (!kept) healed_ = before;
  if (kept && catalogue_ != nullptr) {
    for (const Summary& summary : summaries) catalogue_->put(summary);
  }
  return kept;
}

Result<std::size_t> Follower::advance(std::size_t entries_max) {
  const Status healed = follow_healed();
  if (!healed) return fail(healed.error());
  std::vector<CaseId> cases;
  const auto count = touched(entries_max, cases);
  if (!count || *count == 0) return count;
  std::vector<Summary> summaries;
  Read read;
  const Status folded = fold_all(cases, *count, summaries, read);
  if (!folded) return fail(folded.error());
  const Position at{position_.load() + *count};
  std::vector<Position> unread;
  Status kept = signs_ == nullptr ? Status{Done{}} : sign(*count, read, unread);
  if (kept) kept = keep_slices();
  if (kept) kept = keep(summaries, unread, at);
  if (!kept) {
    if (signs_ != nullptr) signs_->rewind();
    return fail(kept.error());
  }
  if (signs_ != nullptr) signs_->committed();
  if (catalogue_ != nullptr) {
    for (const Summary& summary : summaries) catalogue_->put(summary);
  }
  position_ = at.value();
  return count;
}

Result<ListPage> Views::list(const Wanted& wanted, Sorted sorted, const ListMark& after, std::size_t count) const {
  ListPage out;
  const Status looked = views_.view([&](const Reading& store) -> Status {
    ListMark at = after;
    for (std::size_t looked_at = 0; out.cases.size() < count;) {
      const std::size_t asked = count - out.cases.size();
      const std::vector<Listed> some = catalogue_.list(wanted, sorted, at, asked);
      out.next.reset();
      for (const Listed& one : some) {
        at = one.mark;
        const auto row = store.get(Table::cases, view_of(one.id));
        if (!row) continue;  // listed since this snapshot
        auto summary = open_summary(domain_, key_, one.id, *row);
        if (!summary) return fail(summary.error());
        if (is_wanted(*summary, wanted)) out.cases.push_back(std::move(*summary));
      }
      looked_at += some.size();
      if (some.size() < asked) return Done{};
      out.next = at;
      if (looked_at >= looked_at_max) return Done{};
    }
    return Done{};
  });
  if (!looked) return fail(looked.error());
  return out;
}

std::optional<Summary> Views::summary(const CaseId& id) const {
  std::optional<Summary> out;
  const Status looked = views_.view([&](const Reading& store) -> Status {
    const auto row = store.get(Table::cases, view_of(id));
    auto summary = row ? open_summary(domain_, key_, id, *row) : Result<Summary>{fail(Code::not_found, "")};
    if (summary) out = std::move(*summary);
    return Done{};
  });
  return looked ? out : std::nullopt;
}

std::optional<CaseId> Views::find(std::string_view number) const {
  const auto parsed = casework::parse_case_no(number);
  if (!parsed) return std::nullopt;
  std::optional<CaseId> found;
  std::size_t hits = 0;
  std::size_t looked_at = 0;
  const Status looked = views_.view([&](const Reading& store) -> Status {
    // Stores of one site may have counted alike: date and check characters decide, and two that are equal decide
    // nothing.
    store.scan(Table::numbers, key_of(*parsed, CaseId{}), [&](ByteView key, ByteView value) {
      Reader in{key};
      const bool alike = SiteId{in.u32()} == parsed->site && in.u64() == parsed->serial;
      if (!alike || ++looked_at > alike_max) return false;
      const auto id = fixed_from<CaseId>(value);
      const auto row = id ? store.get(Table::cases, view_of(*id)) : std::nullopt;
      const auto summary = row ? open_summary(domain_, key_, *id, *row) : Result<Summary>{fail(Code::not_found, "")};
      if (summary && same_number(summary->number, number)) {
        found = id;
        ++hits;
      }
      return hits < 2;
    });
    return Done{};
  });
  if (!looked || hits != 1) return std::nullopt;
  return found;
}

}  // namespace redress::store
