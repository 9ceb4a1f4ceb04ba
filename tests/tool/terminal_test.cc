#include "ops/tool/terminal.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "ops/tool/cells.h"
#include "ops/tool/csv.h"

namespace redress::tool {
namespace {

std::string gb18030(const std::string& utf8) {
  auto out = encoded(utf8, Encoding::gb18030);
  REQUIRE(out);
  return *out;
}

}  // namespace

TEST_CASE("Terminal: a locale says its language, and whether Chinese is written in GB18030", "[tool][terminal]") {
  CHECK(language_in("en_GB.UTF-8") == "en");
  CHECK(language_in("zh_CN.GB18030") == "zh");
  for (const char* none : {"", "C", "POSIX", "C.UTF-8"}) CHECK(language_in(none).empty());
  for (const char* yes : {"zh_CN.GB18030", "zh_CN.gbk", "zh_CN.GB2312", "zh_CN.EUC-CN", "zh_CN", "zh_CN@x"}) {
    INFO(yes);
    CHECK(writes_gb18030(yes));
  }
  for (const char* no : {"zh_CN.UTF-8", "zh_CN.utf8@x", "en_US", "C", "", "zh_TW.Big5"}) {
    INFO(no);
    CHECK_FALSE(writes_gb18030(no));
  }
}

TEST_CASE("Terminal: what is typed is UTF-8, or is made so where GB18030 is typed, or is none", "[tool][terminal]") {
  CHECK(utf8_of("plain", false) == "plain");
  CHECK(utf8_of("投诉", false) == "投诉");
  CHECK_FALSE(utf8_of("\xFF", false));
  CHECK_FALSE(utf8_of(gb18030("投诉"), false));
  CHECK(utf8_of(gb18030("narrative=投诉"), true) == "narrative=投诉");
  CHECK(utf8_of(gb18030("𠀀"), true) == "𠀀");
  CHECK(utf8_of("投诉", true) == "投诉");
  CHECK_FALSE(utf8_of("\xFF", true));
  // By chance a letter of UTF-8 as well.
  REQUIRE(gb18030("目") == "\xC4\xBF");
  CHECK(utf8_of("\xC4\xBF", true) == "目");
  CHECK(utf8_of("\xC4\xBF", false) == "Ŀ");
}

TEST_CASE("Terminal: what is shown on one line gives the terminal no orders and does not end the line",
          "[tool][terminal]") {
  CHECK(one_line("张三 Zhang 🤦‍♀️ «é»") == "张三 Zhang 🤦‍♀️ «é»");
  CHECK(one_line("a\nb\x1B[31m\x7F\r") == "a\uFFFDb\uFFFD[31m\uFFFD\uFFFD");
  CHECK(one_line("a\tb") == "a b");
  CHECK(one_line("\u009B31m\u2028\u202E\u2066x") == "\uFFFD31m\uFFFD\uFFFD\uFFFDx");
  CHECK(one_line("\x9B"
                 "31m\xFF") == "\uFFFD31m\uFFFD");
  CHECK(has_controls("a\nb"));
  CHECK_FALSE(has_controls("王府井支行"));
  CHECK(shown({{"name", "a\nb"}}, "name") == "a\uFFFDb");
  CHECK(shown({{"name", 1}}, "name").empty());
}

TEST_CASE("Terminal: a text of several lines keeps them, each indented", "[tool][terminal]") {
  CHECK(lines_of("one\r\ntwo\n\nthree\x1B", "    ") == "one\n    two\n    \n    three\uFFFD");
  CHECK(lines_of("a\rb", "  ") == "a\uFFFDb");
}

}  // namespace redress::tool
