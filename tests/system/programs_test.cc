// What the programs say on their command lines: exit statuses, errors named at once, one daemon a home.
#include <sys/stat.h>

#include "store/lmdb_truth.h"
#include "tests/system/programs.h"

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

TEST_CASE("Programs: a passphrase or a door's key that others may read is refused with 2, both named at once") {
  const Fresh fresh;
  for (const char* secret : {"/passphrase", "/door.key"}) {
    std::filesystem::permissions(fresh.home + secret, std::filesystem::perms::group_read,
                                 std::filesystem::perm_options::add);
  }
  for (const bool check : {true, false}) {
    std::vector<std::string> words{REDRESS_GATEWAY, "--home", fresh.home};
    if (check) words.emplace_back("--check-config");
    const Ran refused = fresh.folder.run(words);
    CHECK(refused.status == 2);
    CHECK(says(refused.err, "remedy=chmod 600 (" + fresh.home + "/passphrase)"));
    CHECK(says(refused.err, "remedy=chmod 600 (" + fresh.home + "/door.key)"));
  }
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

TEST_CASE("Programs: a second gateway on a home cuts nothing off what the first is writing") {
  const Fresh fresh;
  Site first{fresh.folder, "gateway", REDRESS_GATEWAY, "link.endpoint"};
  first.start();
  // As far as the first has come with a line.
  std::ofstream{first.home + "/members.log", std::ios::app} << "{\"kind\":\"invi";
  const std::string members = text_of_file(first.home + "/members.log");
  const Ran second = fresh.folder.run({REDRESS_GATEWAY, "--home", fresh.home});
  CHECK(second.status == 3);
  CHECK(says(second.err, "in_use"));
  CHECK(text_of_file(first.home + "/members.log") == members);
  CHECK(first.terminate() == 0);
}

TEST_CASE("Programs: what the configuration leads to is judged with it, and ends a start with 2") {
  const Fresh fresh;
  const std::string path = fresh.home + "/redress.toml";
  const std::string config = text_of_file(path);
  const auto refused = [&](const std::string& word) {
    for (const bool check : {true, false}) {
      std::vector<std::string> words{REDRESS_GATEWAY, "--home", fresh.home};
      if (check) words.emplace_back("--check-config");
      const Ran bad = fresh.folder.run(words);
      INFO(bad.err);
      CHECK(bad.status == 2);
      CHECK(says(bad.err, word));
    }
  };
  std::filesystem::create_directory(fresh.home + "/codes");
  std::ofstream{fresh.home + "/codes/ours.codes"} << "nonsense\n";
  refused("ours.codes");
  std::filesystem::remove_all(fresh.home + "/codes");
  std::filesystem::rename(fresh.home + "/door.crt", fresh.home + "/door.gone");
  refused("door.crt");
  std::filesystem::rename(fresh.home + "/door.gone", fresh.home + "/door.crt");
  const std::string key = "profiles = [";
  const auto at = config.find(key);
  REQUIRE(at != std::string::npos);
  std::ofstream{path} << std::string{config}.insert(at + key.size(), "\"no-such-profile\", ");
  refused("no-such-profile");
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

TEST_CASE("Programs: a table is exported masked unless it is asked for plain, and either file is its owner's") {
  const Fresh fresh;
  Site site{fresh.folder, "gateway", REDRESS_GATEWAY, "link.endpoint"};
  site.start();
  site.done({"case", "new", "narrative=one", "customer_name=欧阳小明", "phone=13800138000"});
  const auto exported = [&](const std::string& name, const std::vector<std::string>& more) {
    const std::string path = fresh.folder / name;
    std::vector<std::string> words{"export", "--mapping", "ledger_zh", "--out", path};
    words.insert(words.end(), more.begin(), more.end());
    const Ran ran = site.ops(words);
    INFO(ran.err);
    REQUIRE(ran.status == 0);
    struct stat seen {};
    REQUIRE(::stat(path.c_str(), &seen) == 0);
    CHECK((seen.st_mode & 0777) == 0600);
    return text_of_file(path);
  };
  const std::string masked = exported("masked.csv", {});
  CHECK(says(masked, "欧***"));
  CHECK(says(masked, "138****8000"));
  CHECK(!says(masked, "欧阳小明"));
  CHECK(!says(masked, "13800138000"));
  const std::string plain = exported("plain.csv", {"--plain"});
  CHECK(says(plain, "欧阳小明"));
  CHECK(says(plain, "13800138000"));
  // Of what is no table nothing is masked, and it does not seem so.
  const Ran lines = site.ops({"export", "--plain"});
  CHECK(lines.status == 2);
  CHECK(json::parse(lines.err)["field"] == "--plain");
}

TEST_CASE(
    "Programs: rules ends with 4 for a profile with something wrong, held against the law and the day asked for") {
  const Fresh fresh;
  const Site site{fresh.folder, "gateway", REDRESS_GATEWAY, "link.endpoint"};
  const auto law_of = [&](const std::vector<std::string>& words) {
    const Ran ran = site.ops(words);
    CHECK(ran.status == 4);
    CHECK(!ran.answer()["findings"].empty());
    return ran.answer()["law"].get<std::string>();
  };
  CHECK(law_of({"rules", "bank-000"}).rfind("cn/", 0) == 0);
  CHECK(law_of({"rules", "bank-000", "--law", "cn-r1"}).rfind("cn-r1/", 0) == 0);
  const auto refused_field = [&](const std::vector<std::string>& words) {
    const Ran ran = site.ops(words);
    CHECK(ran.status == 2);
    return json::parse(ran.err)["field"].get<std::string>();
  };
  CHECK(refused_field({"rules", "bank-000", "--law", "moon"}) == "profile");
  CHECK(refused_field({"rules", "bank-000", "--on", "2026-02-30"}) == "--on");
  // Before there was that law.
  CHECK(refused_field({"rules", "cn", "--on", "2019-05-06"}) == "profile");
  const auto is_in_force = [&](const std::string& day) {
    const json listed = site.done({"rules", "--on", day})["profiles"];
    const auto found =
        std::find_if(listed.begin(), listed.end(), [](const json& one) { return one["profile"] == "cn"; });
    REQUIRE(found != listed.end());
    return (*found)["in_force"].get<bool>();
  };
  CHECK(!is_in_force("2019-05-06"));
  CHECK(is_in_force("2026-03-01"));
}

TEST_CASE("Programs: an order of the lag or a part of a table that is none is named before anybody is asked") {
  const Fresh fresh;
  const Site site{fresh.folder, "gateway", REDRESS_GATEWAY, "link.endpoint"};
  const auto refused_field = [&](const std::vector<std::string>& words) {
    const Ran ran = site.ops(words);
    INFO(words.back());
    CHECK(ran.status == 2);
    return json::parse(ran.err)["field"].get<std::string>();
  };
  const std::string file = fresh.home + "/redress.toml";
  for (const char* sort : {"moon", "", "Site"}) CHECK(refused_field({"lag", "--sort", sort}) == "--sort");
  for (const char* part : {"1", "x", "/2", "1/", "2/2", "0/0", "1/2x"})
    CHECK(refused_field({"import", file, "--mapping", "ledger_zh", "--part", part}) == "--part");
  // Good ones are, and nobody answers.
  CHECK(site.ops({"lag", "--sort", "oldest"}).status == 3);
  CHECK(site.ops({"import", file, "--mapping", "ledger_zh", "--part", "1/2"}).status == 3);
}

TEST_CASE("Programs: what a customer said is read from a file or from standard input") {
  const Fresh fresh;
  Site site{fresh.folder, "gateway", REDRESS_GATEWAY, "link.endpoint"};
  site.start();
  const std::string said = fresh.folder / "said";
  std::ofstream{said} << "narrative=charged twice\n on one day\ncustomer_name=张三\n";
  const std::string number = site.done({"case", "new", "@" + said, "channel=web"})["number"];
  const json fields = site.done({"case", "show", number})["timeline"][0]["fields"];
  CHECK(fields["narrative"] == "charged twice\non one day");
  CHECK(fields["customer_name"] == "张三");
  CHECK(fields["channel"] == "web");
  std::ofstream{said} << "content=we wrote\n";
  const Ran piped =
      fresh.folder.run({"/bin/sh", "-c", "exec \"$0\" case act \"$1\" replied - --json --home \"$2\" < \"$3\"",
                        REDRESS_OPS, number, fresh.home, said});
  INFO(piped.err);
  REQUIRE(piped.status == 0);
  CHECK(piped.answer()["state"] == "replied");
  std::ofstream{said} << "content=x\nthe customer's own words\n";
  const Ran bad = site.ops({"case", "act", number, "replied", "@" + said});
  CHECK(bad.status == 2);
  CHECK(json::parse(bad.err)["field"] == said + ":2");
  CHECK_FALSE(says(bad.err, "own words"));
  CHECK(site.ops({"case", "new", "@" + fresh.folder / "none"}).status == 3);
}

TEST_CASE("Programs: enrol says to hand its token over in a file, in both languages, and init takes it so") {
  const Fresh fresh;
  Site site{fresh.folder, "gateway", REDRESS_GATEWAY, "link.endpoint"};
  site.start();
  for (const auto& [number, language, joins] :
       {std::tuple{"2", "zh", "--home 目录 --join @文件\n"}, std::tuple{"3", "en", "--home FOLDER --join @FILE\n"}}) {
    INFO(language);
    const Ran told = fresh.folder.run(
        {REDRESS_OPS, "enrol", "--home", fresh.home, "--lang", language, "--site", number, "--name", "n"});
    REQUIRE(told.status == 0);
    CHECK(says(told.out, joins));
    CHECK(says(told.out, "umask 077"));
    const auto token = told.out.find("RDR1-");
    REQUIRE(token != std::string::npos);
    CHECK(told.out.find("RDR1-", token + 1) == std::string::npos);
    const std::string file = fresh.folder / "token";
    std::ofstream{file} << told.out.substr(token, told.out.find('\n', token) - token + 1);
    const Ran made = fresh.folder.run(
        {REDRESS_OPS, "init", "--role", "branch", "--home", fresh.folder / number, "--join", "@" + file});
    INFO(made.err);
    CHECK(made.status == 0);
  }
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
