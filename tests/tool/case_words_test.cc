#include "ops/tool/case_words.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

namespace redress::tool {
namespace {

using nlohmann::json;

json line(const char* identity, const char* zh, const char* en, int site, const char* verdict) {
  return {{"identity", identity}, {"zh", zh},           {"en", en},
          {"site", site},         {"verdict", verdict}, {"recorded_at", "2026-11-29T12:30:15.000+08:00"}};
}

// A branch classified while head office did, and closed what it must not.
json classified_beside() {
  json own = line("a1", "分类", "classified", 12, "superseded");
  own["by"] = "b2";
  json refused = line("c3", "办结", "closed", 12, "refused");
  refused["rule"] = "OUT-31: a valid complaint closes through the four checks (有效投诉须过四不放过)";
  return {{"lost", {"a1", "c3"}},
          {"timeline", {own, line("b2", "总行定类", "classification ruled", 1, "stands"), refused}}};
}

TEST_CASE("CaseWords: who wrote what lost reads which act it was, and what took its place or which rule it breaks") {
  const json answer = classified_beside();
  CHECK(lost_words(answer, false) ==
        std::vector<std::string>{
            "classified  2026-11-29T12:30:15, superseded by \"classification ruled\" of site 1",
            "closed  2026-11-29T12:30:15, refused: OUT-31: a valid complaint closes through the four checks "
            "(有效投诉须过四不放过)"});
  CHECK(lost_words(answer, true) ==
        std::vector<std::string>{"分类  2026-11-29T12:30:15，已由机构 1 的“总行定类”取代",
                                 "办结  2026-11-29T12:30:15，不符合规则：OUT-31: a valid complaint closes through the "
                                 "four checks (有效投诉须过四不放过)"});
}

TEST_CASE("CaseWords: whoever lost nothing is told of nothing, and what is not there is not named") {
  json answer = classified_beside();
  answer["lost"] = json::array();
  CHECK(lost_words(answer, true).empty());
  answer["lost"] = {"d4"};
  CHECK(lost_words(answer, true).empty());
  answer["timeline"][0]["by"] = "d4";
  CHECK(why_not(answer, answer["timeline"][0], false) == "superseded");
  json unread = line("e5", "本程序尚不认识的事项", "a kind that this program does not know yet", 3, "unread");
  unread["unread"] = "unknown_kind";
  CHECK(why_not(answer, unread, true) == "暂不可读：unknown_kind");
}

}  // namespace
}  // namespace redress::tool
