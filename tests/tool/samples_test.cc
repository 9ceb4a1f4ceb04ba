// The tables and mappings that are shipped, and, where they lie beside the checkout in ../shared/data, two tables of
// the CFPB's public complaint database. Those tests say so and pass when the tables are not there.
#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <set>

#include "crypto/digest.h"
#include "ops/tool/csv.h"
#include "ops/tool/mapping.h"

namespace redress::tool {
namespace {

const std::filesystem::path root = REDRESS_SOURCE_DIR;
constexpr WallTime import_time{1'773'000'000'000};

struct Imported {
  Encoding encoding = Encoding::detect;
  std::vector<CsvRow> rows;
  std::vector<Fields> fields;
  std::vector<std::string> keys;
};

Imported read(const std::filesystem::path& table, const std::string& mapping_name) {
  const auto mapping = Mapping::load((root / "ops/mappings" / (mapping_name + ".toml")).string());
  REQUIRE(mapping);
  CHECK(mapping->name() == mapping_name);
  auto reader = CsvReader::open(table.string(), mapping->encoding());
  REQUIRE(reader);
  std::optional<std::vector<std::string>> header;
  for (std::size_t i = 0; i < mapping->header_rows(); ++i) {
    auto record = (*reader)->next();
    REQUIRE(record);
    header = std::get<CsvRow>(*record).cells;
  }
  const auto bound = mapping->bind(header);
  REQUIRE(bound);
  (*reader)->expect_width(bound->width());
  Imported out;
  out.encoding = (*reader)->encoding();
  RowKeys keys{bound->source(), crypto::sha256_of};
  for (;;) {
    auto record = (*reader)->next();
    REQUIRE(record);
    if (std::holds_alternative<CsvEnd>(*record)) return out;
    REQUIRE(std::holds_alternative<CsvRow>(*record));
    auto& row = std::get<CsvRow>(*record);
    out.fields.push_back(bound->fields(row.cells, import_time));
    out.keys.push_back(keys.next(bound->id(row.cells), row.cells));
    out.rows.push_back(std::move(row));
  }
}

std::string field(const Fields& fields, const std::string& name) {
  const auto found = std::find_if(fields.begin(), fields.end(), [&](const auto& one) { return one.first == name; });
  return found == fields.end() ? "" : found->second;
}

bool any_cell(const Imported& table, const std::string& part) {
  return std::any_of(table.rows.begin(), table.rows.end(), [&](const CsvRow& row) {
    return std::any_of(row.cells.begin(), row.cells.end(),
                       [&](const std::string& cell) { return cell.find(part) != std::string::npos; });
  });
}

std::size_t characters(const std::string& text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

void check_public_table(const std::string& name, std::size_t rows, bool dated) {
  const auto path = root / "../shared/data" / name;
  if (!std::filesystem::exists(path)) {
    WARN("skipped: " << name << " is not in ../shared/data");
    return;
  }
  const Imported table = read(path, "cfpb");
  CHECK(table.encoding == Encoding::utf8);
  CHECK(table.rows.size() == rows);
  CHECK(std::set<std::string>{table.keys.begin(), table.keys.end()}.size() == rows);
  CHECK(read(path, "cfpb").keys == table.keys);
  for (std::size_t i = 0; i < table.rows.size(); ++i) {
    REQUIRE(table.keys[i] == "cfpb/" + table.rows[i].cells.at(17));
    REQUIRE(field(table.fields[i], "received_assumed") == (dated ? "" : "true"));
    REQUIRE(field(table.fields[i], "narrative") == table.rows[i].cells.at(5));
  }
}

}  // namespace

TEST_CASE("Samples: the Chinese ledger is read whole, with everything hard in it", "[tool][samples]") {
  const Imported table = read(root / "ops/samples/zh.csv", "ledger_zh");
  CHECK(table.encoding == Encoding::utf8);
  REQUIRE(table.rows.size() == 31);
  CHECK(table.rows[0].cells.size() == 69);
  CHECK(table.rows[0].line == 4);
  for (const std::string part : {"𠮷", "𡈽", "𣲗", "㛃", "䶮", "😡", "🤦‍♀️", "\n\n三、", "\r\n", "=SUM(A1:A9)",
                                 "+86", "-1", "@000", "ＱＵＡＮ", "１２３４", "\"双录\"", "  空格先生  ", "\u3000"}) {
    CAPTURE(part);
    CHECK(any_cell(table, part));
  }
  CHECK(characters(table.rows[5].cells[22]) == 10'000);
  const auto empty = [](const CsvRow& row) {
    return std::all_of(row.cells.begin(), row.cells.end(), [](const std::string& cell) { return cell.empty(); });
  };
  CHECK(std::count_if(table.rows.begin(), table.rows.end(), empty) == 1);
}

TEST_CASE("Samples: the ledger's columns become the fields they mean", "[tool][samples]") {
  const Imported table = read(root / "ops/samples/zh.csv", "ledger_zh");
  const Fields& first = table.fields.at(0);
  CHECK(field(first, "customer_name") == "𠮷田一郎");
  CHECK(field(first, "acceptance_form") == "现场");
  CHECK(field(first, "received_at") == "2026-03-02");
  CHECK(field(first, "id_no") == "00000019510101001X");
  CHECK(field(first, "cause") == "信息登记错误");
  CHECK(field(first, "product") == "人民币储蓄");
  CHECK(field(first, "source") == "ledger_zh");
  CHECK(field(first, "source_id") == "GD202600001");
  CHECK(field(first, "x:网点名称") == "城东支行营业部");
  CHECK(field(table.fields.at(1), "received_at") == "2026-03-03");
  CHECK(field(table.fields.at(1), "x:投诉受理日期") == "2026/3/3");
  CHECK(field(table.fields.at(13), "received_assumed") == "true");
  CHECK(field(table.fields.at(13), "x:投诉受理日期") == "上周三");
  CHECK(table.keys.at(0) == "ledger_zh/GD202600001");
}

TEST_CASE("Samples: the GB18030 twin says the same, cell for cell and key for key", "[tool][samples]") {
  const Imported utf8 = read(root / "ops/samples/zh.csv", "ledger_zh");
  const Imported twin = read(root / "ops/samples/zh.gb18030.csv", "ledger_zh");
  CHECK(twin.encoding == Encoding::gb18030);
  REQUIRE(twin.rows.size() == utf8.rows.size());
  for (std::size_t i = 0; i < utf8.rows.size(); ++i) {
    CHECK(twin.rows[i].line == utf8.rows[i].line);
    CHECK(twin.rows[i].cells == utf8.rows[i].cells);
  }
  CHECK(twin.keys == utf8.keys);
  CHECK(twin.fields == utf8.fields);
}

TEST_CASE("Samples: the English table is read whole, with everything hard in it", "[tool][samples]") {
  const Imported table = read(root / "ops/samples/en.csv", "cfpb");
  CHECK(table.encoding == Encoding::utf8);
  REQUIRE(table.rows.size() == 31);
  for (const std::string part : {"𠮷", "😠", "\n- twice", "\r\n", "=SUM(A1:A9)", "+86", "-1", "@home", "ＡＢＣ１２３",
                                 "\"already settled\"", "  I deposited", " 00000 "}) {
    CAPTURE(part);
    CHECK(any_cell(table, part));
  }
  CHECK(std::set<std::string>{table.keys.begin(), table.keys.end()}.size() == 31);
}

TEST_CASE("Samples: the public table of narratives has 1961 good rows", "[tool][samples]") {
  check_public_table("complaints_narratives.csv", 1961, false);
}

TEST_CASE("Samples: the public table of complaints has 1047 good rows", "[tool][samples]") {
  check_public_table("complaints_full.csv", 1047, true);
}

}  // namespace redress::tool
