#include "ops/demonstration/check_manifest.h"

#include <catch2/catch.hpp>

#include "tests/tool/scratch.h"

namespace redress::demo {
namespace {

const char* const line =
    R"({"case":"A","registrar":11,"timeline":[{"kind":"registered","verdict":"stands","fields":{"source":"t","source_id":"1","narrative":"one"}},)"
    R"({"kind":"disposed","verdict":"stands","fields":{"opinion":"refund"}},{"kind":"disposed","verdict":"refused","fields":{"opinion":"no"}},)"
    R"({"kind":"registered","verdict":"unread","unread":"key_waiting","fields":{}}]})";

TEST_CASE("Manifest: read back as written") {
  const Manifest manifest{
      "a.csv", "m.toml", {{SiteId{1}, SiteId{}, "1"}, {SiteId{10}, SiteId{1}, "10"}}, {"r"}, {{"A", "refund"}}};
  const auto back = parse_manifest(to_json(manifest));
  REQUIRE(back);
  CHECK(to_json(*back) == to_json(manifest));
  CHECK(back->exports[1].parent == head_office);
  CHECK_FALSE(parse_manifest("{}"));
  CHECK_FALSE(parse_manifest("x"));
}

TEST_CASE("Manifest: an export's line is a case: what is readable and stands") {
  const auto cases = parse_export(std::string{line} + "\n");
  REQUIRE(cases);
  REQUIRE(cases->size() == 1);
  const HeldCase& held = cases->at("A");
  CHECK(held.registrar == SiteId{11});
  CHECK(held.registrations == std::vector<CaseFields>{{{"source", "t"}, {"source_id", "1"}, {"narrative", "one"}}});
  CHECK(held.opinions == std::vector<std::string>{"refund"});
  CHECK_FALSE(parse_export("{\"case\":\"A\"}\n"));
  CHECK_FALSE(parse_export(std::string{line} + "\n" + line + "\n"));
  CHECK_FALSE(parse_export(std::string{line}.substr(0, 40)));
}

TEST_CASE("Manifest: files to proof, and the proof read back") {
  const tool::Scratch folder;
  Manifest manifest;
  manifest.input = folder.write("t.csv", "Id,When,What\n1,,one\n2,,broken\"\n");
  manifest.mapping = folder.write("m.toml",
                                  "name=\"t\"\nid=\"Id\"\nreceived=\"When\"\nwidth=3\nheader_rows=1\n[[columns]]"
                                  "\ncolumn=\"What\"\nfield=\"narrative\"\n");
  manifest.rejects = {
      folder.write("r.csv", "line,column,field,reason,reason_zh,raw\n3,3,,bare quote,引号,\"2,,broken\"\"\"\n")};
  const std::string held =
      R"({"case":"A","registrar":10,"timeline":[{"kind":"registered","verdict":"stands","fields":{"source":"t","source_id":"1","narrative":"one","received_at":"2026-11-22T00:00:00Z","received_assumed":"true"}}]})";
  manifest.exports = {{head_office, SiteId{}, folder.write("1", held)},
                      {SiteId{10}, head_office, folder.write("10", held)}};
  const auto proof = prove(manifest);
  REQUIRE(proof);
  CHECK(proof->rows == 2);
  CHECK(proof->rejected == 1);
  CHECK(proof->at_gateway == 1);
  CHECK(proof->problems.empty());
  const auto back = parse_proof(to_json(*proof));
  REQUIRE(back);
  CHECK(to_json(*back) == to_json(*proof));
  CHECK_FALSE(parse_proof("{}"));
  manifest.rejects.clear();
  CHECK_FALSE(prove(manifest));
}

}  // namespace
}  // namespace redress::demo
