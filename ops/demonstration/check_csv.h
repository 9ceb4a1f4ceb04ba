// The checker's own reader of CSV, so that a mistake in the importer's is not repeated here: strict RFC 4180, whole
// file in memory, UTF-8 or GB18030.
//
// Values and functions; any thread.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/base/result.h"

namespace redress::demo {

struct TableRow {
  std::size_t line = 0;  // 1-based, where it starts
  std::vector<std::string> cells;
};

struct Table {
  std::vector<TableRow> head;  // the header lines
  std::vector<TableRow> rows;  // all others but the rejected ones
  std::size_t rejected = 0;
};

// Where rejected records start, and the text that each took up.
using Rejected = std::map<std::size_t, std::string>;

// The bytes of a file. Fails with io.
[[nodiscard]] Result<std::string> read_file(const std::string& path);
// `bytes` as UTF-8 without a byte order mark. `encoding`: auto, utf-8, gb18030. Bytes of neither stay, or become
// U+FFFD.
[[nodiscard]] Result<std::string> decoded(const std::string& bytes, const std::string& encoding);
// Fails with malformed, naming the line: a record that breaks the format, or is not as wide as the header, and is not
// among the rejected.
[[nodiscard]] Result<Table> read_table(std::string_view text, std::size_t header_rows, const Rejected& rejected);
// Reads a file of rejects as an import writes it: line, column, field, reason, reason_zh, raw. Adds to `to`.
[[nodiscard]] Status read_rejects(const std::string& path, Rejected& to);

}  // namespace redress::demo
