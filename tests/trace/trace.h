// From what the bank's documents demand to the tests that show it: a row a tag, in protocol/casework/README.md.
//
// Pure functions of file contents, so that each finding is shown to come on planted ones (trace_test.cc).
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace redress::trace {

using Findings = std::vector<std::string>;

// The tests of a tree: all names, and which carry a tag "[REC-01]".
struct Tests {
  std::set<std::string> names;
  std::map<std::string, std::vector<std::string>> by_tag;  // in the order they were read
};

// Adds the TEST_CASEs of one source file.
void add_tests(std::string_view source, Tests& tests);

struct Row {
  std::string tag;
  std::string words;
  std::string where;  // empty, "test: NAME" or "later: REASON"
};

// Lines `tag|words|where`; # begins a remark. Another form is a finding.
[[nodiscard]] std::vector<Row> parse_rows(std::string_view text, Findings& findings);

// Every tag of REC-, CLS-, LIFE-, CB-, T and cap- must be there once, and no other.
[[nodiscard]] Findings missing_rows(const std::vector<Row>& rows);

// The table in Markdown. A row without a test or a reason, a named test that does not exist, and a tag in a test that
// no row has, are findings.
[[nodiscard]] std::string table_of(const std::vector<Row>& rows, const Tests& tests, Findings& findings);

// `document` with what stands between `<!-- name:begin -->` and `<!-- name:end -->` replaced; without both marks a
// finding, and unchanged.
[[nodiscard]] std::string spliced(std::string document, std::string_view name, std::string_view content,
                                  Findings& findings);

// The document as it should be, from the tree at `root`.
[[nodiscard]] std::string document_of(const std::string& root, Findings& findings);
[[nodiscard]] std::string document_path(const std::string& root);
[[nodiscard]] std::string text_of(const std::string& path);

}  // namespace redress::trace
