#include "protocol/casework/clocks.h"

#include "tests/protocol/clock_story.h"

namespace redress::casework::timed {

namespace {

// The lines of shown() that are of one row of the profile.
std::string of_row(const std::string& row, const std::string& text) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = text.find('\n', at) + 1;
    const std::string line = text.substr(at, end - at);
    if (line.starts_with(row + ":") || line.starts_with(row + " ")) out += line;
    at = end;
  }
  return out;
}

std::string row_of(const Story& story, const std::string& profile, const std::string& row) {
  return of_row(row, shown(run(profile, times_in(story))));
}

// A complex case of the first of January, passed to the county branch.
Story complex_case() {
  Story story{kinds()};
  story.tell(outlet, "registered", {},
             when("2026-01-01 10:00", {county}, {{"received_at", "2026-01-01T10:00:00+08:00"}, {"grade", "complex"}}));
  story.tell(outlet, "handed_over", {0}, when("2026-01-01 11:00", {county}, {{"unit", "3"}}));
  return story;
}

// Told after all before.
std::size_t then(Story& story, SiteId site, const char* kind, More more) {
  return story.tell(site, kind, {story.entries.size() - 1}, std::move(more));
}

void extend_to(Story& story, const char* asked, const char* granted, const char* until) {
  then(story, county, "extension_asked", when(asked, {}, {{"reason", "r"}, {"until", until}}));
  then(story, head_office, "extension_granted", when(granted, {}, {{"until", until}}));
  then(story, county, "extension_told", when(granted, {}, {{"told_at", "2026-02-13"}}));
}

}  // namespace

TEST_CASE("Clocks: new facts begin the regulation's limit anew, from the day they came in", "[LIFE-28]") {
  Story story = passed_on();
  then(story, county, "facts_added",
       when("2026-02-21 09:00", {}, {{"content", "a witness"}, {"received_at", "2026-02-20T15:00:00+08:00"}}));
  CHECK(row_of(story, "cn", "simple") ==
        "simple: 2026-02-13 10:00 → 2026-02-28 24:00, dropped 2026-02-20 15:00\n"
        "simple: 2026-02-20 15:00 → 2026-03-07 24:00\n");
  CHECK(to_text(run("cn", times_in(story)).back().deadline, Language::zh)
            .find("起点：2026-02-20 15:00 收到新的事实或理由") != std::string::npos);
  // A policy that says nothing of it goes on.
  CHECK(row_of(story, "psbc-004-12", "general") == "general: 2026-02-13 10:00 → 2026-02-25 24:00\n");
  // What was answered, and what came late, stays so.
  then(story, county, "replied", when("2026-03-01 09:00", {}, {{"content", "y"}}));
  then(story, county, "facts_added",
       when("2026-03-02 09:00", {}, {{"content", "more"}, {"received_at", "2026-03-02"}}));
  CHECK(row_of(story, "cn", "simple").ends_with("simple: 2026-02-20 15:00 → 2026-03-07 24:00, met 2026-03-01 09:00\n"));
  Story late = passed_on();
  then(late, county, "facts_added", when("2026-03-09 09:00", {}, {{"content", "c"}, {"received_at", "2026-03-09"}}));
  CHECK(run("cn", times_in(late)).front().late(at("2026-03-10 00:00")));
}

TEST_CASE("Clocks: what the customer supplies begins the central bank's limit anew") {
  Story story{kinds()};
  story.tell(outlet, "registered", {},
             when("2026-03-02 10:00", {}, {{"received_at", "2026-03-02"}, {"channel", "12363"}, {"narrative", "x"}}));
  then(story, outlet, "material_awaited", when("2026-03-03 10:00", {}, {{"missing", "m"}}));
  then(story, outlet, "material_supplied",
       when("2026-03-09 10:00", {}, {{"material", "m"}, {"supplied_at", "2026-03-09T09:00:00+08:00"}}));
  CHECK(row_of(story, "cn", "pboc") ==
        "pboc: 2026-03-02 00:00 → 2026-03-17 24:00, dropped 2026-03-09 09:00\n"
        "pboc: 2026-03-09 09:00 → 2026-03-24 24:00\n");
}

TEST_CASE("Clocks: one end of an appraisal ends it for every unit that said it began") {
  Story story = passed_on();
  const auto exclude = [&](SiteId site, const char* from) {
    story.tell(site, "time_excluded", {2}, when("2026-02-16 09:00", {}, {{"from", from}, {"reason", "appraisal"}}));
  };
  exclude(county, "2026-02-16T09:00:00+08:00");
  exclude(head_office, "2026-02-17T09:00:00+08:00");
  CHECK(run("cn", times_in(story)).front().deadline.outcome == rules::Outcome::standing);
  story.tell(county, "time_resumed", {3, 4}, when("2026-02-20 10:00", {}, {{"until", "2026-02-20T09:00:00+08:00"}}));
  const CaseTimes times = times_in(story);
  REQUIRE(times.excluded.size() == 2);
  CHECK(moment(times.excluded[0].to) == "2026-02-20 09:00");
  CHECK(moment(times.excluded[1].to) == "2026-02-20 09:00");
  CHECK(row_of(story, "cn", "simple") == "simple: 2026-02-13 10:00 → 2026-03-03 24:00\n");
}

TEST_CASE("Clocks: a grade that the profile does not know counts as its default, and says so") {
  Story story = passed_on();
  story.entries[0].event->fields.emplace_back("grade", "重要");
  const std::vector<Clock> all = run("cn", times_in(story));
  CHECK(shown(all) == "simple: 2026-02-13 10:00 → 2026-02-28 24:00\n");
  CHECK(to_text(all.front().deadline, Language::zh).find("\n等级：“重要”不在方案中，按“事实清楚、争议情况简单”计\n") !=
        std::string::npos);
  CHECK(to_text(all.front().deadline, Language::en)
            .find("\nGrade: \"重要\" is not one of the profile's; counted as facts clear, dispute simple\n") !=
        std::string::npos);
}

TEST_CASE("Clocks: an extension reaches the clock that runs when it is granted, and no other", "[LIFE-38]") {
  Story story = complex_case();
  then(story, county, "replied", when("2026-02-10 10:00", {}, {{"content", "y"}}));
  SECTION("granted after a late answer, it makes nothing good") {
    extend_to(story, "2026-02-11 09:00", "2026-02-11 10:00", "2026-03-30");
    CHECK(row_of(story, "cn", "complex") == "complex: 2026-01-01 10:00 → 2026-01-31 24:00, met 2026-02-10 10:00\n");
  }
  SECTION("granted in a second round, it does not reach the first; granted in the first, not the second") {
    then(story, county, "reissued", when("2026-02-12 10:00", {}, {{"reason", "r"}}));
    extend_to(story, "2026-02-13 09:00", "2026-02-13 10:00", "2026-03-30");
    CHECK(row_of(story, "cn", "complex") ==
          "complex: 2026-01-01 10:00 → 2026-01-31 24:00, met 2026-02-10 10:00\n"
          "complex: 2026-02-12 10:00 → 2026-03-30 23:59\n");
    CHECK(run("cn", times_in(story)).front().late(at("2026-03-01 00:00")));
    then(story, county, "replied", when("2026-03-01 10:00", {}, {{"content", "y"}}));
    then(story, county, "reissued", when("2026-03-02 10:00", {}, {{"reason", "r"}}));
    CHECK(row_of(story, "cn", "complex").ends_with("complex: 2026-03-02 10:00 → 2026-04-01 24:00\n"));
  }
}

TEST_CASE("Clocks: a reply that is rejected meets nothing, and what it met runs on", "[LIFE-22]") {
  Story story = passed_on();
  then(story, county, "replied", when("2026-02-27 10:00", {}, {{"content", "y"}}));
  then(story, head_office, "reply_rejected", when("2026-02-28 10:00", {}, {{"reason", "r"}}));
  CHECK(row_of(story, "cn", "simple") == "simple: 2026-02-13 10:00 → 2026-02-28 24:00\n");
  CHECK(row_of(story, "bank-000", "branch_reply") ==
        "branch_reply 3: 2026-02-13 10:40 → unknown: blank in the document\n");
  CHECK(run("cn", times_in(story)).front().late(at("2026-03-01 00:00")));
  then(story, county, "replied", when("2026-03-02 10:00", {}, {{"content", "z"}}));
  CHECK(row_of(story, "cn", "simple") == "simple: 2026-02-13 10:00 → 2026-02-28 24:00, met 2026-03-02 10:00\n");
}

TEST_CASE("Clocks: an answer to an order that is rejected leaves the time that was set", "[LIFE-22]") {
  rules::Profiles profiles;
  REQUIRE(profiles
              .add("own",
                   "[profile own]\nversion = 1\ncalendar = cn\n[limit order]\nclock = stage\n"
                   "starts = order_given\nends = order_answered\nwithin = set\n")
              .has_value());
  Story story = passed_on();
  const auto order = [&] {
    const auto all = clocks(profiles, "own", calendars(), times_in(story));
    REQUIRE(all.has_value());
    return shown(*all);
  };
  then(story, head_office, "order_given",
       when("2026-02-14 10:00", {}, {{"content", "c"}, {"wanted_by", "2026-02-20"}}));
  then(story, county, "order_answered", when("2026-02-16 10:00", {}, {}));
  CHECK(order() == "order: 2026-02-14 10:00 → 2026-02-20 23:59, met 2026-02-16 10:00\n");
  then(story, head_office, "answer_rejected", when("2026-02-17 10:00", {}, {{"reason", "r"}}));
  CHECK(order() == "order: 2026-02-14 10:00 → 2026-02-20 23:59\n");
  then(story, county, "order_answered", when("2026-02-21 10:00", {}, {}));
  CHECK(order() == "order: 2026-02-14 10:00 → 2026-02-20 23:59, met 2026-02-21 10:00\n");
}

TEST_CASE("Clocks: nobody is called back while the case is handled again", "[LIFE-35]") {
  rules::Profiles profiles;
  REQUIRE(profiles
              .add("own",
                   "[profile own]\nversion = 1\ncalendar = cn\n[limit call]\nclock = call_back\n"
                   "starts = replied\nends = called_back\nwithin = 2 calendar_days\n"
                   "[call_back]\nscope = all\n")
              .has_value());
  const auto calls = [&](const char* kind) {
    Story story = passed_on();
    then(story, county, "replied", when("2026-02-14 10:00", {}, {{"content", "y"}}));
    then(story, head_office, kind,
         when("2026-02-15 10:00", {}, {{"reason", "r"}, {"content", "c"}, {"analysis", "a"}}));
    then(story, county, "replied", when("2026-02-20 10:00", {}, {{"content", "z"}}));
    const auto all = clocks(profiles, "own", calendars(), times_in(story));
    REQUIRE(all.has_value());
    return shown(*all);
  };
  const std::string expected =
      "call: 2026-02-14 10:00 → 2026-02-16 24:00, moot 2026-02-15 10:00\n"
      "call: 2026-02-20 10:00 → 2026-02-22 24:00\n";
  CHECK(calls("reply_rejected") == expected);
  CHECK(calls("reissued") == expected);
  CHECK(calls("complained_again") == expected);
}

TEST_CASE("Clocks: a call about what comes back to a unit begins its part, and leaves its earlier part alone",
          "[LIFE-29]") {
  Story story = passed_on();
  // Back to the outlet, which was told by telephone first.
  then(story, county, "phone_noticed",
       when("2026-02-14 09:05", {},
            {{"noticed_at", "2026-02-14T09:00:00+08:00"}, {"noticed_person", "Li"}, {"unit", "2"}}));
  then(story, county, "handed_over", when("2026-02-14 14:00", {outlet}, {{"unit", "2"}}));
  CHECK(row_of(story, "bank-000", "start_work 2") ==
        "start_work 2: 2026-02-13 10:00 → 2026-02-13 12:00, dropped 2026-02-13 10:40\n"
        "start_work 2: 2026-02-14 09:00 → 2026-02-14 11:00\n");
  // What is noted late of the first part still belongs to it.
  then(story, outlet, "phone_noticed",
       when("2026-02-14 15:00", {},
            {{"noticed_at", "2026-02-13T10:30:00+08:00"}, {"noticed_person", "Li"}, {"unit", "3"}}));
  CHECK(row_of(story, "bank-000", "start_work 3") ==
        "start_work 3: 2026-02-13 10:30 → 2026-02-13 12:30, met 2026-02-13 13:30\n");
}

TEST_CASE("Clocks: a call to a unit that assists begins no part of it") {
  Story story = passed_on();
  then(story, county, "assistance_asked", when("2026-02-14 09:00", {SiteId{4}}, {{"unit", "4"}, {"task", "t"}}));
  then(story, county, "phone_noticed",
       when("2026-02-14 09:05", {},
            {{"noticed_at", "2026-02-14T09:00:00+08:00"}, {"noticed_person", "Li"}, {"unit", "4"}}));
  CHECK(row_of(story, "bank-000", "start_work 4").empty());
}

TEST_CASE("Clocks: who hands a case to itself passes nothing on, and gets no more time") {
  Story story = passed_on();
  const std::string before = shown(run("bank-000", times_in(story)));
  then(story, county, "handed_over", when("2026-02-16 09:00", {county}, {{"unit", "3"}}));
  CHECK(shown(run("bank-000", times_in(story))) == before);
}

TEST_CASE("Clocks: a withdrawal ends the case on the day its request came in, however long it took to check",
          "[CB-14]") {
  Story story = passed_on();
  then(story, outlet, "withdrawal_claimed",
       when("2026-02-27 09:00", {}, {{"statement", "s"}, {"received_at", "2026-02-26T16:00:00+08:00"}}));
  then(story, head_office, "withdrawal_free",
       when("2026-03-05 09:00", {}, {{"checked_with", "Zhang"}, {"checked_at", "2026-03-05"}}));
  then(story, head_office, "withdrawn", when("2026-03-05 10:00", {}, {{"reason", "r"}}));
  const std::vector<Clock> all = run("cn", times_in(story));
  CHECK(shown(all) == "simple: 2026-02-13 10:00 → 2026-02-28 24:00, dropped 2026-02-26 16:00\n");
  CHECK_FALSE(all.front().late(at("2026-04-01 00:00")));
}

}  // namespace redress::casework::timed
