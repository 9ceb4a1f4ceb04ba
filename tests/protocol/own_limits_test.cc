// Limits of the documents that no shipped profile holds: a profile of an institution's own holds each, and its clock
// comes to the date that the document means.
#include "protocol/base/time.h"
#include "protocol/casework/grades.h"
#include "protocol/casework/prompts.h"
#include "protocol/rules/shipped.h"
#include "tests/protocol/teller.h"

namespace redress::casework {
namespace {

sim::More when(const std::string& time, std::vector<FieldText> fields = {}, std::vector<SiteId> to = {}) {
  return {std::move(to), at("2026-03-02 " + time).value(), std::move(fields), {}};
}

// Monday the second of March, from the counter to the end.
sim::Story monday(std::vector<FieldText> said = {}) {
  sim::Story story{shipped()};
  said.emplace_back("received_at", "2026-03-02T10:00:00+08:00");
  said.emplace_back("narrative", "x");
  std::vector<std::size_t> before;
  const auto tell = [&](SiteId site, const char* kind, const sim::More& more) {
    before = {story.tell(site, kind, before, more)};
  };
  tell(outlet, "registered", when("10:05", said, {county}));
  tell(outlet, "promised", when("10:15", {{"until", "2026-03-04T09:00:00+08:00"}, {"told_at", "2026-03-02"}}));
  tell(outlet, "accepted", when("10:30"));
  tell(outlet, "handed_over", when("11:00", {{"unit", "3"}}, {county}));
  tell(county, "unreached", when("12:05", {{"tried_at", "2026-03-02T12:00:00+08:00"}}));
  tell(head_office, "disposed", when("13:00", {{"decision", "d"}, {"opinion", "o"}}));
  tell(county, "replied", when("14:00", {{"content", "c"}}));
  tell(county, "closed", when("16:00"));
  return story;
}

rules::Profiles with(const std::string& rows, const std::string& head = {}) {
  rules::Profiles profiles = rules::shipped_profiles();
  const redress::Status added = profiles.add("own", "[profile own]\nversion = 1\ncalendar = cn\n" + head + rows);
  INFO((added ? std::string{} : added.error().what));
  REQUIRE(added.has_value());
  return profiles;
}

std::vector<Clock> run(const rules::Profiles& profiles, const sim::Story& story) {
  const CaseTimes times = times_of(shipped(), fold(shipped(), story.entries), story.entries);
  const auto found = clocks(profiles, "own", calendars(), times);
  REQUIRE(found.has_value());
  return *found;
}

// The due date of the first clock of the one row there is; "none" if it has none.
std::string due(const std::string& row, std::vector<FieldText> said = {}) {
  const std::vector<Clock> all = run(with("[limit l]\n" + row), monday(std::move(said)));
  return all.empty() ? "none" : rules::due_text(all.front().deadline, rules::Language::en);
}

std::string row(const std::string& clock, const std::string& starts, const std::string& ends, const std::string& within,
                const std::string& more = {}) {
  return "clock = " + clock + "\nstarts = " + starts + "\nends = " + ends + "\nwithin = " + within + "\n" + more;
}

}  // namespace

TEST_CASE("Own limits: contact, acceptance and result, by the hour, the day and the working day",
          "[T7][T8][T9][T10][T28][T35][T36][T37]") {
  CHECK(due(row("stage", "received", "accepted", "same_day")) == "2026-03-02 24:00");
  CHECK(due(row("total", "received", "replied", "24 hours")) == "2026-03-03 10:00");
  CHECK(due(row("stage", "received", "accepted", "24 hours")) == "2026-03-03 10:00");
  CHECK(due(row("total", "accepted", "replied", "15 working_days",
                "extension = notice\nlongest = 30 working_days\n")) == "2026-03-23 24:00");
  CHECK(due(row("stage", "received", "accepted", "3 calendar_days")) == "2026-03-05 24:00");
  CHECK(due(row("total", "received", "replied", "7 working_days", "extension = approval notice\n")) ==
        "2026-03-11 24:00");
  CHECK(due(row("total", "received", "replied", "1 weeks", "extension = notice\n")) == "2026-03-09 24:00");
  CHECK(due(row("stage", "promised", "replied", "24 hours")) == "2026-03-03 10:15");
}

TEST_CASE("Own limits: one shop's steps, each from the one before it", "[T24][T25][T26][CB-20]") {
  CHECK(due(row("stage", "received", "handed_over", "1 hours")) == "2026-03-02 11:00");
  CHECK(due(row("total", "received", "replied", "24 hours")) == "2026-03-03 10:00");
  // Of who was not reached: from the attempt, a day, and then two.
  CHECK(due(row("stage", "unreached", "replied", "24 hours")) == "2026-03-03 12:00");
  CHECK(due(row("stage", "unreached", "replied", "48 hours")) == "2026-03-04 12:00");
  CHECK(due(row("hop", "delivered", "handed_over", "4 hours")) == "2026-03-02 14:00");
  CHECK(due(row("stage", "handed_over", "disposed", "4 hours")) == "2026-03-02 15:00");
  CHECK(due(row("stage", "disposed", "finished", "8 hours")) == "2026-03-02 21:00");
  CHECK(due(row("hop", "delivered", "handed_over", "same_day")) == "2026-03-02 24:00");
}

TEST_CASE("Own limits: by grade and by the channel a case came in", "[T29][T30][T31][T38][T39]") {
  const std::string grades =
      "grades = major\n[grade general]\nzh = 一般\ndefault = yes\n[grade major]\nzh = 重大\n"
      "[grade outside]\nzh = 区外协助\n";
  CHECK(due(row("stage", "received", "handed_over", "same_day", grades), {{"grade", "重大"}}) == "2026-03-02 24:00");
  CHECK(due(row("stage", "received", "disposed", "next_day", grades), {{"grade", "major"}}) == "2026-03-03 24:00");
  CHECK(due(row("stage", "received", "disposed", "next_day", grades)) == "none");
  CHECK(due(row("total", "received", "replied", "2 calendar_days")) == "2026-03-04 24:00");
  CHECK(due(row("promise", "promised", "replied", "promise")) == "2026-03-04 09:00");
  const std::string outside = "grades = outside\n" + grades.substr(grades.find('['));
  CHECK(due(row("total", "received", "replied", "3 calendar_days", outside), {{"grade", "outside"}}) ==
        "2026-03-05 24:00");
  CHECK(due(row("total", "received", "replied", "same_day", outside), {{"grade", "outside"}}) == "2026-03-02 24:00");
  const std::string hotline = row("total", "accepted", "replied", "2 working_days", "channels = 12315 12345\n");
  CHECK(due(hotline, {{"channel", "12345"}}) == "2026-03-04 24:00");
  CHECK(due(hotline) == "none");
  CHECK(due(row("total", "accepted", "replied", "30 calendar_days",
                "channels = 举报\nextension = approval\nlongest = 60 calendar_days\n"),
            {{"channel", "举报"}}) == "2026-04-01 24:00");
  CHECK(due(row("total", "accepted", "replied", "15 calendar_days", "channels = 信访\n"), {{"channel", "信访"}}) ==
        "2026-03-17 24:00");
}

namespace {

// A case that was asked about on that Monday: each act a quarter of an hour after the one before, from eleven on.
sim::Story asked_about(const std::vector<std::pair<std::string, std::vector<FieldText>>>& acts) {
  sim::Story story{shipped()};
  std::size_t last = story.tell(outlet, "registered", {}, when("10:00", {{"narrative", "x"}}, {county}));
  std::int64_t at_ms = at("2026-03-02 11:00").value();
  for (const auto& [kind, fields] : acts) {
    const SiteId by = kind == "assisted"                                        ? sister
                      : kind == "offer_refused" || kind == "instructions_asked" ? outlet
                                                                                : head_office;
    const std::vector<SiteId> to = kind == "assistance_asked" ? std::vector{sister} : std::vector<SiteId>{};
    last = story.tell(by, kind, {last}, {to, at_ms, fields, {}});
    at_ms += 15 * 60'000;
  }
  return story;
}

// Every clock of the one row: when it is due, and whether it runs.
std::string clocks_of(const std::string& row, const sim::Story& story) {
  std::string out;
  for (const Clock& one : run(with("[limit l]\n" + row), story)) {
    out += (out.empty() ? "" : "; ") + rules::due_text(one.deadline, rules::Language::en);
    out += one.running() ? " running" : one.met ? " met" : " dropped";
  }
  return out;
}

}  // namespace

TEST_CASE("Own limits: from the customer's refusal of an offer to the question upwards", "[T34]") {
  const std::string quarter = row("stage", "offer_refused", "instructions_asked", "15 minutes");
  const std::vector<FieldText> refused{{"offer", "o"}, {"refused_at", "2026-03-02T10:58:00+08:00"}};
  CHECK(clocks_of(quarter, asked_about({{"offer_refused", refused}})) == "2026-03-02 11:13 running");
  const sim::Story asked = asked_about({{"offer_refused", refused}, {"instructions_asked", {{"question", "q"}}}});
  CHECK(clocks_of(quarter, asked) == "2026-03-02 11:13 met");
  const auto late = run(with("[limit l]\n" + quarter), asked);
  CHECK(late.front().late(at("2026-03-02 12:00")));
  CHECK(clocks_of(quarter, asked_about({{"offer_refused", {{"offer", "o"}}}})) == "2026-03-02 11:15 running");
  CHECK(clocks_of(row("stage", "instructions_asked", "instructions_given", "1 working_days"),
                  asked_about({{"instructions_asked", {{"question", "q"}}},
                               {"instructions_given", {{"answer", "a"}}}})) == "2026-03-03 24:00 met");
}

TEST_CASE("Own limits: a time that whoever asks sets: for support, for an order, for a measure", "[LIFE-21][LIFE-42]") {
  const FieldText friday{"wanted_by", "2026-03-06"};
  const std::string support = row("stage", "assistance_asked", "assisted", "set");
  const std::vector<FieldText> wanted{{"unit", "4"}, {"task", "t"}, friday};
  CHECK(clocks_of(support, asked_about({{"assistance_asked", wanted}})) == "2026-03-06 23:59 running");
  CHECK(clocks_of(support, asked_about({{"assistance_asked", wanted}, {"assisted", {{"content", "c"}}}})) ==
        "2026-03-06 23:59 met");
  CHECK(clocks_of(support, asked_about({{"assistance_asked", {{"unit", "4"}, {"task", "t"}}}})).empty());
  const std::string order = row("stage", "order_given", "order_answered", "set");
  const sim::Story twice =
      asked_about({{"order_given", {{"content", "c"}, friday}},
                   {"order_given", {{"content", "sooner"}, {"wanted_by", "2026-03-04T17:00:00+08:00"}}},
                   {"order_given", {{"content", "and in writing"}}}});
  // The later time takes the place of the earlier one, and what is asked without a time leaves it.
  CHECK(clocks_of(order, twice) == "2026-03-06 23:59 dropped; 2026-03-04 17:00 running");
  const auto all = run(with("[limit l]\ntag = T\nzh = 督办\nen = order\n" + order), twice);
  CHECK(to_text(all.back().deadline, rules::Language::en) ==
        "Rule: own/1 T order, as whoever asked for it set\n"
        "Start: 2026-03-02 11:15, supervision order given\n"
        "Due: 2026-03-04 17:00");
  CHECK(to_text(all.back().deadline, rules::Language::zh).starts_with("规则：own/1 T 督办，以要求时确定的时间为准\n"));
  const std::string measure = row("stage", "correction_ordered", "correction_verified", "set");
  const std::vector<FieldText> ordered{{"measure", "m"}, {"department", "d"}, {"person", "p"}, friday};
  CHECK(clocks_of(measure, asked_about({{"correction_ordered", ordered},
                                        {"correction_verified", {{"result", "r"}}}})) == "2026-03-06 23:59 met");
}

TEST_CASE("Own limits: an outstanding matter is told of month by month until it is settled", "[LIFE-15]") {
  const std::string monthly = row("stage", "outstanding_noted", "outstanding_settled", "1 months");
  CHECK(clocks_of(monthly, asked_about({{"outstanding_noted", {{"reason", "abroad"}}}})) == "2026-04-02 24:00 running");
  CHECK(clocks_of(monthly, asked_about({{"outstanding_noted", {{"reason", "abroad"}}},
                                        {"outstanding_noted", {{"reason", "still abroad"}}},
                                        {"outstanding_settled", {{"note", "back"}}}})) ==
        "2026-04-02 24:00 dropped; 2026-04-02 24:00 met");
}

TEST_CASE("Own limits: an urgent complaint is answered within the minutes that the company tells", "[CLS-27]") {
  rules::Profiles profiles = rules::shipped_profiles();
  REQUIRE(profiles
              .add("own",
                   "[profile own]\nversion = 1\ninherits = insurance-003\n[limit urgent_response]\n"
                   "within = 30 minutes\n")
              .has_value());
  const auto urgent = [&](std::vector<FieldText> said) {
    for (const Clock& one : run(profiles, monday(std::move(said)))) {
      if (one.limit == "urgent_response") return rules::due_text(one.deadline, rules::Language::en);
    }
    return std::string{"none"};
  };
  CHECK(urgent({{"urgent", "true"}}) == "2026-03-02 10:30");
  CHECK(urgent({{"urgent", "false"}}) == "none");
  CHECK(urgent({}) == "none");
}

TEST_CASE("Own limits: what is not resolved in a month becomes major", "[T33][LIFE-41]") {
  const rules::Profiles profiles =
      with("[limit month]\n" + row("total", "received", "replied", "1 months") +
           "[overdue month_over]\nzh = 升为重大投诉\nen = becomes major\nafter = at_once\nto = handler head_office\n"
           "becomes = major\n");
  sim::Story story = monday();
  story.entries.erase(story.entries.begin() + 2, story.entries.end());
  const CaseTimes times = times_of(shipped(), fold(shipped(), story.entries), story.entries);
  const auto then = rules_then(profiles, "own", calendars(), *day_begun(times));
  REQUIRE(then.has_value());
  const std::vector<Clock> all = clocks(*then, times);
  REQUIRE(all.size() == 1);
  CHECK(rules::due_text(all[0].deadline, rules::Language::en) == "2026-04-02 24:00");
  const std::vector<Prompt> left = prompts_left(*then, all, times, at("2026-04-03 00:00"));
  REQUIRE(left.size() == 1);
  CHECK(left[0].at == at("2026-04-03 00:00"));
  const Event event = event_of(shipped(), *then, fold(shipped(), story.entries).state, left[0]);
  std::vector<const Event*> said{&*story.entries[0].event};
  CHECK_FALSE(grade_of(common_grade_rules(), said).major);
  said.push_back(&event);
  const Graded graded = grade_of(common_grade_rules(), said);
  CHECK(graded.major);
  REQUIRE(graded.because.size() == 1);
  CHECK(graded.because[0].starts_with("LIFE-41"));
}

TEST_CASE("Own limits: who must be called back, and by when", "[CB-01][CB-02][CB-03][CB-04][T27][T32]") {
  const auto called = [](const std::string& call_back, const std::string& within, std::vector<FieldText> said) {
    const rules::Profiles profiles =
        with("[call_back]\n" + call_back + "[limit l]\n" + row("call_back", "finished", "called_back", within));
    const std::vector<Clock> all = run(profiles, monday(std::move(said)));
    return all.empty() ? "none" : rules::due_text(all.front().deadline, rules::Language::en);
  };
  const FieldText marked{"call_back_wanted", "true"};
  CHECK(called("scope = all\n", "2 working_days", {}) == "2026-03-04 24:00");
  CHECK(called("scope = marked\n", "24 hours", {}) == "none");
  CHECK(called("scope = marked\n", "24 hours", {marked}) == "2026-03-03 16:00");
  CHECK(called("scope = marked\n", "24 hours", {{"call_back_wanted", "false"}}) == "none");
  CHECK(called("scope = as_appropriate\n", "24 hours", {marked}) == "none");
  CHECK(called("scope = none\n", "24 hours", {marked}) == "none");
  CHECK(called("scope = share\nshare = 100\n", "24 hours", {}) == "2026-03-03 16:00");
  CHECK(called("scope = ?\n", "24 hours", {}) == "unknown: blank in the document");
  CHECK(called("scope = share\nshare = ?\n", "24 hours", {}) == "unknown: blank in the document");
  CaseTimes times;
  rules::CallBack rule;
  CHECK(must_call_back(rule, times) == std::nullopt);
  rule.scope = rules::CallBackScope::as_appropriate;
  CHECK(must_call_back(rule, times) == std::nullopt);
  rule.scope = rules::CallBackScope::all;
  CHECK(must_call_back(rule, times) == true);
  // Of a hundred lots thirty, whoever draws; and who is marked is called whatever the lot.
  rule.scope = rules::CallBackScope::share;
  rule.share = 30;
  int drawn = 0;
  for (times.lot = 0; times.lot < 100; ++times.lot) drawn += must_call_back(rule, times) == true ? 1 : 0;
  CHECK(drawn == 30);
  times.lot = 99;
  times.call_back_marked = true;
  CHECK(must_call_back(rule, times) == true);
}

}  // namespace redress::casework
