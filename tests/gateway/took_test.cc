// How long entries took, at both ends of a line, is never less than the truth (P13).
#include <catch2/catch.hpp>

#include "gateway/gateway.h"
#include "tests/gateway/office.h"

namespace redress::gateway {
namespace {

constexpr std::int64_t step_ms = 500;

void go_on(Office& office, int steps) {
  for (int i = 0; i < steps; ++i) {
    office.clock = after_ms(office.clock, step_ms);
    office.settle();
  }
}

}  // namespace

TEST_CASE("Took: what waited for three days behind a cut counts as three days, at both ends") {
  Office office;
  Dialled& branch = office.dial();
  const CaseId id = office.register_case(branch);
  static_cast<void>(office.status());
  office.submit(office.gateway, office.disposition(id));
  go_on(office, 4);
  branch.is_cut = true;
  office.submit(office.gateway, office.disposition(id, "second"));
  office.submit(branch.agent, office.registration(branch.node, "while cut"));
  constexpr std::int64_t look_ms = 600'000;
  for (std::int64_t waited = 0; waited < 3 * day_ms; waited += look_ms) {
    office.clock = after_ms(office.clock, look_ms);
    office.turn(branch);
    office.turn();
  }
  branch.is_cut = false;
  go_on(office, 400);
  const auto told = office.status();
  REQUIRE(told.size() == 1);
  CHECK(told[0].down.entries == 0);
  CHECK(told[0].down_took.p99_ms >= 3 * day_ms);
  CHECK(branch.agent.view(office.clock).up_took.p99_ms >= 3 * day_ms);
}

TEST_CASE("Took: what was over before a program began it does not count") {
  Office office;
  Dialled& branch = office.dial();
  for (int i = 0; i < 5; ++i) office.submit(office.gateway, office.disposition(office.register_case(branch)));
  office.settle();
  Dialled& again = office.dial();
  office.settle();
  const auto view = again.agent.view(office.clock);
  CHECK(view.state == "up");
  CHECK(view.journal_receipted == Seq{5});
  CHECK(view.up_took.count == 0);
  CHECK(view.down_took.count == 0);
  Gateway other{*office.office.site, Office::self_of(office.office), *office.directory.members,
                office.office.keys.signing, office.office.random};
  for (int i = 0; i < 3; ++i) {
    office.clock = after_ms(office.clock, step_ms);
    static_cast<void>(other.turn(office.now()));
  }
  const auto told = other.status(office.clock);
  REQUIRE(told.size() == 1);
  CHECK(told[0].feed_receipted > Seq{});
  CHECK(told[0].down_took.count == 0);
}

}  // namespace redress::gateway
