// Stores put back from backups, on real programs: what both lines wrote counts once, and people are told (P8, P9).
#include "store/lmdb_truth.h"
#include "store/rows.h"
#include "tests/system/programs.h"

namespace redress::system_test {
namespace {

bool is_whole(Network& network, std::size_t cases) {
  return network.gateway.case_count() == cases && network.outlet.case_count() == cases && network.is_level();
}

bool has_alarm(const Site& site, const std::string& code) {
  const Ran told = site.ops({"alarms"});
  CHECK(told.status == 4);
  const json all = told.answer();
  for (const json& alarm : all["alarms"]) {
    if (alarm["code"] == code) return true;
  }
  return false;
}

TEST_CASE("Restore: a branch put back from a backup gets back what it wrote since, and goes on") {
  Network network;
  static_cast<void>(network.outlet.register_case("before", "desk/1"));
  REQUIRE(until([&] { return is_whole(network, 1); }));
  const std::string copy = network.folder / "copy";
  static_cast<void>(network.outlet.done({"backup", "--to", copy}));
  for (int i = 2; i <= 4; ++i) static_cast<void>(network.outlet.register_case("since", "desk/" + std::to_string(i)));
  REQUIRE(until([&] { return is_whole(network, 4); }));
  CHECK(network.outlet.ops({"restore", "--from", copy}).status == 2);  // its daemon runs
  CHECK(network.outlet.terminate() == 0);
  const json restored = network.outlet.done({"restore", "--from", copy});
  CHECK(std::filesystem::exists(restored["aside"].get<std::string>()));
  network.outlet.start();
  static_cast<void>(network.outlet.register_case("after", "desk/5"));
  REQUIRE(until([&] { return is_whole(network, 5); }));
  CHECK(has_alarm(network.outlet, "old_image"));
  CHECK(has_alarm(network.gateway, "fork"));
  for (const Site* site : {&network.gateway, &network.primary, &network.outlet})
    CHECK(site->done({"verify"})["errors"] == 0);
}

TEST_CASE("Restore: another site's backup is refused, and nothing is changed") {
  Network network;
  static_cast<void>(network.outlet.register_case("here", "desk/1"));
  const std::string copy = network.folder / "copy";
  static_cast<void>(network.primary.done({"backup", "--to", copy}));
  CHECK(network.outlet.terminate() == 0);
  const Ran refused = network.outlet.ops({"restore", "--from", copy});
  CHECK(refused.status != 0);
  CHECK((refused.out + refused.err).find("nothing was changed") != std::string::npos);
  CHECK_FALSE(std::filesystem::exists(network.outlet.home + "/data/journal.restoring"));
  CHECK_FALSE(std::filesystem::exists(network.outlet.home + "/data/journal.before-restore-1"));
  network.outlet.start();
  CHECK(network.outlet.case_count() == 1);
}

TEST_CASE("Restore: a journal that was cut short is said to be, by whoever opens it") {
  Network network;
  for (int i = 1; i <= 40; ++i) static_cast<void>(network.outlet.register_case("here", "desk/" + std::to_string(i)));
  CHECK(network.outlet.terminate() == 0);
  const std::string data = network.outlet.home + "/data/journal/data.mdb";
  std::filesystem::resize_file(data, 4 * 4096);
  const Ran said = network.outlet.ops({"verify"});
  CHECK(said.status == 3);
  CHECK(said.err.find("shorter than it was, or the disk does not read it") != std::string::npos);
}

TEST_CASE("Restore: an image put back by hand is noticed at its start, before the line is up, and nothing is lost") {
  Network network;
  static_cast<void>(network.outlet.register_case("before", "desk/1"));
  REQUIRE(until([&] { return is_whole(network, 1); }));
  CHECK(network.outlet.terminate() == 0);
  const std::string journal = network.outlet.home + "/data/journal";
  const std::string image = network.folder / "image";
  std::filesystem::copy(journal, image, std::filesystem::copy_options::recursive);
  network.outlet.start();
  CHECK(network.outlet.ops({"alarms"}).status == 0);
  for (int i = 2; i <= 4; ++i) static_cast<void>(network.outlet.register_case("since", "desk/" + std::to_string(i)));
  REQUIRE(until([&] { return is_whole(network, 4); }));
  CHECK(network.outlet.terminate() == 0);
  CHECK(network.gateway.terminate() == 0);  // nobody is there who could tell

  std::filesystem::remove_all(journal);
  std::filesystem::copy(image, journal, std::filesystem::copy_options::recursive);
  network.outlet.start();
  CHECK(has_alarm(network.outlet, "old_image"));
  static_cast<void>(network.outlet.register_case("offline", "desk/5"));
  // Told once: a second start finds nothing new.
  CHECK(network.outlet.terminate() == 0);
  network.outlet.start();
  CHECK(network.outlet.done({"verify"})["errors"] == 0);
  const Ran told = network.outlet.ops({"alarms"});
  CHECK(told.answer()["alarms"].size() == 1);

  network.gateway.start();
  REQUIRE(until([&] { return is_whole(network, 5); }));
  CHECK(until([&] { return network.primary.case_count() == 5; }));
  for (const Site* site : {&network.gateway, &network.primary, &network.outlet})
    CHECK(site->done({"verify"})["errors"] == 0);
}

TEST_CASE("Restore: a store that was copied is noticed at its start, though it lacks nothing, and once") {
  Network network;
  static_cast<void>(network.outlet.register_case("before", "desk/1"));
  REQUIRE(until([&] { return is_whole(network, 1); }));
  CHECK(network.gateway.terminate() == 0);  // nobody is there who could tell
  CHECK(network.outlet.terminate() == 0);
  const std::string journal = network.outlet.home + "/data/journal";
  std::filesystem::rename(journal, network.folder / "original");
  std::filesystem::copy(network.folder / "original", journal, std::filesystem::copy_options::recursive);
  network.outlet.start();
  CHECK(has_alarm(network.outlet, "old_image"));
  static_cast<void>(network.outlet.register_case("offline", "desk/2"));
  CHECK(network.outlet.terminate() == 0);
  network.outlet.start();
  CHECK(network.outlet.ops({"alarms"}).answer()["alarms"].size() == 2);  // that it was copied, and what it does

  network.gateway.start();
  REQUIRE(until([&] { return is_whole(network, 2); }));
  CHECK(until([&] { return network.primary.case_count() == 2; }));
  for (const Site* site : {&network.gateway, &network.primary, &network.outlet})
    CHECK(site->done({"verify"})["errors"] == 0);
}

TEST_CASE("Restore: of a damaged entry verify says, in words, who holds it too") {
  Network network;
  static_cast<void>(network.outlet.register_case("sent", "desk/1"));
  REQUIRE(until([&] { return is_whole(network, 1) && network.is_level(); }));
  CHECK(network.gateway.terminate() == 0);
  static_cast<void>(network.outlet.register_case("not sent", "desk/2"));
  CHECK(network.outlet.terminate() == 0);
  {
    auto truth = store::LmdbTruth::open({network.outlet.home + "/data/journal", store::journal_tables()});
    REQUIRE(truth.has_value());
    const Status changed = (*truth)->update([](store::Writing& rows) -> Status {
      for (const std::uint64_t ledger : {1, 2}) {
        const store::RowKey key = store::key_of(Position{ledger});
        Bytes value = rows.get(store::Table::entries, key).value();
        value.back() ^= std::byte{1};
        rows.put(store::Table::entries, key, value);
      }
      return Done{};
    });
    REQUIRE(changed.has_value());
  }
  const auto told = [&](const std::string& language) {
    const Ran ran = network.folder.run({REDRESS_OPS, "verify", "--home", network.outlet.home, "--lang", language});
    CHECK(ran.status == 4);
    return ran.out;
  };
  const std::string english = told("en");
  CHECK(english.find("its entry is not held: ledger=1; site 1 holds it too\n") != std::string::npos);
  CHECK(english.find("its entry is not held: ledger=2; no other site is known to hold it\n") != std::string::npos);
  const std::string chinese = told("zh");
  CHECK(chinese.find("ledger=1；机构 1 也持有\n") != std::string::npos);
  CHECK(chinese.find("ledger=2；未见其他机构持有\n") != std::string::npos);
}

TEST_CASE("Restore: a gateway put back by hand, without a word, finds out and is refilled by its branches") {
  Network network;
  const std::string id = network.outlet.register_case("before", "desk/1")["case"];
  REQUIRE(until([&] { return is_whole(network, 1); }));
  CHECK(network.gateway.terminate() == 0);
  const std::string journal = network.gateway.home + "/data/journal";
  const std::string image = network.folder / "image";
  std::filesystem::copy(journal, image, std::filesystem::copy_options::recursive);
  network.gateway.start();
  network.dispose(id, "office/1");
  for (int i = 2; i <= 4; ++i) static_cast<void>(network.outlet.register_case("since", "desk/" + std::to_string(i)));
  REQUIRE(until([&] { return is_whole(network, 4) && network.outlet.has(id, "disposed"); }));
  CHECK(network.gateway.terminate() == 0);
  std::filesystem::remove_all(journal);
  std::filesystem::copy(image, journal, std::filesystem::copy_options::recursive);
  network.gateway.start();
  REQUIRE(until([&] { return is_whole(network, 4) && network.gateway.has(id, "disposed"); }));
  CHECK(network.outlet.has(id, "disposed"));
  CHECK(has_alarm(network.gateway, "recovering"));
  for (const Site* site : {&network.gateway, &network.primary, &network.outlet})
    CHECK(site->done({"verify"})["errors"] == 0);
}

TEST_CASE("Restore: a gateway waits for every site before it decides, until an operator says that one will not come") {
  Network network;
  const std::string id = network.outlet.register_case("before", "desk/1")["case"];
  REQUIRE(until([&] { return is_whole(network, 1); }));
  const std::string copy = network.folder / "copy";
  static_cast<void>(network.gateway.done({"backup", "--to", copy}));
  CHECK(network.primary.terminate() == 0);
  CHECK(network.gateway.terminate() == 0);
  static_cast<void>(network.gateway.done({"restore", "--from", copy}));
  network.gateway.start();
  // The outlet has been heard: its line is up again, and only the primary branch is waited for.
  REQUIRE(until([&] {
    const auto lag = network.outlet.client().get("/api/v1/lag");
    return lag && (*lag)["sites"][0]["up"]["state"] == "level" && (*lag)["sites"][0]["line"] == "up";
  }));
  const json act{{"kind", "disposed"}, {"fields", {{"decision", "upheld"}, {"opinion", "refund"}}}};
  const auto refused = network.gateway.client().post("/api/v1/cases/" + id + "/acts", act, "office/1");
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().code == Code::recovering);
  CHECK(network.gateway.done({"recover", "--reason", "the primary branch burned down"})["unheard"] == json{10});
  REQUIRE(until(
      [&] { return network.gateway.client().post("/api/v1/cases/" + id + "/acts", act, "office/1").has_value(); }));
  REQUIRE(until([&] { return network.outlet.has(id, "disposed"); }));
}

}  // namespace
}  // namespace redress::system_test
