#include "ops/shell/daemon.h"

#include <catch2/catch.hpp>

#include "tests/ops/served.h"

namespace redress::shell {
namespace {

using nlohmann::json;

TEST_CASE("Daemon: health is open to anyone; it is ready from the loop's first turn on") {
  Served served;
  CHECK(served.ask("GET", "/healthz").status == 200);
  const Reply early = served.ask("GET", "/readyz");
  CHECK(early.status == 503);
  CHECK(early.body["ready"] == false);
  served.turn();
  const Reply ready = served.ask("GET", "/readyz");
  CHECK(ready.status == 200);
  CHECK(ready.body["ready"] == true);
  CHECK(ready.body["site"] == 11);
  CHECK(ready.body["full"] == false);
}

TEST_CASE("Daemon: the metrics follow the ledger") {
  Served served;
  REQUIRE(served.post("/api/v1/cases", {{"fields", {{"narrative", "x"}}}}, "k/1").status == 201);
  REQUIRE(served.get("/api/v1/cases").body["cases"].size() == 1);
  const Reply metrics = served.ask("GET", "/metrics");
  CHECK(metrics.type == "text/plain; version=0.0.4; charset=utf-8");
  CHECK(metrics.text.find("redress_ledger_position 1\n") != std::string::npos);
  CHECK(metrics.text.find("redress_follower_behind 0\n") != std::string::npos);
  CHECK(metrics.text.find("redress_store_used_ratio ") != std::string::npos);
}

TEST_CASE("Daemon: case work and operations are apart") {
  Served served;
  const auto code = [&](const std::string& method, const std::string& path, const std::string& who) {
    const Reply reply = served.ask(method, path, who);
    return std::to_string(reply.status) + " " + code_in(reply);
  };
  for (const char* path : {"/api/v1/cases", "/api/v1/cases/x"}) {
    CHECK(code("GET", path, served.as_operations()) == "403 forbidden");
    CHECK(code("GET", path, "") == "401 unauthenticated");
  }
  CHECK(code("POST", "/api/v1/cases", served.as_operations()) == "403 forbidden");
  CHECK(code("POST", "/api/v1/cases/x/acts", served.as_operations()) == "403 forbidden");
  CHECK(code("POST", "/api/v1/backup", served.as_desk()) == "403 forbidden");
  CHECK(code("POST", "/api/v1/verify", "") == "401 unauthenticated");
  CHECK(code("GET", "/api/v1/kinds", served.as_operations()) == "200 ");
  CHECK(code("DELETE", "/api/v1/cases", served.as_desk()) == "405 method");
  CHECK(code("GET", "/api/v1/nothing", served.as_desk()) == "404 not_found");
}

TEST_CASE("Daemon: verify walks the store and finds nothing wrong") {
  Served served;
  REQUIRE(served.post("/api/v1/cases", {{"fields", {{"narrative", "x"}}}}, "k/1").status == 201);
  const Reply verified = served.operate("POST", "/api/v1/verify");
  REQUIRE(verified.status == 200);
  CHECK(verified.body["errors"] == 0);
  CHECK(verified.body["entries"] == 1);
  CHECK(verified.body["findings"].empty());
}

TEST_CASE("Daemon: a backup is a folder whose journal opens and verifies") {
  Served served;
  REQUIRE(write_small_file(served.home.path(config_file), "x = 1\n").has_value());
  REQUIRE(served.post("/api/v1/cases", {{"fields", {{"narrative", "x"}}}}, "k/1").status == 201);
  const std::string folder = served.folder / "copy";
  const Reply reply = served.operate("POST", "/api/v1/backup", {{"folder", folder}});
  INFO(reply.text);
  REQUIRE(reply.status == 200);
  CHECK(reply.body["ledger"] == 1);
  CHECK(std::filesystem::exists(folder + "/" + config_file));
  const auto copy = store::LmdbTruth::open({folder + "/data/journal", store::journal_tables(), 64 << 20});
  REQUIRE(copy.has_value());
  const auto verified = store::verify(
      **copy, served.daemon->site_options(), [](SiteId) { return std::vector<PublicKey>{}; }, served.random);
  REQUIRE(verified.has_value());
  CHECK(verified->errors == 0);
  CHECK(verified->entries == 1);
}

TEST_CASE("Daemon: a backup needs an absolute path, and a place where nothing is") {
  Served served;
  const auto code = [&](const json& body) {
    const Reply reply = served.operate("POST", "/api/v1/backup", body);
    return std::to_string(reply.status) + " " + code_in(reply);
  };
  CHECK(code({{"folder", "here"}}) == "400 bad_value");
  CHECK(code({{"folder", 7}}) == "400 bad_value");
  CHECK(code(json::array()) == "400 bad_value");
  REQUIRE(code({{"folder", served.folder / "copy"}}) == "200 ");
  CHECK(code({{"folder", served.folder / "copy"}}) == "409 in_use");
}

TEST_CASE("Daemon: a store that is open is in_use") {
  Served served;
  OneSecret secret;
  DaemonOptions options;
  options.pairwise = &secret;
  const auto second = store::LmdbTruth::open({served.home.journal_path(), store::journal_tables(), 64 << 20});
  REQUIRE(!second.has_value());
  CHECK(second.error().code == Code::in_use);
}

TEST_CASE("Daemon: the door says where it is in door.url") {
  Served served;
  const auto url = read_small_file(served.home.path(url_file));
  REQUIRE(url.has_value());
  CHECK(*url == "http://127.0.0.1:" + std::to_string(served.daemon->door().port()));
}

TEST_CASE("Daemon: what was asked before it stops is answered") {
  Served served;
  RawClient client{served.daemon->door().port()};
  Served::say(client, "POST", "/api/v1/cases", served.as_desk() + "Idempotency-Key: k/1\r\n",
              json{{"fields", {{"narrative", "x"}}}}.dump());
  pollfd asked{served.daemon->wake().descriptor(), POLLIN, 0};
  REQUIRE(::poll(&asked, 1, 20'000) == 1);
  served.daemon->commands().close();
  served.turn();
  served.daemon->stop();
  CHECK(served.heard(client).status == 201);
}

}  // namespace
}  // namespace redress::shell
