#include "store/verify_views.h"

#include "store/search_signs.h"
#include "store/verify_stop.h"
#include "store/walk.h"

namespace redress::store {
namespace {

class ViewsWalk {
 public:
  ViewsWalk(const Reading& journal, const Reading& views, const SiteOptions& site, const crypto::Key32& views_key,
            const casework::Kinds& kinds, const DueRules& due, Random& random)
      : journal_{journal},
        views_{views},
        site_{site},
        key_{views_key},
        kinds_{kinds},
        due_{due},
        rows_{site.kek},
        sealer_{random},
        pages_{views_key, site.domain.network} {}

  VerifiedViews run() {
    at_ = followed_to();
    gather();
    for (const auto& [id, last] : last_) check_case(id, last);
    check_listed();
    check_numbers();
    // Views of another make are thrown away whole.
    if (at_ != Position{} && at_ != Position{UINT64_MAX}) {
      check_unread();
      check_signs();
    }
    return std::move(out_);
  }

 private:
  void bad(Table table, ByteView key, std::string what) {
    ++out_.errors;
    if (out_.findings.size() < findings_max) out_.findings.push_back({name_of(table, key), std::move(what)});
  }

  // Zero: nothing here is of this fold.
  Position followed_to() {
    const Epoch epoch = ledger_epoch(journal_, rows_);
    const auto format = views_.get(Table::progress, view_of(format_key));
    if (!format || text_of(*format) != format_now)
      bad(Table::progress, view_of(format_key), "the row is gone, or names another format");
    views_.scan(Table::progress, {}, [&](ByteView key, ByteView) {
      if (text_of(key) != format_key && text_of(key) != progress_key && text_of(key) != healed_progress_key)
        bad(Table::progress, key, "no row of this table has such a key");
      return true;
    });
    const auto stored = views_.get(Table::progress, view_of(progress_key));
    const auto value = rows_.get(views_, Table::progress, view_of(progress_key));
    const auto progress = value ? decode_progress(*value) : std::nullopt;
    if (!progress) {
      bad(Table::progress, view_of(progress_key), stored ? "the row does not hold" : "the row is gone");
      return Position{UINT64_MAX};
    }
    signed_ = has_signs(progress->make);
    const bool same = progress->version == casework_version && progress->epoch == epoch &&
                      progress->make == make_of(signed_, due_.digest);
    return same ? progress->at : Position{};
  }

  void gather() {
    // Cases of which an entry came back just now are not folded again yet.
    const auto value = rows_.get(views_, Table::progress, view_of(healed_progress_key));
    const std::uint64_t followed = value ? Reader{*value}.u64() : 0;
    const Bytes first = healed_key(followed + 1);
    journal_.scan(Table::local, first, [&](ByteView key, ByteView stored) {
      const std::size_t name = first.size() - sizeof followed;
      if (key.size() != first.size() || !same_bytes(key.first(name), ByteView{first}.first(name))) return false;
      if (const auto row = rows_.opened(Table::local, key, stored)) healed_.insert(Reader{*row}.fixed<CaseId>());
      return true;
    });
    journal_.scan(Table::by_case, {}, [&](ByteView key, ByteView) {
      const bool good = key.size() == CaseId::size + 8;  // else named by verify()
      if (good) last_[Reader{key}.fixed<CaseId>()] = position_of(key);
      return true;
    });
  }

  void check_case(const CaseId& id, Position last) {
    if (last > at_ || healed_.contains(id)) {
      ++out_.waiting;
      return;
    }
    ++out_.cases;
    const auto file = read_case(journal_, site_, kinds_, sealer_, id);
    const auto row = views_.get(Table::cases, view_of(id));
    if (!file) {
      if (row) bad(Table::cases, view_of(id), "none of its entries can be read");
      return;
    }
    const Summary folded = summary_of(*file, due_);
    if (const auto number = number_of(folded)) {
      const Bytes key = key_of(*number, id);
      if (!views_.get(Table::numbers, key)) bad(Table::numbers, key, "the number leads nowhere");
      numbers_.insert(key);
    }
    if (!row) return bad(Table::cases, view_of(id), "the case is not listed");
    const auto listed = open_summary(site_.domain, key_, id, *row);
    if (!listed) return bad(Table::cases, view_of(id), "the row does not open");
    if (*listed != folded) bad(Table::cases, view_of(id), "it says something else than the entries");
  }

  void check_listed() {
    views_.scan(Table::cases, {}, [&](ByteView key, ByteView) {
      const auto id = fixed_from<CaseId>(key);
      if (!id || !last_.contains(*id)) bad(Table::cases, key, "no entry tells of such a case");
      return true;
    });
  }

  void check_numbers() {
    views_.scan(Table::numbers, {}, [&](ByteView key, ByteView value) {
      const auto id = fixed_from<CaseId>(value);
      const auto known = id ? last_.find(*id) : last_.end();
      const bool waits = known != last_.end() && (known->second > at_ || healed_.contains(*id));
      const bool same = id && key.size() > CaseId::size && same_bytes(key.last(CaseId::size), value);
      if (!same || (!waits && !numbers_.contains(copy_of(key)))) bad(Table::numbers, key, "no case has this number");
      return true;
    });
  }

  void check_unread() {
    views_.scan(Table::unread, {}, [&](ByteView key, ByteView value) {
      const bool good = key.size() == 8 && value.empty() && position_of(key) <= at_;
      if (!good) bad(Table::unread, key, "no entry that was followed stands there");
      if (good) unread_.insert(position_of(key));
      return true;
    });
  }

  // A block is what the entries that it covers make, those left out that could not be read then.
  void check_signs() {
    const std::uint32_t kept = pages_.count(views_);
    std::uint32_t number = 0;
    SignMaker maker{key_};
    SignBlock block{Position{1}};
    for (Position at{1}; signed_ && at <= at_; at = at.next()) {
      const auto told = unread_.contains(at) ? std::nullopt : read_entry(journal_, site_, kinds_, sealer_, at);
      block.add(told && told->event ? &*told->event : nullptr, maker);
      if (!block.is_full()) continue;
      ++out_.blocks;
      check_block(number++, block);
      block = SignBlock{at.next()};
    }
    if (number < kept) {
      Writer key;
      key.u32(number);
      bad(Table::signs, key.bytes(), "no entries make such a block");
    }
  }

  void check_block(std::uint32_t number, const SignBlock& block) {
    Writer key;
    key.u32(number);
    const auto spans = pages_.spans(views_, number);
    if (!spans || !*spans || **spans != block.spans())
      return bad(Table::signs, key.bytes(), "it covers other entries than those that make it, or does not open");
    for (std::size_t word = 0; word < sign_words; ++word) {
      const std::vector<SignBlock::Slice> slices = block.slices(word);
      for (std::size_t i = 0; i < slices.size(); ++i) {
        const auto bit = static_cast<std::uint16_t>(64 * word + i);
        const auto kept = pages_.slice(views_, number, bit);
        if (kept && *kept == slices[i]) continue;
        key.u16(bit);
        return bad(Table::signs, key.bytes(), "it says something else than the entries, or does not open");
      }
    }
  }

  static constexpr std::size_t findings_max = 100;

  const Reading& journal_;
  const Reading& views_;
  const SiteOptions& site_;
  const crypto::Key32& key_;
  const casework::Kinds& kinds_;
  const DueRules& due_;
  RowCheck rows_;
  crypto::Sealer sealer_;
  SignPages pages_;
  bool signed_ = false;
  std::set<Position> unread_;
  VerifiedViews out_;
  Position at_;
  std::map<CaseId, Position> last_;  // each case's newest entry
  std::set<CaseId> healed_;          // of which an entry came back that the views do not show yet
  std::set<Bytes> numbers_;
};

}  // namespace

Result<VerifiedViews> verify_views(const Truth& journal, const Truth& views, const SiteOptions& site,
                                   const crypto::Key32& views_key, const casework::Kinds& kinds, const DueRules& due,
                                   Random& random, const StopAsked& is_stopping) {
  VerifiedViews out;
  // The views first: the journal is then never behind them.
  Status inner{Done{}};
  const Status looked = views.view([&](const Reading& listed) -> Status {
    inner = journal.view([&](const Reading& store) -> Status {
      const UntilStopped entries{store, is_stopping};
      const UntilStopped rows{listed, is_stopping};
      out = ViewsWalk{entries, rows, site, views_key, kinds, due, random}.run();
      if (rows.is_stopping()) return fail(Code::draining, "the program stops");
      return Done{};
    });
    return inner;
  });
  if (!looked) return fail(looked.error());
  return out;
}

}  // namespace redress::store
