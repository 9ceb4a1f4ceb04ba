#include "protocol/rules/prompt.h"

#include <catch2/catch.hpp>

#include "protocol/base/time.h"
#include "protocol/rules/profile_check.h"
#include "protocol/rules/shipped.h"

namespace redress::rules {
namespace {

const Calendar& china() {
  static const Calendars all = shipped_calendars();
  return *all.find("cn");
}

WallTime at(const std::string& text) {
  const auto moment = from_rfc3339(text + ":00+08:00");
  REQUIRE(moment);
  return *moment;
}

// When a clock that is due then comes to a step, or "-".
std::string moment(bool overdue, std::optional<Span> lead, const std::string& due) {
  Prompt prompt;
  prompt.overdue = overdue;
  prompt.lead = lead;
  const auto found = moment_of(prompt, at(due), china(), zone_of_china);
  return found ? minute_text(*found, zone_of_china) : "-";
}

const std::string head = "[profile x]\nversion = 1\ncalendar = cn\n";
const std::string limit_a = "[limit a]\nclock = hop\nstarts = delivered\nends = replied\nwithin = 2 hours\n";

Profile of(const std::string& rows) {
  Profiles profiles;
  const Status added = profiles.add("x", head + rows);
  INFO((added ? std::string{} : added.error().what));
  REQUIRE(added.has_value());
  return *profiles.in_force("x", *parse_day("2026-03-02"));
}

Error refused(const std::string& rows) {
  Profiles profiles;
  const Status added = profiles.add("x", head + rows);
  REQUIRE_FALSE(added.has_value());
  return added.error();
}

std::string findings(const std::string& rows, const std::string& row) {
  static const Calendars calendars = shipped_calendars();
  std::vector<Finding> some = check(of(rows), calendars);
  std::erase_if(some, [&](const Finding& one) { return one.row != row; });
  return to_text(some, Language::en);
}

}  // namespace

TEST_CASE("Prompt: before and after a date, by the clock, by days, by working days", "[LIFE-44]") {
  const Span minutes{30, Unit::minutes};
  CHECK(moment(false, minutes, "2026-03-04 12:00") == "2026-03-04 11:30");
  CHECK(moment(true, minutes, "2026-03-04 12:00") == "2026-03-04 12:30");
  CHECK(moment(true, Span{0, Unit::at_once}, "2026-03-04 12:00") == "2026-03-04 12:00");
  CHECK(moment(true, Span{24, Unit::hours}, "2026-03-04 12:00") == "2026-03-05 12:00");
  CHECK(moment(false, Span{1, Unit::weeks}, "2026-03-11 17:30") == "2026-03-04 17:30");
  CHECK(moment(false, Span{2, Unit::calendar_days}, "2026-03-04 00:00") == "2026-03-02 00:00");
  // The last minute of Wednesday, which is midnight: a working day earlier is the last minute of Tuesday.
  CHECK(moment(false, Span{1, Unit::working_days}, "2026-03-05 00:00") == "2026-03-04 00:00");
  // Over Spring Festival, whose make-up Saturday is worked.
  CHECK(moment(false, Span{1, Unit::working_days}, "2026-02-24 17:30") == "2026-02-14 17:30");
  CHECK(moment(true, Span{1, Unit::working_days}, "2026-02-14 17:30") == "2026-02-24 17:30");
}

TEST_CASE("Prompt: a blank lead and a year that is not loaded give no time") {
  CHECK(moment(false, std::nullopt, "2026-03-04 12:00") == "-");
  CHECK(moment(true, Span{1, Unit::working_days}, "2031-03-04 12:00") == "-");
}

TEST_CASE("Prompt: the rows of a profile are read, inherited, changed and dropped") {
  Profiles profiles = shipped_profiles();
  REQUIRE(profiles.add("kashi",
                       "[profile kashi]\nversion = 1\nzh = 喀什\nen = Kashi\ninherits = bank-000\n"
                       "[reminder before_due]\nbefore = 30 minutes\nlimits = start_work\n"
                       "to = handler supervisor\nroles = outlet_head\n"
                       "[overdue at_limit]\ndrop = yes\n"
                       "[overdue later]\nzh = 再催\nen = again\nafter = 1 working_days\nclocks = total hop\n"
                       "to = head_office registrar\n"));
  const auto kashi = profiles.in_force("kashi", *parse_day("2026-03-02"));
  REQUIRE(kashi.has_value());
  REQUIRE(kashi->prompts.size() == 2);
  const Prompt& reminder = kashi->prompts[0];
  CHECK(reminder.zh == "临期提醒");
  CHECK_FALSE(reminder.overdue);
  CHECK(reminder.lead == Span{30, Unit::minutes});
  CHECK(reminder.limits == std::vector<std::string>{"start_work"});
  CHECK(reminder.to == std::vector{Addressee::handler, Addressee::supervisor});
  CHECK(reminder.roles == std::vector<std::string>{"outlet_head"});
  const Prompt& later = kashi->prompts[1];
  CHECK(later.overdue);
  CHECK(later.lead == Span{1, Unit::working_days});
  CHECK(later.clocks == std::vector<std::string>{"total", "hop"});
  CHECK(later.to == std::vector{Addressee::head_office, Addressee::registrar});
}

TEST_CASE("Prompt: a wrong line is refused with its number and field") {
  const auto [rows, field, line] = GENERATE(table<const char*, const char*, const char*>({
      {"[reminder r]\nafter = 1 hours\n", "after", "line=5:"},
      {"[overdue r]\nbefore = 1 hours\n", "before", "line=5:"},
      {"[reminder r]\nbefore = at_once\n", "before", "line=5:"},
      {"[reminder r]\nbefore = 1 months\n", "before", "line=5:"},
      {"[overdue r]\nafter = 1-2 hours\n", "after", "line=5:"},
      {"[overdue r]\nafter = next_day\n", "after", "line=5:"},
      {"[overdue r]\nzh = a\nto = handler chairman\n", "to", "line=6:"},
      {"[overdue r]\nclocks = hop routine\n", "clocks", "line=5:"},
      {"[overdue]\nafter = 1 hours\n", "overdue", "line=4:"},
  }));
  const Error error = refused(rows);
  CHECK(error.code == Code::bad_value);
  CHECK(error.field == field);
  CHECK(error.what.find(line) != std::string::npos);
}

TEST_CASE("Prompt: the checker names what a reminder or an overdue step leaves open, and what cannot be") {
  CHECK(findings(limit_a, "profile x") ==
        "gap: profile x: from: no day on which it comes into force; it holds from ever\n"
        "gap: profile x: overdue: it is not said what follows when a limit has passed\n");
  CHECK(findings(limit_a + "[overdue r]\nen = late\nafter = ?\n", "overdue r") ==
        "gap: overdue r: after: how long before or after is not told\n"
        "gap: overdue r: to: whom it is for is not told: late\n");
  CHECK(findings(limit_a + "[reminder r]\nbefore = ?\nblank_en = art. 5 says nothing\nto = handler\n", "reminder r") ==
        "gap: reminder r: before: art. 5 says nothing\n");
  CHECK(findings(limit_a + "[reminder r]\nbefore = 2 hours\nlimits = a b\nto = handler\nroles = nobody\n",
                 "reminder r") ==
        "contradiction: reminder r: roles: there is no such row: nobody\n"
        "contradiction: reminder r: limits: there is no such limit: b\n"
        "contradiction: reminder r: before: the reminder comes before the limit begins: a\n");
  CHECK(findings(limit_a + "[reminder r]\nbefore = 119 minutes\nlimits = a\nto = handler\n", "reminder r").empty());
  CHECK(findings("[limit d]\nclock = routine\nwithin = same_day\n[overdue r]\nafter = at_once\nlimits = d\n"
                 "to = handler\n",
                 "overdue r") ==
        "contradiction: overdue r: limits: a duty of each day is of no case, and nobody is reminded of it: d\n");
}

TEST_CASE("Profile data: fields, roles and the share that is called back are read", "[CLS-35][CLS-36]") {
  const Profile profile = of(
      "[field house_no]\nzh = 房号\nen = house number\ntype = label\nrequired = yes\nsource = s\n"
      "[field power_class]\nzh = 类别\nen = class\ntype = label\nchoices = 电网建设 | 供电服务\n"
      "[field later]\nzh = 以后\nen = later\ntype = ?\n"
      "[unit outlet]\nzh = 网点\n[role tracker]\nzh = 跟踪人\nen = tracker\nunits = outlet\nacts = escalated replied\n"
      "[call_back]\nscope = share\nshare = 30\n");
  REQUIRE(profile.fields.size() == 3);
  CHECK(profile.fields[0].id == "house_no");
  CHECK(profile.fields[0].type == ExtraType::label);
  CHECK(profile.fields[0].required);
  CHECK(profile.fields[0].profile == "x/1");
  CHECK(profile.fields[1].choices == std::vector<std::string>{"电网建设", "供电服务"});
  CHECK(profile.fields[2].type == std::nullopt);
  REQUIRE(profile.roles.size() == 1);
  CHECK(profile.roles[0].units == std::vector<std::string>{"outlet"});
  CHECK(profile.roles[0].acts == std::vector<std::string>{"escalated", "replied"});
  CHECK(profile.call_back.scope == CallBackScope::share);
  CHECK(profile.call_back.share == 30);
}

TEST_CASE("Profile data: a wrong line of a field, role or share is refused with its field") {
  const auto [rows, field] = GENERATE(table<const char*, const char*>({
      {"[field House-No]\nzh = a\n", "field"},
      {"[field]\nzh = a\n", "field"},
      {"[field a]\ntype = colour\n", "type"},
      {"[field a]\nrequired = maybe\n", "required"},
      {"[field a]\nchoices = | b\n", "choices"},
      {"[field a]\nlength = 3\n", "length"},
      {"[role a]\nwage = 3\n", "wage"},
      {"[call_back]\nscope = share\nshare = 101\n", "share"},
      {"[call_back]\nscope = some\n", "scope"},
  }));
  CHECK(refused(rows).field == field);
}

TEST_CASE("Profile data: the checker explains gaps and contradictions of fields, roles and call-back") {
  CHECK(findings("[field a]\nen = colour\n", "field a") == "gap: field a: type: what it holds is not told: colour\n");
  CHECK(findings("[field a]\ntype = flag\nchoices = x\n", "field a") ==
        "contradiction: field a: choices: only words are chosen from a list\n"
        "contradiction: field a: choices: one value is no choice\n");
  CHECK(findings("[role a]\nen = tracker\nunits = moon\n", "role a") ==
        "contradiction: role a: units: there is no such row: moon\n"
        "gap: role a: acts: what the role does is not told: tracker\n");
  CHECK(findings("[call_back]\nscope = share\n", "call_back")
            .starts_with("gap: call_back: share: the share that is called back is not told\n"));
  CHECK(findings("[call_back]\nscope = all\nshare = 5\n", "call_back")
            .starts_with("contradiction: call_back: share: a share is given, but the scope is not a share\n"));
}

TEST_CASE("Profile data: a case is kept to the same day so many years on, a leap day to the month's last") {
  Retention retention;
  CHECK(kept_until(retention, *parse_day("2024-02-29")) == std::nullopt);
  retention.years = 3;
  CHECK(kept_until(retention, *parse_day("2026-11-30")) == parse_day("2029-11-30"));
  CHECK(kept_until(retention, *parse_day("2024-02-29")) == parse_day("2027-02-28"));
}

}  // namespace redress::rules
