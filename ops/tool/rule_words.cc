#include "ops/tool/rule_words.h"

#include <algorithm>

namespace redress::tool {
namespace {

// Its refusal is put together from a profile's roles (casework/roles.cc), so it stands in no row.
constexpr std::string_view roles_rule =
    "ORG-64: an act that a profile keeps for a role is done by who holds that role "
    "(制度方案规定由某角色办理的事项，只能"
    "由具有该角色的人办理；见 redress-ops rules)";

bool has_tag(std::string_view rule, std::string_view tag) {
  return !tag.empty() && rule.size() > tag.size() && rule.starts_with(tag) && rule[tag.size()] == ':';
}

void add(std::string_view rule, const casework::KindRow& row, std::vector<RuleWords>& to) {
  const auto known = std::find_if(to.begin(), to.end(), [&](const RuleWords& one) { return one.rule == rule; });
  RuleWords& words = known == to.end() ? to.emplace_back(RuleWords{std::string{rule}}) : *known;
  if (words.kinds.empty() || words.kinds.back() != &row) words.kinds.push_back(&row);
}

}  // namespace

std::vector<RuleWords> rules_tagged(std::string_view tag, const casework::Kinds& kinds) {
  std::vector<RuleWords> out;
  for (const casework::KindRow& row : kinds.rows()) {
    if (has_tag(row.rule, tag)) add(row.rule, row, out);
    for (const casework::Need& need : row.needs) {
      if (has_tag(need.rule, tag)) add(need.rule, row, out);
    }
  }
  if (has_tag(roles_rule, tag)) out.push_back({std::string{roles_rule}});
  return out;
}

}  // namespace redress::tool
