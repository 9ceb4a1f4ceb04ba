// Working-day arithmetic, day by day, against a public table of twenty years of notices, where one lies beside the
// checkout in ../shared/data/holidays-cn; without it these cases say that they were skipped.
//
// The judge reads the table's own marks and steps day by day with a weekday count of its own.
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>

#include "protocol/rules/shipped.h"
#include "tests/rules/sample_days.h"

namespace redress::rules {
namespace {

using Marks = std::map<std::string, bool>;  // day → off

const std::filesystem::path table = std::filesystem::path{REDRESS_SOURCE_DIR} / "../shared/data/holidays-cn";

bool absent() {
  if (std::filesystem::exists(table)) return false;
  WARN("skipped: ../shared/data/holidays-cn is not beside the checkout");
  return true;
}

Marks marks_of(const std::string& name) {
  std::ifstream in{table / name};
  REQUIRE(in.good());
  const nlohmann::json whole = nlohmann::json::parse(in);
  Marks marks;
  for (const auto& one : whole["days"]) marks[one["date"].get<std::string>()] = one["isOffDay"].get<bool>();
  REQUIRE(marks.size() > 20);
  return marks;
}

std::string lines_of(const Marks& marks) {
  std::string text;
  int number = 0;
  for (const auto& [date, off] : marks) {
    text += "d" + std::to_string(number++) + (off ? " = off " : " = work ") + date + "\n";
  }
  return text;
}

std::string notice(const std::string& name, const std::string& issued, const std::string& year_line,
                   const Marks& marks) {
  return "[notice " + name + "]\nissued = " + issued + "\n" + year_line + "\n" + lines_of(marks);
}

// Zeller's congruence: Saturday or Sunday.
bool is_rest_day(const std::string& iso) {
  int year = std::stoi(iso.substr(0, 4));
  int month = std::stoi(iso.substr(5, 2));
  const int date = std::stoi(iso.substr(8, 2));
  if (month < 3) {
    month += 12;
    --year;
  }
  return (date + 13 * (month + 1) / 5 + year + year / 4 - year / 100 + year / 400) % 7 < 2;
}

bool is_worked(const Marks& marks, const std::string& iso) {
  const auto marked = marks.find(iso);
  return marked != marks.end() ? !marked->second : !is_rest_day(iso);
}

void compare(const Calendar& calendar, const Marks& marks, std::string_view first, std::string_view last,
             const std::vector<int>& counts) {
  for (Day from = day(first); from <= day(last); from = day_after(from, 1)) {
    INFO(to_iso(from));
    REQUIRE(*calendar.is_working(from) == is_worked(marks, to_iso(from)));
    for (const int count : counts) {
      Day expected = from;
      for (int left = count; left > 0;) {
        expected = Day{expected.value() + 1};
        if (is_worked(marks, to_iso(expected))) --left;
      }
      if (expected > day(last)) break;
      const auto found = calendar.add_working_days(from, count);
      REQUIRE(found);
      REQUIRE(to_iso(*found) == to_iso(expected));
    }
  }
}

}  // namespace

TEST_CASE("Public holidays: twenty years of working days, day by day") {
  if (absent()) return;
  Marks all;
  std::string text = "[calendar all]\n";
  for (int year = 2007; year <= 2026; ++year) {
    const std::string name = std::to_string(year);
    const Marks marks = marks_of(name + ".json");
    all.insert(marks.begin(), marks.end());
    text += notice(name, std::to_string(year - 1) + "-12-15", "loads = " + name, marks);
  }
  Calendars calendars;
  REQUIRE(calendars.add("all.calendar", text).has_value());
  compare(*calendars.find("all"), all, "2007-01-01", "2026-12-31", {1, 2, 3, 5, 7, 10, 15, 30, 60});
}

TEST_CASE("Public holidays: both mid-year revisions, before and after their issue") {
  if (absent()) return;
  struct Revision {
    const char* year;
    const char* first_file;
    const char* first_issue;
    const char* second_issue;
  };
  const auto revision = GENERATE(Revision{"2019", "history/2019@ef17540.json", "2018-12-06", "2019-03-22"},
                                 Revision{"2020", "history/2020@288f18f.json", "2019-11-21", "2020-01-27"});
  const std::string year = revision.year;
  const Marks first = marks_of(revision.first_file);
  const Marks second = marks_of(year + ".json");
  REQUIRE(first != second);
  Marks changed;
  std::string taken_back;
  for (const auto& [date, off] : second) {
    const auto before = first.find(date);
    if (before == first.end() || before->second != off) changed[date] = off;
  }
  for (const auto& [date, off] : first) {
    if (!second.contains(date)) taken_back += "back " + date + " = plain " + date + "\n";
  }
  const std::string text = "[calendar cn]\n" + notice("first", revision.first_issue, "loads = " + year, first) +
                           notice("second", revision.second_issue, "revises = " + year, changed) + taken_back;
  Calendars calendars;
  REQUIRE(calendars.add("cn.calendar", text).has_value());
  const Calendar& now = *calendars.find("cn");
  const std::vector<int> counts{1, 3, 5, 10, 15};
  compare(now, second, year + "-01-01", year + "-12-31", counts);
  compare(now.known_on(day(revision.second_issue)), second, year + "-01-01", year + "-12-31", counts);
  compare(now.known_on(day_after(day(revision.second_issue), -1)), first, year + "-01-01", year + "-12-31", counts);
}

TEST_CASE("Public holidays: the shipped calendar says what the notices said") {
  if (absent()) return;
  Marks all;
  for (const char* name : {"2023.json", "2024.json", "2025.json", "2026.json"}) {
    const Marks marks = marks_of(name);
    all.insert(marks.begin(), marks.end());
  }
  const Calendars shipped = shipped_calendars();
  const Calendar& china = *shipped.find("cn");
  compare(china, all, "2024-01-01", "2026-12-31", {1, 15});
  for (const auto& [date, off] : all) {
    if (date < "2024-01-01") continue;
    const auto fact = china.fact(day(date));
    REQUIRE(fact);
    INFO(date);
    CHECK((*fact).is == (off ? DayIs::holiday : DayIs::make_up));
  }
}

}  // namespace redress::rules
