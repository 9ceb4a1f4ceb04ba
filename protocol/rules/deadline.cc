#include "protocol/rules/deadline.h"

#include <algorithm>
#include <map>
#include <utility>

#include "protocol/base/assert.h"

namespace redress::rules {
namespace {

constexpr std::int64_t ms_per_minute = 60'000;

// Why counting ended without a date.
struct Stop {
  Outcome outcome = Outcome::not_loaded;
  int year = 0;
  const Excluded* open = nullptr;
};
template <typename T>
using Stoppable = Expected<T, Stop>;

Unexpected<Stop> not_loaded(const NotLoaded& missing) {
  return Unexpected<Stop>{Stop{Outcome::not_loaded, missing.year, nullptr}};
}

// Where a count has come to: a moment for exact units, else the last day.
struct Reached {
  WallTime at;
  Day day;
  bool exact = false;
};

// What a count saw on its way.
struct Seen {
  std::vector<std::pair<DayFact, std::vector<Days>>> days;  // by kind and name, in order of the first
  std::map<const Excluded*, std::vector<Days>> excluded;    // the whole days inside each
  bool calendar = false;
  std::optional<int> provisional;  // the year whose notice may still change a day

  static void add(std::vector<Days>& runs, Day day) {
    if (!runs.empty() && runs.back().last == day_after(day, -1)) {
      runs.back().last = day;
    } else {
      runs.push_back({day, day});
    }
  }
  void add(const DayFact& fact, Day day) {
    if (fact.is == DayIs::working) return;
    const auto same = std::find_if(days.begin(), days.end(),
                                   [&](const auto& one) { return one.first.is == fact.is && one.first.zh == fact.zh; });
    if (same != days.end()) return add(same->second, day);
    days.push_back({fact, {{day, day}}});
  }
};

class Count {
 public:
  Count(const Limit& limit, const Calendar& calendar, const Terms& terms, std::span<const Excluded> excluded)
      : limit_{limit}, calendar_{calendar}, terms_{terms}, excluded_(excluded.begin(), excluded.end()) {
    std::sort(excluded_.begin(), excluded_.end(), [](const Excluded& a, const Excluded& b) { return a.from < b.from; });
  }

  // `span` on from where a count has come to.
  Stoppable<Reached> reach(const Reached& from, const Span& span, Seen& seen) const {
    if (is_exact(span.unit)) return reach_moment(from, span);
    const Day start = from.exact ? day_of(from.at, terms_.offset_minutes) : from.day;
    if (span.unit == Unit::same_day) return Reached{{}, start, false};
    if (span.unit == Unit::months) return reach_month(start, span.amount, seen);
    int left = span.unit == Unit::next_day ? 1 : span.unit == Unit::weeks ? span.amount * 7 : span.amount;
    return count_days(start, left, span.unit == Unit::working_days, seen);
  }

  // The end of what was reached: the moment from which on it is too late.
  [[nodiscard]] WallTime end_of(const Reached& reached) const {
    if (reached.exact) return reached.at;
    if (limit_.day_ends == DayEnds::midnight) return start_of(day_after(reached.day, 1), terms_.offset_minutes);
    REDRESS_ASSERT(terms_.close_of_business.has_value());
    return WallTime{start_of(reached.day, terms_.offset_minutes).value() + *terms_.close_of_business * ms_per_minute};
  }

  Stoppable<DayFact> look(Day day, Seen& seen) const {
    const Known<DayFact> fact = calendar_.fact(day);
    if (!fact) return not_loaded(fact.error());
    seen.calendar = true;
    if ((*fact).provisional) seen.provisional = year_of(day) + 1;
    return *fact;
  }

  [[nodiscard]] const std::vector<Excluded>& excluded() const noexcept { return excluded_; }

  Stoppable<Day> next_working_day(Day day, int step, Seen& seen) const {
    while (true) {
      const Stoppable<DayFact> fact = look(day, seen);
      if (!fact) return Unexpected<Stop>{fact.error()};
      if ((*fact).working()) return day;
      day = day_after(day, step);
    }
  }

 private:
  [[nodiscard]] Stoppable<Reached> reach_moment(const Reached& from, const Span& span) const {
    std::int64_t left = span.unit == Unit::at_once ? 0 : span.amount * ms_per_minute;
    if (span.unit == Unit::hours) left *= 60;
    std::int64_t at = from.exact ? from.at.value() : end_of(from).value();
    for (const Excluded& one : excluded_) {
      if (one.to && one.to->value() <= at) continue;
      if (left == 0 || one.from.value() >= at + left) break;
      left -= std::max(std::int64_t{0}, one.from.value() - at);
      if (!one.to) return Unexpected<Stop>{Stop{Outcome::standing, 0, &one}};
      at = one.to->value();
    }
    return Reached{WallTime{at + left}, {}, true};
  }

  // The excluded time that holds the whole day, or has not ended and began before it did.
  [[nodiscard]] const Excluded* over(Day day) const {
    const WallTime first = start_of(day, terms_.offset_minutes);
    const WallTime end = start_of(day_after(day, 1), terms_.offset_minutes);
    std::optional<WallTime> held_to;  // times that touch or overlap are one
    for (const Excluded& one : excluded_) {
      if (one.from > first && (!held_to || one.from > *held_to)) break;
      if (!one.to) return &one;
      if (*one.to <= first) continue;
      held_to = held_to ? std::max(*held_to, *one.to) : *one.to;
      if (*held_to >= end) return &one;
    }
    return nullptr;
  }

  [[nodiscard]] Stoppable<Reached> count_days(Day start, int left, bool working_days, Seen& seen) const {
    Day day = limit_.start_day == StartDay::counted ? day_after(start, -1) : start;
    if (!working_days && excluded_.empty()) return Reached{{}, day_after(day, left), false};
    while (left > 0) {
      const Day next = day_after(day, 1);
      if (next == day) return not_loaded({year_of(day) + 1});
      day = next;
      if (working_days) {
        const Stoppable<DayFact> fact = look(day, seen);
        if (!fact) return Unexpected<Stop>{fact.error()};
        seen.add(*fact, day);
        if (!(*fact).working()) continue;
      }
      if (const Excluded* one = over(day)) {
        if (!one->to) return Unexpected<Stop>{Stop{Outcome::standing, 0, one}};
        Seen::add(seen.excluded[one], day);
        continue;
      }
      --left;
    }
    return Reached{{}, day, false};
  }

  [[nodiscard]] Stoppable<Reached> reach_month(Day start, int months, Seen& seen) const {
    Day end = month_after(start, months);
    if (limit_.start_day == StartDay::counted) end = day_after(end, -1);
    for (Day day = day_after(start, 1); day <= end;) {
      if (const Excluded* one = over(day)) {
        if (!one->to) return Unexpected<Stop>{Stop{Outcome::standing, 0, one}};
        Seen::add(seen.excluded[one], day);
        end = day_after(end, 1);
      }
      const Day next = day_after(day, 1);
      if (next == day) return not_loaded({year_of(day) + 1});
      day = next;
    }
    return Reached{{}, end, false};
  }

  const Limit& limit_;
  const Calendar& calendar_;
  const Terms& terms_;
  std::vector<Excluded> excluded_;  // by their beginning
};

Step step(StepIs is) {
  Step one;
  one.is = is;
  return one;
}

StepIs step_of(DayIs is) {
  switch (is) {
    case DayIs::weekend:
      return StepIs::weekend;
    case DayIs::holiday:
      return StepIs::holiday;
    case DayIs::make_up:
      return StepIs::make_up;
    case DayIs::closed:
      return StepIs::closed;
    case DayIs::working:
      break;
  }
  REDRESS_ASSERT(false);
  return StepIs::weekend;
}

Step rule_step(const Limit& limit) {
  Step rule = step(StepIs::rule);
  rule.span = limit.span;
  rule.zh = limit.zh;
  rule.en = limit.en;
  rule.mark = limit.profile + " " + (limit.tag.empty() ? limit.id : limit.tag);
  rule.source = limit.source;
  return rule;
}

Step start_step(const Limit& limit, const Start& start) {
  Step one = step(StepIs::start);
  one.from = start.at;
  one.span = limit.span;
  one.counted =
      limit.start_day == StartDay::counted && limit.span && has_amount(limit.span->unit) && !is_exact(limit.span->unit);
  one.zh = start.zh;
  one.en = start.en;
  return one;
}

// Makes one deadline, and its explanation on the way.
class Making {
 public:
  Making(const Limit& limit, const Start& start, const Calendar& calendar, const Terms& terms,
         std::span<const Excluded> excluded, std::span<const Extended> extensions)
      : limit_{limit},
        start_{start},
        calendar_{calendar},
        terms_{terms},
        extensions_{extensions},
        count_{limit, calendar, terms, excluded} {
    out_.offset_minutes = terms.offset_minutes;
  }

  Deadline make() {
    out_.steps.push_back(rule_step(limit_));
    if (!limit_.span) return untold(limit_, "amount", limit_.blank_zh, limit_.blank_en, terms_);
    if (limit_.day_ends == DayEnds::close_of_business && !terms_.close_of_business && !is_exact(limit_.span->unit)) {
      return untold(limit_, "close_of_business", "营业终了时间", "the hour of close of business", terms_);
    }
    out_.steps.push_back(start_step(limit_, start_));
    const Stoppable<WallTime> due = counted();
    for (Step& one : seen_steps(due ? *due : start_.at)) out_.steps.push_back(std::move(one));
    for (Step& one : later_) out_.steps.push_back(std::move(one));
    if (!due) return stopped(due.error());
    out_.due = *due;
    if (seen_.provisional) {
      out_.provisional = true;
      Step one = step(StepIs::provisional);
      one.year = *seen_.provisional;
      out_.steps.push_back(one);
    }
    Step end = step(StepIs::due);
    end.from = out_.due;
    out_.steps.push_back(std::move(end));
    add_calendar();
    return std::move(out_);
  }

 private:
  Stoppable<WallTime> counted() {
    Reached from{start_.at, day_of(start_.at, terms_.offset_minutes), true};
    if (!is_exact(limit_.span->unit) && limit_.late_start == LateStart::next_working_day) {
      const Stoppable<Day> moved = moved_start(from.day);
      if (!moved) return Unexpected<Stop>{moved.error()};
      from = Reached{{}, *moved, false};
    }
    Stoppable<Reached> reached = count_.reach(from, total(), seen_);
    if (!reached) return Unexpected<Stop>{reached.error()};
    for (const Extended& one : extensions_) {
      if (!counts(one) || !one.by || one.by->unit == limit_.span->unit) continue;
      reached = count_.reach(*reached, *one.by, seen_);
      if (!reached) return Unexpected<Stop>{reached.error()};
    }
    reached = rolled(*reached, &later_);
    if (!reached) return Unexpected<Stop>{reached.error()};
    WallTime due = count_.end_of(*reached);
    for (const Extended& one : extensions_) {
      tell(one);
      if (counts(one) && one.until) due = std::max(due, *one.until);
    }
    const Stoppable<WallTime> capped_due = capped(from, due);
    if (!capped_due) return Unexpected<Stop>{capped_due.error()};
    due = *capped_due;
    if (due < start_.at) {
      later_.push_back(step(StepIs::closed_already));
      due = start_.at;
    }
    return due;
  }

  // The day that a start on a day of rest, or after close of business, counts as.
  Stoppable<Day> moved_start(Day day) {
    const bool after_close =
        terms_.close_of_business &&
        start_.at.value() >= start_of(day, terms_.offset_minutes).value() + *terms_.close_of_business * ms_per_minute;
    const Stoppable<Day> next = count_.next_working_day(after_close ? day_after(day, 1) : day, 1, seen_);
    if (next && *next != day) {
      Step one = step(StepIs::start_moved);
      one.day = *next;
      out_.steps.push_back(one);
    }
    return next;
  }

  // The limit and the extensions in its own unit, which are one count.
  [[nodiscard]] Span total() const {
    Span span = *limit_.span;
    for (const Extended& one : extensions_) {
      if (counts(one) && one.by && one.by->unit == span.unit) span.amount += one.by->amount;
    }
    return span;
  }

  [[nodiscard]] bool counts(const Extended& one) const {
    const Extension& rule = limit_.extension;
    return rule.allowed && (one.approved || !rule.needs_approval) && (one.noticed || !rule.needs_notice);
  }

  void tell(const Extended& extended) {
    Step one = step(counts(extended) ? StepIs::extended : StepIs::not_extended);
    one.span = extended.by;
    one.to = extended.until;
    one.zh = one.en = extended.reason;
    if (!counts(extended)) {
      one.lacks = !limit_.extension.allowed                               ? Lacks::allowance
                  : limit_.extension.needs_approval && !extended.approved ? Lacks::approval
                                                                          : Lacks::notice;
    }
    later_.push_back(std::move(one));
  }

  // What ends on a day of rest, moved as the limit says. `steps` may be nothing.
  Stoppable<Reached> rolled(Reached reached, std::vector<Step>* steps) {
    if (reached.exact) return reached;
    const Known<DayFact> fact = calendar_.fact(reached.day);
    if (limit_.on_rest_day == OnRestDay::stays) {
      if (fact && !(*fact).working() && steps != nullptr) {
        Step one = step(StepIs::stayed);
        one.day = reached.day;
        steps->push_back(one);
      }
      return reached;
    }
    const Stoppable<Day> day =
        count_.next_working_day(reached.day, limit_.on_rest_day == OnRestDay::forward ? 1 : -1, seen_);
    if (!day) return Unexpected<Stop>{day.error()};
    if (*day != reached.day && steps != nullptr) {
      Step one = step(StepIs::rolled);
      one.days = {{reached.day, reached.day}};
      one.day = *day;
      steps->push_back(one);
    }
    return Reached{{}, *day, false};
  }

  Stoppable<WallTime> capped(const Reached& from, WallTime due) {
    if (!limit_.extension.longest || extensions_.empty()) return due;
    Seen unseen;
    Stoppable<Reached> longest = count_.reach(from, *limit_.extension.longest, unseen);
    if (!longest) return Unexpected<Stop>{longest.error()};
    longest = rolled(*longest, nullptr);
    if (!longest) return Unexpected<Stop>{longest.error()};
    const WallTime last = count_.end_of(*longest);
    if (due <= last) return due;
    Step one = step(StepIs::capped);
    one.span = limit_.extension.longest;
    later_.push_back(std::move(one));
    return last;
  }

  [[nodiscard]] std::vector<Step> seen_steps(WallTime due) const {
    std::vector<Step> steps;
    for (const StepIs is : {StepIs::weekend, StepIs::holiday, StepIs::closed, StepIs::make_up}) {
      for (const auto& [fact, days] : seen_.days) {
        if (step_of(fact.is) != is) continue;
        Step one = step(is);
        one.days = days;
        one.zh = fact.zh;
        one.en = fact.en;
        steps.push_back(std::move(one));
      }
    }
    for (const Excluded& excluded : count_.excluded()) {
      if (!excluded.to || excluded.from >= due) continue;
      Step one = step(StepIs::excluded);
      one.from = excluded.from;
      one.to = excluded.to;
      one.zh = one.en = excluded.reason;
      one.span = limit_.span;
      const auto days = seen_.excluded.find(&excluded);
      if (days != seen_.excluded.end()) one.days = days->second;
      steps.push_back(std::move(one));
    }
    return steps;
  }

  Deadline stopped(const Stop& stop) {
    out_.outcome = stop.outcome;
    out_.year = stop.year;
    Step one = step(stop.outcome == Outcome::standing ? StepIs::standing : StepIs::not_loaded);
    one.year = stop.year;
    if (stop.open != nullptr) {
      one.from = stop.open->from;
      one.zh = one.en = stop.open->reason;
    }
    out_.steps.push_back(std::move(one));
    add_calendar();
    return std::move(out_);
  }

  void add_calendar() {
    if (!seen_.calendar && out_.outcome != Outcome::not_loaded) return;
    Step one = step(StepIs::calendar);
    one.mark = calendar_.version();
    out_.steps.push_back(std::move(one));
  }

  const Limit& limit_;
  const Start& start_;
  const Calendar& calendar_;
  const Terms& terms_;
  std::span<const Extended> extensions_;
  Count count_;
  Seen seen_;
  std::vector<Step> later_;
  Deadline out_;
};

}  // namespace

Deadline deadline(const Limit& limit, const Start& start, const Calendar& calendar, const Terms& terms,
                  std::span<const Excluded> excluded, std::span<const Extended> extensions) {
  return Making{limit, start, calendar, terms, excluded, extensions}.make();
}

Deadline promised(const Limit& limit, const Start& start, WallTime until, const Terms& terms) {
  Deadline out;
  out.offset_minutes = terms.offset_minutes;
  out.due = until;
  out.steps.push_back(rule_step(limit));
  out.steps.back().promised = true;
  out.steps.push_back(start_step(limit, start));
  Step end = step(StepIs::due);
  end.from = until;
  out.steps.push_back(std::move(end));
  return out;
}

Deadline set_for(const Limit& limit, const Start& start, WallTime until, const Terms& terms) {
  Deadline out = promised(limit, start, until, terms);
  out.steps.front().promised = false;
  out.steps.front().set = true;
  return out;
}

void add_assumed_grade(Deadline& deadline, const std::string& written, const std::string& zh, const std::string& en) {
  Step one = step(StepIs::assumed_grade);
  one.zh = "等级：“" + written + "”不在方案中，按“" + zh + "”计";
  one.en = "Grade: \"" + written + "\" is not one of the profile's; counted as " + en;
  deadline.steps.insert(deadline.steps.begin() + 1, std::move(one));
}

Deadline untold(const Limit& limit, std::string field, std::string zh, std::string en, const Terms& terms) {
  Deadline out;
  out.outcome = Outcome::untold;
  out.offset_minutes = terms.offset_minutes;
  out.field = std::move(field);
  out.steps.push_back(rule_step(limit));
  Step one = step(StepIs::untold);
  one.zh = std::move(zh);
  one.en = std::move(en);
  out.steps.push_back(std::move(one));
  return out;
}

}  // namespace redress::rules
