#include "protocol/rules/calendar.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "protocol/base/assert.h"
#include "protocol/base/limits.h"

namespace redress::rules {
namespace {

constexpr std::array<std::pair<std::string_view, Weekday>, 7> weekday_names{{
    {"sunday", Weekday::sunday},
    {"monday", Weekday::monday},
    {"tuesday", Weekday::tuesday},
    {"wednesday", Weekday::wednesday},
    {"thursday", Weekday::thursday},
    {"friday", Weekday::friday},
    {"saturday", Weekday::saturday},
}};

std::optional<int> year_in(std::string_view text) {
  int year = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), year);
  if (error != std::errc{} || end != text.data() + text.size() || year < 1 || year > 9999) return std::nullopt;
  return year;
}

Result<Special> range_in(const Line& at, Special::Is is, std::string_view word) {
  const std::size_t dots = word.find("..");
  const auto first = parse_day(word.substr(0, dots));
  const auto last = dots == std::string_view::npos ? first : parse_day(word.substr(dots + 2));
  if (!first || !last) return at.wrong("expected a day (2026-02-15) or a range (2026-02-15..2026-02-23)");
  if (*last < *first) return at.wrong("the range ends before it begins");
  if (last->value() - first->value() >= static_cast<int>(limits::notice_days_max)) {
    return at.wrong("more than 400 days in one range");
  }
  return Special{is, *first, *last, at.entry.key};
}

// "off A..B work C D plain E".
Result<std::vector<Special>> specials_in(const Line& at) {
  std::vector<Special> out;
  std::optional<Special::Is> is;
  for (const std::string_view word : words_of(at.entry.value)) {
    if (word == "off") {
      is = Special::Is::off;
    } else if (word == "work") {
      is = Special::Is::work;
    } else if (word == "plain") {
      is = Special::Is::plain;
    } else if (!is) {
      return at.wrong("begins with off, work or plain");
    } else {
      Result<Special> one = range_in(at, *is, word);
      if (!one) return fail(one.error());
      out.push_back(std::move(*one));
    }
  }
  if (out.empty()) return at.wrong("names no day");
  return out;
}

Result<Notice> notice_in(std::string_view file, const Section& section, const std::set<int>& loaded) {
  Notice notice;
  notice.name = section.name;
  if (notice.name.empty()) return fault(file, section.line, "notice", "a notice has a name: [notice 2026]");
  std::optional<Day> issued;
  for (const Entry& entry : section.entries) {
    const Line at{file, entry};
    if (entry.key == "paper") continue;
    if (entry.key == "issued") {
      issued = parse_day(entry.value);
      if (!issued) return at.wrong("expected a day (2025-11-04)");
    } else if (entry.key == "loads" || entry.key == "revises") {
      const auto year = year_in(entry.value);
      if (!year) return at.wrong("expected a year");
      if (entry.key == "loads" && loaded.contains(*year)) return at.wrong("this year is loaded already: revises");
      if (entry.key == "revises" && !loaded.contains(*year)) return at.wrong("no notice before has loaded this year");
      if (entry.key == "loads") notice.loads = year;
    } else {
      Result<std::vector<Special>> days = specials_in(at);
      if (!days) return fail(days.error());
      notice.days.insert(notice.days.end(), days->begin(), days->end());
    }
  }
  if (!issued) return fault(file, section.line, "issued", "notice " + notice.name + " has no day of issue");
  notice.issued = *issued;
  return notice;
}

Result<std::set<Weekday>> weekend_in(const Line& at) {
  std::set<Weekday> days;
  for (const std::string_view word : words_of(at.entry.value)) {
    if (word == "none") continue;
    const auto found = std::find_if(weekday_names.begin(), weekday_names.end(),
                                    [&](const auto& named) { return named.first == word; });
    if (found == weekday_names.end()) return at.wrong("expected names of days: saturday sunday");
    days.insert(found->second);
  }
  return days;
}

}  // namespace

void Calendar::apply(const Notice& notice) {
  if (notice.loads) years_.insert(*notice.loads);
  for (const Special& special : notice.days) {
    for (Day day = special.first; day <= special.last; day = day_after(day, 1)) {
      const bool rest_day = weekend_.contains(weekday_of(day));
      // What a notice makes of a day that is so by itself needs no mark: it is an ordinary one.
      days_.erase(day);
      if (special.is == Special::Is::off) days_[day] = {DayIs::holiday, special.zh};
      if (special.is == Special::Is::work && rest_day) {
        days_[day] = {notice.make_up_closed ? DayIs::closed : DayIs::make_up, special.zh};
      }
    }
  }
}

void Calendar::rebuild() {
  days_.clear();
  years_.clear();
  for (const Notice& notice : notices_) apply(notice);
}

std::string Calendar::version() const {
  std::string text;
  for (auto layer = layers_.rbegin(); layer != layers_.rend(); ++layer) {
    text += (text.empty() ? "" : " on ") + *layer;
    const auto newest = std::find_if(notices_.rbegin(), notices_.rend(),
                                     [&](const Notice& notice) { return notice.calendar == *layer; });
    if (newest != notices_.rend()) text += "/" + newest->name;
  }
  return text;
}

Calendar Calendar::known_on(Day day) const {
  Calendar then = *this;
  std::erase_if(then.notices_, [day](const Notice& notice) { return notice.issued > day; });
  then.rebuild();
  return then;
}

std::vector<bool> Calendar::revisions_since(Day day) const {
  std::set<int> loaded;
  for (const Notice& notice : notices_) {
    if (notice.loads && notice.issued <= day) loaded.insert(*notice.loads);
  }
  std::vector<bool> out;
  out.reserve(notices_.size());
  for (const Notice& notice : notices_) {
    const bool loads = notice.loads && !loaded.contains(*notice.loads);
    out.push_back(notice.issued > day && !loads);
  }
  return out;
}

bool Calendar::is_revised_since(Day day) const {
  const std::vector<bool> revisions = revisions_since(day);
  return std::find(revisions.begin(), revisions.end(), true) != revisions.end();
}

Calendar Calendar::held_since(Day day) const {
  Calendar then = *this;
  const std::vector<bool> revisions = revisions_since(day);
  std::size_t at = 0;
  std::erase_if(then.notices_, [&](const Notice&) { return revisions[at++]; });
  then.rebuild();
  return then;
}

Known<DayFact> Calendar::fact(Day day) const {
  const int year = year_of(day);
  if (!years_.contains(year)) return Unexpected<NotLoaded>{NotLoaded{year}};
  DayFact fact;
  const auto marked = days_.find(day);
  if (marked != days_.end()) {
    fact.is = marked->second.is;
    fact.zh = fact.en = marked->second.zh;
    const auto english = english_.find(fact.zh);
    if (english != english_.end()) fact.en = english->second;
  } else {
    fact.is = weekend_.contains(weekday_of(day)) ? DayIs::weekend : DayIs::working;
    fact.provisional = is_late_december(day) && !years_.contains(year + 1);
  }
  return fact;
}

Known<bool> Calendar::is_working(Day day) const {
  const Known<DayFact> found = fact(day);
  if (!found) return Unexpected<NotLoaded>{found.error()};
  return (*found).working();
}

Known<Day> Calendar::add_working_days(Day from, int count) const {
  const int step = count < 0 ? -1 : 1;
  Day day = from;
  for (int left = count < 0 ? -count : count; left > 0;) {
    day = day_after(day, step);
    const Known<bool> working = is_working(day);
    if (!working) return Unexpected<NotLoaded>{working.error()};
    if (*working) --left;
  }
  return day;
}

Known<int> Calendar::working_days_between(Day after, Day upto) const {
  REDRESS_ASSERT(after <= upto);
  int count = 0;
  for (Day day = after; day < upto;) {
    day = day_after(day, 1);
    const Known<bool> working = is_working(day);
    if (!working) return Unexpected<NotLoaded>{working.error()};
    if (*working) ++count;
  }
  return count;
}

Status Calendars::begin(std::string_view file, const Section& head, Calendar& calendar) const {
  if (head.name.empty() || all_.contains(head.name)) {
    return fault(file, head.line, "calendar", "a calendar has an id of its own");
  }
  if (const Entry* inherits = head.entry("inherits")) {
    const Calendar* beneath = find(inherits->value);
    if (beneath == nullptr) return fault(file, inherits->line, "inherits", "no calendar of this id was read before");
    calendar = *beneath;
  }
  calendar.id_ = head.name;
  calendar.layers_.push_back(head.name);
  for (const Entry& entry : head.entries) {
    const Line at{file, entry};
    if (entry.key == "zh") {
      calendar.zh_ = entry.value;
    } else if (entry.key == "en") {
      calendar.en_ = entry.value;
    } else if (entry.key == "weekend") {
      Result<std::set<Weekday>> weekend = weekend_in(at);
      if (!weekend) return fail(weekend.error());
      calendar.weekend_ = std::move(*weekend);
    } else if (entry.key == "make_up") {
      if (entry.value != "worked" && entry.value != "not_worked") return at.wrong("expected worked or not_worked");
      for (Notice& notice : calendar.notices_) notice.make_up_closed = entry.value == "not_worked";
    } else if (entry.key != "inherits") {
      return at.wrong("a calendar has no such field");
    }
  }
  calendar.rebuild();
  return Done{};
}

Status Calendars::amend(std::string_view file, const Section& head, Calendar& calendar) const {
  const Calendar* held = find(head.name);
  if (held == nullptr) return fault(file, head.line, "amends", "no calendar of this id was read before");
  for (const auto& [id, other] : all_) {
    const auto& layers = other.layers_;
    if (id == head.name || std::find(layers.begin(), layers.end(), head.name) == layers.end()) continue;
    return fault(file, head.line, "amends", "read this before " + id + ", which rests on it");
  }
  if (!head.entries.empty()) {
    return fault(file, head.entries.front().line, head.entries.front().key, "an amendment has notices only");
  }
  calendar = *held;
  return Done{};
}

Status Calendars::read_notices(const Sheet& sheet, Calendar& calendar) {
  for (auto section = sheet.sections.begin() + 1; section != sheet.sections.end(); ++section) {
    if (section->kind == "names") {
      for (const Entry& entry : section->entries) calendar.english_[entry.key] = entry.value;
    } else if (section->kind == "notice") {
      Result<Notice> notice = notice_in(sheet.file, *section, calendar.years_);
      if (!notice) return fail(notice.error());
      notice->calendar = calendar.id_;
      if (!calendar.notices_.empty() && calendar.notices_.back().calendar == calendar.id_ &&
          notice->issued < calendar.notices_.back().issued) {
        return fault(sheet.file, section->line, "issued", "notices stand in the order of their issue");
      }
      calendar.apply(*notice);
      calendar.notices_.push_back(std::move(*notice));
    } else {
      return fault(sheet.file, section->line, section->kind, "expected [notice name] or [names]");
    }
  }
  return Done{};
}

Status Calendars::add(std::string_view file, std::string_view text) {
  const Result<Sheet> sheet = parse_sheet(file, text);
  if (!sheet) return fail(sheet.error());
  const bool amends = !(*sheet).sections.empty() && (*sheet).sections.front().kind == "amends";
  if ((*sheet).sections.empty() || (!amends && (*sheet).sections.front().kind != "calendar")) {
    return fault(file, 1, "calendar", "begins with [calendar id] or [amends id]");
  }
  const Section& head = (*sheet).sections.front();
  Calendar calendar;
  const Status begun = amends ? amend(file, head, calendar) : begin(file, head, calendar);
  if (!begun) return fail(begun.error());
  const Status read = read_notices(*sheet, calendar);
  if (!read) return fail(read.error());
  all_.insert_or_assign(head.name, std::move(calendar));
  return Done{};
}

const Calendar* Calendars::find(std::string_view id) const {
  const auto found = all_.find(id);
  return found == all_.end() ? nullptr : &found->second;
}

}  // namespace redress::rules
