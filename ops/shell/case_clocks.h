// The clocks of a case as an answer shows them: each with its due date and why.
//
// Pure, but for what due_rules() gives.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "ops/shell/rulebook.h"
#include "store/summary.h"

namespace redress::shell {

// {"clocks": [...], "rules": [...], "rules_missing": [...], "next_due": {...}}: the clocks of every profile shown, each
// with the prompts that head office will record of it; what each profile says of call-back and retention, and in which
// version; why a profile has none (no version holds on the day the case began), and the running clock that is due
// first, if one is. Late is as of `now`.
[[nodiscard]] nlohmann::json clocks_json(const Rulebook& book, const casework::Kinds& kinds,
                                         const store::CaseFile& file, WallTime now);

// What a case comes to next by the profiles shown, for its line in a list. `book` and `kinds` outlive it;
// of one thread, copies included.
[[nodiscard]] store::DueRules due_rules(const Rulebook& book, const casework::Kinds& kinds);

}  // namespace redress::shell
