#include "ops/demonstration/check_compare.h"

#include <catch2/catch.hpp>

namespace redress::demo {
namespace {

constexpr SiteId primary{10};
constexpr SiteId outlet{11};
constexpr SiteId other{12};

CaseFields fields(const std::string& id, const std::string& narrative) {
  CaseFields out{{"source", "t"}, {"received_at", "2026-03-03"}, {"narrative", narrative}};
  if (!id.empty()) out["source_id"] = id;
  return out;
}

// Two rows with ids, two equal ones without: A and C registered at the outlet, B and D at the primary branch; A
// disposed.
struct World {
  Layout layout{"t",
                "auto",
                1,
                {{ExpectedColumn::Use::id, "Id", {}},
                 {ExpectedColumn::Use::received, "When", {"x:When"}},
                 {ExpectedColumn::Use::value, "What", {"x:What", "narrative"}}},
                {}};
  Table table{{},
              {{2, {"1", "2026-03-03", "one"}},
               {3, {"2", "2026-03-03", "two"}},
               {4, {"", "2026-03-03", "same"}},
               {5, {"", "2026-03-03", "same"}}},
              3};
  std::vector<SiteExport> exports{
      {head_office, SiteId{}, {}}, {primary, head_office, {}}, {outlet, primary, {}}, {other, primary, {}}};
  std::vector<Issued> issued{{"A", "refund"}};

  World() {
    const HeldCase a{outlet, {fields("1", "one")}, {"refund"}};
    const HeldCase b{primary, {fields("2", "two")}, {}};
    const HeldCase c{outlet, {fields("", "same")}, {}};
    const HeldCase d{primary, {fields("", "same")}, {}};
    at(head_office) = {{"A", a}, {"B", b}, {"C", c}, {"D", d}};
    at(primary) = {{"A", a}, {"B", b}, {"C", c}, {"D", d}};
    at(outlet) = {{"A", a}, {"C", c}};
  }
  std::map<std::string, HeldCase>& at(SiteId site) {
    for (SiteExport& one : exports) {
      if (one.site == site) return one.cases;
    }
    FAIL("no such site");
    return exports.front().cases;
  }
  Proof run() const { return prove(layout, table, exports, issued); }
};

TEST_CASE("Proof: a world in order") {
  const Proof proof = World{}.run();
  CHECK(proof.rows == 7);
  CHECK(proof.rejected == 3);
  CHECK(proof.at_gateway == 4);
  CHECK(proof.missing == 0);
  CHECK(proof.duplicated == 0);
  CHECK(proof.altered == 0);
  CHECK(proof.dispositions_issued == 2);
  CHECK(proof.dispositions_at_branch == 2);
  CHECK(proof.dispositions_elsewhere == 0);
  CHECK(proof.problems.empty());
}

TEST_CASE("Proof: an empty row is none, and a case of it is one too many") {
  World world;
  world.table.rows.push_back({6, {"", " \u3000 ", "\t"}});
  CHECK(world.run().rows == 7);
  CHECK(world.run().missing == 0);
  const HeldCase empty{outlet, {{{"source", "t"}, {"received_at", "2026-03-03"}}}, {}};
  for (const SiteId site : {head_office, primary, outlet}) world.at(site)["E"] = empty;
  CHECK(world.run().altered == 1);
}

TEST_CASE("Proof: a case that head office, its branch or its primary branch does not hold is missing, once") {
  const auto site = GENERATE(head_office, primary, outlet);
  const std::string id = GENERATE("A", "C");
  World world;
  world.at(site).erase(id);
  const Proof proof = world.run();
  CHECK(proof.missing == 1);
  CHECK(proof.at_gateway == (site == head_office ? 3 : 4));
  CHECK(proof.duplicated == 0);
  CHECK(proof.altered == 0);
}

TEST_CASE("Proof: a row that is nowhere is missing") {
  World world;
  for (const SiteId site : {head_office, primary}) world.at(site).erase("B");
  CHECK(world.run().missing == 1);
}

TEST_CASE("Proof: a second case of a row is a duplicate, and no more at the gateway than rows") {
  const std::string like = GENERATE("B", "D");
  World world;
  for (const SiteId site : {head_office, primary}) world.at(site)["E"] = world.at(site)[like];
  const Proof proof = world.run();
  CHECK(proof.duplicated == 1);
  CHECK(proof.at_gateway == 4);
  CHECK(proof.missing == 0);
  CHECK(proof.altered == 0);
}

TEST_CASE("Proof: a second registration in one case is a duplicate") {
  World world;
  world.at(primary)["B"].registrations.push_back(fields("2", "two"));
  CHECK(world.run().duplicated == 1);
}

TEST_CASE("Proof: one altered byte in one copy is found, with column and place") {
  const auto site = GENERATE(head_office, primary, outlet);
  World world;
  world.at(site)["A"].registrations.front()["narrative"] = "onE";
  const Proof proof = world.run();
  CHECK(proof.altered == 1);
  CHECK(proof.missing == 0);
  REQUIRE(proof.problems.size() == 1);
  CHECK(proof.problems[0] == "column=What differs: line=2 site=" + std::to_string(site.value()) + " case=A");
}

TEST_CASE("Proof: a case that no row explains, or that cannot be read, is altered") {
  World world;
  world.at(primary)["Z"] = {primary, {fields("99", "where from")}, {}};
  CHECK(world.run().altered == 1);
  World unread;
  unread.at(primary)["B"].registrations.clear();
  CHECK(unread.run().altered == 1);
}

TEST_CASE("Proof: a disposition that did not come back is not counted there") {
  const auto site = GENERATE(primary, outlet);
  World world;
  world.at(site)["A"].opinions.clear();
  const Proof proof = world.run();
  CHECK(proof.dispositions_issued == 2);
  CHECK(proof.dispositions_at_branch == 1);
}

TEST_CASE("Proof: a disposition at a site without standing is elsewhere") {
  World world;
  world.at(other)["A"] = world.at(outlet)["A"];
  const Proof proof = world.run();
  CHECK(proof.dispositions_elsewhere == 1);
  CHECK(proof.dispositions_at_branch == 2);
  CHECK(proof.altered == 0);
  CHECK(proof.duplicated == 0);
}

TEST_CASE("Proof: a disposition twice, lost at head office, or issued by nobody") {
  World twice;
  twice.at(outlet)["A"].opinions.emplace_back("refund");
  CHECK(twice.run().duplicated == 1);
  World lost;
  lost.at(head_office)["A"].opinions.clear();
  CHECK(lost.run().missing == 1);
  World invented;
  invented.at(primary)["B"].opinions.emplace_back("shut the branch");
  CHECK(invented.run().altered == 1);
}

}  // namespace
}  // namespace redress::demo
