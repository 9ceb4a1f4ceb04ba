// What lists are filtered, sorted and counted by: 44 bytes a case, in memory, so that a page of a million cases costs a
// walk over them and the opening of its own rows. Made from the views at a start, kept level by the follower.
//
// A resource: the follower alone says what is known of a case, the prompter alone puts one off; any thread asks. One
// lock, held for a few milliseconds at a million cases. It holds no text but the names of channels.
#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <unordered_map>

#include "store/summary.h"

namespace redress::store {

// Which cases are asked for; what is not set is not asked.
struct Wanted {
  Kind state;      // 0: any
  SiteId handler;  // 0: any; the unit that has the case now
  SiteId registrar;
  std::optional<std::string> channel;    // as it was written down
  std::optional<WallTime> due_before;    // a limit runs and ends before this
  std::optional<casework::Actor> hides;  // cases that complain of this person are left out
};
// True if the summary is one of those.
[[nodiscard]] bool is_wanted(const Summary& summary, const Wanted& wanted);

enum class Sorted : std::uint8_t {
  newest,  // the case registered last comes first
  due,     // what is due next comes first; cases in which no limit runs are left out
};

// Where a page ended.
struct ListMark {
  std::uint32_t due_s = 0;  // of the sort by due date
  CaseId id;                // zero: nothing came before
};

struct Listed {
  CaseId id;
  ListMark mark;
};

// A case of which something may have to be said.
struct Prompted {
  CaseId id;
  std::uint32_t entries = 0;  // as the catalogue knew it
};

// How many there are of each; names that nothing has are not in it.
struct Counts {
  std::size_t cases = 0;
  std::size_t due = 0;   // a limit runs
  std::size_t late = 0;  // … and has ended
  std::map<std::uint16_t, std::size_t> states;
  std::map<std::uint32_t, std::size_t> handlers;
  std::map<std::string, std::size_t> channels;
  std::size_t other_channels = 0;  // names over 64 bytes, and those beyond the first 4,000
};

class Catalogue {
 public:
  static constexpr std::size_t channels_max = 4'000;
  static constexpr std::size_t channel_bytes_max = 64;
  static constexpr std::int64_t put_off_ms_max = 3'600'000;

  // The follower.
  void put(const Summary& summary);
  // What `other` holds, which is empty then.
  void take(Catalogue& other);
  // A case whose row does not open: it is listed, so that whoever comes to it is told.
  void put_damaged(const CaseId& id);

  // At most `count` behind `after`. The channel may have to be compared with the summary's: names that are not held
  // count as one here.
  [[nodiscard]] std::vector<Listed> list(const Wanted& wanted, Sorted sorted, const ListMark& after,
                                         std::size_t count) const;
  // The cases whose summary's `prompt` has come, to the second, and that are not put off: the earliest first, at most
  // `count`. The lock is held for a thousand rows at a time, so that who gives way to all keeps nobody waiting.
  [[nodiscard]] std::vector<Prompted> prompted(WallTime now, std::size_t count) const;
  // It is not named by prompted() before `until`, unless the case has grown since it was named, or grows. Requires:
  // `until` is put_off_ms_max off at most; what is further off, because the clock went back, does not hold.
  void put_off(const Prompted& one, WallTime until);
  // `wanted.channel` beyond those that are held counts all of them.
  [[nodiscard]] Counts count(const Wanted& wanted, WallTime now) const;
  [[nodiscard]] std::size_t size() const;

 private:
  struct Row {
    CaseId id;
    std::uint32_t due_s = 0;  // since 1970; 0: nothing is due
    std::uint32_t prompt_s = 0;
    std::uint32_t put_off_s = 0;  // until then
    std::uint32_t entries = 0;
    std::uint32_t handler = 0;
    std::uint32_t registrar = 0;
    std::uint16_t state = 0;
    std::uint16_t channel = 0;  // its place among the names; the highest bit: somebody is complained of
  };
  static_assert(sizeof(Row) == 44);
  struct Ask;

  void put_row(const Row& row);
  [[nodiscard]] std::uint16_t channel_of(const std::string& name);
  [[nodiscard]] Ask ask_of(const Wanted& wanted) const;
  [[nodiscard]] bool fits(const Row& row, const Ask& ask) const;
  [[nodiscard]] std::vector<Listed> newest(const Ask& ask, const CaseId& below, std::size_t count) const;
  // By when something is due.
  [[nodiscard]] std::vector<Listed> earliest(const Ask& ask, const ListMark& after, std::size_t count) const;
  // Visits the rows of the first chunk that has any above `after`, which moves to its end. False: none has.
  [[nodiscard]] bool visit_chunk(std::optional<CaseId>& after, const std::function<void(const Row&)>& visit) const;

  mutable std::mutex mutex_;
  std::vector<std::vector<Row>> chunks_;  // none empty; ascending in and between them
  std::size_t rows_ = 0;
  std::vector<std::string> names_{std::string{}};  // of channels, by place; none is the first
  std::unordered_map<std::string, std::uint16_t> places_{{std::string{}, 0}};
  std::set<std::pair<CaseId, casework::Actor>> accused_;
};

}  // namespace redress::store
