#include "protocol/rules/calendar.h"

#include <catch2/catch.hpp>

#include "protocol/rules/shipped.h"
#include "tests/rules/sample_days.h"

namespace redress::rules {
namespace {

const Calendar& china() {
  static const Calendars shipped = shipped_calendars();
  REQUIRE(shipped.find("cn") != nullptr);
  return *shipped.find("cn");
}

DayFact fact_of(const Calendar& calendar, std::string_view text) {
  const auto fact = calendar.fact(day(text));
  REQUIRE(fact);
  return *fact;
}

Day added(const Calendar& calendar, std::string_view from, int count) {
  const auto found = calendar.add_working_days(day(from), count);
  REQUIRE(found);
  return *found;
}

constexpr std::string_view small = R"([calendar base]
zh = 底本
en = base
[names]
春节 = Spring Festival
[notice 1]
issued = 2025-11-04
loads = 2026
春节 = off 2026-02-16..2026-02-18 work 2026-02-14
[notice 2]
issued = 2026-02-10
revises = 2026
春节 = off 2026-02-19 work 2026-02-21 plain 2026-02-18
)";

std::string refusal(std::string text) {
  Calendars calendars;
  REQUIRE(calendars.add("base.calendar", small).has_value());
  return said(calendars.add("x.calendar", text));
}

}  // namespace

TEST_CASE("Calendar: the three limits of 2026 that a Monday-to-Friday count gets wrong") {
  const auto [received, fifteen] = GENERATE(table<const char*, const char*>({
      {"2026-02-05", "2026-03-04"},
      {"2026-09-24", "2026-10-22"},
      {"2026-09-28", "2026-10-23"},
  }));
  INFO(received);
  CHECK(to_iso(added(china(), received, 15)) == fifteen);
}

TEST_CASE("Calendar: each day says what it is and by which holiday") {
  CHECK(fact_of(china(), "2026-02-13").is == DayIs::working);
  CHECK(fact_of(china(), "2026-02-13").zh.empty());
  const DayFact saturday = fact_of(china(), "2026-02-14");
  CHECK(saturday.is == DayIs::make_up);
  CHECK(saturday.working());
  CHECK(saturday.zh == "春节");
  CHECK(saturday.en == "Spring Festival");
  CHECK(fact_of(china(), "2026-02-20").is == DayIs::holiday);
  CHECK_FALSE(fact_of(china(), "2026-02-20").working());
  CHECK(fact_of(china(), "2026-03-07").is == DayIs::weekend);
  for (const char* made_up : {"2026-01-04", "2026-02-14", "2026-02-28", "2026-10-10"}) {
    CHECK(fact_of(china(), made_up).is == DayIs::make_up);
  }
}

TEST_CASE("Calendar: a year that no notice has loaded is named, never guessed") {
  CHECK(china().years() == std::set<int>{2024, 2025, 2026});
  const auto national_day = china().fact(day("2027-10-01"));
  REQUIRE_FALSE(national_day);
  CHECK(national_day.error() == NotLoaded{2027});
  const auto over = china().add_working_days(day("2026-12-25"), 15);
  REQUIRE_FALSE(over);
  CHECK(over.error() == NotLoaded{2027});
  CHECK(china().add_working_days(day("2026-12-25"), 4).has_value());
  CHECK(china().is_working(day("2023-12-31")).error() == NotLoaded{2023});
  CHECK(china().add_working_days(day("2024-01-02"), -1).error() == NotLoaded{2023});
  CHECK(china().working_days_between(day("2026-12-30"), day("2027-01-01")).error() == NotLoaded{2027});
}

TEST_CASE("Calendar: late December may still change until the next year's notice is loaded") {
  CHECK(fact_of(china(), "2026-12-25").provisional);
  CHECK(fact_of(china(), "2026-12-31").provisional);
  CHECK_FALSE(fact_of(china(), "2026-12-24").provisional);
  CHECK_FALSE(fact_of(china(), "2025-12-31").provisional);
}

TEST_CASE("Calendar: one working day at a time comes to the same as all at once, and back again") {
  for (Day from = day("2024-02-01"); from < day("2026-10-01"); from = day_after(from, 1)) {
    Day walked = from;
    for (int count = 1; count <= 40; ++count) {
      const auto next = china().add_working_days(walked, 1);
      REQUIRE(next);
      walked = *next;
      const auto direct = china().add_working_days(from, count);
      REQUIRE(direct);
      REQUIRE(*direct == walked);
      REQUIRE(*china().working_days_between(from, walked) == count);
      REQUIRE(*china().add_working_days(walked, -count) <= from);
      if (*china().is_working(from)) REQUIRE(*china().add_working_days(walked, -count) == from);
    }
  }
}

TEST_CASE("Calendar: a mid-year revision holds from its issue, and its version says so") {
  Calendars calendars;
  REQUIRE(calendars.add("base.calendar", small).has_value());
  const Calendar& now = *calendars.find("base");
  CHECK(now.version() == "base/2");
  CHECK(fact_of(now, "2026-02-18").is == DayIs::working);
  CHECK(fact_of(now, "2026-02-19").is == DayIs::holiday);
  CHECK(fact_of(now, "2026-02-21").is == DayIs::make_up);
  const Calendar before = now.known_on(day("2026-02-09"));
  CHECK(before.version() == "base/1");
  CHECK(fact_of(before, "2026-02-18").is == DayIs::holiday);
  CHECK(fact_of(before, "2026-02-19").is == DayIs::working);
  CHECK(fact_of(before, "2026-02-21").is == DayIs::weekend);
  CHECK(now.known_on(day("2026-02-10")).version() == "base/2");
  CHECK(now.known_on(day("2025-11-03")).version() == "base");
  CHECK(now.known_on(day("2025-11-03")).fact(day("2026-02-18")).error() == NotLoaded{2026});
}

TEST_CASE("Calendar: an institution has its own days, its own weekend, and need not work make-up days") {
  Calendars calendars;
  REQUIRE(calendars.add("base.calendar", small).has_value());
  REQUIRE(
      calendars
          .add("kashi.calendar",
               "[calendar kashi]\nzh = 喀什分行\nen = Kashgar branch\ninherits = base\nmake_up = not_worked\n"
               "[names]\n古尔邦节 = Corban\n[notice 7]\nissued = 2025-12-01\n古尔邦节 = off 2026-05-27..2026-05-29\n"
               "盘点 = work 2026-05-31\n")
          .has_value());
  REQUIRE(calendars.add("six.calendar", "[calendar six]\ninherits = base\nweekend = sunday\n").has_value());
  const Calendar& kashi = *calendars.find("kashi");
  CHECK(kashi.version() == "kashi/7 on base/2");
  CHECK(fact_of(kashi, "2026-02-14").is == DayIs::closed);
  CHECK_FALSE(fact_of(kashi, "2026-02-14").working());
  CHECK(fact_of(kashi, "2026-02-17").en == "Spring Festival");
  CHECK(fact_of(kashi, "2026-05-28").en == "Corban");
  CHECK(fact_of(kashi, "2026-05-31").is == DayIs::make_up);  // its own notice is worked
  CHECK(kashi.known_on(day("2025-11-30")).version() == "kashi on base/1");
  const Calendar& six = *calendars.find("six");
  CHECK(fact_of(six, "2026-03-07").is == DayIs::working);
  CHECK(fact_of(six, "2026-02-14").is == DayIs::working);  // a Saturday is worked there anyway
  CHECK(fact_of(six, "2026-03-08").is == DayIs::weekend);
  CHECK(fact_of(*calendars.find("base"), "2026-02-14").is == DayIs::make_up);
}

TEST_CASE("Calendar: a later text adds a year or a revision to a calendar that is held") {
  Calendars calendars = shipped_calendars();
  const std::string notices =
      "[notice 2026-2]\nissued = 2026-12-01\nrevises = 2026\n元旦 = off 2026-12-31\n"
      "[notice 2027]\nissued = 2026-12-02\nloads = 2027\n元旦 = off 2027-01-01..2027-01-03\n";
  REQUIRE(calendars.add("2027.calendar", "[amends cn]\n" + notices).has_value());
  const Calendar& now = *calendars.find("cn");
  CHECK(now.version() == "cn/2027");
  CHECK(fact_of(now, "2026-12-31").is == DayIs::holiday);
  CHECK_FALSE(fact_of(now, "2026-12-30").provisional);
  CHECK(fact_of(now, "2027-01-01").en == "New Year");
  CHECK(now.known_on(day("2026-11-30")).version() == "cn/2026");
  CHECK(said(calendars.add("y.calendar", "[amends none]\n" + notices)) ==
        "amends: read rules: file=y.calendar line=1: no calendar of this id was read before");
  CHECK(said(calendars.add("y.calendar", "[amends cn]\nzh = x\n")) ==
        "zh: read rules: file=y.calendar line=2: an amendment has notices only");
  REQUIRE(calendars.add("kashi.calendar", "[calendar kashi]\ninherits = cn\n").has_value());
  CHECK(said(calendars.add("y.calendar", "[amends cn]\n[notice 2028]\nissued = 2027-11-01\nloads = 2028\n")) ==
        "amends: read rules: file=y.calendar line=1: read this before kashi, which rests on it");
  CHECK(now.version() == "cn/2027");
}

TEST_CASE("Calendar: a wrong line is refused with its number and field") {
  const auto [text, what] = GENERATE(table<const char*, const char*>({
      {"[notice 1]\n", "calendar: read rules: file=x.calendar line=1: begins with [calendar id] or [amends id]"},
      {"[calendar base]\n", "calendar: read rules: file=x.calendar line=1: a calendar has an id of its own"},
      {"[calendar x]\ninherits = y\n",
       "inherits: read rules: file=x.calendar line=2: no calendar of this id was read before"},
      {"[calendar x]\nweekend = saturday sun\n",
       "weekend: read rules: file=x.calendar line=2: expected names of days: saturday sunday"},
      {"[calendar x]\nmake_up = no\n", "make_up: read rules: file=x.calendar line=2: expected worked or not_worked"},
      {"[calendar x]\ncolour = red\n", "colour: read rules: file=x.calendar line=2: a calendar has no such field"},
      {"[calendar x]\n[notice]\n", "notice: read rules: file=x.calendar line=2: a notice has a name: [notice 2026]"},
      {"[calendar x]\n[notice 1]\nloads = 2026\n",
       "issued: read rules: file=x.calendar line=2: notice 1 has no day of issue"},
      {"[calendar x]\n[notice 1]\nissued = 2025-11-31\n",
       "issued: read rules: file=x.calendar line=3: expected a day (2025-11-04)"},
      {"[calendar x]\n[notice 1]\nissued = 2025-11-04\nloads = 26x\n",
       "loads: read rules: file=x.calendar line=4: expected a year"},
      {"[calendar x]\n[notice 1]\nissued = 2025-11-04\nrevises = 2026\n",
       "revises: read rules: file=x.calendar line=4: no notice before has loaded this year"},
      {"[calendar x]\ninherits = base\n[notice 1]\nissued = 2025-11-04\nloads = 2026\n",
       "loads: read rules: file=x.calendar line=5: this year is loaded already: revises"},
      {"[calendar x]\n[notice 1]\nissued = 2025-11-04\n春节 = 2026-02-15\n",
       "春节: read rules: file=x.calendar line=4: begins with off, work or plain"},
      {"[calendar x]\n[notice 1]\nissued = 2025-11-04\n春节 = off\n",
       "春节: read rules: file=x.calendar line=4: names no day"},
      {"[calendar x]\n[notice 1]\nissued = 2025-11-04\n春节 = off 2026-02-15..\n",
       "春节: read rules: file=x.calendar line=4: expected a day (2026-02-15) or a range (2026-02-15..2026-02-23)"},
      {"[calendar x]\n[notice 1]\nissued = 2025-11-04\n春节 = off 2026-02-15..2026-02-14\n",
       "春节: read rules: file=x.calendar line=4: the range ends before it begins"},
      {"[calendar x]\n[notice 1]\nissued = 2025-11-04\n春节 = off 2026-02-15..2027-12-14\n",
       "春节: read rules: file=x.calendar line=4: more than 400 days in one range"},
      {"[calendar x]\n[notice 2]\nissued = 2025-11-04\n[notice 1]\nissued = 2025-11-03\n",
       "issued: read rules: file=x.calendar line=4: notices stand in the order of their issue"},
      {"[calendar x]\n[holiday y]\n", "holiday: read rules: file=x.calendar line=2: expected [notice name] or [names]"},
  }));
  CHECK(refusal(text) == what);
}

}  // namespace redress::rules
