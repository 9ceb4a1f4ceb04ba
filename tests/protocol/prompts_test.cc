#include "protocol/casework/prompts.h"

#include <set>

#include "protocol/base/time.h"
#include "protocol/rules/shipped.h"
#include "tests/protocol/teller.h"

namespace redress::casework {
namespace {

const Actor program{head_office, StaffId{}};

// The bank's policy, with the lead that its document leaves blank told, and a second step a working day later.
const rules::Profiles& profiles() {
  static const rules::Profiles all = [] {
    rules::Profiles some = rules::shipped_profiles();
    REQUIRE(some.add("own",
                     "[profile own]\nversion = 1\nzh = 本行\nen = own\ninherits = bank-000\n"
                     "[reminder before_due]\nbefore = 30 minutes\nlimits = start_work promise\n"
                     "[overdue again]\nzh = 再次催办\nen = pressed again\nafter = 1 working_days\nlimits = start_work\n"
                     "to = supervisor\nroles = outlet_head\n")
                .has_value());
    return some;
  }();
  return all;
}

sim::More when(const std::string& text, std::vector<FieldText> fields = {}, std::vector<SiteId> to = {}) {
  return {std::move(to), at(text).value(), std::move(fields), {}};
}

// A case at an outlet from 10:00 on the day before a worked Saturday; the county supervises.
sim::Story taken() {
  sim::Story story{shipped()};
  story.tell(outlet, "registered", {},
             when("2026-02-13 10:00", {{"received_at", "2026-02-13T10:00:00+08:00"}, {"narrative", "x"}}, {county}));
  return story;
}

struct Looked {
  RulesThen then;
  CaseView view;
  CaseTimes times;
  std::vector<Clock> clocks;
  std::vector<Prompt> left;
};

// `out` outlives what its prompts point to.
void look(const sim::Story& story, const std::string& now, Looked& out, std::string_view profile = "own") {
  out.view = fold(shipped(), story.entries);
  out.times = times_of(shipped(), out.view, story.entries);
  const auto day = day_begun(out.times);
  REQUIRE(day);
  auto then = rules_then(profiles(), profile, calendars(), *day);
  REQUIRE(then.has_value());
  out.then = std::move(*then);
  out.clocks = clocks(out.then, out.times);
  out.left = prompts_left(out.then, out.clocks, out.times, at(now));
}

std::string left(const sim::Story& story, const std::string& now, std::string_view profile = "own") {
  Looked looked;
  look(story, now, looked, profile);
  std::string text;
  for (const Prompt& one : looked.left) {
    text += one.clock->limit + " " + one.row->id + " " + rules::minute_text(one.at, rules::zone_of_china) + " no. " +
            std::to_string(one.times) + "\n";
  }
  return text;
}

// first_prompt(), which asks for no time.
std::string first(const sim::Story& story) {
  Looked looked;
  look(story, "2026-02-13 10:00", looked);
  const auto at = first_prompt(looked.then, looked.clocks, looked.times);
  return at ? rules::minute_text(*at, rules::zone_of_china) : "";
}

// Head office's program records the first of them, if it is owed.
std::size_t record(sim::Story& story, const std::string& now) {
  Looked looked;
  look(story, now, looked);
  REQUIRE_FALSE(looked.left.empty());
  REQUIRE(looked.left[0].at <= at(now));
  const Event event = event_of(shipped(), looked.then, looked.view.state, looked.left[0]);
  const std::string kind{shipped().find(event.kind)->name};
  return story.tell(head_office, kind, {story.entries.size() - 1}, when(now, event.fields));
}

}  // namespace

TEST_CASE("Prompts: before a date a reminder, from it on an overdue step, earliest first", "[LIFE-42][LIFE-44]") {
  CHECK(left(taken(), "2026-02-13 10:00") ==
        "pass_on at_limit 2026-02-13 11:00 no. 1\n"
        "start_work before_due 2026-02-13 11:30 no. 1\n"
        "start_work at_limit 2026-02-13 12:00 no. 1\n"
        "start_work again 2026-02-14 12:00 no. 1\n"
        "outlet_reply at_limit 2026-02-15 00:00 no. 1\n");
  sim::Story started = taken();
  started.tell(outlet, "started", {0}, when("2026-02-13 10:30"));
  CHECK(left(started, "2026-02-13 10:40") == "outlet_reply at_limit 2026-02-15 00:00 no. 1\n");
}

TEST_CASE("Prompts: the first moment of any that is not recorded is never later than what is left") {
  sim::Story story = taken();
  CHECK(first(story) == "2026-02-13 11:00");
  record(story, "2026-02-13 11:05");
  CHECK(first(story) == "2026-02-13 11:30");
  // The reminder was missed: who comes to it finds what is left now.
  CHECK(left(story, "2026-02-13 13:00").starts_with("start_work at_limit 2026-02-13 12:00 no. 1\n"));
  sim::Story started = taken();
  started.tell(outlet, "started", {0}, when("2026-02-13 10:30"));
  CHECK(first(started) == "2026-02-15 00:00");
}

TEST_CASE("Prompts: what is recorded is owed no more, and counts as one of its clock", "[LIFE-42]") {
  sim::Story story = taken();
  record(story, "2026-02-13 11:05");
  record(story, "2026-02-13 11:40");
  CHECK(left(story, "2026-02-13 11:50") ==
        "start_work at_limit 2026-02-13 12:00 no. 2\n"
        "start_work again 2026-02-14 12:00 no. 2\n"
        "outlet_reply at_limit 2026-02-15 00:00 no. 1\n");
  const std::size_t third = record(story, "2026-02-13 12:00");
  const std::string again = "start_work again 2026-02-14 12:00 no. 3\noutlet_reply at_limit 2026-02-15 00:00 no. 1\n";
  CHECK(left(story, "2026-02-13 12:01") == again);
  // Told by two lines of a head office that was put back: it is still one.
  Looked looked;
  look(taken(), "2026-02-13 12:00", looked);
  story.tell(head_office, "overdue", {third}, when("2026-02-13 12:02", story.entries[third].event->fields));
  CHECK(left(story, "2026-02-13 12:03") ==
        "start_work again 2026-02-14 12:00 no. 4\noutlet_reply at_limit 2026-02-15 00:00 no. 1\n");
}

TEST_CASE("Prompts: a date that moves is told of again; a reminder whose time has gone by is not") {
  sim::Story story = taken();
  record(story, "2026-02-13 11:05");
  CHECK(left(story, "2026-02-13 12:00").starts_with("start_work at_limit 2026-02-13 12:00 no. 1\n"));
  story.tell(outlet, "promised", {1},
             when("2026-02-13 12:00", {{"until", "2026-02-14T09:00:00+08:00"}, {"told_at", "2026-02-13"}}));
  story.tell(outlet, "started", {2}, when("2026-02-13 12:10"));
  CHECK(left(story, "2026-02-13 12:20")
            .starts_with("promise before_due 2026-02-14 08:30 no. 1\n"
                         "promise at_limit 2026-02-14 09:00 no. 1\n"));
  record(story, "2026-02-14 08:30");
  story.tell(outlet, "promised", {4},
             when("2026-02-14 08:40", {{"until", "2026-02-16T09:00:00+08:00"}, {"told_at", "2026-02-14"}}));
  CHECK(left(story, "2026-02-14 08:50").find("promise before_due 2026-02-16 08:30 no. 2\n") != std::string::npos);
}

TEST_CASE("Prompts: at the promised time an answer is due, whatever the progress", "[LIFE-31]") {
  sim::Story story = taken();
  story.tell(outlet, "started", {0}, when("2026-02-13 10:10"));
  story.tell(outlet, "promised", {1},
             when("2026-02-13 10:20", {{"until", "2026-02-14T09:00:00+08:00"}, {"told_at", "2026-02-13"}}));
  story.tell(outlet, "progress_told", {2}, when("2026-02-13 16:00", {{"content", "still at it"}}));
  story.tell(outlet, "investigated", {3}, when("2026-02-13 17:00", {{"findings", "not yet"}}));
  CHECK(left(story, "2026-02-14 09:00").starts_with("promise at_limit 2026-02-14 09:00 no. 1\n"));
  story.tell(outlet, "replied", {4}, when("2026-02-14 08:59", {{"content", "no progress, we go on"}}));
  CHECK(left(story, "2026-02-14 09:00").find("promise") == std::string::npos);
}

TEST_CASE("Prompts: a blank says nothing, and a document's own step waits for its date", "[LIFE-44]") {
  CHECK(left(taken(), "2026-02-13 10:00", "bank-000") ==
        "pass_on at_limit 2026-02-13 11:00 no. 1\n"
        "start_work at_limit 2026-02-13 12:00 no. 1\n"
        "outlet_reply at_limit 2026-02-15 00:00 no. 1\n");
  // Article 21 does not say when the union presses; article 11 does.
  CHECK(left(taken(), "2026-02-13 10:00", "psbc-004-12") == "general explain 2026-02-26 00:00 no. 1\n");
  CHECK(left(taken(), "2026-02-13 10:00", "cn").empty());
}

TEST_CASE("Prompts: what was owed a month ago is not pressed for, nor a case without end") {
  CHECK(left(taken(), "2026-03-16 11:00").find("pass_on") != std::string::npos);
  CHECK(left(taken(), "2026-03-16 11:01").find("pass_on") == std::string::npos);
  CHECK(left(taken(), "2036-01-01 00:00").empty());
  sim::Story story = taken();
  Looked looked;
  look(story, "2026-02-13 11:00", looked);
  std::vector<FieldText> fields = event_of(shipped(), looked.then, looked.view.state, looked.left[0]).fields;
  for (std::size_t i = 0; i < prompts_a_case_max; ++i) {
    for (auto& [name, value] : fields) {
      if (name == "step") value = "step" + std::to_string(i);
    }
    CHECK_FALSE(left(story, "2026-02-13 11:00").empty());
    story.tell(head_office, "overdue", {story.entries.size() - 1}, when("2026-02-13 11:00", fields));
  }
  CHECK(left(story, "2026-02-13 11:00").empty());
}

TEST_CASE("Prompts: the event says clock, rule, version, due time, whom it is for and how often, in two languages",
          "[LIFE-42]") {
  sim::Story story = taken();
  record(story, "2026-02-13 11:05");
  record(story, "2026-02-13 11:40");
  record(story, "2026-02-13 12:00");
  Looked looked;
  look(story, "2026-02-14 12:00", looked);
  const Event event = event_of(shipped(), looked.then, looked.view.state, looked.left[0]);
  const auto said = [&](std::string_view field) { return event.value(field) == nullptr ? "" : *event.value(field); };
  CHECK(said("limit") == "start_work");
  CHECK(said("limit_zh") == "接受任务的部门启动工作");
  CHECK(said("limit_en") == "the unit that received it starts work");
  CHECK(said("profile") == "own/1");
  CHECK(said("tag") == "T2");
  CHECK(said("unit") == "2");
  CHECK(from_rfc3339(said("began")) == at("2026-02-13 10:00"));
  CHECK(from_rfc3339(said("due")) == at("2026-02-13 12:00"));
  CHECK(said("calendar") == "cn/2026");
  CHECK(said("step") == "again");
  CHECK(said("step_zh") == "再次催办");
  CHECK(said("step_en") == "pressed again");
  CHECK(said("addressed_zh") == "上级行 3：网点负责人");
  CHECK(said("addressed_en") == "supervising unit 3: head of the outlet");
  CHECK(said("times") == "3");
  // A body carries it whole.
  const KindRow& row = *shipped().find(event.kind);
  const auto body = encode_event(row, event);
  REQUIRE(body.has_value());
  const auto read = decode_event(row, *body);
  REQUIRE(read.has_value());
  CHECK(*read == event);
}

TEST_CASE("Prompts: head office's program alone records them, and nobody may type one", "[LIFE-42]") {
  for (const std::string_view kind : {"reminded", "overdue"}) {
    Teller teller;
    teller.denied(clerk_of(head_office), kind, "LIFE-42: recorded by head office's program");
    for (const SiteId site : {outlet, county, stranger}) {
      teller.denied({site, StaffId{}}, kind, kind == "overdue" ? "LIFE-42: head office states" : "LIFE-44");
    }
    teller.act(program, kind, {{"limit", "start_work"}});
    const KindRow& row = *shipped().find(kind);
    for (const Field& field : row.fields) {
      CHECK(parse_event(row, {{std::string{field.name}, "1"}}).error().code == Code::unknown_field);
    }
  }
}

TEST_CASE("Prompts: a reminder and an overdue step change nothing of the case but that they were given") {
  Teller teller;
  teller.act(clerk_of(outlet), "started");
  const std::string before = teller.label();
  teller.act(program, "overdue", {{"limit", "outlet_reply"}});
  CHECK(teller.label() == before);
  CHECK(teller.state().status == Status::open);
  CHECK(teller.standing(Matter::overdue) == stands_granted);
  teller.act(clerk_of(outlet), "replied", {{"content", "c"}});
  teller.act(clerk_of(outlet), "closed");
  // A call-back may be late when the case has ended.
  teller.act(program, "reminded", {{"limit", "call_back"}});
  CHECK(teller.state().status == Status::ended);
}

TEST_CASE("Prompts: the key of a prompt names case, profile, clock, step and due date") {
  Looked looked;
  look(taken(), "2026-02-13 10:00", looked);
  std::set<std::string> keys;
  for (const Prompt& one : looked.left) keys.insert(key_of(CaseId{}, looked.then, one));
  CHECK(keys.size() == looked.left.size());
  CHECK(keys.contains("clock " + std::string(32, '0') + " own start_work 2 before_due " +
                      std::to_string(at("2026-02-13 12:00").value())));
}

}  // namespace redress::casework
