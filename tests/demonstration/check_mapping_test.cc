#include "ops/demonstration/check_mapping.h"

#include <catch2/catch.hpp>

#include "tests/tool/scratch.h"

namespace redress::demo {
namespace {

using Names = std::vector<std::string>;

const Names header{"When", "What", "Where", "Extra", "Number"};

Layout layout() {
  const tool::Scratch folder;
  const auto path = folder.write("m.toml", R"(
name = "test"
header_rows = 1
width = 5
id = "Number"
received = 0
[defaults]
channel = "paper"
[[columns]]
column = "What"
field = "narrative"
[[columns]]
index = 2
name = "Place"
field = "region"
)");
  auto read = read_layout(path, header);
  REQUIRE(read);
  return std::move(*read);
}

const Names row{"2026-03-03", "it broke", "north", "seen twice", "N1"};
const CaseFields good{{"received_at", "2026-03-03"}, {"narrative", "it broke"}, {"region", "north"},
                      {"x:Extra", "seen twice"},     {"source", "test"},        {"source_id", "N1"},
                      {"case_no", "10-1"},           {"channel", "paper"}};

TEST_CASE("CheckMapping: a case that says what the row says has no difference") {
  CHECK(differences(layout(), row, good) == Names{});
  CHECK(id_in(layout(), row) == "N1");
}

TEST_CASE("CheckMapping: each changed, lost or added value is named by its column") {
  const auto [field, column] = GENERATE(table<const char*, const char*>({{"received_at", "When"},
                                                                         {"narrative", "What"},
                                                                         {"region", "Place"},
                                                                         {"x:Extra", "Extra"},
                                                                         {"source_id", "Number"},
                                                                         {"source", "(source)"}}));
  INFO(field);
  CaseFields lost = good;
  lost.erase(field);
  CHECK(differences(layout(), row, lost) == Names{column});
  CaseFields changed = good;
  changed[field] += " ";
  CHECK(differences(layout(), row, changed) == Names{column, "+" + std::string{field}});
  CaseFields added = good;
  added["x:More"] = "1";
  CHECK(differences(layout(), row, added) == Names{"+x:More"});
}

TEST_CASE("CheckMapping: a value may stand in its extension instead, by name or by index") {
  CaseFields held = good;
  held.erase("region");
  held["x:Place"] = "north";
  CHECK(differences(layout(), row, held) == Names{});
  held.erase("x:Place");
  held["x:#2"] = "north";
  CHECK(differences(layout(), row, held) == Names{});
}

TEST_CASE("CheckMapping: an empty cell asks for nothing, and nothing may be in its place") {
  CaseFields held = good;
  Names empty = row;
  empty[1] = "";
  CHECK(differences(layout(), empty, held) == Names{"+narrative"});
  held.erase("narrative");
  CHECK(differences(layout(), empty, held) == Names{});
}

TEST_CASE("CheckMapping: a date in the source's words stands beside its day") {
  const std::string written = GENERATE("2026/3/3", "2026.03.03", "20260303", "2026年3月3日", "2026/3/3 8:05");
  INFO(written);
  Names cells = row;
  cells[0] = written;
  CaseFields held = good;
  CHECK(differences(layout(), cells, held) == Names{"When"});
  held["x:When"] = written;
  CHECK(differences(layout(), cells, held) == Names{});
  held["received_at"] = "2026-03-04";
  CHECK(differences(layout(), cells, held) == Names{"When"});
}

TEST_CASE("CheckMapping: an assumed time says that it is assumed") {
  Names cells = row;
  cells[0] = "";
  CaseFields held = good;
  held["received_at"] = "2026-11-22T00:00:00Z";
  CHECK(differences(layout(), cells, held) == Names{"When"});
  held["received_assumed"] = "true";
  CHECK(differences(layout(), cells, held) == Names{});
  cells[0] = "soon";
  CHECK(differences(layout(), cells, held) == Names{"When"});
  held["x:When"] = "soon";
  CHECK(differences(layout(), cells, held) == Names{});
}

TEST_CASE("CheckMapping: a mapping that does not fit the table is an error") {
  const tool::Scratch folder;
  const auto path = folder.write("m.toml", "name = \"t\"\nid = \"Nowhere\"\nreceived = 0\n");
  CHECK(read_layout(path));
  CHECK_FALSE(read_layout(path, header));
  CHECK_FALSE(read_layout(folder.write("n.toml", "name = "), header));
  CHECK_FALSE(read_layout(folder.path("absent.toml")));
}

}  // namespace
}  // namespace redress::demo
