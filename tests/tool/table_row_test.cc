#include "ops/tool/table_row.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "tests/tool/scratch.h"

namespace redress::tool {
namespace {

using nlohmann::json;
using Cells = std::vector<std::string>;

const std::string layout = R"(
name = "bank"
header_rows = 1
width = 7
id = 0
received = 1
[[columns]]
index = 0
name = "工单号"
[[columns]]
index = 1
name = "受理日期"
[[columns]]
index = 2
name = "投诉人姓名"
field = "customer_name"
[[columns]]
index = 3
name = "投诉电话"
field = "phone"
[[columns]]
index = 4
name = "投诉内容"
field = "narrative"
[[columns]]
index = 5
name = "回访日期"
shows = "called_back.at"
[[columns]]
index = 6
name = "备用电话"
)";

std::vector<WrittenColumn> columns_of(const std::string& toml) {
  const auto mapping = Mapping::parse(toml);
  REQUIRE(mapping);
  const auto columns = mapping->written();
  REQUIRE(columns);
  return *columns;
}

json line(const char* kind, const char* verdict, const char* at, json fields) {
  return {{"kind", kind}, {"verdict", verdict}, {"recorded_at", at}, {"site", 11}, {"fields", std::move(fields)}};
}

json one_case(json fields) {
  return {{"number", "11-20261129-1-7K"},
          {"state", "started"},
          {"state_zh", "办理中"},
          {"registrar", 11},
          {"handler", 10},
          {"timeline", json::array({line("registered", "stands", "2026-11-29T08:00:00+08:00", std::move(fields))})}};
}

std::string only_cell(const std::string& field, const std::string& value, Personal personal = Personal::plain) {
  const std::string toml =
      "name = \"n\"\nheader_rows = 0\nwidth = 3\nid = 0\nreceived = 1\n[[columns]]\nindex = 2\nfield = \"" + field +
      "\"\n";
  return cells_of(columns_of(toml), one_case({{field, value}}), personal, true).at(2);
}

}  // namespace

TEST_CASE("Export: a case is a row of the bank's own layout") {
  json one = one_case({{"customer_name", "王小明"},
                       {"phone", "13800138000"},
                       {"narrative", "柜台多收手续费"},
                       {"received_at", "2026-11-28"},
                       {"x:备用电话", "02887654321"}});
  const auto columns = columns_of(layout);
  CHECK(cells_of(columns, one, Personal::plain, true) ==
        Cells{"11-20261129-1-7K", "2026-11-28", "王小明", "13800138000", "柜台多收手续费", "", "02887654321"});
  one["timeline"].push_back(line("amended", "stands", "2026-11-29T09:00:00+08:00", {{"phone", "13900139000"}}));
  one["timeline"].push_back(line("amended", "refused", "2026-11-29T09:30:00+08:00", {{"phone", "10086"}}));
  one["timeline"].push_back(line("called_back", "stands", "2026-12-01T09:00:00+08:00", {{"satisfied", "满意"}}));
  one["timeline"].push_back(line("called_back", "superseded", "2026-12-05T09:00:00+08:00", {{"satisfied", "不满意"}}));
  const Cells later = cells_of(columns, one, Personal::plain, true);
  CHECK(later[3] == "13900139000");
  CHECK(later[5] == "2026-12-01");
}

TEST_CASE("Export: personal data is masked unless it is asked for") {
  const json one = one_case({{"customer_name", "王小明"},
                             {"phone", "13800138000"},
                             {"narrative", "电话没人接"},
                             {"x:备用电话", "02887654321"}});
  const Cells cells = cells_of(columns_of(layout), one, Personal::masked, true);
  CHECK(cells[2] == "王**");
  CHECK(cells[3] == "138****8000");
  CHECK(cells[4] == "电话没人接");
  CHECK(cells[6] == "028****4321");
  CHECK(only_cell("customer_name", "王", Personal::masked) == "*");
  CHECK(only_cell("id_no", "11010119900307123X", Personal::masked) == "110***********123X");
  CHECK(only_cell("email", "a@b.cn", Personal::masked) == "******");
}

TEST_CASE("Export: an imported row keeps its number, a registered case has its own") {
  const auto columns = columns_of(layout);
  CHECK(cells_of(columns, one_case({{"source_id", "GD-77"}}), Personal::plain, true)[0] == "GD-77");
  CHECK(cells_of(columns, one_case(json::object()), Personal::plain, true)[0] == "11-20261129-1-7K");
  CHECK(cells_of(columns, one_case(json::object()), Personal::plain, true)[1] == "2026-11-29");
}

TEST_CASE("Export: a spreadsheet takes no cell for a formula or a rounded number") {
  CHECK(only_cell("narrative", "=1+1") == "'=1+1");
  CHECK(only_cell("narrative", "@SUM(A1)") == "'@SUM(A1)");
  CHECK(only_cell("narrative", "-cmd") == "'-cmd");
  CHECK(only_cell("phone", "+86 138-0013-8000") == "+86 138-0013-8000");
  CHECK(only_cell("id_no", "110101199003071234") == "\t110101199003071234");
  CHECK(only_cell("phone", "13800138000") == "13800138000");
}

TEST_CASE("Export: what is shown is of the case or of a kind of event") {
  const auto shown = [](const std::string& what) {
    const std::string toml =
        "name = \"n\"\nheader_rows = 0\nwidth = 3\nid = 0\nreceived = 1\n[[columns]]\nindex = 2\nshows = \"" + what +
        "\"\n";
    return cells_of(columns_of(toml), one_case({{"channel", "电话"}}), Personal::masked, true).at(2);
  };
  CHECK(shown("state") == "办理中");
  CHECK(shown("handler") == "10");
  CHECK(shown("registered.channel") == "电话");
  CHECK(shown("registered.site") == "11");
  CHECK(shown("closed.at").empty());
  CHECK(
      Mapping::parse(
          "name = \"n\"\nheader_rows = 0\nwidth = 3\nid = 0\nreceived = 1\n[[columns]]\nindex = 2\nshows = \"State\"\n")
          .error()
          .field == "columns[0].shows");
}

TEST_CASE("Export: a mapping by names writes its columns in its own order, one by both ways none") {
  const std::string named =
      "name = \"n\"\nheader_rows = 1\nwidth = 3\nid = \"Id\"\nreceived = \"Date\"\n[[columns]]\ncolumn = "
      "\"Issue\"\nfield = \"cause\"\n";
  const auto columns = columns_of(named);
  REQUIRE(columns.size() == 3);
  CHECK(columns[0].name == "Id");
  CHECK(columns[1].name == "Date");
  CHECK(columns[2].name == "Issue");
  const auto both = Mapping::parse(named + "[[columns]]\nindex = 2\nname = \"Other\"\n");
  REQUIRE(both);
  REQUIRE_FALSE(both->written());
  CHECK(both->written().error().code == Code::bad_config);
}

TEST_CASE("Export: GB18030 holds every character, and comes back") {
  const std::string text = "柜员㐂𠮷 ﾌﾙ €\r\n";
  const auto gb = encoded(text, Encoding::gb18030);
  REQUIRE(gb);
  CHECK(*gb != text);
  const Scratch folder;
  const auto reader = CsvReader::open(folder.write("gb.csv", *gb), Encoding::gb18030);
  REQUIRE(reader);
  const auto record = (*reader)->next();
  REQUIRE(record);
  CHECK(std::get<CsvRow>(*record).cells == Cells{"柜员㐂𠮷 ﾌﾙ €"});
  CHECK(encoded("\xFF", Encoding::gb18030).error().code == Code::malformed);
}

}  // namespace redress::tool
