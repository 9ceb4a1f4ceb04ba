#include "tests/trace/trace.h"

#include <catch2/catch.hpp>

#include "protocol/casework/picture.h"

namespace redress::trace {
namespace {

bool says(const Findings& findings, std::string_view words) {
  for (const std::string& finding : findings) {
    if (finding.find(words) != std::string::npos) return true;
  }
  return false;
}

const std::vector<Row>& planted() {
  static const std::vector<Row> rows{
      {"REC-01", "asks", ""}, {"REC-02", "asks | more", "test: A: b"}, {"REC-03", "asks", "later: blobs"}};
  return rows;
}

}  // namespace

TEST_CASE("Trace: tests are read with names over several lines, quotes and tags") {
  Tests tests;
  add_tests(
      "TEST_CASE(\"A: b\") {}\nTEST_CASE(\n    \"C: \\\"d\\\" \"\n    \"e\",\n    \"[REC-01][slow]\"\n    "
      "\"[CLS-02]\") {}\n"
      "TEST_CASE(name) {}",
      tests);
  CHECK(tests.names == std::set<std::string>{"A: b", "C: \"d\" e"});
  CHECK(tests.by_tag.size() == 2);
  CHECK(tests.by_tag["REC-01"] == std::vector<std::string>{"C: \"d\" e"});
  CHECK(tests.by_tag["CLS-02"].size() == 1);
}

TEST_CASE("Trace: a tag is shown by the tests that carry it, by a named one, or by a reason") {
  Tests tests;
  add_tests("TEST_CASE(\"A: b\") {}\nTEST_CASE(\"C: d\", \"[REC-01]\") {}", tests);
  Findings findings;
  const std::string table = table_of(planted(), tests, findings);
  CHECK(findings.empty());
  CHECK(table.find("| REC-01 | asks | C: d |") != std::string::npos);
  CHECK(table.find("| REC-02 | asks \\| more | A: b |") != std::string::npos);
  CHECK(table.find("| REC-03 | asks | later, because: blobs |") != std::string::npos);
}

TEST_CASE("Trace: a test that does not exist, a tag without anything, a tag without a row are found") {
  Tests tests;
  add_tests("TEST_CASE(\"C: d\", \"[REC-09]\") {}", tests);
  Findings findings;
  static_cast<void>(table_of(planted(), tests, findings));
  CHECK(says(findings, "REC-01: no test carries the tag"));
  CHECK(says(findings, "REC-02: no test is called \"A: b\""));
  CHECK(says(findings, "\"C: d\" carries [REC-09]"));
  CHECK(findings.size() == 3);
}

TEST_CASE("Trace: a missing, double or strange row is found") {
  const Findings findings = missing_rows({{"REC-01", "", ""}, {"REC-01", "", ""}, {"REC-99", "", ""}});
  CHECK(says(findings, "REC-02 has no row"));
  CHECK(says(findings, "CLS-41 has no row"));
  CHECK(says(findings, "LIFE-45 has no row"));
  CHECK(says(findings, "CB-23 has no row"));
  CHECK(says(findings, "T41 has no row"));
  CHECK(says(findings, "cap-74 has no row"));
  CHECK(says(findings, "REC-01 has more than one row"));
  CHECK(says(findings, "REC-99 is no tag"));
  Findings form;
  CHECK(parse_rows("# remark\nREC-01|a|b\nREC-02|a\nREC-03|a|b|c\n", form).size() == 1);
  CHECK(form.size() == 2);
}

TEST_CASE("Trace: a document without a place for the table is found") {
  Findings findings;
  CHECK(spliced("a\n<!-- t:begin -->\nold\n<!-- t:end -->\nb", "t", "new\n", findings) ==
        "a\n<!-- t:begin -->\nnew\n<!-- t:end -->\nb");
  CHECK(findings.empty());
  CHECK(spliced("a", "t", "new\n", findings) == "a");
  CHECK(says(findings, "no place for t"));
}

TEST_CASE("Trace: every demand of the documents has its test or its reason, and the document says so") {
  Findings findings;
  const std::string document = document_of(REDRESS_SOURCE_DIR, findings);
  for (const std::string& finding : findings) UNSCOPED_INFO(finding);
  CHECK(findings.empty());
  UNSCOPED_INFO("run redress-trace with --rewrite");
  CHECK((text_of(document_path(REDRESS_SOURCE_DIR)) == document));
}

TEST_CASE("Picture: every kind, every matter and every rule is in it") {
  const casework::Kinds kinds{casework::shipped_kinds()};
  const std::string picture = casework::life_cycle_picture(kinds);
  const std::string table = casework::kinds_table(kinds);
  const std::string rules = casework::rules_table(kinds);
  for (const casework::KindRow& row : kinds.rows()) {
    INFO(row.name);
    CHECK(picture.find(std::string{row.name} + " " + std::string{row.zh}) != std::string::npos);
    CHECK(table.find("`" + std::string{row.name} + "`") != std::string::npos);
    CHECK(rules.find(std::string{row.rule}) != std::string::npos);
    CHECK(picture.find(casework::name_of(row.matter)) != std::string::npos);
    for (const casework::Need& need : row.needs) CHECK(rules.find(std::string{need.rule}) != std::string::npos);
  }
}

}  // namespace redress::trace
