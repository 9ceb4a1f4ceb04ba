#include "protocol/rules/sheet.h"

#include <catch2/catch.hpp>

#include "protocol/base/limits.h"

namespace redress::rules {

TEST_CASE("Sheet: sections of named values, remarks and empty lines between them") {
  const auto sheet =
      parse_sheet("x.sheet", "# a remark\n\n[limit pass_on]\n zh =  转办 # not a remark \r\nempty =\n[end]");
  REQUIRE(sheet);
  REQUIRE((*sheet).sections.size() == 2);
  const Section& limit = (*sheet).sections[0];
  CHECK(limit.kind == "limit");
  CHECK(limit.name == "pass_on");
  CHECK(limit.line == 3);
  CHECK(limit.value("zh") == "转办 # not a remark");
  REQUIRE(limit.entry("empty") != nullptr);
  CHECK(limit.entry("empty")->value.empty());
  CHECK(limit.entry("empty")->line == 5);
  CHECK(limit.entry("none") == nullptr);
  CHECK(limit.value("none").empty());
  CHECK((*sheet).section("end") == &(*sheet).sections[1]);
  CHECK((*sheet).section("limits") == nullptr);
  CHECK(words_of("  a  bc d ") == std::vector<std::string_view>{"a", "bc", "d"});
  CHECK(words_of("  ").empty());
}

TEST_CASE("Sheet: what is not of the form is refused with file, line and field") {
  const auto [text, field, what] = GENERATE(table<const char*, const char*, const char*>({
      {"[a b]\nx = 1\nx = 2\n", "x", "read rules: file=x.sheet line=3: given twice in one section"},
      {"x = 1\n", "x", "read rules: file=x.sheet line=1: a value before the first section"},
      {"[a b]\n\n[a  b]\n", "a b", "read rules: file=x.sheet line=3: this section stands there twice"},
      {"[a b]\nwords\n", "words", "read rules: file=x.sheet line=2: expected [kind name] or key = value"},
      {"[a b]\n= 1\n", "", "read rules: file=x.sheet line=2: expected [kind name] or key = value"},
      {"[a b\n", "[a b", "read rules: file=x.sheet line=1: a section ends with ]"},
      {"[ ]\n", "[ ]", "read rules: file=x.sheet line=1: a section has a kind: [kind name]"},
      {"[a]\nx = \xff\n", "file", "read rules: file=x.sheet line=0: not UTF-8"},
  }));
  INFO(text);
  const auto sheet = parse_sheet("x.sheet", text);
  REQUIRE_FALSE(sheet);
  CHECK(sheet.error().code == Code::malformed);
  CHECK(sheet.error().field == field);
  CHECK(sheet.error().what == what);
}

TEST_CASE("Sheet: one over the size limit is refused unread") {
  const auto at_limit = parse_sheet("x", std::string(limits::sheet_bytes_max, '\n'));
  CHECK(at_limit.has_value());
  const auto over = parse_sheet("x", std::string(limits::sheet_bytes_max + 1, '\n'));
  REQUIRE_FALSE(over);
  CHECK(over.error().code == Code::too_large);
}

}  // namespace redress::rules
