// The judge who knows only what was told: each lie is found, and the truth passes.
#include "tests/rough/history.h"

#include <catch2/catch.hpp>

namespace redress::rough {
namespace {

using nlohmann::json;

constexpr SiteId primary{10};
constexpr SiteId outlet{11};

json line(const std::string& kind, const std::string& identity, const std::string& text, std::uint64_t seq,
          unsigned site = 11) {
  return {
      {"kind", kind}, {"identity", identity},           {"verdict", "stands"}, {"recorded_at", "now"}, {"site", site},
      {"seq", seq},   {"fields", {{"narrative", text}}}};
}

json answer(const std::string& identity, std::uint64_t seq = 1, const std::string& epoch = "5") {
  return {{"case", "c1"}, {"identity", identity}, {"epoch", epoch}, {"seq", seq}, {"repeated", false}};
}

struct Told {
  Told() { history.on_saved(wish, answer("i1")); }
  [[nodiscard]] json shown() const {
    return {{"case", "c1"}, {"number", "n"}, {"state", "open"}, {"timeline", {line("registered", "i1", wish.text, 1)}}};
  }
  [[nodiscard]] bool is_broken(const json& at_primary, const std::string& how) const {
    const auto broken = history.judge("c1", {{outlet, shown()}, {primary, at_primary}});
    return broken.size() == 1 && broken.front().find(how) != std::string::npos;
  }
  [[nodiscard]] bool says(const std::string& how) const {
    return history.problems().size() == 1 && history.problems().front().find(how) != std::string::npos;
  }
  History history;
  Wish wish = history.wish(outlet, "registered", "", 0);
};

}  // namespace

TEST_CASE("History: what was told and is there, once and alike, is in order") {
  const Told told;
  CHECK(told.history.judge("c1", {{outlet, told.shown()}, {primary, told.shown()}}).empty());
  CHECK(told.history.judge_all({told.shown()}).empty());
  CHECK(told.history.open_of(outlet).empty());
}

TEST_CASE("History: what was told and is not there is named") {
  const Told told;
  json empty = told.shown();
  empty["timeline"] = json::array();
  CHECK(told.is_broken(empty, "site 10 lacks"));
  CHECK(told.history.judge_all({}) == std::vector<std::string>{"head office lacks case c1 of site 11"});
}

TEST_CASE("History: what is there twice is named, under one identity or two") {
  const Told told;
  json twice = told.shown();
  twice["timeline"].push_back(line("registered", "i2", told.wish.text, 2));
  CHECK(told.is_broken(twice, "site 10 counts twice"));
  json same = told.shown();
  same["timeline"].push_back(line("replied", "i1", "another", 2));
  CHECK(told.is_broken(same, "site 10 holds twice"));
}

TEST_CASE("History: a case that looks different at two sites is named") {
  const Told told;
  json other = told.shown();
  other["state"] = "closed";
  CHECK(told.is_broken(other, "looks different"));
}

TEST_CASE("History: what was refused must be nowhere") {
  Told told;
  const Wish refused = told.history.wish(outlet, "replied", "c1", 0);
  told.history.on_refused(refused, {Code::wrong_state, "", ""});
  json shown = told.shown();
  shown["timeline"].push_back(line("replied", "i2", refused.text, 2));
  CHECK(told.is_broken(shown, "shows what was refused"));
}

TEST_CASE("History: one key has one answer") {
  Told told;
  told.history.on_saved(told.wish, answer("i1"));
  CHECK(told.history.problems().empty());
  told.history.on_saved(told.wish, answer("i2"));
  CHECK(told.says("two ways"));
}

TEST_CASE("History: what was shown stays, the entry and that head office has it") {
  Told told;
  json shown = told.shown();
  shown["timeline"][0]["at_head_office_since"] = "now";
  told.history.on_shown(outlet, shown);
  CHECK(told.history.problems().empty());
  SECTION("the receipt") {
    told.history.on_shown(outlet, told.shown());
    CHECK(told.says("shows no more"));
  }
  SECTION("the entry") {
    shown["timeline"] = json::array();
    told.history.on_shown(outlet, shown);
    CHECK(told.says("shows no more"));
  }
}

TEST_CASE("History: a case that nobody was told of, a hole, a place taken twice, a second epoch") {
  Told told;
  json strange = told.shown();
  strange["case"] = "c2";
  strange["timeline"][0]["seq"] = 2;
  CHECK(told.history.judge_all({told.shown(), strange}) ==
        std::vector<std::string>{"head office holds a case that nobody was told of: c2"});
  json hole = told.shown();
  hole["timeline"][0]["seq"] = 2;
  CHECK(told.history.judge_all({hole}) == std::vector<std::string>{"site 11 has empty places in its journal"});
  json crowd = told.shown();
  crowd["timeline"].push_back(line("replied", "i2", "x", 1));
  CHECK(told.history.judge_all({crowd}).size() == 1);
  const Wish second = told.history.wish(outlet, "replied", "c1", 0);
  told.history.on_saved(second, answer("i2", 1, "6"));
  CHECK(told.history.judge_all({told.shown()}) == std::vector<std::string>{"site 11 wrote in 2 epochs"});
}

TEST_CASE("History: who was not answered stays open, and the last that were told are known") {
  Told told;
  const Wish open = told.history.wish(primary, "registered", "", 500);
  CHECK(open.text.size() == 500);
  REQUIRE(told.history.open_of(primary).size() == 1);
  CHECK(told.history.open_of(primary).front().key == open.key);
  REQUIRE(told.history.last_saved(outlet, 3).size() == 1);
  CHECK(told.history.last_saved(outlet, 3).front().case_id == "c1");
  CHECK(told.history.take_touched() == std::set<std::string>{"c1"});
  CHECK(told.history.take_touched().empty());
}

TEST_CASE("History: what was saved is counted by the registrar of its case, what was refused is not") {
  Told told;
  told.history.on_saved(told.history.wish(primary, "replied", "c1", 0), answer("i2"));
  told.history.on_refused(told.history.wish(primary, "replied", "c1", 0), {Code::bad_value, "no", ""});
  static_cast<void>(told.history.wish(outlet, "registered", "", 0));
  CHECK(told.history.saved_by_registrar() == std::map<SiteId, std::int64_t>{{outlet, 2}});
}

}  // namespace redress::rough
