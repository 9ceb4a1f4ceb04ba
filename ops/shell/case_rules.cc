#include "ops/shell/case_rules.h"

namespace redress::shell {

void CaseRules::each(const store::CaseFile& file, const std::function<bool(const rules::Profile&)>& look) {
  const auto day = casework::day_begun(casework::times_of(kinds_, file.view, file.told));
  if (!day) return;
  for (const std::string& id : book_.shown) {
    const casework::RulesThen* then = days_.on(id, *day);
    if (then != nullptr && !look(then->profile)) return;
  }
}

std::optional<Error> CaseRules::objection(const store::CaseFile& file, const casework::KindRow& row,
                                          std::span<const std::string> held) {
  std::optional<Error> no;
  each(file, [&](const rules::Profile& profile) {
    no = casework::role_objection(profile, row, tier_, held);
    return !no;
  });
  return no;
}

casework::GradeRules CaseRules::grade_rules(const store::CaseFile& file) {
  std::vector<rules::Threshold> told;
  each(file, [&](const rules::Profile& profile) {
    told.insert(told.end(), profile.thresholds.begin(), profile.thresholds.end());
    return true;
  });
  return casework::with_thresholds(casework::common_grade_rules(), told);
}

}  // namespace redress::shell
