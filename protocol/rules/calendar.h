// Working calendars: which days are worked, as far as notices say. A year that no notice has loaded is unknown, and
// every answer that would rest on it says so.
//
// A calendar is a list of notices in the order of their issue; a later one may change days of a loaded year
// (mid-year revision), and late December also belongs to the notice of the next year. An institution's calendar rests
// on another and departs from it: own days off, another weekend, make-up days (调休上班) that it does not work.
//
//   [calendar cn]            [notice 2026]                        [names]
//   zh = 全国                issued = 2025-11-04                  春节 = Spring Festival
//   en = China               paper = 国办发明电〔2025〕7号
//                            loads = 2026
//                            春节 = off 2026-02-15..2026-02-23 work 2026-02-14 2026-02-28
//
// A later text that begins with [amends cn] adds notices to a calendar that was read before.
// Further keys: of a calendar `inherits`, `weekend` (names of days; saturday sunday), `make_up` (worked, not_worked);
// of a notice `revises` (a year that must be loaded); in a day's line `plain` takes back what an earlier notice said.
//
// Values; pure.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/base/result.h"
#include "protocol/rules/day.h"
#include "protocol/rules/sheet.h"

namespace redress::rules {

enum class DayIs {
  working,  // an ordinary working day
  weekend,  // an ordinary day of rest
  holiday,  // off by a notice
  make_up,  // a day of rest that is worked by a notice (调休上班)
  closed,   // a make-up day that this institution does not work
};

struct DayFact {
  DayIs is = DayIs::working;
  std::string zh;  // of holiday, make_up and closed: the holiday's name
  std::string en;
  bool provisional = false;  // late December before the next year's notice is loaded: it may still change
  [[nodiscard]] bool working() const noexcept { return is == DayIs::working || is == DayIs::make_up; }
};

struct NotLoaded {
  int year = 0;
  friend bool operator==(const NotLoaded&, const NotLoaded&) = default;
};
// A value, or the year that no notice has loaded.
template <typename T>
using Known = Expected<T, NotLoaded>;

// One line of a notice.
struct Special {
  enum class Is { off, work, plain } is = Is::off;
  Day first;
  Day last;
  std::string zh;
};

struct Notice {
  std::string calendar;  // whose
  std::string name;
  Day issued;
  std::optional<int> loads;
  std::vector<Special> days;
  bool make_up_closed = false;  // its make-up days are not worked in the calendar that holds it here
};

class Calendar {
 public:
  [[nodiscard]] const std::string& id() const noexcept { return id_; }
  [[nodiscard]] const std::string& zh() const noexcept { return zh_; }
  [[nodiscard]] const std::string& en() const noexcept { return en_; }
  // "kashi/2 on cn/2026": the calendar and its newest notice, then those it rests on. Equal versions answer alike.
  [[nodiscard]] std::string version() const;
  [[nodiscard]] const std::set<int>& years() const noexcept { return years_; }

  // The same calendar with only the notices issued by the end of `day`: what was known then.
  [[nodiscard]] Calendar known_on(Day day) const;
  // The same calendar for what began on `day`: a notice issued later counts if it loads a year that was not loaded
  // then, for that year and the late December before it, and not if it revises one.
  [[nodiscard]] Calendar held_since(Day day) const;
  // False if held_since(day) is this calendar: nothing was revised after the day.
  [[nodiscard]] bool is_revised_since(Day day) const;

  [[nodiscard]] Known<DayFact> fact(Day day) const;
  [[nodiscard]] Known<bool> is_working(Day day) const;
  // The count-th working day after `from`, before it if count is negative; `from` itself if it is 0.
  [[nodiscard]] Known<Day> add_working_days(Day from, int count) const;
  // How many working days lie after `after`, up to and with `upto`. Requires: after <= upto.
  [[nodiscard]] Known<int> working_days_between(Day after, Day upto) const;

 private:
  friend class Calendars;
  struct Marked {
    DayIs is = DayIs::holiday;
    std::string zh;
  };
  void apply(const Notice& notice);
  void rebuild();
  // For each notice, of all layers: whether it was issued later than `day` and loads no year that was missing then.
  [[nodiscard]] std::vector<bool> revisions_since(Day day) const;

  std::string id_, zh_, en_;
  std::vector<std::string> layers_;  // ids, what the calendar rests on first, itself last
  std::vector<Notice> notices_;      // of all layers, in this order
  std::map<std::string, std::string, std::less<>> english_;
  std::set<Weekday> weekend_{Weekday::saturday, Weekday::sunday};
  std::map<Day, Marked> days_;
  std::set<int> years_;
};

// The calendars that a site knows, by their ids.
class Calendars {
 public:
  // Reads one, or an amendment to one. What it inherits must have been added before, and what rests on an amended one
  // after. Fails as parse_sheet does, or with bad_value; nothing was added then.
  [[nodiscard]] Status add(std::string_view file, std::string_view text);
  // Nothing if there is no such calendar.
  [[nodiscard]] const Calendar* find(std::string_view id) const;

 private:
  [[nodiscard]] Status begin(std::string_view file, const Section& head, Calendar& calendar) const;
  [[nodiscard]] Status amend(std::string_view file, const Section& head, Calendar& calendar) const;
  [[nodiscard]] static Status read_notices(const Sheet& sheet, Calendar& calendar);

  std::map<std::string, Calendar, std::less<>> all_;
};

}  // namespace redress::rules
