// import: a table of complaints into the daemon of this home.
#pragma once

#include "ops/tool/session.h"

namespace redress::tool {

struct ImportCommand {
  std::string file;
  std::string mapping;  // a shipped one's name, or a path
  std::string rejects;  // where the rows that were not registered go; "": nowhere
  std::string part;     // "k/n": only every n-th row, from the k-th (0-based)
};

[[nodiscard]] int import_file(const Options& options, const ImportCommand& what);

}  // namespace redress::tool
