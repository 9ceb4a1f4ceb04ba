#include "protocol/casework/clocks.h"

#include "tests/protocol/clock_story.h"

namespace redress::casework::timed {

TEST_CASE("Clocks: the core bank policy counts each hop from its delivery, and a blank stays one", "[LIFE-28]") {
  CHECK(shown(run("bank-000", times_in(passed_on()))) ==
        "pass_on 2: 2026-02-13 10:00 → 2026-02-13 11:00, met 2026-02-13 10:40\n"
        "pass_on 3: 2026-02-13 10:40 → 2026-02-13 11:40, moot 2026-02-13 13:30\n"
        "start_work 2: 2026-02-13 10:00 → 2026-02-13 12:00, dropped 2026-02-13 10:40\n"
        "start_work 3: 2026-02-13 10:40 → 2026-02-13 12:40, met 2026-02-13 13:30\n"
        "outlet_reply 2: 2026-02-13 10:00 → 2026-02-14 24:00, dropped 2026-02-13 10:40\n"
        "branch_reply 3: 2026-02-13 10:40 → unknown: blank in the document\n");
}

TEST_CASE("Clocks: what others do for the handling unit ends its hop too") {
  Story story = passed_on();
  story.tell(outlet, "replied", {2}, when("2026-02-14 09:00", {}, {{"content", "y"}}));
  CHECK(shown(run("bank-000", times_in(story)))
            .ends_with("branch_reply 3: 2026-02-13 10:40 → unknown: blank in the document, met 2026-02-14 09:00\n"));
  Story moved = passed_on();
  moved.tell(head_office, "handed_over", {2}, when("2026-02-14 09:00", {SiteId{7}, county}, {{"unit", "7"}}));
  const std::string text = shown(run("bank-000", times_in(moved)));
  CHECK(text.find("branch_reply 3: 2026-02-13 10:40 → unknown: blank in the document, dropped 2026-02-14 09:00\n") !=
        std::string::npos);
  CHECK(text.find("outlet_reply 7: 2026-02-14 09:00 → 2026-02-24 24:00\n") != std::string::npos);
}

TEST_CASE("Clocks: late is met too late, or still waiting too late; moot and blank clocks never are") {
  const std::vector<Clock> all = run("bank-000", times_in(passed_on()));
  const WallTime now = at("2026-03-01 00:00");
  CHECK_FALSE(all[0].late(now));
  CHECK_FALSE(all[1].late(now));
  CHECK_FALSE(all[2].late(now));
  CHECK(all[3].late(now));
  CHECK_FALSE(all[4].late(now));
  CHECK_FALSE(all[5].late(now));
  Clock waiting = all[3];
  waiting.met.reset();
  CHECK_FALSE(waiting.late(WallTime{at("2026-02-13 12:40").value() - 1}));
  CHECK(waiting.late(at("2026-02-13 12:40")));
}

TEST_CASE("Clocks: one case explains its hop in both languages") {
  const std::vector<Clock> all = run("bank-000", times_in(passed_on()));
  CHECK(to_text(all[3].deadline, Language::zh) ==
        "规则：bank-000/1 T2 接受任务的部门启动工作，2 小时（000 第七条(六)）\n"
        "起点：2026-02-13 10:40 移交（送达时间未记录，按移交之时起算）\n"
        "到期：2026-02-13 12:40");
  CHECK(to_text(all[3].deadline, Language::en) ==
        "Rule: bank-000/1 T2 the unit that received it starts work, 2 hours (000 第七条(六))\n"
        "Start: 2026-02-13 10:40, handed over (no delivery recorded: counted from the hand-over)\n"
        "Due: 2026-02-13 12:40");
  CHECK(to_text(all[4].deadline, Language::zh) ==
        "规则：bank-000/1 T3 网点答复客户（应即时，最迟），1 个工作日（000 第七条(一)4）\n"
        "起点：2026-02-13 10:00 收到投诉（本机构受理），当日不计\n"
        "计入：春节调休上班 1 天（2026-02-14）\n"
        "到期：2026-02-14 24:00\n"
        "日历：cn/2026");
  CHECK(to_text(all[5].deadline, Language::zh) ==
        "规则：bank-000/1 T4 一级行部解决并答复客户，期限空缺（000 第七条(二)4）\n"
        "未定：须在制度方案中填写：第七条(二)4 的期限在文件中缺失（“……内解决并回复客户”）");
}

TEST_CASE("Clocks: a recorded delivery takes the place of the hand-over, and of form and telephone the earlier") {
  CaseTimes times = times_in(passed_on());
  times.happenings.pop_back();
  const auto delivered = [&](const char* time) {
    times.happenings.push_back({rules::Moment::delivered, at(time), {}, county, false, {}});
  };
  const auto began = [&] {
    const std::vector<Clock> all = run("bank-000", times);
    for (const Clock& one : all) {
      if (one.limit == "start_work" && one.unit == county) return moment(one.began) + (one.assumed ? " assumed" : "");
    }
    return std::string{};
  };
  CHECK(began() == "2026-02-13 10:40 assumed");
  delivered("2026-02-13 11:30");
  CHECK(began() == "2026-02-13 11:30");
  delivered("2026-02-13 10:50");
  CHECK(began() == "2026-02-13 10:50");
  delivered("2026-02-13 12:00");
  CHECK(began() == "2026-02-13 10:50");
}

TEST_CASE("Clocks: end to end from the complaint, by its grade", "[LIFE-28]") {
  Story story = passed_on();
  const auto graded = [&](const char* grade) {
    story.entries[0].event->fields.emplace_back("grade", grade);
    const std::string text = shown(run("psbc-004-12", times_in(story)));
    story.entries[0].event->fields.pop_back();
    return text;
  };
  CHECK(shown(run("psbc-004-12", times_in(story))) == "general: 2026-02-13 10:00 → 2026-02-25 24:00\n");
  CHECK(graded("一般") == "general: 2026-02-13 10:00 → 2026-02-25 24:00\n");
  CHECK(graded("complex") == "complex: 2026-02-13 10:00 → 2026-03-05 24:00\n");
  CHECK(graded("other") == "other: 2026-02-13 10:00 → unknown: blank in the document\n");
  CHECK(graded("没有的") == "general: 2026-02-13 10:00 → 2026-02-25 24:00\n");
  story.entries[0].event->fields.emplace_back("channel", "互联网");
  CHECK(shown(run("psbc-004-12", times_in(story))) ==
        "general: 2026-02-13 10:00 → 2026-02-25 24:00\n"
        "dispatch:  → unknown: blank in the document, met 2026-02-13 10:40\n");
}

TEST_CASE("Clocks: a classification gives the grade: the last word counts, and head office's before a branch's",
          "[LIFE-28][CLS-14]") {
  Story story = passed_on();
  const auto total = [&](std::string_view profile) {
    std::string text;
    for (const Clock& one : run(profile, times_in(story))) {
      if (one.kind == rules::ClockKind::total)
        text += one.limit + " " + rules::due_text(one.deadline, Language::en) + "\n";
    }
    return text;
  };
  const auto classify = [&](SiteId site, const char* kind, std::size_t after, std::vector<FieldText> fields) {
    fields.emplace_back("edition", "postal-1");
    return story.tell(site, kind, {after}, when("2026-02-13 14:00", {}, std::move(fields)));
  };
  CHECK(total("psbc-004-12") == "general 2026-02-25 24:00\n");
  CHECK(total("cn-r1") == "simple 2026-02-28 24:00\n");
  const std::size_t first = classify(county, "classified", 2, {{"type_code", "5"}});
  CHECK(total("psbc-004-12") == "complex 2026-03-05 24:00\n");
  CHECK(total("cn-r1") == "simple 2026-02-28 24:00\n");
  const std::size_t second = classify(county, "classified", first, {{"complexity", "complex"}});
  CHECK(total("cn-r1") == "complex 2026-03-15 24:00\n");
  // Said beside it, by head office, which knew the first alone.
  classify(head_office, "classification_ruled", first, {{"type_code", "1"}, {"complexity", "general"}});
  CHECK(total("cn-r1") == "simple 2026-02-28 24:00\n");
  CHECK(total("psbc-004-12") == "general 2026-02-25 24:00\n");
  CHECK(second > first);
}

TEST_CASE("Clocks: what is amended of a registration was so from the start", "[LIFE-28]") {
  Story story = passed_on();
  const auto amend = [&](std::vector<FieldText> fields) {
    story.tell(outlet, "amended", {story.entries.size() - 1}, when("2026-02-13 14:00", {}, std::move(fields)));
  };
  amend({{"channel", "互联网"}});
  CHECK(shown(run("psbc-004-12", times_in(story))) ==
        "general: 2026-02-13 10:00 → 2026-02-25 24:00\n"
        "dispatch:  → unknown: blank in the document, met 2026-02-13 10:40\n");
  amend({{"received_at", "2026-02-12T09:00:00+08:00"}, {"grade", "complex"}, {"channel", "电话"}});
  CHECK(shown(run("psbc-004-12", times_in(story))) == "complex: 2026-02-12 09:00 → 2026-03-04 24:00\n");
  const auto hops = run("bank-000", times_in(story));
  REQUIRE(!hops.empty());
  CHECK(moment(hops.front().began) == "2026-02-12 09:00");
  CHECK(moment(hops[1].began) == "2026-02-13 10:40");
}

TEST_CASE("Clocks: the regulation counts calendar days, and a reply meets it") {
  Story story = passed_on();
  CHECK(shown(run("cn", times_in(story))) == "simple: 2026-02-13 10:00 → 2026-02-28 24:00\n");
  story.tell(county, "replied", {2}, when("2026-02-28 23:59", {}, {{"content", "y"}}));
  const std::vector<Clock> met = run("cn", times_in(story));
  CHECK(shown(met) == "simple: 2026-02-13 10:00 → 2026-02-28 24:00, met 2026-02-28 23:59\n");
  CHECK_FALSE(met[0].late(at("2026-12-01 00:00")));
}

TEST_CASE("Clocks: an end drops what still runs, and going on again begins anew") {
  Story story = passed_on();
  story.tell(head_office, "withdrawn", {2}, when("2026-02-14 09:00", {}, {{"reason", "z"}}));
  CHECK(shown(run("cn", times_in(story))) == "simple: 2026-02-13 10:00 → 2026-02-28 24:00, dropped 2026-02-14 09:00\n");
  story.tell(head_office, "reopened", {3}, when("2026-03-02 09:00", {}, {{"reason", "新事实"}}));
  CHECK(shown(run("cn", times_in(story))) ==
        "simple: 2026-02-13 10:00 → 2026-02-28 24:00, dropped 2026-02-14 09:00\n"
        "simple: 2026-03-02 09:00 → 2026-03-17 24:00\n");
  const std::string hops = shown(run("bank-000", times_in(story)));
  CHECK(hops.find("start_work 3: 2026-03-02 09:00 → 2026-03-02 11:00\n") != std::string::npos);
}

TEST_CASE("Clocks: of a day without a time the first moment counts, in the profile's zone") {
  Story story{kinds()};
  story.tell(outlet, "registered", {},
             when("2026-02-05 16:00", {}, {{"received_at", "2026-02-04"}, {"narrative", "x"}}));
  const std::vector<Clock> all = run("bank-000", times_in(story));
  CHECK(moment(all.at(0).began) == "2026-02-04 00:00");
}

TEST_CASE("Clocks: excluded time and extensions reach the total clock, a promise its own") {
  CaseTimes times = times_in(passed_on());
  times.excluded.push_back({at("2026-02-20 00:00"), at("2026-02-23 00:00"), "外部鉴定"});
  CHECK(shown(run("cn", times)) == "simple: 2026-02-13 10:00 → 2026-03-03 24:00\n");
  times.grade = "complex";
  times.extensions.push_back(
      {"", {rules::Span{5, rules::Unit::calendar_days}, {}, true, true, "案情复杂"}, times.happenings.size()});
  CHECK(shown(run("cn", times)) == "complex: 2026-02-13 10:00 → 2026-03-23 24:00\n");
  times.extensions[0].limit = "pass_on";
  CHECK(shown(run("cn", times)) == "complex: 2026-02-13 10:00 → 2026-03-18 24:00\n");
  times.happenings.push_back(
      {rules::Moment::promised, at("2026-02-14 09:00"), {}, county, false, at("2026-02-27 12:00")});
  const std::vector<Clock> all = run("bank-000", times);
  REQUIRE(all.back().limit == "promise");
  CHECK(to_text(all.back().deadline, Language::en) ==
        "Rule: bank-000/1 T5 the time promised to the customer for what is not solved in time, as promised to the "
        "customer (000 第七条(四)4)\n"
        "Start: 2026-02-14 09:00, time promised to the customer\n"
        "Due: 2026-02-27 12:00");
}

TEST_CASE("Clocks: a call that comes before the form begins the hop", "[LIFE-29]") {
  Story story{kinds()};
  story.tell(outlet, "registered", {},
             when("2026-02-13 10:05", {county}, {{"received_at", "2026-02-13T10:00:00+08:00"}, {"narrative", "x"}}));
  story.tell(outlet, "phone_noticed", {0},
             when("2026-02-13 10:25", {},
                  {{"noticed_at", "2026-02-13T10:20:00+08:00"}, {"noticed_person", "Li Si"}, {"unit", "3"}}));
  story.tell(outlet, "handed_over", {1}, when("2026-02-13 10:40", {county}, {{"unit", "3"}}));
  story.tell(county, "delivered", {2}, when("2026-02-13 11:30", {}, {{"delivered_at", "2026-02-13T11:00:00+08:00"}}));
  const std::string text = shown(run("bank-000", times_in(story)));
  INFO(text);
  CHECK(text.find("start_work 3: 2026-02-13 10:20 → 2026-02-13 12:20\n") != std::string::npos);
  CHECK(text.find("start_work 3: 2026-02-13 10:40") == std::string::npos);
  CHECK(text.find("start_work 3: 2026-02-13 11:00") == std::string::npos);
}

TEST_CASE("Clocks: deliveries, notices, extensions, exclusions and promises are read from the case's acts",
          "[LIFE-27][LIFE-29][LIFE-38]") {
  Story story = passed_on();
  story.tell(county, "delivered", {2}, when("2026-02-13 13:40", {}, {{"delivered_at", "2026-02-13T10:50:00+08:00"}}));
  story.tell(county, "phone_noticed", {3},
             when("2026-02-13 13:45", {},
                  {{"noticed_at", "2026-02-13T10:45:00+08:00"}, {"noticed_person", "Li Si"}, {"unit", "3"}}));
  const std::string text = shown(run("bank-000", times_in(story)));
  INFO(text);
  CHECK(text.find("start_work 3: 2026-02-13 10:45 → 2026-02-13 12:45, met 2026-02-13 13:30\n") != std::string::npos);

  story.tell(county, "extension_asked", {4},
             when("2026-02-14 09:00", {}, {{"reason", "the teller is away"}, {"until", "2026-03-20"}}));
  CHECK(times_in(story).extensions.empty());
  story.tell(head_office, "extension_granted", {5}, when("2026-02-14 10:00", {}, {{"until", "2026-03-20"}}));
  CHECK_FALSE(times_in(story).extensions.at(0).extended.noticed);
  story.tell(county, "extension_told", {6}, when("2026-02-14 11:00", {}, {{"told_at", "2026-02-14T10:30:00+08:00"}}));
  const CaseTimes extended = times_in(story);
  REQUIRE(extended.extensions.size() == 1);
  CHECK(extended.extensions[0].limit.empty());
  CHECK(extended.extensions[0].extended.approved);
  CHECK(extended.extensions[0].extended.noticed);
  CHECK(extended.extensions[0].extended.reason == "the teller is away");
  CHECK(moment(extended.extensions[0].extended.until) == "2026-03-20 23:59");

  story.tell(county, "time_excluded", {7},
             when("2026-02-24 09:00", {},
                  {{"from", "2026-02-24T09:00:00+08:00"}, {"reason", "appraisal"}, {"told_at", "2026-02-24"}}));
  CHECK_FALSE(times_in(story).excluded.at(0).to.has_value());
  story.tell(county, "time_resumed", {8}, when("2026-02-27 09:30", {}, {{"until", "2026-02-27T09:00:00+08:00"}}));
  story.tell(county, "promised", {9},
             when("2026-02-27 10:00", {}, {{"until", "2026-03-05T17:00:00+08:00"}, {"told_at", "2026-02-27"}}));
  const CaseTimes all = times_in(story);
  REQUIRE(all.excluded.size() == 1);
  CHECK(moment(all.excluded[0].from) == "2026-02-24 09:00");
  CHECK(moment(all.excluded[0].to) == "2026-02-27 09:00");
  CHECK(all.excluded[0].reason == "appraisal");
  const Happening& promise = all.happenings.back();
  CHECK(promise.moment == rules::Moment::promised);
  CHECK(moment(promise.until) == "2026-03-05 17:00");
}

TEST_CASE("Clocks: an old case keeps the rules it began under") {
  rules::Profiles profiles = rules::shipped_profiles();
  REQUIRE(profiles
              .add("x.profile",
                   "[profile psbc-004-12]\nversion = 2\nfrom = 2026-02-14\ncalendar = cn\n[limit general]\n"
                   "clock = total\nstarts = received\nends = replied\nwithin = 1 working_days\n")
              .has_value());
  CaseTimes times = times_in(passed_on());
  const auto due = [&] {
    const auto found = clocks(profiles, "psbc-004-12", calendars(), times);
    REQUIRE(found.has_value());
    return rules::due_text((*found).at(0).deadline, Language::en);
  };
  CHECK(due() == "2026-02-25 24:00");
  times.happenings[0].at = at("2026-02-14 10:00");
  CHECK(due() == "2026-02-24 24:00");
}

TEST_CASE("Clocks: a revised calendar moves no old case's dates, unless the rule says so") {
  rules::Calendars revised = rules::shipped_calendars();
  REQUIRE(revised
              .add("cn.calendar",
                   "[amends cn]\n[notice 2026-2]\nissued = 2026-02-20\nrevises = 2026\n"
                   "抗灾 = off 2026-02-24..2026-02-25\n")
              .has_value());
  rules::Profiles profiles = rules::shipped_profiles();
  REQUIRE(
      profiles
          .add("x.profile", "[profile moved]\nversion = 1\ninherits = psbc-004-12\nrevisions_move_old_cases = yes\n")
          .has_value());
  CaseTimes times = times_in(passed_on());
  const auto due = [&](std::string_view profile, const rules::Calendars& known) {
    const auto found = clocks(profiles, profile, known, times);
    REQUIRE(found.has_value());
    return rules::due_text(found->at(0).deadline, Language::en);
  };
  CHECK(due("psbc-004-12", calendars()) == "2026-02-25 24:00");
  CHECK(due("psbc-004-12", revised) == "2026-02-25 24:00");
  const auto why = clocks(profiles, "psbc-004-12", revised, times);
  CHECK(to_text(why->at(0).deadline, Language::en).find("Calendar: cn/2026\n") == std::string::npos);
  CHECK(to_text(why->at(0).deadline, Language::en).ends_with("cn/2026"));
  CHECK(due("moved", revised) == "2026-02-27 24:00");
  // What began when the notice was out goes by it.
  times.happenings[0].at = at("2026-02-20 10:00");
  CHECK(due("psbc-004-12", calendars()) == "2026-02-26 24:00");
  CHECK(due("psbc-004-12", revised) == "2026-02-28 24:00");
}

TEST_CASE("Clocks: a year that is loaded after a case began gives it its date, and a revision of it then moves none") {
  rules::Calendars later = rules::shipped_calendars();
  const std::string first =
      "[amends cn]\n[notice 2027]\nissued = 2026-12-29\nloads = 2027\n"
      "元旦 = off 2027-01-01..2027-01-03\n";
  REQUIRE(later.add("cn.calendar", first).has_value());
  rules::Calendars revised = later;
  REQUIRE(revised
              .add("cn.calendar",
                   "[amends cn]\n[notice 2027-2]\nissued = 2027-01-04\nrevises = 2027\n"
                   "抗灾 = off 2027-01-05..2027-01-07\n")
              .has_value());
  CaseTimes times = times_in(passed_on());
  const auto due = [&](const rules::Calendars& known) {
    const auto found = clocks(shipped(), "psbc-004-12", known, times);
    REQUIRE(found.has_value());
    return rules::due_text(found->at(0).deadline, Language::en);
  };
  times.happenings[0].at = at("2026-12-30 10:00");
  const std::string unknown = due(calendars());
  INFO(unknown);
  CHECK(unknown.starts_with("unknown"));
  CHECK(due(later) == "2027-01-05 24:00");
  CHECK(due(revised) == "2027-01-05 24:00");
  // What began before the year was loaded at all goes by its first notice.
  times.happenings[0].at = at("2026-12-28 10:00");
  times.grade = "complex";
  const auto complex = [&](const rules::Calendars& known) {
    const auto found = clocks(shipped(), "psbc-004-12", known, times);
    REQUIRE(found.has_value());
    return rules::due_text(found->at(0).deadline, Language::en);
  };
  CHECK(complex(later) == "2027-01-12 24:00");
  CHECK(complex(revised) == "2027-01-12 24:00");
}

TEST_CASE("Clocks: a site whose tier is not known, and rules that are not known, are said") {
  CaseTimes times = times_in(passed_on());
  times.tiers.erase(county);
  const std::string text = shown(run("bank-000", times));
  CHECK(text.find("outlet_reply 3: 2026-02-13 10:40 → unknown") != std::string::npos);
  const auto gone = clocks(shipped(), "gone", calendars(), times);
  REQUIRE_FALSE(gone);
  CHECK(gone.error().what == "profile gone: not known here");
  const auto early = clocks(shipped(), "cn", calendars(), [&] {
    CaseTimes then = times;
    then.happenings[0].at = at("2019-01-01 10:00");
    return then;
  }());
  REQUIRE_FALSE(early);
  CHECK(early.error().what == "profile cn: no version holds on 2019-01-01");
  const auto no_calendar = clocks(shipped(), "cn", rules::Calendars{}, times);
  REQUIRE_FALSE(no_calendar);
  CHECK(no_calendar.error().field == "calendar");
  CHECK(run("cn", CaseTimes{}).empty());
}

TEST_CASE("Clocks: whatever the order in which entries came, every site shows the same") {
  Story story = passed_on();
  story.tell(county, "replied", {2}, when("2026-02-24 11:00", {}, {{"content", "y"}}));
  story.tell(county, "closed", {3}, when("2026-02-25 11:00"));
  const std::string first = shown(run("bank-000", times_in(story)));
  sim::SeededRandom random{7};
  for (int i = 0; i < 50; ++i) {
    sim::shuffle(story.entries, random);
    REQUIRE(shown(run("bank-000", times_in(story))) == first);
  }
}

}  // namespace redress::casework::timed
