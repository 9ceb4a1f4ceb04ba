// What the programs say on their command lines: exit statuses, errors named at once, one daemon a home.
#include "tests/system/programs.h"
#include "store/lmdb_truth.h"

namespace redress::system_test {
namespace {

bool says(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

// A gateway's home that was never started.
struct Fresh {
  Fresh() {
    made = folder.run({REDRESS_OPS, "init", "--role", "gateway", "--home", home, "--listen", "tcp://127.0.0.1:*",
                       "--door", "127.0.0.1:0", "--json"});
    REQUIRE(made.status == 0);
  }
  Folder folder;
  std::string home = folder / "gateway";
  Ran made;
};

TEST_CASE("Programs: each says its version and its options, and ends with 0") {
  const Folder folder;
  for (const auto& [program, name] : std::vector<std::pair<std::string, std::string>>{
           {REDRESS_AGENT, "redress-agent"}, {REDRESS_GATEWAY, "redress-gateway"}, {REDRESS_OPS, "redress-ops"}}) {
    const Ran version = folder.run({program, "--version"});
    CHECK(version.status == 0);
    CHECK(version.out.rfind(name + " ", 0) == 0);
    const Ran help = folder.run({program, "--help"});
    CHECK(help.status == 0);
    CHECK(says(help.out, name));
    CHECK(folder.run({program, "--no-such-option"}).status == 1);
  }
}

TEST_CASE("Programs: every command of redress-ops has a help") {
  const Folder folder;
  for (const char* command : {"init", "enrol", "token", "sites", "lag", "case", "import", "export", "verify", "backup",
                              "explain", "revoke", "restore", "alarms", "recover", "rebuild"}) {
    const Ran help = folder.run({REDRESS_OPS, command, "--help"});
    INFO(command);
    CHECK(help.status == 0);
    CHECK(!help.out.empty());
  }
}

TEST_CASE("Programs: --check-config passes a good home and names every error of a bad one at once") {
  const Fresh fresh;
  const Ran good = fresh.folder.run({REDRESS_GATEWAY, "--home", fresh.home, "--check-config"});
  CHECK(good.status == 0);
  CHECK(says(good.out, "ok"));
  const std::string path = fresh.home + "/redress.toml";
  const std::string config = text_of_file(path);
  std::ofstream{path} << config << "\n[moon]\nphase = 1\n[sun]\nup = true\n";
  const Ran bad = fresh.folder.run({REDRESS_GATEWAY, "--home", fresh.home, "--check-config"});
  CHECK(bad.status == 2);
  CHECK(says(bad.err, "moon"));
  CHECK(says(bad.err, "sun"));
  CHECK(fresh.folder.run({REDRESS_GATEWAY, "--home", fresh.home}).status == 2);
}

TEST_CASE("Programs: a home of the other program's, of nobody's, or under another passphrase is refused with 2") {
  const Fresh fresh;
  const Ran other = fresh.folder.run({REDRESS_AGENT, "--home", fresh.home});
  CHECK(other.status == 2);
  CHECK(says(other.err, "other program"));
  CHECK(fresh.folder.run({REDRESS_GATEWAY, "--home", fresh.folder / "none"}).status == 2);
  std::ofstream{fresh.home + "/passphrase"} << "another\n";
  const Ran wrong = fresh.folder.run({REDRESS_GATEWAY, "--home", fresh.home});
  CHECK(wrong.status == 2);
  CHECK(says(wrong.err, "wrong_key"));
}

TEST_CASE("Programs: a home is made once") {
  const Fresh fresh;
  CHECK(fresh.made.answer()["role"] == "gateway");
  CHECK(!fresh.made.answer()["certificate"].get<std::string>().empty());
  const Ran again = fresh.folder.run({REDRESS_OPS, "init", "--role", "gateway", "--home", fresh.home, "--json"});
  CHECK(again.status == 2);
  CHECK(json::parse(again.err)["code"] == "in_use");
  const Ran bare = fresh.folder.run({REDRESS_OPS, "init", "--role", "branch", "--home", fresh.folder / "b", "--json"});
  CHECK(bare.status == 2);
  CHECK(json::parse(bare.err)["code"] == "missing_field");
  const Ran bad = fresh.folder.run(
      {REDRESS_OPS, "init", "--role", "branch", "--home", fresh.folder / "b", "--join", "RDR1-NONSENSE", "--json"});
  CHECK(bad.status == 2);
  CHECK(json::parse(bad.err)["field"] == "--join");
}

TEST_CASE("Programs: a second daemon on a home finds it in use and leaves the first alone") {
  const Fresh fresh;
  Site first{fresh.folder, "gateway", REDRESS_GATEWAY, "link.endpoint"};
  first.start();
  const std::string url = text_of_file(first.home + "/door.url");
  const Ran second = fresh.folder.run({REDRESS_GATEWAY, "--home", fresh.home});
  CHECK(second.status == 3);
  CHECK(says(second.err, "in_use"));
  CHECK(text_of_file(first.home + "/door.url") == url);
  CHECK(first.ops({"sites"}).status == 0);
  CHECK(first.terminate() == 0);
}

TEST_CASE("Programs: explain knows every code by name and number, in both languages, and no other") {
  const Folder folder;
  for (const wire::Reason& reason : wire::catalogue()) {
    const std::string name{reason.name};
    INFO(name);
    const Ran by_name = folder.run({REDRESS_OPS, "explain", name, "--json"});
    REQUIRE(by_name.status == 0);
    CHECK(by_name.answer()["number"] == static_cast<unsigned>(reason.code));
    CHECK(by_name.answer()["zh"] == std::string{reason.zh});
    CHECK(by_name.answer()["en"] == std::string{reason.en});
    const Ran by_number =
        folder.run({REDRESS_OPS, "explain", std::to_string(static_cast<unsigned>(reason.code)), "--lang", "en"});
    CHECK(by_number.status == 0);
    CHECK(says(by_number.out, name));
    CHECK(says(by_number.out, std::string{reason.en}));
  }
  CHECK(folder.run({REDRESS_OPS, "explain", "no_such_code"}).status == 2);
}

TEST_CASE("Programs: redress-ops ends with 1 for its command line, 2 for a refusal, 3 for no answer") {
  const Fresh fresh;
  Site site{fresh.folder, "gateway", REDRESS_GATEWAY, "link.endpoint"};
  CHECK(fresh.folder.run({REDRESS_OPS}).status == 1);
  CHECK(fresh.folder.run({REDRESS_OPS, "case"}).status == 1);
  CHECK(fresh.folder.run({REDRESS_OPS, "sing"}).status == 1);
  CHECK(site.ops({"sites"}).status == 3);
  site.start();
  CHECK(site.ops({"sites"}).status == 0);
  const Ran unknown = site.ops({"case", "show", "none"});
  CHECK(unknown.status == 2);
  CHECK(json::parse(unknown.err)["code"] == "not_found");
  const Ran incomplete = site.ops({"case", "new", "product=card"});
  CHECK(incomplete.status == 2);
  CHECK(json::parse(incomplete.err)["field"] == "narrative");
  CHECK(site.terminate() == 0);
  CHECK(site.ops({"sites"}).status == 3);
}

TEST_CASE("Programs: a gateway that nobody has called yet is ready") {
  const Fresh fresh;
  Site site{fresh.folder, "gateway", REDRESS_GATEWAY, "link.endpoint"};
  site.start();
  CHECK(until([&] { return site.client().get("/readyz").has_value(); }));
  CHECK(site.terminate() == 0);
}

TEST_CASE("Programs: a case is registered, shown, listed, acted on and exported from a terminal") {
  const Fresh fresh;
  Site site{fresh.folder, "gateway", REDRESS_GATEWAY, "link.endpoint"};
  site.start();
  const json saved = site.done({"case", "new", "narrative=one", "--key", "desk/1"});
  CHECK(site.done({"case", "new", "narrative=one", "--key", "desk/1"})["case"] == saved["case"]);
  const std::string number = saved["number"];
  CHECK(site.done({"case", "show", number})["case"] == saved["case"]);
  CHECK(site.done({"case", "list"})["cases"].size() == 1);
  const json acted = site.done({"case", "act", number, "replied", "content=we wrote"});
  CHECK(acted["state"] == "replied");
  const Ran refused = site.ops({"case", "act", number, "reopened", "reason=r"});
  CHECK(refused.status == 2);
  CHECK(json::parse(refused.err)["code"] == "wrong_state");
  const Ran exported = site.ops({"export"});
  REQUIRE(exported.status == 0);
  CHECK(exported.answer()["timeline"].size() == 2);
  const std::string table = fresh.folder / "table.csv";
  CHECK(site.ops({"export", "--mapping", "ledger_zh", "--encoding", "gb18030", "--out", table}).status == 0);
  const std::string nowhere = fresh.folder / "no/such.csv";
  CHECK(site.ops({"export", "--out", nowhere}).status == 3);
  CHECK(site.ops({"export", "--encoding", "gb18030"}).status == 2);
  // What was written can be read again: three header lines, one row, in the bank's layout.
  const json again = site.done({"import", table, "--mapping", "ledger_zh"});
  CHECK(again["rows"] == 1);
  CHECK(again["registered"] == 1);
}

TEST_CASE("Programs: a backup verifies like its home; a store that was tampered with is named with 4") {
  const Fresh fresh;
  Site site{fresh.folder, "gateway", REDRESS_GATEWAY, "link.endpoint"};
  site.start();
  for (int i = 1; i <= 3; ++i) static_cast<void>(site.register_case("n", "desk/" + std::to_string(i)));
  const std::string copy = fresh.folder / "copy";
  CHECK(site.done({"backup", "--to", copy})["ledger"] == 3);
  CHECK(site.ops({"backup", "--to", copy}).status == 2);
  CHECK(site.terminate() == 0);
  CHECK(site.done({"verify"})["entries"] == 3);

  // The passphrase is not in the copy: whoever restores it brings it along.
  Site restored{fresh.folder, "copy", REDRESS_GATEWAY, "link.endpoint"};
  CHECK(restored.ops({"verify"}).status == 3);
  std::filesystem::copy_file(fresh.home + "/passphrase", copy + "/passphrase");
  const json verified = restored.done({"verify"});
  CHECK(verified["errors"] == 0);
  CHECK(verified["entries"] == 3);
  {
    auto truth = store::LmdbTruth::open({copy + "/data/journal", store::journal_tables()});
    REQUIRE(truth.has_value());
    const Status changed = (*truth)->update([](store::Writing& rows) -> Status {
      const auto row = rows.last_below(store::Table::entries, Bytes(8, std::byte{0xFF}));
      if (!row) return fail(Code::not_found, "no entry");
      Bytes value = row->second;
      value.back() ^= std::byte{1};
      rows.put(store::Table::entries, row->first, value);
      return Done{};
    });
    REQUIRE(changed.has_value());
  }
  const Ran found = restored.ops({"verify"});
  CHECK(found.status == 4);
  CHECK(found.answer()["errors"] > 0);
}

}  // namespace
}  // namespace redress::system_test
