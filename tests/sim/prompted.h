// What head office says of a case's clocks with nobody asking, told a second time and apart from casework: it alone
// says it, each thing once, a reminder before the date that it names and an overdue step not before.
//
// Pure.
#pragma once

#include <string>
#include <vector>

#include "store/case_file.h"

namespace redress::sim {

[[nodiscard]] bool is_prompt(const casework::Told& told);

// Of the prompts that stand. `twice_is_explained`: head office was put back, and may have forgotten what it said.
[[nodiscard]] std::vector<std::string> prompt_objections(const store::CaseFile& file, bool twice_is_explained);

}  // namespace redress::sim
