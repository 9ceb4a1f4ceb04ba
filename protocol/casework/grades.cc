#include "protocol/casework/grades.h"

#include <algorithm>
#include <charconv>

namespace redress::casework {
namespace {

constexpr std::int64_t yuan = 100;  // fen

std::string_view value_in(std::span<const Event* const> said, std::string_view field) {
  for (std::size_t i = said.size(); i > 0; --i) {
    const std::string* value = said[i - 1]->value(field);
    if (value != nullptr) return *value;
  }
  return {};
}

std::optional<std::int64_t> number_of(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

bool is_listed(std::string_view texts, std::string_view value) {
  while (!value.empty() && !texts.empty()) {
    const auto end = std::min(texts.find('|'), texts.size());
    if (texts.substr(0, end) == value) return true;
    texts.remove_prefix(std::min(end + 1, texts.size()));
  }
  return false;
}

bool holds(const GradeRule& rule, std::span<const Event* const> said) {
  if (!rule.only_with.empty() && value_in(said, rule.only_with) != "true") return false;
  const std::string_view value = value_in(said, rule.field);
  const auto number = number_of(value);
  switch (rule.test) {
    case Test::is_true:
      return value == "true";
    case Test::above:
      return number && rule.number && *number > *rule.number;
    case Test::at_least:
      return number && rule.number && *number >= *rule.number;
    case Test::is_one_of:
      return is_listed(rule.texts, value);
  }
  return false;
}

std::vector<GradeRules> made() {
  using enum Test;
  using enum Gives;
  return {
      {"bank",
       {{"loss_fen",
         above,
         {},
         {},
         grade_1,
         "CLS-11: loss above the first threshold (一级：损失超过一级标准)",
         {},
         "level_1"},
        {"reputation_risk", is_true, {}, {}, grade_1, "CLS-11: serious damage to reputation (一级：严重影响声誉)"},
        {"lawsuit_risk", is_true, {}, {}, grade_1, "CLS-11: possible lawsuit (一级：可能引发诉讼)"},
        {"collective", is_true, {}, {}, grade_1, "CLS-11: group event (一级：群体事件)"},
        {"loss_fen",
         above,
         {},
         {},
         grade_2,
         "CLS-11: loss above the second threshold (二级：损失超过二级标准)",
         {},
         "level_2"},
        {"mood", is_one_of, {}, "激动|愤怒|angry|agitated", grade_2, "CLS-11: customer agitated (二级：客户情绪激动)"},
        {"media", is_true, {}, {}, grade_2, "CLS-11: possible media interest (二级：可能引起媒体关注)"}}},
      {"postal",
       {{"public_figure", is_true, {}, {}, major, "CLS-13: public figure (社会知名人士)"},
        {"sensitive", is_true, {}, {}, major, "CLS-13: hot or sensitive topic (热点敏感话题)"},
        {"amount_fen",
         above,
         50'000 * yuan,
         {},
         major,
         "CLS-13: amount above the threshold, 50,000 yuan unless it is told (业务金额超过标准，未另定为5万元)",
         {},
         "amount"},
        {"reputation_risk", is_true, {}, {}, major, "CLS-13: possible harm to reputation (可能产生负面影响)"},
        {"type_code",
         is_one_of,
         {},
         "complex|4|5|6",
         complex,
         "CLS-14: product, channel or rule violation (复杂投诉)"}}},
      {"group",
       {{"headcount",
         at_least,
         5,
         {},
         major,
         "CLS-26: on the same matter, five or more unless it is told (集体投诉，未另定为5名以上)",
         "collective",
         "collective"},
        {"media", is_true, {}, {}, major, "CLS-16: exposed in media (媒体曝光)"},
        {"becomes", is_one_of, {}, "major", major, "LIFE-41: not resolved in its time (逾期未解决，升为重大)"},
        {"injury", is_true, {}, {}, major, "CLS-16: injury (人身伤害)"}}},
      {"regulator",
       {{"headcount",
         at_least,
         20,
         {},
         major,
         "R1f: face to face, 20 or more unless it is told (现场集体投诉，未另定为20名以上)",
         "on_site",
         "group"}}},
  };
}

}  // namespace

Graded grade_of(const GradeRules& rules, std::span<const Event* const> said) {
  Graded out;
  for (const GradeRule& rule : rules.rules) {
    if ((rule.test == Test::above || rule.test == Test::at_least) && !rule.number) {
      out.blank.push_back(rule.rule);
      continue;
    }
    if (!holds(rule, said)) continue;
    out.because.push_back(rule.rule);
    if (rule.gives == Gives::grade_1) out.grade = 1;
    if (rule.gives == Gives::grade_2) out.grade = std::min(out.grade, 2);
    if (rule.gives == Gives::major) out.major = true;
    if (rule.gives == Gives::complex) out.complex = true;
  }
  return out;
}

GradeRules with_thresholds(GradeRules rules, std::span<const rules::Threshold> told) {
  for (GradeRule& rule : rules.rules) {
    std::optional<std::int64_t> least;
    for (const rules::Threshold& one : told) {
      if (rule.threshold.empty() || one.id != rule.threshold) continue;
      const std::optional<std::int64_t>& number = one.fen ? one.fen : one.persons;
      if (number && (!least || *number < *least)) least = number;
    }
    if (least) rule.number = least;
  }
  return rules;
}

std::span<const GradeRules> shipped_grade_rules() {
  static const std::vector<GradeRules> all = made();
  return all;
}

const GradeRules& common_grade_rules() {
  static const GradeRules common = [] {
    GradeRules out{"common", {}};
    for (const GradeRules& one : shipped_grade_rules()) {
      out.rules.insert(out.rules.end(), one.rules.begin(), one.rules.end());
    }
    return out;
  }();
  return common;
}

}  // namespace redress::casework
