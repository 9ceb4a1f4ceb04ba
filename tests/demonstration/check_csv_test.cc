#include "ops/demonstration/check_csv.h"

#include <catch2/catch.hpp>

#include "tests/tool/scratch.h"

namespace redress::demo {
namespace {

using Cells = std::vector<std::string>;

std::vector<Cells> rows_of(std::string_view text, std::size_t header_rows = 0) {
  const auto table = read_table(text, header_rows, {});
  REQUIRE(table);
  std::vector<Cells> rows;
  for (const TableRow& row : table->rows) rows.push_back(row.cells);
  return rows;
}

TEST_CASE("CheckCsv: cells come out as they were written") {
  CHECK(rows_of("a,b\n1, 2 \n") == std::vector<Cells>{{"a", "b"}, {"1", " 2 "}});
  CHECK(rows_of("a,\"x,\"\"y\"\"\"\r\nb,\"l1\r\nl2\n\"") == std::vector<Cells>{{"a", "x,\"y\""}, {"b", "l1\r\nl2\n"}});
  CHECK(rows_of("a,\rb\n,\n") == std::vector<Cells>{{"a", "\rb"}, {"", ""}});
  CHECK(rows_of("").empty());
}

TEST_CASE("CheckCsv: header lines are apart, and rows know where they start") {
  const auto table = read_table("title,\n\"a\nb\",c\n1,2\n3,4\n", 2, {});
  REQUIRE(table);
  REQUIRE(table->head.size() == 2);
  CHECK(table->head[1].cells == Cells{"a\nb", "c"});
  REQUIRE(table->rows.size() == 2);
  CHECK(table->rows[0].line == 4);
  CHECK(table->rows[1].line == 5);
  CHECK(table->rejected == 0);
}

TEST_CASE("CheckCsv: a record that breaks the format is an error with its line, unless it was rejected") {
  const std::string broken = GENERATE(as<std::string>{}, "a\"b,c\n", "\"a\"b,c\n", "only one\n", "1,2,3\n",
                                      "\"open,\nx,y\n", "\xFF,b\n", "\n");
  const std::string text = "h1,h2\n1,2\n" + broken + "3,4\n";
  INFO(broken);
  const auto strict = read_table(text, 1, {});
  REQUIRE_FALSE(strict);
  CHECK(strict.error().code == Code::malformed);
  CHECK(strict.error().what.find("line=3") != std::string::npos);
  const auto told = read_table(text, 1, {{3, broken}});
  REQUIRE(told);
  CHECK(told->rejected == 1);
  REQUIRE(told->rows.size() == 2);
  CHECK(told->rows[1].cells == Cells{"3", "4"});
}

TEST_CASE("CheckCsv: a good record that was refused for what it says is left out alone") {
  const auto table = read_table("h1,h2\n\"a\nb\",2\n3,4\n", 1, {{2, "\"a\nb\",2\r\n"}});
  REQUIRE(table);
  CHECK(table->rejected == 1);
  REQUIRE(table->rows.size() == 1);
  CHECK(table->rows[0].line == 4);
}

TEST_CASE("CheckCsv: UTF-8 and GB18030 are told apart") {
  CHECK(*decoded("\xEF\xBB\xBF"
                 "a",
                 "auto") == "a");
  CHECK(*decoded("投诉", "auto") == "投诉");
  CHECK(*decoded("\xCD\xB6\xCB\xDF", "auto") == "投诉");
  CHECK(*decoded("\x84\x31\x95\x33\xCD\xB6", "auto") == "投");
  CHECK(*decoded("\x95\x32\x82\x36", "gb18030") == "𠀀");
  CHECK(*decoded("\xCD\xB6\xFF", "gb18030") == "投\xEF\xBF\xBD");
}

TEST_CASE("CheckCsv: a file of rejects says where and how much") {
  const tool::Scratch folder;
  const auto path = folder.write(
      "rejects.csv",
      "\xEF\xBB\xBFline,column,field,reason,reason_zh,raw\r\n7,2,,why,因,\"x,\"\"y\nz\"\r\n9,0,cause,why,因,q\r\n");
  Rejected rejected;
  REQUIRE(read_rejects(path, rejected));
  CHECK(rejected == Rejected{{7, "x,\"y\nz"}, {9, "q"}});
  CHECK_FALSE(read_rejects(folder.write("other.csv", "a,b\n1,2\n"), rejected));
  CHECK_FALSE(read_rejects(folder.path("absent.csv"), rejected));
}

}  // namespace
}  // namespace redress::demo
