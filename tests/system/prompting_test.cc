// Head office's own voice, in the program: nobody asks for it.
#include "protocol/base/time.h"
#include "tests/system/programs.h"

namespace redress::system_test {
namespace {

constexpr std::int64_t two_days_ms = 48 * std::int64_t{3'600'000};

TEST_CASE(
    "Prompting: of a case whose limit has passed head office says by itself that it is overdue, and of no other") {
  Network network;
  const std::string fresh = network.outlet.register_case("just received", "desk/1")["case"];
  const auto shown = network.outlet.client().get("/api/v1/cases/" + fresh);
  REQUIRE(shown.has_value());
  const auto now = from_rfc3339((*shown)["timeline"][0]["recorded_at"].get<std::string>());
  REQUIRE(now.has_value());
  const std::string received = to_rfc3339(WallTime{now->value() - two_days_ms});
  const auto saved = network.outlet.client().post(
      "/api/v1/cases", {{"fields", {{"narrative", "received before"}, {"received_at", received}}}}, "desk/2");
  INFO((saved ? "" : saved.error().what));
  REQUIRE(saved.has_value());
  const std::string late = (*saved)["case"];

  CHECK(until([&] { return network.gateway.has(late, "overdue"); }));
  CHECK(until([&] { return network.outlet.has(late, "overdue"); }));
  CHECK(network.gateway.timeline(fresh) == std::vector<std::string>{"registered"});
}

}  // namespace
}  // namespace redress::system_test
