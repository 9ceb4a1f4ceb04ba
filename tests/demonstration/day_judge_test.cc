#include "ops/demonstration/day_judge.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <set>

#include "protocol/casework/kinds.h"

namespace redress::demo {
namespace {

using nlohmann::json;

// A hand-over by telephone and a ruling that goes before a classification, as two sites show them.
struct Evening {
  Story story;
  std::vector<Played> played;
  json answer;
  std::vector<Shown> shown;

  Evening() {
    story.en = "a case";
    story.acts = {{Part::morning, far_outlet, ""},
                  {Part::cut, far_outlet, "phone_noticed", {{"noticed_at", "@now"}}},
                  {Part::cut, far_outlet, "classified"}};
    story.standing = {head_office, primary_branch, far_outlet};
    story.state = "classified";
    story.handler = primary_branch;
    story.superseded = {"classified"};
    story.shut_out = primary_branch;
    story.dates = {{"start_work", primary_branch, "began", "phone_noticed", "noticed_at"}};
    played = {{&story.acts[0], "a", {}},
              {&story.acts[1], "b", {{"noticed_at", "2026-11-22T08:00:00Z"}}},
              {&story.acts[2], "c", {}}};
    answer = {{"state", "classified"},
              {"handler", 10},
              {"open", json::array()},
              {"lost", json::array()},
              {"timeline",
               {{{"identity", "a"}, {"verdict", "stands"}},
                {{"identity", "b"}, {"verdict", "stands"}},
                {{"identity", "c"}, {"verdict", "superseded"}, {"by", "d"}}}},
              {"clocks",
               {{{"limit", "start_work"},
                 {"unit", 10},
                 {"began", "2026-11-22T16:00:00+08:00"},
                 {"due", "2026-11-22T18:00:00+08:00"},
                 {"late", false}}}}};
    say();
  }

  // Every site says `answer`; the author of what lost is told so.
  void say() {
    json author = answer;
    author["lost"] = {"c"};
    author["clocks"][0]["late"] = true;
    shown = {{head_office, false, "", answer.dump()},
             {primary_branch, true, R"({"code":"forbidden","detail":"INT-03: who is complained of"})", ""},
             {near_outlet, true, R"({"code":"not_found"})", ""},
             {far_outlet, false, "", author.dump()}};
  }

  [[nodiscard]] std::vector<std::string> judged() const { return judge_story(story, played, shown); }
  // What is found if head office alone says something else.
  template <typename Breaks>
  [[nodiscard]] std::string found(Breaks breaks) const {
    Evening other = *this;
    json said = answer;
    breaks(said);
    other.shown[0].answer = said.dump();
    std::string all;
    for (const std::string& one : judge_story(story, played, other.shown)) all += one + "\n";
    return all;
  }
};

TEST_CASE("Day: a story that ended as it should everywhere has no problem") { CHECK(Evening{}.judged().empty()); }

TEST_CASE("Day: an end that differs at one site is found, by what it is") {
  const Evening evening;
  const auto has = [](const std::string& text, const char* part) { return text.find(part) != std::string::npos; };
  CHECK(has(evening.found([](json& said) { said["state"] = "closed"; }), "state is closed"));
  CHECK(has(evening.found([](json& said) { said["handler"] = 12; }), "handler is 12"));
  CHECK(has(evening.found([](json& said) { said["open"] = {{{"matter", "order"}}}; }), "left open: order"));
  CHECK(has(evening.found([](json& said) { said["timeline"].erase(1); }), "phone_noticed is missing"));
  CHECK(has(evening.found([](json& said) { said["timeline"].push_back(said["timeline"][0]); }), "acts is 4"));
  CHECK(has(evening.found([](json& said) { said["timeline"][2]["verdict"] = "stands"; }), "classified is stands"));
  CHECK(has(evening.found([](json& said) { std::swap(said["timeline"][0], said["timeline"][1]); }), "another order"));
  CHECK(has(evening.found([](json& said) { said["lost"] = {"c"}; }), "shown as lost is 1"));
  CHECK(has(evening.found([](json& said) { said["clocks"][0]["began"] = "2026-11-22T09:00:00Z"; }), "no clock"));
  CHECK(has(evening.found([](json& said) { said["clocks"][0]["due"] = "2026-11-23T09:00:00Z"; }), "other dates"));
  CHECK(has(evening.found([](json& said) { said = json{{"state", "closed"}}; }), "not as expected"));
}

TEST_CASE("Day: who may not hold or read a case is refused it, by the reason that it has") {
  const auto found = [](std::size_t at, Shown said) {
    Evening evening;
    said.site = evening.shown[at].site;
    evening.shown[at] = said;
    return evening.judged();
  };
  const Evening evening;
  CHECK(found(1, evening.shown[0]).size() == 1);  // who is complained of reads it
  CHECK(found(2, evening.shown[0]).size() == 1);  // a site without standing holds it
  CHECK(found(1, evening.shown[2]).size() == 1);  // … has lost it
  CHECK(found(2, evening.shown[1]).size() == 1);
  CHECK(found(3, evening.shown[2]).size() == 1);
}

TEST_CASE("Day: the stories say kinds, fields and matters that there are, and have all three parts of a day") {
  const casework::Kinds kinds{casework::shipped_kinds()};
  std::set<Part> parts;
  for (const Story& story : stories_of_the_day()) {
    INFO(story.en);
    CHECK(story.acts.front().kind.empty());
    CHECK(kinds.find(story.state) != nullptr);
    for (std::size_t i = 0; i < story.acts.size(); ++i) {
      const DayAct& act = story.acts[i];
      parts.insert(act.part);
      const casework::KindRow* row = act.kind.empty() ? &kinds.opening() : kinds.find(act.kind);
      INFO(act.kind);
      REQUIRE(row != nullptr);
      // A story has a noon at which the line is cut, and does not go back to it.
      if (i > 0) CHECK(story.acts[i - 1].part <= act.part);
      for (const DayField& field : act.fields) CHECK(row->field(field.name) != nullptr);
    }
  }
  CHECK(parts.size() == 3);
}

}  // namespace
}  // namespace redress::demo
