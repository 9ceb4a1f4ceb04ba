#include "ops/demonstration/plan.h"

#include <catch2/catch.hpp>
#include <set>

#include "ops/demonstration/dice.h"

namespace redress::demo {
namespace {

TEST_CASE("Plan: the first of every ten sites is the primary branch of the rest") {
  const auto sites = sites_for(12);
  REQUIRE(sites.size() == 12);
  CHECK(sites[0].site == SiteId{10});
  CHECK(sites[0].parent == head_office);
  CHECK(sites[9].parent == SiteId{10});
  CHECK(sites[10].parent == head_office);
  CHECK(sites[11].parent == SiteId{20});
}

TEST_CASE("Plan: every unit is imported once, and has a row") {
  const auto rows = GENERATE(1, 2, 31, 57, 2000);
  const auto branches = GENERATE(1, 3, 20);
  const Plan plan = make_plan(5, static_cast<std::size_t>(rows), static_cast<std::size_t>(branches));
  std::set<std::size_t> units;
  std::size_t shares = 0;
  for (const auto& slice : plan.slices) {
    for (const Share& share : slice) {
      units.insert(share.unit);
      CHECK(share.branch < static_cast<std::size_t>(branches));
      ++shares;
    }
  }
  CHECK(units.size() == shares);
  CHECK(shares == plan.units);
  CHECK(*units.rbegin() + 1 == plan.units);
  CHECK(plan.units <= static_cast<std::size_t>(rows));
}

TEST_CASE("Plan: whoever is cut off has rows to register meanwhile; the kills fall within the import") {
  const auto seed = GENERATE(range(0U, 40U));
  const auto branches = GENERATE(3, 20);
  const Plan plan = make_plan(seed, 31, static_cast<std::size_t>(branches));
  CHECK(plan.cut_slice >= 2);
  CHECK(plan.cut_slice <= 6);
  bool busy = false;
  for (std::size_t slice = plan.cut_slice; slice < plan.slices.size(); ++slice) {
    for (const Share& share : plan.slices[slice]) busy = busy || share.branch == plan.cut_branch;
  }
  CHECK(busy);
  CHECK(plan.gateway.slice < plan.slices.size());
  CHECK(plan.agent.slice < plan.slices.size());
  CHECK(plan.killed_branch < static_cast<std::size_t>(branches));
}

TEST_CASE("Plan: the seed alone decides") {
  CHECK(make_plan(7, 500, 9).cut_branch == make_plan(7, 500, 9).cut_branch);
  CHECK(make_plan(7, 500, 9).gateway.after_ms == make_plan(7, 500, 9).gateway.after_ms);
  std::set<std::size_t> drawn;
  for (std::uint64_t seed = 0; seed < 50; ++seed) drawn.insert(make_plan(seed, 500, 9).cut_branch);
  CHECK(drawn.size() == 9);
}

TEST_CASE("Dice: numbers stay within their bounds and reach both") {
  Dice dice{1};
  std::set<std::int64_t> seen;
  for (int i = 0; i < 200; ++i) seen.insert(dice.between(-2, 2));
  CHECK(seen == std::set<std::int64_t>{-2, -1, 0, 1, 2});
}

}  // namespace
}  // namespace redress::demo
