#include "ops/shell/daemon.h"

#include <catch2/catch.hpp>
#include <fstream>
#include <future>
#include <iterator>
#include <thread>

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

TEST_CASE("Daemon: of a door on every address door.url names one that the door takes") {
  Served served{SiteId{11}, {}, {}, {}, [](Config& config) { config.door.listen = "0.0.0.0:0"; }};
  const std::string host = "127.0.0.1:" + std::to_string(served.daemon->door().port());
  const auto url = read_small_file(served.home.path(url_file));
  REQUIRE(url.has_value());
  CHECK(*url == "http://" + host);
  RawClient client{served.daemon->door().port()};
  REQUIRE(client.say("GET /healthz HTTP/1.1\r\nHost: " + host + "\r\n\r\n"));
  CHECK(served.heard(client).status == 200);
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

TEST_CASE("Daemon: views that cannot be opened are set aside, and begun anew") {
  std::string views;
  Served served{SiteId{11}, {}, {}, [&](const Home& home) {
                  views = home.views_path();
                  std::filesystem::create_directories(views);
                  std::ofstream{views + "/" + store::store_file} << std::string(64 * 1024, 'x');
                }};
  CHECK(std::filesystem::exists(views + ".aside/" + store::store_file));
  REQUIRE(served.post("/api/v1/cases", {{"fields", {{"narrative", "x"}}}}, "k/1").status == 201);
  const Reply listed = served.get("/api/v1/cases");
  CHECK(listed.body["cases"].size() == 1);
  CHECK(listed.body["stale"] == false);
  CHECK(served.operate("POST", "/api/v1/verify").body["errors"] == 0);
}

TEST_CASE("Daemon: views of another make that leave no room to empty them are begun anew") {
  const auto fill = [](const Home& home) {
    auto views = store::LmdbTruth::open(views_options(home));
    REQUIRE(views.has_value());
    std::uint64_t at = 0;
    for (const std::size_t size : {std::size_t{1000}, std::size_t{0}}) {
      for (Status put{Done{}}; put;) {
        put = (*views)->update([&](store::Writing& rows) -> Status {
          Writer key;
          key.u64(++at);
          rows.put(store::Table::unread, key.bytes(), Bytes(size));
          return Done{};
        });
      }
    }
  };
  Served served{SiteId{11}, {}, {}, fill, [](Config& config) {
                  config.store.views_map_mib = config.store.views_limit_mib = 0;  // LMDB's least: 1 MiB
                }};
  REQUIRE(served.post("/api/v1/cases", {{"fields", {{"narrative", "x"}}}}, "k/1").status == 201);
  const Reply listed = served.get("/api/v1/cases");
  CHECK(listed.body["cases"].size() == 1);
  CHECK(listed.body["stale"] == false);
  std::ifstream log{served.folder / "log"};
  const std::string said{std::istreambuf_iterator<char>{log}, {}};
  CHECK(said.find("views cannot be used and are begun anew") != std::string::npos);
}

TEST_CASE("Daemon: a place where door.url cannot be written costs the file only") {
  std::string url;
  Served served{SiteId{11}, {}, {}, [&](const Home& home) {
                  url = home.path(url_file);
                  std::ofstream{url} << "http://127.0.0.1:1\n";  // of an earlier start
                  std::filesystem::create_directories(url + ".new/in the way");
                }};
  CHECK(served.ask("GET", "/healthz").status == 200);
  CHECK_FALSE(std::filesystem::exists(url));
}

TEST_CASE("Daemon: a verify that runs when the program stops ends at once") {
  std::promise<void> verifies;
  std::promise<void> goes_on;
  DaemonOptions options;
  options.signing_keys_of = [&, first = true](SiteId) mutable {
    if (std::exchange(first, false)) {
      verifies.set_value();
      goes_on.get_future().wait();
    }
    return std::vector<PublicKey>{};
  };
  Served served{SiteId{11}, options};
  REQUIRE(served.post("/api/v1/cases", {{"fields", {{"narrative", "x"}}}}, "k/1").status == 201);
  RawClient client{served.daemon->door().port()};
  Served::say(client, "POST", "/api/v1/verify", served.as_operations());
  REQUIRE(verifies.get_future().wait_for(std::chrono::seconds{60}) == std::future_status::ready);
  std::thread stopping{[&] { served.daemon->stop(); }};
  while (served.daemon->commands().push({})) static_cast<void>(served.daemon->commands().take_all());
  goes_on.set_value();
  stopping.join();
  const Reply answer = served.heard(client);
  CHECK(answer.status == 503);
  CHECK(code_in(answer) == "draining");
}

}  // namespace
}  // namespace redress::shell
