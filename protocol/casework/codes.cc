#include "protocol/casework/codes.h"

#include <array>
#include <set>

#include "protocol/base/assert.h"
#include "protocol/base/bytes.h"
#include "protocol/base/time.h"
#include "protocol/casework/codes_shipped.h"

namespace redress::casework {
namespace {

class Parser {
 public:
  Status take(std::string_view line) {
    ++number_;
    if (line.size() > code_text_bytes_max) return fault(Code::too_large, "over 512 bytes");
    if (!is_plain_utf8(line)) return fault(Code::bad_value, "not UTF-8");
    if (line.empty() || line.front() == '#') return Done{};
    if (line.find('|') != std::string_view::npos) return take_row(line);
    for (const auto& [key, to] : std::array<std::pair<std::string_view, std::string*>, 4>{
             {{"edition ", &edition_.name}, {"from ", &edition_.from}, {"zh ", &edition_.zh}, {"en ", &edition_.en}}}) {
      if (!line.starts_with(key)) continue;
      if (!to->empty()) return fault(Code::bad_value, "given twice");
      *to = line.substr(key.size());
      return Done{};
    }
    return fault(Code::bad_value, "neither a key nor axis|code|parent|zh|en");
  }

  Result<CodeEdition> finish() {
    if (edition_.name.empty()) return fail(Code::bad_value, "no edition named", "edition");
    if (!is_iso_date(edition_.from)) return fail(Code::bad_value, "no day from which it is used", "from");
    if (edition_.rows.empty()) return fail(Code::bad_value, "no code", "edition");
    return std::move(edition_);
  }

 private:
  Status take_row(std::string_view line) {
    if (edition_.rows.size() == code_rows_max) return fault(Code::too_large, "over 8192 codes");
    std::array<std::string, 5> cells;
    std::size_t cell = 0;
    for (const char c : line) {
      if (c != '|') {
        cells[cell] += c;
      } else if (++cell == cells.size()) {
        return fault(Code::bad_value, "more than five cells");
      }
    }
    if (cell + 1 != cells.size()) return fault(Code::bad_value, "fewer than five cells");
    const auto& [axis, code, parent, zh, en] = cells;
    if (axis.empty() || code.empty() || zh.empty() || en.empty()) return fault(Code::bad_value, "an empty cell");
    if (!parent.empty() && !known_.contains({axis, parent})) return fault(Code::bad_value, "no such parent before it");
    if (!known_.insert({axis, code}).second) return fault(Code::bad_value, "a code twice on its axis");
    edition_.rows.push_back({axis, code, parent, zh, en});
    return Done{};
  }

  [[nodiscard]] Status fault(Code code, const std::string& what) const {
    return fail(code, "line " + std::to_string(number_) + ": " + what, "edition");
  }

  CodeEdition edition_;
  std::set<std::pair<std::string, std::string>> known_;
  std::size_t number_ = 0;
};

}  // namespace

const CodeRow* CodeEdition::find(std::string_view axis, std::string_view code) const {
  for (const CodeRow& row : rows) {
    if (row.axis == axis && row.code == code) return &row;
  }
  return nullptr;
}

Result<CodeEdition> parse_code_edition(std::string_view text) {
  Parser parser;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    if (line.ends_with('\r')) line.remove_suffix(1);
    const Status taken = parser.take(line);
    if (!taken) return fail(taken.error());
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return parser.finish();
}

std::span<const CodeEdition> shipped_code_editions() {
  static const std::vector<CodeEdition> all = [] {
    std::vector<CodeEdition> editions;
    for (const std::string_view text : shipped_code_texts) {
      auto edition = parse_code_edition(text);
      REDRESS_ASSERT(edition.has_value());  // a test parses each
      editions.push_back(std::move(*edition));
    }
    return editions;
  }();
  return all;
}

const CodeEdition* find_edition(std::span<const CodeEdition> editions, std::string_view name) {
  for (const CodeEdition& edition : editions) {
    if (edition.name == name) return &edition;
  }
  return nullptr;
}

}  // namespace redress::casework
