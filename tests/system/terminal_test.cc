// What people type into redress-ops and what their terminals are shown: encodings, controls, full disks, wrong words.
#include <sys/stat.h>

#include "tests/system/programs.h"

namespace redress::system_test {
namespace {

bool says(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

// Head office, running.
struct Office {
  Office() {
    const Ran made = folder.run({REDRESS_OPS, "init", "--role", "gateway", "--home", site.home, "--listen",
                                 "tcp://127.0.0.1:*", "--door", "127.0.0.1:0"});
    INFO(made.err);
    REQUIRE(made.status == 0);
    site.start();
  }
  // In a locale, in words.
  Ran told(const std::string& locale, std::vector<std::string> words) const {
    words.insert(words.begin(), {"/usr/bin/env", "LC_ALL=" + locale, REDRESS_OPS});
    words.insert(words.end(), {"--home", site.home});
    return folder.run(std::move(words));
  }
  // `$OPS` and `$HOME_DIR` in a line of the shell.
  Ran shell(const std::string& line) const {
    return folder.run({"/usr/bin/env", "LC_ALL=en_US.UTF-8", std::string{"OPS="} + REDRESS_OPS,
                       "REDRESS_HOME=" + site.home, "/bin/sh", "-c", line});
  }
  json refused(std::vector<std::string> words) const {
    const Ran ran = site.ops(std::move(words));
    INFO(ran.out << ran.err);
    CHECK(ran.status == 2);
    return json::parse(ran.err);
  }

  Folder folder;
  Site site{folder, "gateway", REDRESS_GATEWAY, "link.endpoint"};
};

}  // namespace

TEST_CASE("Terminal: bytes that are not UTF-8 are refused by the argument's name, whatever the command") {
  const Office office;
  const std::string bad = "\xFF";
  const std::string number = office.site.done({"case", "new", "narrative=n"})["number"];
  const std::vector<std::pair<std::vector<std::string>, std::string>> lines{
      {{"case", "new", "narrative=" + bad}, "fields"},
      {{"case", "act", number, "started", "handler=" + bad}, "fields"},
      {{"case", "kinds", bad}, "kind"},
      {{"case", "search", bad}, "words"},
      {{"enrol", "--site", "10", "--name", bad}, "--name"},
      {{"enrol", "--site", "10", "--name", "a\nb\x1B[31m"}, "--name"},
      {{"init", "--role", "gateway", "--name", bad}, "--name"},
      {{"backup", "--to", bad}, "--to"},
      {{"recover", "--reason", bad}, "--reason"},
      {{"explain", bad}, "code"},
      {{"rules", bad}, "profile"}};
  for (const auto& [words, field] : lines) {
    INFO(words.front() << " " << field);
    CHECK(office.refused(words)["field"] == field);
  }
  const Ran typed = office.shell("printf 'said \\377\\n.\\n' | $OPS case new");
  CHECK(typed.status == 2);
  CHECK(says(typed.err, "GB18030"));
  CHECK(office.site.case_count() == 1);
}

TEST_CASE("Terminal: a file's name may be any bytes, and is told without ending the program") {
  const Office office;
  const std::string odd = office.folder / "\xFF";
  const Ran nowhere = office.folder.run({REDRESS_OPS, "lag", "--json", "--home", odd});
  CHECK(nowhere.status == 3);
  CHECK(says(json::parse(nowhere.err)["detail"], "\uFFFD"));
  const std::string table = office.folder / "t.csv";
  std::ofstream{table} << "a\n";
  CHECK(office.site.ops({"import", table, "--mapping", odd}).status == 3);
  CHECK(office.site.ops({"restore", "--from", odd}).status == 2);
  CHECK(office.site.ops({"export", "--out", odd}).status == 0);
  CHECK(std::filesystem::is_regular_file(odd));
}

TEST_CASE("Terminal: where the locale is GB18030 what is said in it is understood, without a word") {
  const Office office;
  const Ran saved = office.told("zh_CN.GB18030", {"case", "new", "narrative=\xCD\xB6\xCB\xDF"});
  CHECK(saved.status == 0);
  CHECK(office.site.case_count() == 1);
  CHECK(says(office.site.ops({"export"}).out, "\"narrative\":\"投诉\""));
}

TEST_CASE("Terminal: what people wrote orders nothing about and passes for no line of the tool's") {
  const Office office;
  const std::string number =
      office.site.done({"case", "new", "narrative=first\x1B[31m\nsecond", "channel=a\nb"})["number"];
  const Ran shown = office.told("en_US.UTF-8", {"case", "show", number});
  CHECK(shown.status == 0);
  CHECK(!says(shown.out, "\x1B"));
  CHECK(says(shown.out, "first\uFFFD[31m\n        second\n"));
  CHECK(says(shown.out, "a\uFFFDb\n"));
  CHECK(says(shown.out, "site 1  staff 1\n"));
  CHECK(says(office.told("zh_CN.UTF-8", {"case", "show", number}).out, "机构 1  经办人 1\n"));
  CHECK(says(office.told("en_US.UTF-8", {"case", "count"}).out, "  a\uFFFDb "));
}

TEST_CASE("Terminal: a result that standard output does not take ends the command with 3 and a reason") {
  const Office office;
  office.site.done({"case", "new", "narrative=n"});
  for (const char* command : {"case list --json", "case list", "lag", "lag --json", "case count", "explain io",
                              "--version", "--help", "case kinds", "export"}) {
    INFO(command);
    const Ran full = office.shell(std::string{"$OPS "} + command + " >/dev/full");
    CHECK(full.status == 3);
    CHECK(says(full.err, "not all of it was taken"));
  }
  CHECK(office.shell("$OPS case list >&-").status == 3);
}

TEST_CASE("Terminal: an export replaces a file, fills a pipe or a device, and nothing else") {
  const Office office;
  office.site.done({"case", "new", "narrative=n"});
  const std::string target = office.folder / "target";
  const std::string link = office.folder / "link";
  std::ofstream{target} << "precious\n";
  REQUIRE(::symlink(target.c_str(), link.c_str()) == 0);
  CHECK(office.refused({"export", "--out", link})["field"] == "--out");
  CHECK(text_of_file(target) == "precious\n");
  CHECK(std::filesystem::is_symlink(link));
  CHECK(office.refused({"export", "--out", office.site.home})["field"] == "--out");
  // Not the machine's own /dev/full, in case it is replaced after all.
  const std::string full = office.folder / "full";
  std::filesystem::create_symlink("/dev/full", full);
  CHECK(office.site.ops({"export", "--out", full}).status == 3);
  CHECK(std::filesystem::is_symlink(full));
  const std::string pipe = office.folder / "pipe";
  REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
  const Ran piped = office.shell("cat '" + pipe + "' & $OPS export --out '" + pipe + "' && wait");
  CHECK(piped.status == 0);
  CHECK(says(piped.out, "\"narrative\":\"n\""));
  CHECK(std::filesystem::is_fifo(pipe));
  CHECK(office.site.ops({"export", "--out", target}).status == 0);
  CHECK(says(text_of_file(target), "\"narrative\":\"n\""));
}

TEST_CASE("Terminal: a refusal says what is the matter where it was met") {
  const Office office;
  const std::string copy = office.folder / "copy";
  const auto message = [&](const std::vector<std::string>& words) {
    return office.refused(words)["message"].get<std::string>();
  };
  CHECK(says(message({"init", "--role", "gateway"}), "there already"));
  office.site.done({"backup", "--to", copy});
  CHECK(says(message({"backup", "--to", copy}), "something in that folder"));
  CHECK(says(message({"case", "new", "narrative=n", "amount_fen=-5"}), "must not be negative"));
  CHECK(says(office.refused({"enrol", "--site", "0", "--name", "x"})["detail"], "begin at 2"));
  CHECK(office.refused({"enrol", "--site", "10", "--name", "x", "--endpoint", "foo"})["field"] == "--endpoint");
  CHECK(office.refused({"enrol", "--site", "10", "--name", "x", "--zone", "Mars/X"})["field"] == "--zone");
  const std::string fresh = office.folder / "fresh";
  const auto field_of = [&](const char* option, const char* value) {
    const Ran ran =
        office.folder.run({REDRESS_OPS, "init", "--role", "gateway", "--home", fresh, "--json", option, value});
    CHECK(ran.status == 2);
    CHECK(!std::filesystem::exists(fresh));
    return json::parse(ran.err)["field"];
  };
  CHECK(field_of("--listen", "tcp:foo") == "--listen");
  CHECK(field_of("--zone", "Mars/X") == "--zone");
  CHECK(field_of("--door", "blah") == "--door");
  const Ran nonsense = office.folder.run({REDRESS_OPS, "lag", "--nonsense", "--json"});
  CHECK(nonsense.status == 1);
  CHECK(says(json::parse(nonsense.err)["detail"], "--nonsense"));
  CHECK(says(office.site.done({"explain", "ORG-64"})["rules"][0]["rule"], "role"));
  CHECK(office.refused({"explain", "ORG-6"})["code"] == "not_found");
}

TEST_CASE("Terminal: at a branch only head office's commands say whose they are, and a daemon that is gone is named") {
  Network network;
  for (const std::vector<std::string>& words : {std::vector<std::string>{"sites"},
                                                {"revoke", "--site", "10"},
                                                {"recover", "--reason", "r"},
                                                {"enrol", "--site", "12", "--name", "x"}}) {
    INFO(words.front());
    const Ran ran = network.primary.ops(words);
    CHECK(ran.status == 2);
    CHECK(says(json::parse(ran.err)["message"], "Only head office"));
  }
  CHECK(says(json::parse(network.gateway.ops({"enrol", "--site", "10", "--name", "x"}).err)["message"], "enrolled"));
  const std::string url = Site::line_of(network.primary.home + "/door.url");
  CHECK(network.primary.terminate() == 0);
  const Ran gone = network.primary.ops({"lag"});
  CHECK(gone.status == 3);
  CHECK(says(json::parse(gone.err)["detail"], "url=" + url));
  CHECK(says(json::parse(gone.err)["detail"], "home=" + network.primary.home));
}

TEST_CASE("Terminal: LC_ALL says the language before LANG, and C says none") {
  const Folder folder;
  const auto said = [&](const std::string& all, const std::string& lang) {
    return folder
        .run({"/usr/bin/env", "-u", "LC_MESSAGES", "LC_ALL=" + all, "LANG=" + lang, REDRESS_OPS, "explain", "io"})
        .out;
  };
  CHECK(says(said("en_US.UTF-8", "zh_CN.UTF-8"), "who acts"));
  CHECK(says(said("zh_CN.UTF-8", "en_US.UTF-8"), "由谁处理"));
  CHECK(says(said("C.UTF-8", "en_US.UTF-8"), "who acts"));
  CHECK(says(said("", ""), "由谁处理"));
}

TEST_CASE("Terminal: a list goes on where it ended, and says that there is more") {
  const Office office;
  for (int i = 0; i < 3; ++i) static_cast<void>(office.site.register_case("same words", "desk/" + std::to_string(i)));
  for (const std::vector<std::string>& list : {std::vector<std::string>{"case", "list"},
                                               {"case", "list", "--sort", "due"},
                                               {"case", "search", "same words"}}) {
    std::vector<std::string> words = list;
    words.insert(words.end(), {"--limit", "2"});
    const Ran text = office.told("en_US.UTF-8", words);
    const json first = office.site.done(words);
    REQUIRE(first["cases"].size() == 2);
    const std::string next = first["next"];
    CHECK(says(text.out, "--before " + next));
    words.insert(words.end(), {"--before", next});
    const json rest = office.site.done(words);
    REQUIRE(rest["cases"].size() == 1);
    CHECK(rest["cases"][0]["case"] != first["cases"][0]["case"]);
    CHECK(rest["cases"][0]["case"] != first["cases"][1]["case"]);
    CHECK(!rest.contains("next"));
  }
}

}  // namespace redress::system_test
