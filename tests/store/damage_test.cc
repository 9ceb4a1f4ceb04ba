#include "store/damage.h"

#include <catch2/catch.hpp>

#include "protocol/base/limits.h"

namespace redress::store {
namespace {

CaseId case_named(unsigned char n) {
  CaseId id;
  id.bytes.fill(std::byte{n});
  return id;
}

}  // namespace

TEST_CASE("Damage: what several know of one entry is together") {
  Damage damage;
  const sync::Spot spot{journal_of(SiteId{2}, Epoch{5}), Seq{3}};
  damage.note({Position{7}});
  damage.note({Position{7}, case_named(1), {}, std::nullopt});
  damage.note({Position{7}, {}, SiteId{2}, spot});
  damage.note({Position{7}, case_named(2), SiteId{3}, spot});
  REQUIRE(damage.all().size() == 1);
  const Damage::Noted noted = damage.all()[0];
  CHECK(noted.case_id == case_named(1));
  CHECK(noted.author == SiteId{2});
  CHECK(noted.spots == std::set{spot});
}

TEST_CASE("Damage: its version moves with what is new alone") {
  Damage damage;
  auto moves = [&, last = damage.version()](const Damaged& found) mutable {
    damage.note(found);
    return std::exchange(last, damage.version()) != damage.version();
  };
  CHECK(moves({Position{7}}));
  CHECK_FALSE(moves({Position{7}}));
  CHECK(moves({Position{7}, case_named(1)}));
  CHECK_FALSE(moves({Position{7}, case_named(1)}));
  const std::uint64_t before = damage.version();
  damage.forget(Position{8});
  CHECK(damage.version() == before);
  damage.forget(Position{7});
  CHECK(damage.version() != before);
  CHECK(damage.all().empty());
}

TEST_CASE("Damage: more than it keeps pushes the oldest out") {
  Damage damage;
  for (std::uint64_t at = 1; at <= limits::damage_noted_max + 1; ++at) damage.note({Position{at}});
  const auto all = damage.all();
  REQUIRE(all.size() == limits::damage_noted_max);
  CHECK(all.front().ledger == Position{2});
  CHECK(all.back().ledger == Position{limits::damage_noted_max + 1});
}

}  // namespace redress::store
