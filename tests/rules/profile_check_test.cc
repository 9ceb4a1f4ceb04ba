#include "protocol/rules/profile_check.h"

#include <catch2/catch.hpp>

#include "protocol/rules/shipped.h"
#include "tests/rules/sample_days.h"

namespace redress::rules {
namespace {

const Calendars& calendars() {
  static const Calendars shipped = shipped_calendars();
  return shipped;
}

Profile shipped(std::string_view id) {
  static const Profiles all = shipped_profiles();
  const Result<Profile> profile = all.in_force(id, day("2026-03-02"));
  REQUIRE(profile.has_value());
  return *profile;
}

std::string gaps(std::string_view id, Language language = Language::en) {
  return to_text(check(shipped(id), calendars()), language);
}

Profile of(std::string_view body) {
  Profiles profiles = shipped_profiles();
  const Status added = profiles.add("x.profile", body);
  INFO((added ? "" : added.error().what));
  REQUIRE(added.has_value());
  const Result<Profile> profile = profiles.in_force("x", day("2026-03-02"));
  REQUIRE(profile.has_value());
  return *profile;
}

std::string contradictions(std::string_view body) {
  std::vector<Finding> findings = check(of(body), calendars());
  std::erase_if(findings, [](const Finding& one) { return one.is == Finding::Is::gap; });
  return to_text(findings, Language::en);
}

}  // namespace

TEST_CASE("Profile check: what the core bank policy leaves open, in both languages") {
  CHECK(gaps("bank-000") ==
        "gap: profile bank-000: from: no day on which it comes into force; it holds from ever\n"
        "gap: grade major: definition: the grade has no definition: major\n"
        "gap: limit branch_reply: within: the limit of art. 7(2)4 is cut from the document\n"
        "gap: reminder before_due: before: the document asks to press throughout, not how long before a limit ends\n"
        "gap: call_back: within: call-back is asked for without a limit\n"
        "gap: retention: years: the document states no retention period\n");
  CHECK(gaps("bank-000", Language::zh) ==
        "缺：profile bank-000：from：未写明施行日期，视为一直有效\n"
        "缺：grade major：definition：文件未写明等级的定义：重大\n"
        "缺：limit branch_reply：within：第七条(二)4 的期限在文件中缺失（“……内解决并回复客户”）\n"
        "缺：reminder before_due：before：文件要求全程督办，未写明期限届满前多久提醒\n"
        "缺：call_back：within：要求回访而没有回访期限\n"
        "缺：retention：years：文件未写明保存年限\n");
}

TEST_CASE("Profile check: what the other shipped profiles leave open, and no contradiction inside any") {
  CHECK(gaps("psbc-004-12") ==
        "gap: profile psbc-004-12: from: no day on which it comes into force; it holds from ever\n"
        "gap: profile psbc-004-12: close_of_business: a limit ends at close of business, whose hour is not told\n"
        "gap: limit other: within: art. 11 gives no limit for financial crime or anonymous complaints\n"
        "gap: limit dispatch: starts: art. 10 does not say when it starts\n"
        "gap: overdue union: after: art. 21 does not say how long after the limit the union presses\n"
        "gap: call_back: scope: regular visits are asked for, their scope is not\n"
        "gap: retention: years: kept in yearly files; the years are not stated\n");
  CHECK(gaps("bank-xx-004-13") ==
        "gap: profile bank-xx-004-13: from: no day on which it comes into force; it holds from ever\n"
        "gap: grade general: definition: the grade has no definition: general\n"
        "gap: grade complex: definition: the grade has no definition: complex\n"
        "gap: limit general: starts: the document does not say when it starts\n"
        "gap: limit complex: starts: the document does not say when it starts\n"
        "gap: profile bank-xx-004-13: overdue: it is not said what follows when a limit has passed\n"
        "gap: call_back: scope: the document states no scope of call-back\n"
        "gap: retention: years: the document states no retention period\n");
  CHECK(gaps("head-office-002r") ==
        "gap: profile head-office-002r: from: no day on which it comes into force; it holds from ever\n"
        "gap: profile head-office-002r: overdue: it is not said what follows when a limit has passed\n"
        "gap: call_back: scope: the customer confirms whether satisfied; no scope of call-back is stated\n"
        "gap: retention: years: the document states no retention period\n");
  CHECK(
      gaps("cn") ==
      "gap: limit regulator_transfer: within: the days of the transfer could not be checked against the official text "
      "(said to be 7 working days)\n"
      "gap: limit review: within: the days of the review could not be checked against the official text (said to be 30 "
      "days)\n"
      "gap: profile cn: overdue: it is not said what follows when a limit has passed\n");
  CHECK(
      gaps("cn-r1").ends_with("gap: retention: years: the years could not be checked against the official text (the "
                              "draft of 2019 said at least 5)\n"));
  const std::vector<Finding> insurance = check(shipped("insurance-003"), calendars());
  CHECK(insurance.size() == 15);
  for (const std::string& id : shipped_profiles().ids()) {
    INFO(id);
    for (const Finding& one : check(shipped(id), calendars())) CHECK(one.is == Finding::Is::gap);
  }
}

TEST_CASE("Profile check: the blanks of the insurance policy are filled by a profile of the company's own") {
  const Profile filled = of(R"([profile x]
version = 1
zh = 某保险公司
en = a company
inherits = insurance-003
from = 2026-01-01
[limit urgent_response]
within = 30 minutes
[limit level_1_report]
within = 30 minutes
[limit level_1_meeting]
within = 4 hours
[limit level_1_result]
within = 3 working_days
[limit level_2_report]
within = 2 hours
[limit level_2_result]
within = 5 working_days
[limit level_2_reply]
within = 24 hours
[limit level_3_answer]
within = 7 working_days
[limit investigation]
within = 5 working_days
longest = 15 working_days
[limit satisfaction]
within = 2 working_days
[threshold level_1]
fen = 10000000
[threshold level_2]
fen = 1000000
[retention]
years = 5
)");
  CHECK(to_text(check(filled, calendars()), Language::en).empty());
  CHECK(filled.limit("level_2_reply")->limit.profile == "x/1");
  CHECK(filled.limit("level_2_reply")->limit.source == "003 三、2");
}

TEST_CASE("Profile check: what cannot both hold is a contradiction, with its row and field") {
  const auto [rows, found] = GENERATE(table<const char*, const char*>({
      {"[limit a]\nclock = total\nstarts = received\nends = replied\nwithin = 3 working_days\n"
       "[limit b]\nclock = total\nstarts = received\nends = replied\nwithin = 1 weeks\n",
       "contradiction: limit b: within: measures the same as a with another limit: 3 working days, 1 week\n"},
      {"[limit a]\nstarts = received\nends = replied\nwithin = 3 working_days\nextension = allowed\n"
       "longest = 4 calendar_days\n",
       "contradiction: limit a: longest: the longest time is shorter than the limit: from 2024-01-03 the limit ends "
       "2024-01-08 24:00, the longest 2024-01-07 24:00\n"},
      {"[limit a]\nstarts = received\nends = replied\nwithin = 3 hours\nlongest = 4 hours\n",
       "contradiction: limit a: longest: a longest time is given, but no extension allowed\n"},
      {"[limit a]\nstarts = promised\nends = replied\nwithin = 3 hours\nclock = promise\n",
       "contradiction: limit a: clock: a promised time is clock = promise with within = promise\n"},
      {"[limit a]\nstarts = received\nends = replied\nwithin = 3 hours\ngrades = none_such\nunits = nowhere\n",
       "contradiction: limit a: grades: there is no such row: none_such\n"
       "contradiction: limit a: units: there is no such row: nowhere\n"},
      {"[limit a]\nclock = stage\nstarts = received\nends = replied\nwithin = set\n",
       "contradiction: limit a: starts: what starts it has no time that somebody sets\n"},
      {"[limit a]\nclock = stage\nstarts = order_given\nends = order_answered\nwithin = set\n"
       "[limit b]\nclock = stage\nstarts = order_given\nends = order_answered\nwithin = 3 working_days\n",
       ""},
      {"[unit here]\nzh = a\n[route r]\nfrom = here\nto = there\n",
       "contradiction: route r: to: there is no such row: there\n"},
      {"[grade a]\ndefault = yes\n[grade b]\ndefault = yes\n",
       "contradiction: profile x: default: more than one grade is the default\n"},
      {"[call_back]\nscope = none\n[limit a]\nclock = call_back\nstarts = replied\nends = called_back\n"
       "within = 24 hours\n",
       "contradiction: call_back: scope: no call-back, but a limit for it\n"},
  }));
  CHECK(contradictions("[profile x]\nversion = 1\ncalendar = cn\n" + std::string{rows}) == found);
}

TEST_CASE("Profile check: limits for different grades, units or channels do not contradict") {
  CHECK(contradictions("[profile x]\nversion = 1\ncalendar = none\n") ==
        "contradiction: profile x: calendar: there is no calendar of this name: none\n");
  CHECK(contradictions("[profile x]\nversion = 1\ncalendar = cn\n[grade a]\nzh = a\n[grade b]\nzh = b\n"
                       "[limit a]\nstarts = received\nends = replied\nwithin = 3 hours\ngrades = a\n"
                       "[limit b]\nstarts = received\nends = replied\nwithin = 4 hours\ngrades = b\n")
            .empty());
}

TEST_CASE("Profile check: a limit laxer than the regulation is shown by the first day on which it is") {
  const Calendar& china = *calendars().find("cn");
  const std::vector<Finding> found = check_against(shipped("head-office-002r"), shipped("cn"), china);
  CHECK(to_text(found, Language::en) ==
        "contradiction: limit report: within: 10 working days is longer than 15 calendar days of cn-r1/1 R1-15: from "
        "2024-01-30 this one ends 2024-02-18 24:00, the regulation's 2024-02-14 24:00\n");
  CHECK(to_text(found, Language::zh) ==
        "矛盾：limit report：within：10 个工作日长于 cn-r1/1 R1-15 的 15 日（自然日）：2024-01-30 起，本规定至 "
        "2024-02-18 "
        "24:00，监管规定至 2024-02-14 24:00\n");
  CHECK(check_against(shipped("psbc-004-12"), shipped("cn"), china).empty());
  CHECK(check_against(shipped("bank-xx-004-13"), shipped("cn"), china).empty());
  CHECK(to_text(check_against(of("[profile x]\nversion = 1\n[retention]\nyears = 2\n[limit a]\nwithin = 1 hours\n"
                                 "answers_to = gone\n"),
                              shipped("cn"), china),
                Language::en) ==
        "contradiction: limit a: answers_to: cn has no such row: gone\n"
        "contradiction: retention: years: 2 years are fewer than the 3 of cn/1\n");
}

}  // namespace redress::rules
