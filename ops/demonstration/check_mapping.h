// What a row of the table must look like as a case, worked out from the mapping file apart from the importer.
//
// Values and functions; any thread.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "protocol/base/result.h"

namespace redress::demo {

using CaseFields = std::map<std::string, std::string>;  // of a case's registration

struct ExpectedColumn {
  enum class Use { value, id, received };
  Use use = Use::value;
  std::string name;                 // for messages
  std::vector<std::string> fields;  // any one of them may hold the cell
};

struct Layout {
  std::string source;
  std::string encoding = "auto";
  std::size_t header_rows = 1;
  std::vector<ExpectedColumn> columns;
  CaseFields defaults;
};

// Reads the mapping file for a table with these names. Fails with io, or bad_config.
[[nodiscard]] Result<Layout> read_layout(const std::string& path, const std::vector<std::string>& header);
// The same before the header is known: without columns.
[[nodiscard]] Result<Layout> read_layout(const std::string& path);

// The id that the source gave the row; empty: none.
[[nodiscard]] std::string id_in(const Layout& layout, const std::vector<std::string>& cells);

// Compares a row with a case, column by column: the names of the columns that are not in it as written, and "+name" for
// each field of the case that no column explains. Empty: the same. Requires: as many cells as columns.
[[nodiscard]] std::vector<std::string> differences(const Layout& layout, const std::vector<std::string>& cells,
                                                   const CaseFields& held);

}  // namespace redress::demo
