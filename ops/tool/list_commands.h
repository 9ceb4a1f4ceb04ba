// The commands that name many cases: the list and the search.
//
// One thread; each returns the exit status (session.h).
#pragma once

#include <string>
#include <vector>

#include "ops/tool/session.h"

namespace redress::tool {

// The newest first. `state`: in any of its names; empty: any.
[[nodiscard]] int case_list(const Options& options, const std::string& state, std::size_t limit);

// The cases in whose entries all the words stand, each in one field, the newest first. A word with blanks in it is
// looked for as it is. Asks the daemon page by page until `limit` cases are found or there are no more.
[[nodiscard]] int case_search(const Options& options, const std::vector<std::string>& words, const std::string& state,
                              std::size_t limit);

}  // namespace redress::tool
