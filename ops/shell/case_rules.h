// What the shown profiles say of one case beside its clocks, each in the version that the case goes by (D27): whether a
// person at this site may act, by the acts that roles keep, and the numbers that make a complaint serious.
//
// A resource of the door's thread. What it is given outlives it.
#pragma once

#include "ops/shell/rulebook.h"
#include "protocol/casework/grades.h"
#include "protocol/casework/roles.h"
#include "protocol/casework/rules_of_days.h"
#include "store/case_file.h"

namespace redress::shell {

class CaseRules {
 public:
  // `parent`: who stands over the site `here`; 0 or head office: nobody else.
  CaseRules(const Rulebook& book, const casework::Kinds& kinds, SiteId here, SiteId parent)
      : book_{book}, kinds_{kinds}, tier_{casework::tier_of(here, parent)}, days_{book.profiles, book.calendars} {}

  // Nothing if who holds the roles `held` may do it, or if no profile in force keeps it; else what the first says.
  [[nodiscard]] std::optional<Error> objection(const store::CaseFile& file, const casework::KindRow& row,
                                               std::span<const std::string> held);
  // The shipped rules of grades, with the numbers that the profiles tell.
  [[nodiscard]] casework::GradeRules grade_rules(const store::CaseFile& file);

 private:
  // Each profile that is shown and in force, until `look` says to stop.
  void each(const store::CaseFile& file, const std::function<bool(const rules::Profile&)>& look);

  const Rulebook& book_;
  const casework::Kinds& kinds_;
  const std::string_view tier_;
  casework::RulesOfDays days_;
};

}  // namespace redress::shell
