// The main job on real programs: up, down, through crashes and a gateway that is away.
#include "store/lmdb_truth.h"
#include "store/rows.h"
#include "tests/system/programs.h"

namespace redress::system_test {
namespace {

TEST_CASE("Line: a complaint of an outlet is seen at head office and its primary branch, and a disposition at both") {
  Network network;
  const std::string id = network.outlet.register_case("卡被重复扣款 charged twice", "desk/1")["case"];
  REQUIRE(until([&] { return network.gateway.has(id, "registered"); }));
  REQUIRE(until([&] { return network.primary.has(id, "registered"); }));
  network.dispose(id, "office/1");
  REQUIRE(until([&] { return network.outlet.has(id, "disposed"); }));
  REQUIRE(until([&] { return network.primary.has(id, "disposed"); }));
  const auto shown = network.outlet.client().get("/api/v1/cases/" + id);
  REQUIRE(shown.has_value());
  CHECK((*shown)["timeline"][0]["fields"]["narrative"] == "卡被重复扣款 charged twice");
  CHECK((*shown)["timeline"][0].contains("at_head_office_since"));
  CHECK((*shown)["state"] == "disposed");
  REQUIRE(until([&] { return network.is_level(); }));
  for (const Site* site : {&network.gateway, &network.primary, &network.outlet}) {
    const json verified = site->done({"verify"});
    CHECK(verified["errors"] == 0);
    CHECK(verified["entries"] == 2);
    CHECK(verified["unchecked"] == 0);
  }
}

TEST_CASE("Line: with the gateway stopped, verify there still checks what each branch signed") {
  Network network;
  const std::string id = network.outlet.register_case("x", "desk/1")["case"];
  REQUIRE(until([&] { return network.gateway.has(id, "registered"); }));
  REQUIRE(until([&] { return network.is_level(); }));
  CHECK(network.gateway.terminate() == 0);
  const json whole = network.gateway.done({"verify"});
  CHECK(whole["errors"] == 0);
  CHECK(whole["unchecked"] == 0);

  std::string stream;
  {
    auto truth = store::LmdbTruth::open({network.gateway.home + "/data/journal", store::journal_tables()});
    REQUIRE(truth.has_value());
    const Status changed = (*truth)->update([&](store::Writing& rows) -> Status {
      const auto row = rows.last_below(store::Table::checkpoints, Bytes(24, std::byte{0xFF}));
      if (!row) return fail(Code::not_found, "no checkpoint");
      stream = "site=" + std::to_string(store::stream_of(row->first).owner.value()) + " ";
      Bytes value = row->second;
      value.back() ^= std::byte{1};  // of the signature
      rows.put(store::Table::checkpoints, row->first, value);
      return Done{};
    });
    REQUIRE(changed.has_value());
  }
  CHECK(stream == "site=11 ");
  const Ran found = network.gateway.ops({"verify"});
  CHECK(found.status == 4);
  REQUIRE(found.answer()["findings"].size() == 1);
  CHECK(found.answer()["findings"][0]["where"].get<std::string>().starts_with(stream));
}

TEST_CASE("Line: a case of the primary branch is not its outlet's") {
  Network network;
  const std::string id = network.primary.register_case("x", "desk/1")["case"];
  const std::string own = network.outlet.register_case("y", "desk/1")["case"];
  REQUIRE(until([&] { return network.gateway.has(id, "registered") && network.gateway.has(own, "registered"); }));
  network.dispose(id, "office/1");
  network.dispose(own, "office/2");
  REQUIRE(until([&] { return network.primary.has(id, "disposed") && network.outlet.has(own, "disposed"); }));
  REQUIRE(until([&] { return network.is_level(); }));
  CHECK(network.outlet.timeline(id).empty());
  CHECK(network.outlet.case_count() == 1);
  CHECK(until([&] { return network.primary.case_count() == 2; }));
  CHECK(network.gateway.case_count() == 2);
}

TEST_CASE("Line: agent and gateway killed at once lose nothing that was answered, and a key answers the same") {
  Network network;
  std::vector<json> answers;
  constexpr int before = 20;
  for (int i = 1; i <= before; ++i) {
    answers.push_back(network.outlet.register_case("n " + std::to_string(i), "desk/" + std::to_string(i)));
  }
  network.outlet.signal(SIGKILL);
  network.gateway.signal(SIGKILL);
  CHECK(network.outlet.ended() == 128 + SIGKILL);
  CHECK(network.gateway.ended() == 128 + SIGKILL);
  network.outlet.start();
  network.gateway.start();
  for (int i = 1; i <= before; ++i) {
    json again = network.outlet.register_case("n " + std::to_string(i), "desk/" + std::to_string(i));
    CHECK(again["repeated"] == true);
    again["repeated"] = false;
    // What people call the case by may have changed meanwhile; what was answered has not.
    again["state"] = answers[static_cast<std::size_t>(i - 1)]["state"];
    CHECK(again == answers[static_cast<std::size_t>(i - 1)]);
  }
  REQUIRE(until([&] { return network.gateway.case_count() == before && network.is_level(); }));
  CHECK(network.outlet.case_count() == before);
  CHECK(until([&] { return network.primary.case_count() == before; }));
  for (const Site* site : {&network.gateway, &network.primary, &network.outlet})
    CHECK(site->done({"verify"})["errors"] == 0);
}

TEST_CASE("Line: a branch works while the gateway is away, says so, and drains by itself when it is back") {
  Network network;
  CHECK(network.gateway.terminate() == 0);
  std::vector<std::string> ids;
  for (int i = 1; i <= 5; ++i) {
    ids.push_back(network.outlet.register_case("n", "desk/" + std::to_string(i))["case"]);
  }
  REQUIRE(until([&] {
    const auto lag = network.outlet.client().get("/api/v1/lag");
    return lag && (*lag)["sites"][0]["up"]["at_least"] == true && (*lag)["sites"][0]["up"]["entries"] == 5;
  }));
  const auto lag = network.outlet.client().get("/api/v1/lag");
  REQUIRE(lag.has_value());
  CHECK((*lag)["sites"][0].contains("trouble"));
  network.gateway.start();
  REQUIRE(until([&] { return network.is_level(); }));
  for (const std::string& id : ids) CHECK(network.gateway.has(id, "registered"));
  // Both ends say how long these took, each by what it knows; head office when it next measures.
  for (Site* site : {&network.outlet, &network.gateway}) {
    CHECK(until([&] {
      const auto after = site->client().get("/api/v1/lag");
      std::uint64_t counted = 0;
      for (const json& one : after ? (*after)["sites"] : json::array())
        counted += one["up"]["took"]["count"].get<std::uint64_t>();
      return counted == 5;
    }));
  }
}

TEST_CASE("Line: TERM drains every program with exit 0, and nothing that was answered is lost") {
  Network network;
  for (int i = 1; i <= 3; ++i) static_cast<void>(network.outlet.register_case("n", "desk/" + std::to_string(i)));
  for (Site* site : {&network.outlet, &network.primary, &network.gateway}) {
    CHECK(site->terminate() == 0);
    site->start();
  }
  REQUIRE(until([&] { return network.gateway.case_count() == 3 && network.is_level(); }));
  for (Site* site : {&network.gateway, &network.outlet, &network.primary}) CHECK(site->terminate() == 0);
}

}  // namespace
}  // namespace redress::system_test
