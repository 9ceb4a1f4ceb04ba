// Code tables as versioned data: an edition has a name, a day from which it is used, and codes on axes (channel,
// business, cause, type, …). An event names the edition that it was coded with, so a code means for ever what it meant.
//
// Values; pure. Editions are text files (protocol/casework/codes/): the shipped ones are examples of shapes; a bank
// brings its licensed copy in the same form.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/base/result.h"

namespace redress::casework {

struct CodeRow {
  std::string axis;
  std::string code;
  std::string parent;  // on the same axis; empty: of the first level
  std::string zh;
  std::string en;
};

struct CodeEdition {
  std::string name;  // "cfpb-1"
  std::string from;  // an ISO date
  std::string zh;
  std::string en;
  std::vector<CodeRow> rows;

  // Nothing if the axis has no such code.
  [[nodiscard]] const CodeRow* find(std::string_view axis, std::string_view code) const;
};

inline constexpr std::size_t code_rows_max = 8192;
inline constexpr std::size_t code_text_bytes_max = 512;  // one line

// A file: lines `edition NAME`, `from DATE`, `zh TEXT`, `en TEXT`, then `axis|code|parent|zh|en`; # begins a remark.
// Fails with bad_value or too_large, naming the line: a line of another form, a code twice on an axis, a parent that
// does not come before, no name, no day, no code.
[[nodiscard]] Result<CodeEdition> parse_code_edition(std::string_view text);

// The editions that this version ships, by name.
[[nodiscard]] std::span<const CodeEdition> shipped_code_editions();

// Nothing: no edition of this name.
[[nodiscard]] const CodeEdition* find_edition(std::span<const CodeEdition> editions, std::string_view name);

}  // namespace redress::casework
