// The text form of rules: sections of named values, one a line, which a person can read, print and sign.
//
//   # a remark
//   [kind name]
//   key = value
//
// Values; pure. What the values mean is the readers' business; each error names the file, the line and the field.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "protocol/base/result.h"

namespace redress::rules {

struct Entry {
  std::string key;
  std::string value;
  int line = 0;
};

struct Section {
  std::string kind;
  std::string name;  // may be empty
  int line = 0;
  std::vector<Entry> entries;
  std::string origin = {};  // of which profile and version, once several are one

  // Nothing if the key is not there.
  [[nodiscard]] const Entry* entry(std::string_view key) const;
  // Empty if the key is not there.
  [[nodiscard]] std::string_view value(std::string_view key) const;
};

struct Sheet {
  std::string file;
  std::vector<Section> sections;

  // The first of this kind; nothing if there is none.
  [[nodiscard]] const Section* section(std::string_view kind) const;
};

// Fails with too_large (limits::sheet_bytes_max) or malformed: not UTF-8, a line of another form, a key or a section
// that stands there twice.
[[nodiscard]] Result<Sheet> parse_sheet(std::string_view file, std::string_view text);

// A refusal of one line, for the readers of sheets: code bad_value, the field named.
[[nodiscard]] Unexpected<Error> fault(std::string_view file, int line, std::string_view field, std::string_view why);

// One line of a sheet, for whoever reads its value.
struct Line {
  std::string_view file;
  const Entry& entry;
  [[nodiscard]] Unexpected<Error> wrong(std::string_view why) const { return fault(file, entry.line, entry.key, why); }
};

// The words of a value, parted by spaces.
[[nodiscard]] std::vector<std::string_view> words_of(std::string_view value);

}  // namespace redress::rules
