// The commands that name or count many cases: list, search, count.
//
// One thread; each returns the exit status (session.h).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "ops/tool/session.h"

namespace redress::tool {

// Which cases; what is empty or zero is not asked.
struct CaseFilter {
  std::string state;  // in any of its names
  std::uint32_t unit = 0;
  std::uint32_t registrar = 0;
  std::optional<std::string> channel;
  std::string due_before;  // RFC 3339, or "now"
  bool late = false;       // as due_before now
  std::string sort;        // of the list: "newest", "due"
  std::string before;      // of the list and the search: go on after this `next` of an earlier answer
};

// The newest first, or what is due next. Asks the daemon page by page until there are `limit` cases or no more.
[[nodiscard]] int case_list(const Options& options, const CaseFilter& filter, std::size_t limit);

// How many cases there are by state, unit and channel, how many have something due, and how many are late.
[[nodiscard]] int case_count(const Options& options, const CaseFilter& filter);

// The cases in whose entries all the words stand, each in one field, the newest first. A word with blanks in it is
// looked for as it is. Pages as case_list() does.
[[nodiscard]] int case_search(const Options& options, const std::vector<std::string>& words, const CaseFilter& filter,
                              std::size_t limit);

}  // namespace redress::tool
