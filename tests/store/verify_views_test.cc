#include "store/verify_views.h"

#include <catch2/catch.hpp>

#include "store/follower.h"
#include "tests/sim/forge.h"

namespace redress::store {
namespace {

using sim::Node;
using sim::Pair;

// Head office with three cases, one of them disposed of, and its views.
struct Office {
  explicit Office(std::uint64_t seed) : pair{seed} {
    for (int i = 1; i <= 3; ++i) {
      const auto opened = pair.register_case(pair.branch(), "desk/" + std::to_string(i));
      REQUIRE(opened.has_value());
      REQUIRE(pair.drive_bounded());
      last = opened->case_id;
    }
    REQUIRE(pair.dispose(last, "ho/1").has_value());
  }
  [[nodiscard]] Node& node() { return pair.gateway(); }
  [[nodiscard]] Follower follower(Epoch epoch) {
    return {node().truth, views, node().options(), epoch, node().keys.views, pair.kinds(), node().random};
  }
  void follow(std::size_t entries) {
    Follower one = follower(node().site->epoch());
    REQUIRE(one.open().has_value());
    REQUIRE(one.advance(entries).has_value());
  }
  [[nodiscard]] VerifiedViews verified() {
    const auto out =
        verify_views(node().truth, views, node().options(), node().keys.views, pair.kinds(), {}, node().random);
    REQUIRE(out.has_value());
    return *out;
  }
  Pair pair;
  sim::MemoryTruth views;
  CaseId last;
};

}  // namespace

TEST_CASE("VerifyViews: views that are level say what the entries say") {
  Office office{170};
  office.follow(100);
  const VerifiedViews out = office.verified();
  CHECK(out.errors == 0);
  CHECK(out.cases == 3);
  CHECK(out.waiting == 0);
}

TEST_CASE("VerifyViews: what the follower has not reached is waiting, not wrong") {
  Office office{171};
  office.follow(2);
  CHECK(office.verified().errors == 0);
  CHECK(office.verified().cases == 2);
  CHECK(office.verified().waiting == 1);

  // Made in another life of the store: the follower begins anew.
  Follower other = office.follower(Epoch{1});
  REQUIRE(other.open().has_value());
  CHECK(office.verified().errors == 0);
  CHECK(office.verified().waiting == 3);
}

TEST_CASE("VerifyViews: a case that is listed as it was before is named") {
  Office office{172};
  office.follow(100);
  const Bytes before = office.views.rows(Table::cases).at(copy_of(view_of(office.last)));
  REQUIRE(office.pair.act(office.pair.branch(), office.last, "replied", "desk/r", {{"content", "done"}}).has_value());
  REQUIRE(office.pair.drive_bounded());
  office.follow(100);
  REQUIRE(office.verified().errors == 0);
  office.views.rows(Table::cases).at(copy_of(view_of(office.last))) = before;
  const VerifiedViews out = office.verified();
  CHECK(out.errors == 1);
  REQUIRE(out.findings.size() == 1);
  CHECK(out.findings.front().where == "table=cases key=" + to_hex(view_of(office.last)));
}

}  // namespace redress::store
