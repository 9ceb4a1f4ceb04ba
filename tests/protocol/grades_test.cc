#include "protocol/casework/grades.h"

#include <catch2/catch.hpp>

namespace redress::casework {
namespace {

Graded graded(std::vector<FieldText> fields, const GradeRules& rules = common_grade_rules()) {
  const Event event{Kind{1}, std::move(fields)};
  const std::array<const Event*, 1> said{&event};
  return grade_of(rules, said);
}

}  // namespace

TEST_CASE("Grades: nothing said is grade 3, general, simple") {
  const Graded none = graded({});
  CHECK(none.grade == 3);
  CHECK_FALSE(none.major);
  CHECK_FALSE(none.complex);
  CHECK(none.because.empty());
}

TEST_CASE("Grades: 50,000 yuan exactly is general, one fen more is major", "[CLS-13][CLS-28][REC-10]") {
  CHECK_FALSE(graded({{"amount_fen", "5000000"}}).major);
  const Graded above = graded({{"amount_fen", "5000001"}});
  CHECK(above.major);
  REQUIRE(above.because.size() == 1);
  CHECK(above.because[0].starts_with("CLS-13"));
  for (const char* flag : {"public_figure", "sensitive", "reputation_risk"}) CHECK(graded({{flag, "true"}}).major);
  CHECK_FALSE(graded({{"sensitive", "false"}, {"amount_fen", "much"}}).major);
}

TEST_CASE("Grades: five together are major, twenty face to face whatever else", "[CLS-12][CLS-16][CLS-26]") {
  CHECK_FALSE(graded({{"collective", "true"}, {"headcount", "4"}}).major);
  CHECK(graded({{"collective", "true"}, {"headcount", "5"}}).major);
  CHECK_FALSE(graded({{"headcount", "5"}}).major);
  CHECK_FALSE(graded({{"on_site", "true"}, {"headcount", "19"}}).major);
  CHECK(graded({{"on_site", "true"}, {"headcount", "20"}}).major);
  CHECK(graded({{"injury", "true"}}).major);
}

TEST_CASE("Grades: level 1 and 2 by what may come of it; a threshold left blank waits and is named", "[CLS-11]") {
  CHECK(graded({{"lawsuit_risk", "true"}}).grade == 1);
  CHECK(graded({{"media", "true"}}).grade == 2);
  CHECK(graded({{"media", "true"}, {"collective", "true"}, {"headcount", "2"}}).grade == 1);
  CHECK(graded({{"mood", "激动"}}).grade == 2);
  const Graded loss = graded({{"loss_fen", "99999999999"}});
  CHECK(loss.grade == 3);
  CHECK(loss.blank.size() == 2);
  GradeRules filled = shipped_grade_rules()[0];
  REQUIRE(filled.name == "bank");
  filled.rules[0].number = 10'000'000;
  filled.rules[4].number = 1'000'000;
  CHECK(graded({{"loss_fen", "10000001"}}, filled).grade == 1);
  CHECK(graded({{"loss_fen", "10000000"}}, filled).grade == 2);
  CHECK(graded({{"loss_fen", "1000000"}}, filled).grade == 3);
}

TEST_CASE("Grades: a profile tells the numbers that its document leaves blank, and the strictest holds",
          "[CLS-11][CLS-13]") {
  const auto told = [](const char* id, std::optional<std::int64_t> fen, std::optional<std::int64_t> persons = {}) {
    rules::Threshold one;
    one.id = id;
    one.fen = fen;
    one.persons = persons;
    return one;
  };
  const std::vector<rules::Threshold> all{told("level_1", 10'000'000), told("level_2", {}),  told("amount", 3'000'000),
                                          told("amount", 9'000'000),   told("group", {}, 5), told("other", 1)};
  const GradeRules own = with_thresholds(common_grade_rules(), all);
  CHECK(graded({{"loss_fen", "10000001"}}, own).grade == 1);
  CHECK(graded({{"loss_fen", "10000000"}}, own).grade == 3);
  CHECK(graded({}, own).blank.size() == 1);  // the second level's is blank still
  CHECK(graded({{"amount_fen", "3000001"}}, own).major);
  CHECK_FALSE(graded({{"amount_fen", "3000000"}}, own).major);
  CHECK(graded({{"on_site", "true"}, {"headcount", "5"}}, own).major);
  CHECK_FALSE(graded({{"on_site", "true"}, {"headcount", "5"}}).major);
  CHECK(graded({{"amount_fen", "5000001"}}, with_thresholds(common_grade_rules(), {})).major);
}

TEST_CASE("Grades: types of product, channel and rule violation are complex", "[CLS-14]") {
  for (const char* type : {"1", "2", "3", "7"}) CHECK_FALSE(graded({{"type_code", type}}).complex);
  for (const char* type : {"4", "5", "6"}) CHECK(graded({{"type_code", type}}).complex);
}

TEST_CASE("Grades: what was said later counts") {
  const Event first{Kind{1}, {{"sensitive", "true"}}};
  const Event amended{Kind{10}, {{"sensitive", "false"}}};
  const std::array<const Event*, 2> said{&first, &amended};
  CHECK_FALSE(grade_of(common_grade_rules(), said).major);
}

TEST_CASE("Grades: every rule asks a field that some kind has") {
  const Kinds kinds{shipped_kinds()};
  for (const GradeRules& rules : shipped_grade_rules()) {
    for (const GradeRule& rule : rules.rules) {
      INFO(rule.rule);
      bool found = false;
      for (const KindRow& row : kinds.rows()) found = found || row.field(rule.field) != nullptr;
      CHECK(found);
      CHECK((rule.only_with.empty() || kinds.opening().field(rule.only_with) != nullptr));
    }
  }
}

}  // namespace redress::casework
