#include "ops/tool/mapping.h"

#include <catch2/catch.hpp>
#include <map>

#include "crypto/digest.h"
#include "tests/tool/scratch.h"

namespace redress::tool {
namespace {

using Cells = std::vector<std::string>;

constexpr WallTime import_time{1'773'000'000'000};
const std::string import_text = "2026-03-08T20:00:00.000Z";

const std::string small = R"(
name = "small"
header_rows = 1
width = 4
id = "Id"
received = "Received"
[[columns]]
column = "Text"
field = "narrative"
)";

BoundMapping bound(const std::string& toml, const Cells& header) {
  const auto mapping = Mapping::parse(toml);
  REQUIRE(mapping);
  auto out = mapping->bind(header);
  REQUIRE(out);
  return *out;
}

std::map<std::string, std::string> fields_of(const BoundMapping& mapping, const Cells& cells) {
  std::map<std::string, std::string> out;
  for (const auto& [name, text] : mapping.fields(cells, import_time)) CHECK(out.emplace(name, text).second);
  return out;
}

std::map<std::string, std::string> received(const std::string& cell) {
  const BoundMapping mapping = bound(small, {"Id", "Received", "Text", "Other"});
  auto out = fields_of(mapping, {"", cell, "", ""});
  out.erase("source");
  return out;
}

// The key at fault, or the code's number if there is none.
std::string fault_of(const std::string& toml) {
  const auto mapping = Mapping::parse(toml);
  if (mapping) return "none";
  CHECK(mapping.error().code == Code::bad_config);
  return mapping.error().field;
}

}  // namespace

TEST_CASE("Mapping: columns become fields, the rest extensions, empty cells nothing", "[tool][mapping]") {
  const BoundMapping mapping = bound(small, {"Text", "Other", "Id", "Received", "更多"});
  CHECK(mapping.width() == 5);
  const auto fields = fields_of(mapping, {" kept as is ", "o", "7", "2026-01-02", "值"});
  CHECK(fields == std::map<std::string, std::string>{{"narrative", " kept as is "},
                                                     {"x:Other", "o"},
                                                     {"x:更多", "值"},
                                                     {"received_at", "2026-01-02"},
                                                     {"source", "small"},
                                                     {"source_id", "7"}});
  const auto empty = fields_of(mapping, {"", "", "", "", ""});
  CHECK(empty == std::map<std::string, std::string>{
                     {"received_at", import_text}, {"received_assumed", "true"}, {"source", "small"}});
}

TEST_CASE("Mapping: a default stands in for an empty cell only", "[tool][mapping]") {
  const BoundMapping mapping =
      bound(small + "[defaults]\nnarrative = \"none given\"\nchannel = \"web\"\n", {"Id", "Received", "Text", "Other"});
  const auto given = fields_of(mapping, {"1", "2026-01-02", "text", ""});
  CHECK(given.at("narrative") == "text");
  CHECK(given.at("channel") == "web");
  CHECK(fields_of(mapping, {"1", "2026-01-02", "", ""}).at("narrative") == "none given");
}

TEST_CASE("Mapping: a date received in ISO form is kept as it is", "[tool][mapping]") {
  using Texts = std::map<std::string, std::string>;
  CHECK(received("2023-08-25") == Texts{{"received_at", "2023-08-25"}});
  CHECK(received("2023-08-25T09:30:00+08:00") == Texts{{"received_at", "2023-08-25T09:30:00+08:00"}});
}

TEST_CASE("Mapping: another spelling of a date gives the ISO date and keeps the text", "[tool][mapping]") {
  const std::string spelling =
      GENERATE(as<std::string>{}, "2023/8/25", "2023/08/25", "20230825", "2023年8月25日", "2023年08月25日", "2023.8.25",
               "2023-8-25", "2023/8/25 9:30", "2023-08-25 09:30:00", "20230825 09:30", "2023年8月25日 9:30");
  CAPTURE(spelling);
  CHECK(received(spelling) ==
        std::map<std::string, std::string>{{"received_at", "2023-08-25"}, {"x:Received", spelling}});
}

TEST_CASE("Mapping: what is not a date is kept, and the import time assumed", "[tool][mapping]") {
  const std::string cell =
      GENERATE(as<std::string>{}, "上周三", "2023-02-30", "25/08/2023", "2023/8", "2023年8月25", "2023-8/25", "230825",
               "2023825", "2023-08-25 noon", "2023-08-25 9", " 2023-08-25", "2023-08-25 ", "２０２３-08-25");
  CAPTURE(cell);
  CHECK(received(cell) == std::map<std::string, std::string>{
                              {"received_at", import_text}, {"received_assumed", "true"}, {"x:Received", cell}});
}

TEST_CASE("Mapping: columns by index take their names from the mapping", "[tool][mapping]") {
  const BoundMapping mapping = bound(R"(
name = "byplace"
header_rows = 3
width = 4
id = 0
received = 1
[[columns]]
index = 2
name = "投诉原因"
field = "cause"
[[columns]]
index = 3
name = "备注"
)",
                                     {"", "", "", "", "第五列"});
  const auto fields = fields_of(mapping, {"1", "2026/1/2", "收费", "无", "五"});
  CHECK(fields.at("cause") == "收费");
  CHECK(fields.at("x:备注") == "无");
  CHECK(fields.at("x:第五列") == "五");
  CHECK(fields.at("x:#1") == "2026/1/2");
}

TEST_CASE("Mapping: a column without a usable name is named by its place", "[tool][mapping]") {
  const std::string most(limits::field_name_bytes_max - 2, 'n');
  const BoundMapping mapping =
      bound(small, {"Id", "Received", "Text", "", "twice", "twice", "a\nb", "#4", most, most + "n"});
  const auto fields = fields_of(mapping, {"", "2026-01-02", "", "3", "4", "5", "6", "7", "8", "9"});
  CHECK(fields == std::map<std::string, std::string>{{"received_at", "2026-01-02"},
                                                     {"source", "small"},
                                                     {"x:#3", "3"},
                                                     {"x:#4", "4"},
                                                     {"x:#5", "5"},
                                                     {"x:#6", "6"},
                                                     {"x:#7", "7"},
                                                     {"x:" + most, "8"},
                                                     {"x:#9", "9"}});
}

TEST_CASE("Mapping: a table that lacks a column or width is refused by name", "[tool][mapping]") {
  const auto mapping = Mapping::parse(small);
  REQUIRE(mapping);
  const auto narrow = mapping->bind(Cells{"Id", "Received", "Text"});
  REQUIRE(!narrow);
  CHECK(narrow.error().code == Code::malformed);
  for (const std::string missing : {"Id", "Received", "Text"}) {
    Cells header{"Id", "Received", "Text", "Other"};
    *std::find(header.begin(), header.end(), missing) = "Another";
    const auto refused = mapping->bind(header);
    REQUIRE(!refused);
    CHECK(refused.error().code == Code::missing_field);
    CHECK(refused.error().field == missing);
  }
  const auto twice = mapping->bind(Cells{"Id", "Received", "Text", "Text"});
  REQUIRE(!twice);
  CHECK(twice.error().code == Code::bad_value);
  CHECK(twice.error().field == "Text");
}

TEST_CASE("Mapping: two entries for one column refuse the table", "[tool][mapping]") {
  const std::string by_place = "[[columns]]\nindex = 0\nfield = \"cause\"\n";
  const auto mapping = Mapping::parse(small + by_place);
  REQUIRE(mapping);
  CHECK(mapping->bind(Cells{"Other", "Id", "Received", "Text"}));
  CHECK(!mapping->bind(Cells{"Text", "Id", "Received", "Other"}));
  CHECK(!mapping->bind(Cells{"Id", "Text", "Received", "Other"}));
  CHECK(!mapping->bind(Cells{"Received", "Text", "Id", "Other"}));
}

TEST_CASE("Mapping: a file with an error is refused by the key at fault", "[tool][mapping]") {
  const std::string head = "name = \"n\"\nheader_rows = 1\nwidth = 4\nid = 0\nreceived = 1\n";
  CHECK(fault_of(head) == "none");
  CHECK(fault_of(head + "colour = 1\n") == "colour");
  CHECK(fault_of("name = \"a/b\"\nheader_rows = 1\nwidth = 4\nid = 0\nreceived = 1\n") == "name");
  CHECK(fault_of("header_rows = 1\nwidth = 4\nid = 0\nreceived = 1\n") == "name");
  CHECK(fault_of(head + "encoding = \"latin1\"\n") == "encoding");
  CHECK(fault_of("name = \"n\"\nheader_rows = -1\nwidth = 4\nid = 0\nreceived = 1\n") == "header_rows");
  CHECK(fault_of("name = \"n\"\nheader_rows = 1\nid = 0\nreceived = 1\n") == "width");
  CHECK(fault_of("name = \"n\"\nheader_rows = 1\nwidth = 4\nid = 4\nreceived = 1\n") == "id");
  CHECK(fault_of("name = \"n\"\nheader_rows = 1\nwidth = 4\nid = 0\nreceived = 0\n") == "received");
  CHECK(fault_of("name = \"n\"\nheader_rows = 0\nwidth = 4\nid = \"Id\"\nreceived = 0\n") == "id");
  CHECK(fault_of(head + "[defaults]\ncolour = \"red\"\n") == "defaults.colour");
  CHECK(fault_of(head + "[defaults]\nsource = \"me\"\n") == "defaults.source");
  CHECK(fault_of(head + "[defaults]\nchannel = 1\n") == "defaults.channel");
  CHECK(fault_of(head + "[[columns]]\nindex = 2\nfield = \"received_at\"\n") == "columns[0].field");
  CHECK(fault_of(head + "[[columns]]\nindex = 9\n") == "columns[0].index");
  CHECK(fault_of(head + "[[columns]]\nfield = \"cause\"\n") == "columns[0].column");
  CHECK(fault_of(head + "[[columns]]\nindex = 0\nfield = \"cause\"\n") == "columns[0].field");
  CHECK(fault_of(head + "[[columns]]\nindex = 2\n[[columns]]\nindex = 2\n") == "columns[1]");
  CHECK(fault_of(head + "[[columns]]\nindex = 2\nfield = \"cause\"\n[[columns]]\nindex = 3\nfield = \"cause\"\n") ==
        "columns[1].field");
  CHECK(fault_of("name = ") == "");
}

TEST_CASE("Mapping: a file that is not there, not TOML or too large says which", "[tool][mapping]") {
  const Scratch scratch;
  const auto missing = Mapping::load(scratch.path("none.toml"));
  REQUIRE(!missing);
  CHECK(missing.error().code == Code::io);
  const auto broken = Mapping::load(scratch.write("broken.toml", "name = \"n\"\nwidth ="));
  REQUIRE(!broken);
  CHECK(broken.error().code == Code::bad_config);
  CHECK(broken.error().what.find("line=2") != std::string::npos);
  CHECK(broken.error().what.find("broken.toml") != std::string::npos);
  const auto large = Mapping::load(scratch.write("large.toml", std::string(mapping_bytes_max + 1, '#')));
  REQUIRE(!large);
  CHECK(large.error().code == Code::too_large);
}

TEST_CASE("RowKeys: a row with an id is known by it", "[tool][mapping]") {
  RowKeys keys{"cfpb", crypto::sha256_of};
  CHECK(keys.next("7523056", Cells{"a"}) == "cfpb/7523056");
  CHECK(keys.next("7523056", Cells{"b"}) == "cfpb/7523056");
  CHECK(keys.next(" a%b\n工\x7F", Cells{""}) == "cfpb/%20a%25b%0A%E5%B7%A5%7F");
}

TEST_CASE("RowKeys: an id too long for a key is known by its digest", "[tool][mapping]") {
  RowKeys keys{"s", crypto::sha256_of};
  const std::string most(limits::idempotency_key_bytes_max - 2, 'x');
  CHECK(keys.next(most, Cells{}) == "s/" + most);
  const std::string key = keys.next(most + "x", Cells{});
  CHECK(key.size() == 5 + 64);
  CHECK(key.substr(0, 5) == "s/id-");
  CHECK(keys.next(most + "y", Cells{}) != key);
}

TEST_CASE("RowKeys: rows without an id are told apart by content and occurrence, the same on every run",
          "[tool][mapping]") {
  const std::vector<Cells> rows{{"a", "b"}, {"a", "b"}, {"ab", ""}, {"a", "b"}, {"", ""}, {"", ""}};
  const auto run = [&rows] {
    RowKeys keys{"s", crypto::sha256_of};
    std::vector<std::string> out;
    for (const Cells& cells : rows) out.push_back(keys.next("", cells));
    return out;
  };
  const auto keys = run();
  CHECK(keys == run());
  for (std::size_t i = 0; i < keys.size(); ++i) {
    CHECK(std::count(keys.begin(), keys.end(), keys[i]) == 1);
    CHECK(keys[i].size() == std::string{"s/row-0123456789abcdef-1"}.size());
  }
  CHECK(keys[1].substr(0, 22) == keys[0].substr(0, 22));
  CHECK(keys[0].back() == '1');
  CHECK(keys[1].back() == '2');
  CHECK(keys[3].back() == '3');
}

}  // namespace redress::tool
