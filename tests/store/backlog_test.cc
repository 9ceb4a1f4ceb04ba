// What has piled up at a branch while head office had no room (P10).
#include <catch2/catch.hpp>

#include "tests/sim/forge.h"

namespace redress::store {
namespace {

using sim::Cut;
using sim::Pair;

}  // namespace

TEST_CASE("Backlog: thirty days of a branch wait out a full disk at head office, then drain") {
  constexpr std::size_t entries = 30 * 600;
  Pair pair{13};
  REQUIRE(pair.drive_bounded());
  pair.cut(Cut::both);
  for (std::size_t i = 1; i <= entries; ++i) {
    REQUIRE(pair.register_case(pair.branch(), "desk/" + std::to_string(i)).has_value());
  }
  pair.gateway().truth.set_disk(45'000'000);  // of which 21 MB are kept, and as much again for own acts
  pair.cut(Cut::none);
  CHECK_FALSE(pair.drive_bounded(600'000));
  CHECK(pair.gateway().site->room() == Room::line_waits);
  CHECK(sim::refused_with(pair.gateway()) == Code::retry_later);
  const std::size_t held = sim::entries_in(pair.gateway().truth).size();
  CHECK(held > 0);
  CHECK(held < entries / 2);
  const auto own = pair.register_case(pair.gateway(), "ho/1");
  CHECK(own.has_value());  // registering gives way last
  CHECK(sim::lines_of(pair.judge(false)) == "");

  pair.gateway().truth.set_disk(UINT64_MAX);
  CHECK(pair.drive_bounded(600'000));
  CHECK(sim::entries_in(pair.gateway().truth).size() == entries + 1);
  CHECK(sim::lines_of(pair.judge()) == "");
}

}  // namespace redress::store
