#include "ops/shell/case_rules.h"

namespace redress::shell {

std::optional<Error> CaseRules::objection(const store::CaseFile& file, const casework::KindRow& row,
                                          std::span<const std::string> held) {
  const auto day = casework::day_begun(casework::times_of(kinds_, file.view, file.told));
  if (!day) return std::nullopt;
  for (const std::string& id : book_.shown) {
    const casework::RulesThen* then = days_.on(id, *day);
    if (then == nullptr) continue;
    if (auto no = casework::role_objection(then->profile, row, tier_, held)) return no;
  }
  return std::nullopt;
}

}  // namespace redress::shell
