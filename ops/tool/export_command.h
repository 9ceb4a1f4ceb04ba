// export: every case that the daemon of this home holds, as JSON lines, or as a table in a bank's own layout.
#pragma once

#include "ops/tool/session.h"

namespace redress::tool {

struct ExportCommand {
  std::string out;                 // a file, mode 0600; "": standard output
  std::string mapping;             // a table by this mapping: a shipped one's name, or a path; "": a JSON object a line
  std::string encoding = "utf-8";  // of a table, or "gb18030"
  bool plain = false;              // a table with personal data as it is
};

// Waits until the views show all that is held. A file takes the place of an earlier one
// when it is whole; a pipe or a device is written to; anything else is refused.
[[nodiscard]] int export_cases(const Options& options, const ExportCommand& what);

}  // namespace redress::tool
