#include "protocol/rules/deadline.h"

#include <catch2/catch.hpp>

#include "protocol/rules/shipped.h"
#include "tests/rules/sample_days.h"

namespace redress::rules {
namespace {

const Calendar& china() {
  static const Calendars shipped = shipped_calendars();
  return *shipped.find("cn");
}

Limit limit_of(int amount, Unit unit) {
  Limit limit;
  limit.id = "reply";
  limit.profile = "sample/1";
  limit.tag = "T5";
  limit.zh = "总行协调办理";
  limit.en = "head office coordinates";
  limit.source = "000 第七条(四)4";
  limit.span = Span{amount, unit};
  return limit;
}

Start received(std::string_view at) { return {moment(at), "收到投诉", "complaint received"}; }

std::string due(const Limit& limit, std::string_view start, const Terms& terms = {},
                const std::vector<Excluded>& excluded = {}, const std::vector<Extended>& extensions = {}) {
  return due_text(deadline(limit, received(start), china(), terms, excluded, extensions), Language::en);
}

Excluded away(std::string_view from, std::string_view to) { return {moment(from), moment(to), "外部鉴定"}; }

constexpr int five_pm = 17 * 60;

}  // namespace

TEST_CASE("Deadline: each unit from one start", "[LIFE-26]") {
  const auto [amount, unit, expected] = GENERATE(table<int, Unit, const char*>({
      {15, Unit::minutes, "2026-02-05 10:15"},
      {24, Unit::hours, "2026-02-06 10:00"},
      {48, Unit::hours, "2026-02-07 10:00"},
      {15, Unit::working_days, "2026-03-04 24:00"},
      {1, Unit::working_days, "2026-02-06 24:00"},
      {15, Unit::calendar_days, "2026-02-20 24:00"},
      {1, Unit::weeks, "2026-02-12 24:00"},
      {1, Unit::months, "2026-03-05 24:00"},
      {0, Unit::same_day, "2026-02-05 24:00"},
      {0, Unit::next_day, "2026-02-06 24:00"},
      {0, Unit::at_once, "2026-02-05 10:00"},
  }));
  CHECK(due(limit_of(amount, unit), "2026-02-05 10:00") == expected);
}

TEST_CASE("Deadline: calendar and working days of 2026 end where the calendar says") {
  const auto [start, calendar_days, working_days] = GENERATE(table<const char*, const char*, const char*>({
      {"2026-02-05 10:00", "2026-02-20 24:00", "2026-03-04 24:00"},
      {"2026-09-24 10:00", "2026-10-09 24:00", "2026-10-22 24:00"},
      {"2026-09-28 10:00", "2026-10-13 24:00", "2026-10-23 24:00"},
  }));
  CHECK(due(limit_of(15, Unit::calendar_days), start) == calendar_days);
  CHECK(due(limit_of(15, Unit::working_days), start) == working_days);
}

TEST_CASE("Deadline: the explanation, in both languages") {
  const Limit limit = limit_of(15, Unit::working_days);
  const Deadline made = deadline(limit, received("2026-02-05 10:00"), china(), {});
  CHECK(made.outcome == Outcome::due);
  CHECK(to_text(made, Language::zh) ==
        "规则：sample/1 T5 总行协调办理，15 个工作日（000 第七条(四)4）\n"
        "起点：2026-02-05 10:00 收到投诉，当日不计\n"
        "不计：周末 3 天（2026-02-07 至 2026-02-08、2026-03-01）\n"
        "不计：春节放假 9 天（2026-02-15 至 2026-02-23）\n"
        "计入：春节调休上班 2 天（2026-02-14、2026-02-28）\n"
        "到期：2026-03-04 24:00\n"
        "日历：cn/2026");
  CHECK(to_text(made, Language::en) ==
        "Rule: sample/1 T5 head office coordinates, 15 working days (000 第七条(四)4)\n"
        "Start: 2026-02-05 10:00, complaint received; that day is not counted\n"
        "Not counted: weekend, 3 days (2026-02-07 to 2026-02-08, 2026-03-01)\n"
        "Not counted: Spring Festival, 9 days (2026-02-15 to 2026-02-23)\n"
        "Counted: make-up working day for Spring Festival, 2 days (2026-02-14, 2026-02-28)\n"
        "Due: 2026-03-04 24:00\n"
        "Calendar: cn/2026");
}

TEST_CASE("Deadline: hours run on a 24-hour clock and need no calendar") {
  const Deadline made = deadline(limit_of(2, Unit::hours), received("2027-02-05 23:30"), china(), {});
  CHECK(to_text(made, Language::zh) ==
        "规则：sample/1 T5 总行协调办理，2 小时（000 第七条(四)4）\n"
        "起点：2027-02-05 23:30 收到投诉\n"
        "到期：2027-02-06 01:30");
}

TEST_CASE("Deadline: a blank stays a blank, and says what must be told") {
  Limit limit = limit_of(1, Unit::hours);
  limit.span.reset();
  limit.blank_zh = "第七条(二)4 的天数在文件中缺失";
  limit.blank_en = "the number of art. 7(2)4 is cut from the document";
  const Deadline made = deadline(limit, received("2026-02-05 10:00"), china(), {});
  CHECK(made.outcome == Outcome::untold);
  CHECK(made.field == "amount");
  CHECK(due_text(made, Language::zh) == "未定：制度未写明");
  CHECK(to_text(made, Language::zh) ==
        "规则：sample/1 T5 总行协调办理，期限空缺（000 第七条(四)4）\n"
        "未定：须在制度方案中填写：第七条(二)4 的天数在文件中缺失");
  CHECK(to_text(made, Language::en) ==
        "Rule: sample/1 T5 head office coordinates, limit blank (000 第七条(四)4)\n"
        "Unknown: the profile must be told: the number of art. 7(2)4 is cut from the document");
}

TEST_CASE("Deadline: a year that is not loaded gives no date") {
  const Deadline made = deadline(limit_of(10, Unit::working_days), received("2026-12-24 10:00"), china(), {});
  CHECK(made.outcome == Outcome::not_loaded);
  CHECK(made.year == 2027);
  CHECK(due_text(made, Language::en) == "unknown: calendar of 2027 not loaded");
  CHECK(to_text(made, Language::zh) ==
        "规则：sample/1 T5 总行协调办理，10 个工作日（000 第七条(四)4）\n"
        "起点：2026-12-24 10:00 收到投诉，当日不计\n"
        "不计：周末 2 天（2026-12-26 至 2026-12-27）\n"
        "未定：未载入 2027 年日历，不作推算\n"
        "日历：cn/2026");
  CHECK(due(limit_of(10, Unit::calendar_days), "2026-12-24 10:00") == "2027-01-03 24:00");
}

TEST_CASE("Deadline: counting stops where the years end") {
  const std::vector<Excluded> all_along{away("9999-01-01 00:00", "9999-12-31 23:59")};
  for (const Unit unit : {Unit::months, Unit::weeks, Unit::calendar_days, Unit::working_days}) {
    CHECK(deadline(limit_of(1, unit), received("9999-12-01 10:00"), china(), {}, all_along).outcome ==
          Outcome::not_loaded);
    static_cast<void>(due(limit_of(1, unit), "9999-12-31 10:00"));
  }
}

TEST_CASE("Deadline: late December is provisional until the next notice is loaded") {
  const Deadline made = deadline(limit_of(3, Unit::working_days), received("2026-12-24 10:00"), china(), {});
  CHECK(made.provisional);
  CHECK(to_text(made, Language::en) ==
        "Rule: sample/1 T5 head office coordinates, 3 working days (000 第七条(四)4)\n"
        "Start: 2026-12-24 10:00, complaint received; that day is not counted\n"
        "Not counted: weekend, 2 days (2026-12-26 to 2026-12-27)\n"
        "Provisional: the holidays of 2027 are not loaded; working days of late December may still change\n"
        "Due: 2026-12-29 24:00\n"
        "Calendar: cn/2026");
  CHECK_FALSE(deadline(limit_of(3, Unit::working_days), received("2025-12-24 10:00"), china(), {}).provisional);
}

TEST_CASE("Deadline: a limit that ends on a day of rest moves only if the rule says so") {
  Limit limit = limit_of(15, Unit::calendar_days);
  CHECK(due(limit, "2026-02-05 10:00") == "2026-02-20 24:00");
  limit.on_rest_day = OnRestDay::forward;
  CHECK(due(limit, "2026-02-05 10:00") == "2026-02-24 24:00");
  CHECK(due(limit, "2026-02-08 10:00") == "2026-02-24 24:00");  // the 23rd is a holiday too
  CHECK(due(limit, "2026-02-09 10:00") == "2026-02-24 24:00");
  CHECK(due(limit, "2026-01-30 10:00") == "2026-02-14 24:00");  // a Saturday that is worked
  limit.on_rest_day = OnRestDay::back;
  CHECK(due(limit, "2026-02-05 10:00") == "2026-02-14 24:00");
  const Deadline made = deadline(limit, received("2026-02-05 10:00"), china(), {});
  CHECK(to_text(made, Language::zh) ==
        "规则：sample/1 T5 总行协调办理，15 日（自然日）（000 第七条(四)4）\n"
        "起点：2026-02-05 10:00 收到投诉，当日不计\n"
        "遇休：最后一日 2026-02-20 为休息日，移至 2026-02-14\n"
        "到期：2026-02-14 24:00\n"
        "日历：cn/2026");
  CHECK(deadline(limit, received("2026-12-25 10:00"), china(), {}).year == 2027);
}

TEST_CASE("Deadline: close of business ends the day where the rule says so, once its hour is told") {
  Limit limit = limit_of(0, Unit::same_day);
  limit.day_ends = DayEnds::close_of_business;
  const Deadline untold = deadline(limit, received("2026-02-05 10:00"), china(), {});
  CHECK(untold.outcome == Outcome::untold);
  CHECK(untold.field == "close_of_business");
  const Terms told{zone_of_china, five_pm};
  CHECK(due(limit, "2026-02-05 10:00", told) == "2026-02-05 17:00");
  CHECK(due(limit, "2026-02-05 18:00", told) == "2026-02-05 18:00");  // closed already: at once
  limit.late_start = LateStart::next_working_day;
  CHECK(due(limit, "2026-02-05 18:00", told) == "2026-02-06 17:00");
  CHECK(due(limit, "2026-02-13 17:00", told) == "2026-02-14 17:00");  // the Saturday is worked
  CHECK(due(limit, "2026-02-15 09:00", told) == "2026-02-24 17:00");
  limit.span = Span{2, Unit::working_days};
  CHECK(due(limit, "2026-02-15 09:00", told) == "2026-02-26 17:00");
  const Deadline moved = deadline(limit, received("2026-02-15 09:00"), china(), told);
  CHECK(to_text(moved, Language::en) ==
        "Rule: sample/1 T5 head office coordinates, 2 working days (000 第七条(四)4)\n"
        "Start: 2026-02-15 09:00, complaint received; that day is not counted\n"
        "Start moved: counts as 2026-02-24 (a working day)\n"
        "Due: 2026-02-26 17:00\n"
        "Calendar: cn/2026");
}

TEST_CASE("Deadline: the day of the start counts where the rule says so") {
  Limit limit = limit_of(3, Unit::working_days);
  limit.start_day = StartDay::counted;
  CHECK(due(limit, "2026-03-02 10:00") == "2026-03-04 24:00");
  CHECK(due(limit, "2026-03-01 10:00") == "2026-03-04 24:00");  // a Sunday is no working day to count
  limit.span = Span{1, Unit::months};
  CHECK(due(limit, "2026-03-02 10:00") == "2026-04-01 24:00");
}

TEST_CASE("Deadline: excluded time takes out whole days, or exact time from hours") {
  const Limit days = limit_of(15, Unit::calendar_days);
  CHECK(due(days, "2026-03-02 10:00") == "2026-03-17 24:00");
  CHECK(due(days, "2026-03-02 10:00", {}, {away("2026-03-05 10:00", "2026-03-10 16:00")}) == "2026-03-21 24:00");
  CHECK(due(days, "2026-03-02 10:00", {}, {away("2026-03-05 00:00", "2026-03-10 00:00")}) == "2026-03-22 24:00");
  CHECK(due(days, "2026-03-02 10:00", {}, {away("2026-03-05 10:00", "2026-03-05 16:00")}) == "2026-03-17 24:00");
  // Two that touch are one; two that leave an hour between them are not.
  CHECK(due(days, "2026-03-02 10:00", {},
            {away("2026-03-06 12:00", "2026-03-08 00:00"), away("2026-03-05 00:00", "2026-03-06 12:00")}) ==
        "2026-03-20 24:00");
  CHECK(due(days, "2026-03-02 10:00", {},
            {away("2026-03-05 00:00", "2026-03-06 12:00"), away("2026-03-06 13:00", "2026-03-08 00:00")}) ==
        "2026-03-19 24:00");
  CHECK(due(limit_of(3, Unit::working_days), "2026-03-05 10:00", {}, {away("2026-03-06 00:00", "2026-03-10 00:00")}) ==
        "2026-03-12 24:00");
  CHECK(due(limit_of(1, Unit::months), "2026-03-02 10:00", {}, {away("2026-03-05 00:00", "2026-03-10 00:00")}) ==
        "2026-04-07 24:00");
  const Limit hours = limit_of(24, Unit::hours);
  CHECK(due(hours, "2026-03-02 10:00", {}, {away("2026-03-02 12:00", "2026-03-03 15:30")}) == "2026-03-04 13:30");
  CHECK(due(hours, "2026-03-02 10:00", {}, {away("2026-03-03 10:00", "2026-03-03 15:30")}) == "2026-03-03 10:00");
  CHECK(due(hours, "2026-03-02 10:00", {}, {away("2026-03-01 10:00", "2026-03-02 15:30")}) == "2026-03-03 15:30");
}

TEST_CASE("Deadline: excluded time explains itself, and a clock that stands says since when") {
  const Limit limit = limit_of(15, Unit::calendar_days);
  const std::vector<Excluded> ended{away("2026-03-05 10:00", "2026-03-10 16:00")};
  CHECK(to_text(deadline(limit, received("2026-03-02 10:00"), china(), {}, ended), Language::zh) ==
        "规则：sample/1 T5 总行协调办理，15 日（自然日）（000 第七条(四)4）\n"
        "起点：2026-03-02 10:00 收到投诉，当日不计\n"
        "扣除：2026-03-05 10:00 至 2026-03-10 16:00（外部鉴定），扣除整日 4 天（2026-03-06 至 2026-03-09）\n"
        "遇休：最后一日 2026-03-21 为休息日，不顺延\n"
        "到期：2026-03-21 24:00");
  const std::vector<Excluded> open{{moment("2026-03-05 10:00"), std::nullopt, "外部鉴定"}};
  const Deadline stands = deadline(limit, received("2026-03-02 10:00"), china(), {}, open);
  CHECK(stands.outcome == Outcome::standing);
  CHECK(due_text(stands, Language::zh) == "停计");
  CHECK(to_text(stands, Language::en) ==
        "Rule: sample/1 T5 head office coordinates, 15 calendar days (000 第七条(四)4)\n"
        "Start: 2026-03-02 10:00, complaint received; that day is not counted\n"
        "Standing: since 2026-03-05 10:00 (外部鉴定); no due date until the time counts again");
  CHECK(due(limit_of(2, Unit::calendar_days), "2026-03-02 10:00", {}, open) == "2026-03-04 24:00");
  CHECK(due(limit_of(72, Unit::hours), "2026-03-02 10:00", {}, open) == "2026-03-05 10:00");
  CHECK(due(limit_of(73, Unit::hours), "2026-03-02 10:00", {}, open) == "standing");
}

TEST_CASE("Deadline: an extension counts with all its steps, up to the longest") {
  Limit limit = limit_of(10, Unit::working_days);
  limit.extension = {true, true, true, Span{15, Unit::working_days}};
  Extended asked{Span{3, Unit::working_days}, std::nullopt, true, true, "待外省分行提供凭证"};
  CHECK(due(limit, "2026-03-02 10:00") == "2026-03-16 24:00");
  CHECK(due(limit, "2026-03-02 10:00", {}, {}, {asked}) == "2026-03-19 24:00");
  CHECK(due(limit, "2026-03-02 10:00", {}, {}, {asked, asked}) == "2026-03-23 24:00");  // 16, capped at 15
  asked.noticed = false;
  CHECK(due(limit, "2026-03-02 10:00", {}, {}, {asked}) == "2026-03-16 24:00");
  CHECK(to_text(deadline(limit, received("2026-03-02 10:00"), china(), {}, {}, std::vector<Extended>{asked}),
                Language::zh) ==
        "规则：sample/1 T5 总行协调办理，10 个工作日（000 第七条(四)4）\n"
        "起点：2026-03-02 10:00 收到投诉，当日不计\n"
        "不计：周末 4 天（2026-03-07 至 2026-03-08、2026-03-14 至 2026-03-15）\n"
        "延期未计：延长 3 个工作日（待外省分行提供凭证），尚未告知客户\n"
        "到期：2026-03-16 24:00\n"
        "日历：cn/2026");
  asked = {std::nullopt, moment("2026-03-18 12:00"), true, true, ""};
  CHECK(due(limit, "2026-03-02 10:00", {}, {}, {asked}) == "2026-03-18 12:00");
  asked.until = moment("2026-03-30 00:00");
  CHECK(to_text(deadline(limit, received("2026-03-02 10:00"), china(), {}, {}, std::vector<Extended>{asked}),
                Language::en) ==
        "Rule: sample/1 T5 head office coordinates, 10 working days (000 第七条(四)4)\n"
        "Start: 2026-03-02 10:00, complaint received; that day is not counted\n"
        "Not counted: weekend, 4 days (2026-03-07 to 2026-03-08, 2026-03-14 to 2026-03-15)\n"
        "Extended: up to 2026-03-29 24:00\n"
        "Capped: with all extensions at most 15 working days\n"
        "Due: 2026-03-23 24:00\n"
        "Calendar: cn/2026");
  asked.until = moment("2026-03-10 00:00");  // an extension never shortens
  CHECK(due(limit, "2026-03-02 10:00", {}, {}, {asked}) == "2026-03-16 24:00");
  limit.extension.allowed = false;
  CHECK(due(limit, "2026-03-02 10:00", {}, {}, {{Span{3, Unit::working_days}, std::nullopt, true, true, ""}}) ==
        "2026-03-16 24:00");
  limit.extension = {true, false, false, std::nullopt};
  CHECK(due(limit, "2026-03-02 10:00", {}, {}, {{Span{2, Unit::hours}, std::nullopt, false, false, ""}}) ==
        "2026-03-17 02:00");
}

TEST_CASE("Deadline: extensions one by one come to the same as their sum, and no excluded time makes it earlier") {
  Limit limit = limit_of(3, Unit::working_days);
  limit.extension = {true, false, false, std::nullopt};
  const Extended one{Span{1, Unit::working_days}, std::nullopt, false, false, ""};
  for (Day from = day("2025-12-20"); from < day("2026-10-01"); from = day_after(from, 1)) {
    const Start start{WallTime{start_of(from, zone_of_china).value() + 36'000'000}, "", ""};
    for (int count = 0; count <= 6; ++count) {
      const std::vector<Extended> each(static_cast<std::size_t>(count), one);
      Limit whole = limit;
      whole.span = Span{3 + count, Unit::working_days};
      const Deadline by_steps = deadline(limit, start, china(), {}, {}, each);
      REQUIRE(by_steps.outcome == Outcome::due);
      REQUIRE(by_steps.due == deadline(whole, start, china(), {}).due);
      const std::vector<Excluded> away_days{
          {start_of(day_after(from, 1), 480), start_of(day_after(from, count), 480), ""}};
      if (count < 2) continue;
      const Deadline later = deadline(limit, start, china(), {}, away_days);
      REQUIRE(later.due >= deadline(limit, start, china(), {}).due);
    }
  }
}

}  // namespace redress::rules
