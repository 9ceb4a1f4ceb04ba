// Who may do what, told a second time and apart from casework: a table by kind, and a plain reading of a case.
//
// Pure.
#pragma once

#include <string>
#include <vector>

#include "store/case_file.h"

namespace redress::sim {

// What the case's view says that the rules do not: an act that stands and may not, one that is refused and may, an
// effect before its cause, a status or handler that the acts do not make. Requires: the file's entries are readable.
[[nodiscard]] std::vector<std::string> authority_objections(const store::CaseFile& file);

}  // namespace redress::sim
