#include "protocol/rules/sheet.h"

#include <algorithm>
#include <set>
#include <utility>

#include "protocol/base/bytes.h"
#include "protocol/base/limits.h"

namespace redress::rules {
namespace {

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view blank = " \t\r";
  const std::size_t first = text.find_first_not_of(blank);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(blank) - first + 1);
}

Unexpected<Error> malformed(std::string_view file, int line, std::string_view field, std::string_view why) {
  Error error = fault(file, line, field, why).error();
  error.code = Code::malformed;
  return fail(std::move(error));
}

}  // namespace

const Entry* Section::entry(std::string_view key) const {
  const auto found = std::find_if(entries.begin(), entries.end(), [&](const Entry& one) { return one.key == key; });
  return found == entries.end() ? nullptr : &*found;
}

std::string_view Section::value(std::string_view key) const {
  const Entry* found = entry(key);
  return found == nullptr ? std::string_view{} : std::string_view{found->value};
}

const Section* Sheet::section(std::string_view kind) const {
  const auto found =
      std::find_if(sections.begin(), sections.end(), [&](const Section& one) { return one.kind == kind; });
  return found == sections.end() ? nullptr : &*found;
}

Unexpected<Error> fault(std::string_view file, int line, std::string_view field, std::string_view why) {
  return fail(Code::bad_value,
              "read rules: file=" + std::string{file} + " line=" + std::to_string(line) + ": " + std::string{why},
              std::string{field});
}

std::vector<std::string_view> words_of(std::string_view value) {
  std::vector<std::string_view> words;
  for (std::size_t at = 0; at < value.size();) {
    const std::size_t begin = value.find_first_not_of(' ', at);
    if (begin == std::string_view::npos) break;
    const std::size_t end = std::min(value.find(' ', begin), value.size());
    words.push_back(value.substr(begin, end - begin));
    at = end;
  }
  return words;
}

Result<Sheet> parse_sheet(std::string_view file, std::string_view text) {
  if (text.size() > limits::sheet_bytes_max) {
    return fail(Code::too_large, "read rules: file=" + std::string{file} + " bytes=" + std::to_string(text.size()),
                "file");
  }
  if (!is_plain_utf8(text)) return malformed(file, 0, "file", "not UTF-8");
  Sheet sheet{std::string{file}, {}};
  std::set<std::pair<std::string, std::string>> held;
  std::set<std::string, std::less<>> keys;
  int number = 0;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    const std::string_view line = trimmed(text.substr(at, end - at));
    at = end + 1;
    ++number;
    if (line.empty() || line.front() == '#') continue;
    if (line.front() == '[') {
      if (line.back() != ']') return malformed(file, number, line, "a section ends with ]");
      const std::string_view inside = trimmed(line.substr(1, line.size() - 2));
      const std::size_t space = std::min(inside.find(' '), inside.size());
      Section section{std::string{inside.substr(0, space)}, std::string{trimmed(inside.substr(space))}, number, {}};
      if (section.kind.empty()) return malformed(file, number, line, "a section has a kind: [kind name]");
      if (!held.emplace(section.kind, section.name).second) {
        return malformed(file, number, section.kind + " " + section.name, "this section stands there twice");
      }
      keys.clear();
      sheet.sections.push_back(std::move(section));
      continue;
    }
    const std::size_t equals = line.find('=');
    const std::string_view key = trimmed(line.substr(0, std::min(equals, line.size())));
    if (equals == std::string_view::npos || key.empty()) {
      return malformed(file, number, key, "expected [kind name] or key = value");
    }
    if (sheet.sections.empty()) return malformed(file, number, key, "a value before the first section");
    if (!keys.insert(std::string{key}).second) return malformed(file, number, key, "given twice in one section");
    sheet.sections.back().entries.push_back({std::string{key}, std::string{trimmed(line.substr(equals + 1))}, number});
  }
  return sheet;
}

}  // namespace redress::rules
