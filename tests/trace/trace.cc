#include "tests/trace/trace.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "protocol/casework/picture.h"

namespace redress::trace {
namespace {

struct Family {
  std::string_view prefix;
  int count;
  int digits;
};
constexpr std::array<Family, 6> families{
    {{"REC-", 18, 2}, {"CLS-", 41, 2}, {"LIFE-", 45, 2}, {"CB-", 23, 2}, {"T", 41, 1}, {"cap-", 74, 1}}};

void skip_space(std::string_view source, std::size_t& at) {
  while (at < source.size() && std::isspace(static_cast<unsigned char>(source[at])) != 0) ++at;
}

// String literals side by side, as one; `at` moves behind them.
std::string literals_at(std::string_view source, std::size_t& at) {
  std::string out;
  for (skip_space(source, at); at < source.size() && source[at] == '"'; skip_space(source, at)) {
    for (++at; at < source.size() && source[at] != '"'; ++at) {
      if (source[at] == '\\') ++at;
      out += source[at];
    }
    ++at;
  }
  return out;
}

// Of the form of a family, whatever its number: "[speed]" is no tag of ours.
bool is_ours(std::string_view tag) {
  return std::any_of(families.begin(), families.end(), [&](const Family& family) {
    const std::string_view number = tag.starts_with(family.prefix) ? tag.substr(family.prefix.size()) : "";
    return !number.empty() && std::all_of(number.begin(), number.end(), [](char c) { return c >= '0' && c <= '9'; });
  });
}

// A cell of a table holds no bar.
std::string cell(std::string text) {
  for (auto at = text.find('|'); at != std::string::npos; at = text.find('|', at + 2)) text.insert(at, "\\");
  return text;
}

// What stands in the last column; empty and a finding if nothing can.
std::string shown_by(const Row& row, const Tests& tests, Findings& findings) {
  const auto tagged = tests.by_tag.find(row.tag);
  if (tagged != tests.by_tag.end()) {
    std::string out;
    for (const std::string& name : tagged->second) out += (out.empty() ? "" : "<br>") + cell(name);
    return out;
  }
  constexpr std::string_view test = "test: ";
  constexpr std::string_view later = "later: ";
  if (row.where.starts_with(test)) {
    const std::string name = row.where.substr(test.size());
    if (!tests.names.contains(name)) findings.push_back(row.tag + ": no test is called \"" + name + "\"");
    return cell(name);
  }
  if (row.where.starts_with(later) && row.where.size() > later.size())
    return "later, because: " + cell(row.where.substr(later.size()));
  findings.push_back(row.tag + ": no test carries the tag, and no reason says why it comes later");
  return {};
}

}  // namespace

void add_tests(std::string_view source, Tests& tests) {
  constexpr std::string_view mark = "TEST_CASE(";
  for (auto at = source.find(mark); at != std::string_view::npos; at = source.find(mark, at)) {
    at += mark.size();
    const std::string name = literals_at(source, at);
    if (name.empty()) continue;
    tests.names.insert(name);
    if (at >= source.size() || source[at] != ',') continue;
    ++at;
    const std::string tags = literals_at(source, at);
    for (auto open = tags.find('['); open != std::string::npos; open = tags.find('[', open + 1)) {
      const auto close = std::min(tags.find(']', open), tags.size());
      const std::string tag = tags.substr(open + 1, close - open - 1);
      if (is_ours(tag)) tests.by_tag[tag].push_back(name);
    }
  }
}

std::vector<Row> parse_rows(std::string_view text, Findings& findings) {
  std::vector<Row> rows;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    const std::string line{text.substr(0, end)};
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.empty() || line.front() == '#') continue;
    const auto first = line.find('|');
    const auto second = first == std::string::npos ? first : line.find('|', first + 1);
    if (second == std::string::npos || line.find('|', second + 1) != std::string::npos) {
      findings.push_back("not tag|words|where: " + line);
      continue;
    }
    rows.push_back({line.substr(0, first), line.substr(first + 1, second - first - 1), line.substr(second + 1)});
  }
  return rows;
}

Findings missing_rows(const std::vector<Row>& rows) {
  Findings findings;
  std::map<std::string, int> given;
  for (const Row& row : rows) ++given[row.tag];
  for (const Family& family : families) {
    for (int number = 1; number <= family.count; ++number) {
      std::string digits = std::to_string(number);
      if (static_cast<int>(digits.size()) < family.digits) digits.insert(0, "0");
      const std::string tag = std::string{family.prefix} + digits;
      const auto found = given.find(tag);
      if (found == given.end()) {
        findings.push_back(tag + " has no row");
        continue;
      }
      if (found->second > 1) findings.push_back(tag + " has more than one row");
      given.erase(found);
    }
  }
  for (const auto& [tag, count] : given) findings.push_back(tag + " is no tag");
  return findings;
}

std::string table_of(const std::vector<Row>& rows, const Tests& tests, Findings& findings) {
  std::string out = "| tag | asks | shown by |\n|---|---|---|\n";
  std::set<std::string> known;
  for (const Row& row : rows) {
    known.insert(row.tag);
    out += "| " + row.tag + " | " + cell(row.words) + " | " + shown_by(row, tests, findings) + " |\n";
  }
  for (const auto& [tag, names] : tests.by_tag) {
    if (!known.contains(tag)) findings.push_back("\"" + names.front() + "\" carries [" + tag + "], which has no row");
  }
  return out;
}

std::string spliced(std::string document, std::string_view name, std::string_view content, Findings& findings) {
  const std::string begin = "<!-- " + std::string{name} + ":begin -->\n";
  const std::string end = "<!-- " + std::string{name} + ":end -->";
  const auto from = document.find(begin);
  const auto to = document.find(end);
  if (from == std::string::npos || to == std::string::npos || to < from) {
    findings.push_back("no place for " + std::string{name} + " in the document");
    return document;
  }
  document.replace(from + begin.size(), to - from - begin.size(), content);
  return document;
}

std::string document_path(const std::string& root) { return root + "/protocol/casework/README.md"; }

std::string text_of(const std::string& path) {
  std::ifstream file{path, std::ios::binary};
  return {std::istreambuf_iterator<char>{file}, {}};
}

std::string document_of(const std::string& root, Findings& findings) {
  std::vector<std::string> paths;
  for (const auto& entry : std::filesystem::recursive_directory_iterator{root + "/tests"}) {
    // The test of this very reading quotes tests that do not exist.
    if (entry.path().extension() == ".cc" && entry.path().filename() != "trace_test.cc")
      paths.push_back(entry.path().string());
  }
  std::sort(paths.begin(), paths.end());
  Tests tests;
  for (const std::string& path : paths) add_tests(text_of(path), tests);
  const std::vector<Row> rows = parse_rows(text_of(root + "/tests/trace/tags.txt"), findings);
  for (const std::string& finding : missing_rows(rows)) findings.push_back(finding);
  const casework::Kinds kinds{casework::shipped_kinds()};
  std::string document = text_of(document_path(root));
  document = spliced(std::move(document), "picture", casework::life_cycle_picture(kinds), findings);
  document = spliced(std::move(document), "kinds", casework::kinds_table(kinds), findings);
  document = spliced(std::move(document), "rules", casework::rules_table(kinds), findings);
  return spliced(std::move(document), "trace", table_of(rows, tests, findings), findings);
}

}  // namespace redress::trace
