// What a written table says of one case: the way back from `redress-ops export` to the tables that are imported.
//
// Functions; any thread.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "ops/tool/mapping.h"

namespace redress::tool {

// Whether personal data is written as it is, or masked (客诉台账导出脱敏): of people's names the first character stays;
// of numbers, addresses and mail three in front and four behind, if at least four are hidden.
enum class Personal { masked, plain };

// One cell a column. `one`: a case as GET /api/v1/cases?full=1 gives it. A field is what the registration says, or an
// amendment of it since; an id is that of the row that the case was imported from, else the case's number; times are
// dates of the site that wrote them. A state is named in Chinese if `zh`. What there is not is an empty cell.
//
// Two things keep a spreadsheet from taking text for something else. A cell that would begin a formula ('=', '+', '-',
// '@', and is no number) gets a ' in front; one of twelve digits or more gets a tab.
[[nodiscard]] std::vector<std::string> cells_of(const std::vector<WrittenColumn>& columns, const nlohmann::json& one,
                                                Personal personal, bool zh);

}  // namespace redress::tool
