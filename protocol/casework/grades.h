// What a set of rules proposes for a case: grade 1 to 3, general or major, general or complex. Rules are data; people
// classify, and head office rules.
//
// Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "protocol/casework/event.h"
#include "protocol/rules/profile.h"

namespace redress::casework {

enum class Test {
  is_true,   // the flag is "true"
  above,     // the number is greater
  at_least,  // the number is as great
  is_one_of  // the text is one of `texts`, separated by '|'
};

enum class Gives { grade_1, grade_2, major, complex };

struct GradeRule {
  std::string_view field;
  Test test = Test::is_true;
  // For above and at_least. Nothing: the rule's text leaves the number blank, and the bank has not filled it in.
  std::optional<std::int64_t> number = {};
  std::string_view texts = {};
  Gives gives = Gives::major;
  std::string_view rule;  // named in the outcome
  // The rule counts only if this flag is "true" as well; empty: always.
  std::string_view only_with = {};
  // The row of a profile whose number takes the place of `number`, where the profile tells it.
  std::string_view threshold = {};
};

struct GradeRules {
  std::string_view name;
  std::vector<GradeRule> rules;
};

struct Graded {
  int grade = 3;
  bool major = false;
  bool complex = false;
  std::vector<std::string_view> because;  // the rules that hold
  std::vector<std::string_view> blank;    // the rules that wait for a number
};

// `said` are the events whose fields are asked, the newest last: a later value counts. A value of another form than the
// rule expects is no match.
[[nodiscard]] Graded grade_of(const GradeRules& rules, std::span<const Event* const> said);

// The same rules with the numbers of thresholds that are told: of several the least, the strictest.
[[nodiscard]] GradeRules with_thresholds(GradeRules rules, std::span<const rules::Threshold> told);

// The sets that this version ships: "bank" (grades 1 to 3, amounts blank as in its source), "postal" (major above
// 50,000 yuan and by flags; complex by type), "group" (five together, exposed, injured), "regulator" (20 face to face).
[[nodiscard]] std::span<const GradeRules> shipped_grade_rules();
// All shipped sets as one.
[[nodiscard]] const GradeRules& common_grade_rules();

}  // namespace redress::casework
