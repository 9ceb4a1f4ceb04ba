#include "protocol/casework/roles.h"

#include <algorithm>

namespace redress::casework {
namespace {

bool contains(std::span<const std::string> all, std::string_view one) {
  return std::find(all.begin(), all.end(), one) != all.end();
}

bool is_of(const rules::Role& role, std::string_view tier) { return role.units.empty() || contains(role.units, tier); }

}  // namespace

std::vector<const rules::Role*> kept_for(const rules::Profile& profile, const KindRow& row, std::string_view tier) {
  std::vector<const rules::Role*> roles;
  if (row.effect == Effect::open) return roles;
  for (const rules::Role& role : profile.roles) {
    if (contains(role.alone, row.name) && is_of(role, tier)) roles.push_back(&role);
  }
  return roles;
}

std::optional<Error> role_objection(const rules::Profile& profile, const KindRow& row, std::string_view tier,
                                    std::span<const std::string> held) {
  std::string ids;
  std::string en;
  std::string zh;
  std::string source;
  for (const rules::Role* role : kept_for(profile, row, tier)) {
    if (contains(held, role->id)) return std::nullopt;
    ids += (ids.empty() ? "" : " ") + role->id;
    en += (en.empty() ? "" : ", ") + role->en;
    zh += (zh.empty() ? "" : "、") + role->zh;
    if (source.empty()) source = role->source;
  }
  if (ids.empty()) return std::nullopt;
  const std::string by = profile.mark() + (source.empty() ? "" : " " + source);
  return Error{Code::forbidden,
               "ORG-64: " + std::string{row.en} + " is done by: " + en + " [" + ids + "], " + by + " (" +
                   std::string{row.zh} + "须由" + zh + "办理)",
               "kind"};
}

namespace {

// "complexity:complex": a field of a classification, and one of its values if they are listed; a code's stand in
// editions.
bool can_be_said(const std::string& word, const Kinds& kinds) {
  const auto colon = word.find(':');
  if (colon == std::string::npos || colon + 1 == word.size()) return false;
  const std::string value = word.substr(colon + 1);
  return std::any_of(kinds.rows().begin(), kinds.rows().end(), [&](const KindRow& row) {
    const Field* field = row.matter == Matter::classification ? row.field(word.substr(0, colon)) : nullptr;
    if (field == nullptr) return false;
    return field->choices.empty() ||
           ("|" + std::string{field->choices} + "|").find("|" + value + "|") != std::string::npos;
  });
}

}  // namespace

std::vector<rules::Finding> check_words(const rules::Profile& profile, const Kinds& kinds) {
  std::vector<rules::Finding> findings;
  for (const rules::Named& grade : profile.grades) {
    for (const std::string& word : grade.said) {
      if (can_be_said(word, kinds)) continue;
      findings.push_back({rules::Finding::Is::contradiction, "grade " + grade.id, "said", "分类中没有这一内容：" + word,
                          "no classification says this: " + word});
    }
  }
  const auto add = [&](const rules::Role& role, const char* field, const std::string& zh, const std::string& en) {
    findings.push_back({rules::Finding::Is::contradiction, "role " + role.id, field, zh, en});
  };
  for (const rules::Role& role : profile.roles) {
    for (const std::string& act : role.acts) {
      if (kinds.find(act) == nullptr) add(role, "acts", "没有这一事项：" + act, "there is no such act: " + act);
    }
    if (contains(role.alone, kinds.opening().name)) {
      add(role, "alone", "登记不得专属于任何角色：任何渠道均可受理投诉",
          "registering is kept for nobody: any line takes any complaint");
    }
  }
  return findings;
}

}  // namespace redress::casework
