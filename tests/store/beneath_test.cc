#include "store/beneath.h"

#include <catch2/catch.hpp>

#include "tests/sim/forge.h"

namespace redress::store {
namespace {

using sim::Pair;

const SiteId outlet{3};  // it reports to the first branch

Beneath beneath_at(Pair& pair, std::size_t branch) {
  sim::Node& node = pair.branch(branch);
  return {node.truth, node.options(), pair.kinds().opening().kind};
}

}  // namespace

TEST_CASE("Beneath: who registered a case and named this site as its supervisor, and nobody else") {
  sim::PairOptions options{190, 2};
  options.chained = true;
  Pair pair{options};
  Beneath above = beneath_at(pair, 0);
  CHECK_FALSE(*above.has(outlet));
  REQUIRE(pair.register_case(pair.branch(0), "desk/1").has_value());
  REQUIRE(pair.register_case(pair.branch(1), "desk/2").has_value());
  REQUIRE(pair.drive_bounded());
  CHECK(*above.has(outlet));
  CHECK_FALSE(*above.has(pair.branch(0).id));
  CHECK_FALSE(*above.has(head_office));
  Beneath itself = beneath_at(pair, 1);
  CHECK_FALSE(*itself.has(outlet));
}

TEST_CASE("Beneath: an opening that was damaged when it was come to is taken when it has come back", "[P11]") {
  for (const bool is_gone : {false, true}) {
    sim::PairOptions options{191, 2};
    options.chained = true;
    Pair pair{options};
    REQUIRE(pair.register_case(pair.branch(1), "desk/1").has_value());
    REQUIRE(pair.drive_bounded());
    REQUIRE(pair.register_case(pair.branch(0), "desk/2").has_value());
    auto& entries = pair.branch(0).truth.rows(Table::entries);
    REQUIRE(entries.size() == 2);
    const auto whole = entries;
    if (is_gone) {
      entries.erase(entries.begin());
    } else {
      entries.begin()->second.back() ^= std::byte{1};
    }
    Beneath above = beneath_at(pair, 0);
    CHECK_FALSE(*above.has(outlet));
    CHECK_FALSE(*above.has(outlet));
    entries = whole;
    CHECK(*above.has(outlet));
  }
}

}  // namespace redress::store
