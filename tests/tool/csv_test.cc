#include "ops/tool/csv.h"

#include <iconv.h>

#include <catch2/catch.hpp>
#include <sstream>

#include "tests/tool/scratch.h"

namespace redress::tool {
namespace {

struct Table {
  Encoding encoding = Encoding::detect;
  std::vector<CsvRow> rows;
  std::vector<CsvReject> rejects;
};

Table read(const std::string& text, std::size_t width = 0, Encoding encoding = Encoding::detect) {
  auto reader = CsvReader::over(std::make_unique<std::istringstream>(text), encoding);
  REQUIRE(reader);
  (*reader)->expect_width(width);
  Table out;
  out.encoding = (*reader)->encoding();
  for (;;) {
    auto record = (*reader)->next();
    REQUIRE(record);
    if (auto* row = std::get_if<CsvRow>(&*record)) {
      out.rows.push_back(std::move(*row));
    } else if (auto* reject = std::get_if<CsvReject>(&*record)) {
      out.rejects.push_back(std::move(*reject));
    } else {
      return out;
    }
  }
}

using Cells = std::vector<std::string>;

std::string gb18030(const std::string& utf8) {
  const iconv_t conversion = iconv_open("GB18030", "UTF-8");
  std::string in = utf8;
  std::string out(utf8.size() * 4 + 4, '\0');
  char* from = in.data();
  char* to = out.data();
  std::size_t left = in.size();
  std::size_t room = out.size();
  REQUIRE(iconv(conversion, &from, &left, &to, &room) == 0);
  iconv_close(conversion);
  out.resize(out.size() - room);
  return out;
}

}  // namespace

TEST_CASE("Csv: cells come out as they were written, whatever the line end", "[tool][csv]") {
  const Table table = read("a, b ,\xE3\x80\x80\xE4\xB8\xAD\r\n1,2,3\n=SUM(A1),+86,-1");
  REQUIRE(table.rows.size() == 3);
  CHECK(table.rejects.empty());
  CHECK(table.rows[0].cells == Cells{"a", " b ", "\u3000中"});
  CHECK(table.rows[1].cells == Cells{"1", "2", "3"});
  CHECK(table.rows[2].cells == Cells{"=SUM(A1)", "+86", "-1"});
  CHECK(table.rows[2].line == 3);
}

TEST_CASE("Csv: a quoted newline, comma or quote stays in its cell", "[tool][csv]") {
  const Table table = read("\"a\nb\r\nc\",\"d,e\",\"f\"\"g\"\"\"\r\n\"\",x,\"\"\"\"\r\n");
  REQUIRE(table.rows.size() == 2);
  CHECK(table.rows[0].cells == Cells{"a\nb\r\nc", "d,e", "f\"g\""});
  CHECK(table.rows[0].line == 1);
  CHECK(table.rows[1].cells == Cells{"", "x", "\""});
  CHECK(table.rows[1].line == 4);
}

TEST_CASE("Csv: an empty file has no records, an empty line is one empty cell", "[tool][csv]") {
  CHECK(read("").rows.empty());
  CHECK(read("\xEF\xBB\xBF").rows.empty());
  const Table table = read("a\n\nb\n");
  REQUIRE(table.rows.size() == 3);
  CHECK(table.rows[1].cells == Cells{""});
  CHECK(table.rows[2].line == 3);
}

TEST_CASE("Csv: an all-empty row of the right width is a good row", "[tool][csv]") {
  const Table table = read("a,b,c\n,,\n", 3);
  CHECK(table.rejects.empty());
  REQUIRE(table.rows.size() == 2);
  CHECK(table.rows[1].cells == Cells{"", "", ""});
}

TEST_CASE("Csv: a lone CR is text", "[tool][csv]") {
  const Table table = read("a\rb,c\r\r\n\"d\r\",e\n");
  REQUIRE(table.rows.size() == 2);
  CHECK(table.rows[0].cells == Cells{"a\rb", "c\r"});
  CHECK(table.rows[1].cells == Cells{"d\r", "e"});
}

TEST_CASE("Csv: a byte order mark is not part of the first cell", "[tool][csv]") {
  CHECK(read("\xEF\xBB\xBF\"a\",b\n").rows.at(0).cells == Cells{"a", "b"});
  CHECK(read("\xEF\xBB\xBF"
             "a,b\n",
             0, Encoding::utf8)
            .rows.at(0)
            .cells == Cells{"a", "b"});
  const Table table = read(
      "\x84\x31\x95\x33"
      "a,b\n");
  CHECK(table.encoding == Encoding::gb18030);
  CHECK(table.rows.at(0).cells == Cells{"a", "b"});
}

TEST_CASE("Csv: a byte order mark that contradicts the encoding given refuses the file", "[tool][csv]") {
  const auto reader = CsvReader::over(std::make_unique<std::istringstream>("\xEF\xBB\xBF"
                                                                           "a\n"),
                                      Encoding::gb18030);
  REQUIRE(!reader);
  CHECK(reader.error().code == Code::malformed);
}

TEST_CASE("Csv: wrong number of columns names the first column missing or too many", "[tool][csv]") {
  const Table table = read("a,b,c\n1,2\n1,2,3,4\n\nx,y,z\n", 3);
  REQUIRE(table.rejects.size() == 3);
  CHECK(table.rejects[0].line == 2);
  CHECK(table.rejects[0].column == 3);
  CHECK(table.rejects[0].reason == "wrong number of columns columns=2 wanted=3");
  CHECK(table.rejects[0].reason_zh == "列数不对 columns=2 wanted=3");
  CHECK(table.rejects[0].raw == "1,2\n");
  CHECK(table.rejects[1].line == 3);
  CHECK(table.rejects[1].column == 4);
  CHECK(table.rejects[2].line == 4);
  REQUIRE(table.rows.size() == 2);
  CHECK(table.rows[1].line == 5);
}

TEST_CASE("Csv: a bare quote inside an unquoted cell rejects its record only", "[tool][csv]") {
  const Table table = read("a,b\n1,5\" pipe\n \"x\",y\nc,d\n", 2);
  REQUIRE(table.rejects.size() == 2);
  CHECK(table.rejects[0].line == 2);
  CHECK(table.rejects[0].column == 2);
  CHECK(table.rejects[0].reason == "a quote inside an unquoted cell");
  CHECK(table.rejects[1].line == 3);
  CHECK(table.rejects[1].column == 1);
  REQUIRE(table.rows.size() == 2);
  CHECK(table.rows[1].cells == Cells{"c", "d"});
}

TEST_CASE("Csv: text after a closing quote rejects up to the line end outside quotes", "[tool][csv]") {
  const Table table = read("a,b\n\"he said \"hi\" to me\",\"x\ny\"\nc,d\n", 2);
  REQUIRE(table.rejects.size() == 1);
  CHECK(table.rejects[0].line == 2);
  CHECK(table.rejects[0].column == 1);
  CHECK(table.rejects[0].reason == "text after a closing quote");
  CHECK(table.rejects[0].reason_zh == "右引号之后还有文字");
  CHECK(table.rejects[0].raw == "\"he said \"hi\" to me\",\"x\ny\"\n");
  REQUIRE(table.rows.size() == 2);
  CHECK(table.rows[1].line == 4);
}

TEST_CASE("Csv: an unterminated quote takes the rest of the file if no whole row is in it", "[tool][csv]") {
  const Table table = read("a,b\n1,\"open\nmore text\nand, with, commas\n", 2);
  CHECK(table.rows.size() == 1);
  REQUIRE(table.rejects.size() == 1);
  CHECK(table.rejects[0].line == 2);
  CHECK(table.rejects[0].column == 2);
  CHECK(table.rejects[0].reason == "a quoted cell is never closed");
  CHECK(table.rejects[0].raw == "1,\"open\nmore text\nand, with, commas\n");
}

TEST_CASE("Csv: after an unterminated quote reading goes on at the next whole row", "[tool][csv]") {
  const Table table = read("a,b\n1,\"open\nmore text\nc,d\ne,f", 2);
  REQUIRE(table.rejects.size() == 1);
  CHECK(table.rejects[0].raw == "1,\"open\nmore text\n");
  REQUIRE(table.rows.size() == 3);
  CHECK(table.rows[1].cells == Cells{"c", "d"});
  CHECK(table.rows[1].line == 4);
  CHECK(table.rows[2].cells == Cells{"e", "f"});
}

TEST_CASE("Csv: a lost closing quote does not take the good rows up to the next quote with it", "[tool][csv]") {
  const Table table = read("a,b\n1,\"lost\nc,d\ne,\"f\"\ng,h\n", 2);
  REQUIRE(table.rejects.size() == 1);
  CHECK(table.rejects[0].raw == "1,\"lost\n");
  REQUIRE(table.rows.size() == 4);
  CHECK(table.rows[1].cells == Cells{"c", "d"});
  CHECK(table.rows[2].cells == Cells{"e", "f"});
}

TEST_CASE("Csv: without a width to go by, or one column, an unterminated quote takes the rest", "[tool][csv]") {
  for (const std::size_t width : {0U, 1U}) {
    const Table table = read("\"open\ntext\n", width);
    CHECK(table.rows.empty());
    REQUIRE(table.rejects.size() == 1);
    CHECK(table.rejects[0].raw == "\"open\ntext\n");
  }
}

TEST_CASE("Csv: a NUL byte rejects its record", "[tool][csv]") {
  const Table table = read(std::string{"a,b\n1,x\0y\nc,d\n", 14}, 2);
  REQUIRE(table.rejects.size() == 1);
  CHECK(table.rejects[0].column == 2);
  CHECK(table.rejects[0].reason == "a NUL byte");
  CHECK(table.rows.size() == 2);
}

TEST_CASE("Csv: a cell of 32 KiB is taken, one byte more is not", "[tool][csv]") {
  const std::string most(limits::text_bytes_max, 'x');
  const Table table = read("1," + most + "\n2,\"" + most + "x\"\n3,c\n", 2);
  REQUIRE(table.rows.size() == 2);
  CHECK(table.rows[0].cells[1].size() == limits::text_bytes_max);
  REQUIRE(table.rejects.size() == 1);
  CHECK(table.rejects[0].line == 2);
  CHECK(table.rejects[0].column == 2);
  CHECK(table.rejects[0].reason == "a cell over 32 KiB");
}

TEST_CASE("Csv: the limit of a cell counts its UTF-8 bytes, not the file's", "[tool][csv]") {
  std::string text;
  for (std::size_t i = 0; i < limits::text_bytes_max / 3 + 1; ++i) text += "中";
  const Table table = read(gb18030("1," + text + "\n"), 2);
  CHECK(table.encoding == Encoding::gb18030);
  REQUIRE(table.rejects.size() == 1);
  CHECK(table.rejects[0].reason == "a cell over 32 KiB");
}

TEST_CASE("Csv: a record of 256 KiB is taken, one byte more is not", "[tool][csv]") {
  std::string record;
  while (record.size() + 1 < csv_record_bytes_max) record += record.size() % 1000 == 999 ? ',' : 'x';
  const Table table = read(record + "\n" + record + "x\n" + "last\n");
  REQUIRE(table.rows.size() == 2);
  CHECK(table.rows[0].line == 1);
  CHECK(table.rows[1].cells == Cells{"last"});
  REQUIRE(table.rejects.size() == 1);
  CHECK(table.rejects[0].line == 2);
  CHECK(table.rejects[0].column == 0);
  CHECK(table.rejects[0].reason == "a record over 256 KiB");
  CHECK(table.rejects[0].reason_zh == "整行超过 256 KiB");
}

TEST_CASE("Csv: a line of megabytes is one reject and its end is not taken for a row", "[tool][csv]") {
  const Table table = read("a,b\n" + std::string(3 * limits::mib, 'x') + ",y\nc,d\n", 2);
  REQUIRE(table.rejects.size() == 1);
  CHECK(table.rejects[0].line == 2);
  CHECK(table.rejects[0].raw.size() == csv_record_bytes_max);
  REQUIRE(table.rows.size() == 2);
  CHECK(table.rows[1].line == 3);
}

TEST_CASE("Csv: a reject shows no more of the file than a record may have", "[tool][csv]") {
  constexpr std::string_view replacement_character = "\xEF\xBF\xBD";
  for (const std::size_t size : {csv_record_bytes_max + 1, csv_record_bytes_max + 2, 2 * csv_record_bytes_max}) {
    const std::string broken(size, '\xA1');  // starts no character of UTF-8
    for (const std::string& record : {broken, broken + "\"", "\"" + broken}) {
      const Table table = read("中文,x\n" + record + "\n", 2, Encoding::utf8);
      REQUIRE(table.rejects.size() == 1);
      CHECK(table.rejects[0].raw.size() <= replacement_character.size() * csv_record_bytes_max);
    }
  }
}

TEST_CASE("Csv: an unterminated quote over the record limit is left at the next whole row", "[tool][csv]") {
  std::string text = "a,b\n1,\"open\n";
  while (text.size() < 2 * limits::mib) text += "a line of prose\n";
  const auto lines = static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
  const Table table = read(text + "c,d\ne,f\n", 2);
  REQUIRE(table.rejects.size() == 1);
  CHECK(table.rejects[0].line == 2);
  REQUIRE(table.rows.size() == 3);
  CHECK(table.rows[1].cells == Cells{"c", "d"});
  CHECK(table.rows[1].line == lines + 1);
}

TEST_CASE("Csv: an unterminated quote early in a large file costs its own row only", "[tool][csv]") {
  std::string text = "a,b\n1,\"open\n";
  constexpr std::size_t good = 40'000;
  for (std::size_t i = 0; i < good; ++i) text += std::to_string(i) + ",some text\n";
  const Table table = read(text, 2);
  REQUIRE(table.rejects.size() == 1);
  CHECK(table.rejects[0].raw == "1,\"open\n");
  REQUIRE(table.rows.size() == good + 1);
  CHECK(table.rows.back().line == good + 2);
}

TEST_CASE("Csv: bytes that are not UTF-8 reject their record and are shown as replacements", "[tool][csv]") {
  const Table table = read("甲,乙\n\xE4\xB8,丙\n丁,戊\xFF\n己,庚\n", 2, Encoding::utf8);
  REQUIRE(table.rejects.size() == 2);
  CHECK(table.rejects[0].line == 2);
  CHECK(table.rejects[0].column == 1);
  CHECK(table.rejects[0].reason == "bytes that are not of the file's encoding");
  CHECK(table.rejects[0].raw == "\uFFFD\uFFFD,丙\n");
  CHECK(table.rejects[1].column == 2);
  CHECK(table.rows.size() == 2);
}

TEST_CASE("Csv: surrogates and overlong forms are not UTF-8", "[tool][csv]") {
  const Table table = read("\xED\xA0\x80\n\xC0\xAF\nok\n", 1, Encoding::utf8);
  CHECK(table.rejects.size() == 2);
  CHECK(table.rows.size() == 1);
}

TEST_CASE("Csv: one damaged byte does not turn a UTF-8 file into GB18030", "[tool][csv]") {
  const Table table = read("客户,投诉内容\n甲,柜员态度不好\n乙,\xE4\n丙,收费不合理\n", 2);
  CHECK(table.encoding == Encoding::utf8);
  CHECK(table.rows.size() == 3);
  CHECK(table.rejects.size() == 1);
}

TEST_CASE("Csv: GB18030 is recognised and decoded, rare characters included", "[tool][csv]") {
  const std::string text = "客户,投诉内容\n𠮷田,\"𡈽𣲗㛃䶮，😀\n“引号”€\"\n";
  const Table table = read(gb18030(text), 2);
  CHECK(table.encoding == Encoding::gb18030);
  CHECK(table.rejects.empty());
  REQUIRE(table.rows.size() == 2);
  CHECK(table.rows[1].cells == Cells{"𠮷田", "𡈽𣲗㛃䶮，😀\n“引号”€"});
}

TEST_CASE("Csv: bytes that are not GB18030 reject their record only", "[tool][csv]") {
  const Table table = read(gb18030("客户,投诉\n") + "\xC4,x\n" + gb18030("丙,丁\n"), 2, Encoding::gb18030);
  CHECK(table.rows.size() == 2);
  REQUIRE(table.rejects.size() == 1);
  CHECK(table.rejects[0].line == 2);
  CHECK(table.rejects[0].column == 1);
  CHECK(table.rejects[0].raw == "\uFFFD,x\n");
}

TEST_CASE("Csv: characters split between two reads of the file are whole", "[tool][csv]") {
  std::string text;
  while (text.size() < 300 * limits::kib) text += "x中文，𠮷\n";
  const Table utf8 = read(text, 1);
  const Table gb = read(gb18030(text), 1);
  CHECK(utf8.encoding == Encoding::utf8);
  CHECK(gb.encoding == Encoding::gb18030);
  CHECK(utf8.rejects.empty());
  CHECK(gb.rejects.empty());
  REQUIRE(utf8.rows.size() == gb.rows.size());
  CHECK(utf8.rows.back().cells == gb.rows.back().cells);
}

TEST_CASE("Csv: a file that cannot be read is an error and not an empty table", "[tool][csv]") {
  const Scratch scratch;
  const auto missing = CsvReader::open(scratch.path("none.csv"), Encoding::detect);
  REQUIRE(!missing);
  CHECK(missing.error().code == Code::io);
  const auto folder = CsvReader::open(scratch.path(""), Encoding::utf8);
  REQUIRE(!folder);
  CHECK(folder.error().code == Code::io);
}

TEST_CASE("Csv: a stream that fails half way fails the reader for good", "[tool][csv]") {
  auto from = std::make_unique<std::istringstream>("a\nb\n");
  std::istream& stream = *from;
  auto reader = CsvReader::over(std::move(from), Encoding::utf8);
  REQUIRE(reader);
  stream.setstate(std::ios::badbit);
  for (int i = 0; i < 2; ++i) {
    const auto record = (*reader)->next();
    REQUIRE(!record);
    CHECK(record.error().code == Code::io);
  }
}

TEST_CASE("Csv: a line written is read back as the same cells", "[tool][csv]") {
  const Cells cells{"a", "", "b,c", "d\"e", "f\ng", " h\r", "中"};
  const Table table = read(csv_line(cells));
  REQUIRE(table.rows.size() == 1);
  CHECK(table.rows[0].cells == cells);
}

}  // namespace redress::tool
