// A branch PC is lost with its keys: another takes its place under the same number, and gets back what it had written.
#include "tests/system/programs.h"

namespace redress::system_test {
namespace {

bool is_level(const Site& site) {
  const auto lag = site.client().get("/api/v1/lag");
  if (!lag) return false;
  const json& one = (*lag)["sites"][0];
  return one["up"]["state"] == "level" && one["down"]["state"] == "level";
}

bool holds(const Network& network, const Site& branch, std::size_t cases) {
  return network.gateway.case_count() == cases && branch.case_count() == cases && is_level(branch);
}

TEST_CASE("Replaced PC: the new one gets back what the lost one wrote, and what it writes arrives") {
  Network network;
  const std::string copy = network.folder / "copy";
  static_cast<void>(network.gateway.done({"backup", "--to", copy}));
  std::string id;
  for (int i = 1; i <= 3; ++i) id = network.outlet.register_case("lost", "desk/" + std::to_string(i))["case"];
  REQUIRE(until([&] { return holds(network, network.outlet, 3); }));
  network.dispose(id, "office/1");
  REQUIRE(until([&] { return network.outlet.has(id, "disposed"); }));
  network.outlet.signal(SIGKILL);
  network.outlet.ended();

  static_cast<void>(network.gateway.done({"revoke", "--site", "11"}));
  Site replacement{network.folder, "replacement", REDRESS_AGENT, "door.url"};
  network.join(replacement, 11, 10);
  static_cast<void>(replacement.register_case("since", "desk/4"));
  INFO(text_of_file(replacement.home + "/stderr"));
  REQUIRE(until([&] { return holds(network, replacement, 4); }));
  CHECK(replacement.timeline(id) == std::vector<std::string>{"registered", "disposed"});
  for (const Site* site : {&network.gateway, &network.primary, &replacement})
    CHECK(site->done({"verify"})["errors"] == 0);

  // Head office falls back behind all of it: what came back to the new PC, it returns.
  CHECK(network.gateway.terminate() == 0);
  static_cast<void>(network.gateway.done({"restore", "--from", copy}));
  network.gateway.start();
  INFO(text_of_file(network.gateway.home + "/stderr"));
  REQUIRE(until([&] { return holds(network, replacement, 4); }));
  CHECK(network.gateway.has(id, "disposed"));
  for (const Site* site : {&network.gateway, &network.primary, &replacement})
    CHECK(site->done({"verify"})["errors"] == 0);
}

}  // namespace
}  // namespace redress::system_test
