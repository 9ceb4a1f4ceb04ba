// The house's rules, each first shown to fail on a planted file and then read over the tree.
#include <catch2/catch.hpp>
#include <filesystem>
#include <string>
#include <vector>

#include "tests/house/functions.h"
#include "tests/house/rules.h"
#include "tests/house/source.h"

namespace redress::house {
namespace {

const std::filesystem::path kRoot{REDRESS_SOURCE_DIR};

std::string includes(const std::string& path, const std::string& text) {
  return to_text(check_includes(split(path, text)));
}
std::string words(const std::string& path, const std::string& text) { return to_text(check_words(split(path, text))); }
std::string sizes(const std::string& path, const std::string& text) { return to_text(check_sizes(split(path, text))); }
std::string kinds(const std::string& path, const std::string& text) {
  return to_text(check_event_kinds(split(path, text)));
}

bool says(const std::string& findings, const std::string& what) { return findings.find(what) != std::string::npos; }

std::vector<TextFile> files_in(const std::vector<std::string_view>& folders,
                               const std::vector<std::string_view>& endings) {
  std::vector<TextFile> all;
  for (const auto folder : folders) {
    for (TextFile& file : read_tree(kRoot, folder, endings)) all.push_back(std::move(file));
  }
  return all;
}

// All C++ of the tree, the tests included.
const std::vector<Source>& tree() {
  static const std::vector<Source> sources = [] {
    auto folders = product_folders();
    folders.push_back("tests/");
    std::vector<Source> all;
    for (const TextFile& file : files_in(folders, {".h", ".cc"})) all.push_back(split(file.path, file.text));
    return all;
  }();
  return sources;
}

Findings over_tree(Findings (*rule)(const Source&)) {
  Findings findings;
  for (const Source& file : tree()) {
    const Findings found = rule(file);
    findings.insert(findings.end(), found.begin(), found.end());
  }
  return findings;
}

std::string lines(int count) {
  std::string text;
  for (int i = 0; i < count; ++i) text += "  f();\n";
  return text;
}

}  // namespace

TEST_CASE("Source: comments and literals are not code, and keep their lines") {
  const Source file =
      split("a.cc", "int a; // b\n/* c\n d */ f(\"e\\\"g\", 'h', 1'000);\nauto r = R\"x(i\nj)x\"; k();\n");
  CHECK(file.code.find("int a;") == 0);
  CHECK(file.code.find('b') == std::string::npos);
  CHECK(file.code.find('d') == std::string::npos);
  CHECK(file.code.find('h') == std::string::npos);
  CHECK(file.code.find("1'000") != std::string::npos);
  CHECK(line_of(file.code, file.code.find("k();")) == 5);
  CHECK(file.remarks.find('b') == file.remarks.find("// b") + 3);
  REQUIRE(file.literals.size() == 2);
  CHECK(file.literals[0] == std::pair<int, std::string>{3, "e\\\"g"});
  CHECK(file.literals[1] == std::pair<int, std::string>{4, "i\nj"});
  CHECK(file.line_count == 5);
}

TEST_CASE("Arrows: an include against an arrow is found, with its line and what is allowed") {
  const auto found = includes("protocol/base/x.h", "#pragma once\n#include \"protocol/journal/entry.h\"\n");
  CHECK(found == "protocol/base/x.h:2: must not include protocol/journal/entry.h: protocol/base/ may use nothing\n");
}

TEST_CASE("Arrows: each room has its own") {
  const auto [from, header, allowed] = GENERATE(table<const char*, const char*, bool>({
      {"protocol/journal/x.cc", "protocol/base/ids.h", true},
      {"protocol/journal/x.cc", "protocol/wire/frames.h", false},
      {"protocol/wire/x.cc", "protocol/journal/entry.h", true},
      {"protocol/wire/x.cc", "protocol/sync/step.h", false},
      {"protocol/sync/x.cc", "protocol/wire/frames.h", true},
      {"protocol/sync/x.cc", "protocol/casework/case.h", false},
      {"protocol/casework/x.cc", "protocol/wire/refusal.h", true},
      {"protocol/casework/x.cc", "protocol/wire/frames.h", false},
      {"protocol/casework/x.cc", "protocol/sync/step.h", false},
      {"protocol/casework/x.cc", "protocol/casework/case.h", true},
      {"protocol/casework/x.cc", "protocol/rules/calendar.h", true},
      {"protocol/rules/x.cc", "protocol/base/ids.h", true},
      {"protocol/rules/x.cc", "protocol/casework/case.h", false},
      {"crypto/x.cc", "protocol/journal/suite.h", true},
      {"crypto/x.cc", "protocol/wire/frames.h", false},
      {"crypto/x.cc", "store/site.h", false},
      {"store/x.cc", "crypto/seal.h", true},
      {"store/x.cc", "protocol/casework/case.h", true},
      {"store/x.cc", "ops/shell/log.h", false},
      {"ops/shell/x.cc", "store/site.h", true},
      {"ops/shell/x.cc", "gateway/router.h", false},
      {"ops/shell/x.cc", "ops/tool/client.h", false},
      {"gateway/x.cc", "ops/shell/door.h", true},
      {"gateway/x.cc", "branch-agent/agent.h", false},
      {"branch-agent/x.cc", "ops/shell/door.h", true},
      {"branch-agent/x.cc", "gateway/gateway.h", false},
      {"branch-agent/x.cc", "ops/tool/client.h", false},
      {"ops/tool/x.cc", "ops/shell/config.h", true},
      {"ops/demonstration/x.cc", "ops/tool/client.h", true},
      {"ops/demonstration/x.cc", "branch-agent/agent.h", false},
      {"ops/measure/x.cc", "branch-agent/agent.h", true},
      {"ops/measure/x.cc", "gateway/gateway.h", false},
      {"gateway/x.cc", "tests/sim/pair.h", false},
      {"tests/sim/x.cc", "gateway/gateway.h", true},
      {"tests/sim/x.cc", "tests/sim/pair.h", true},
  }));
  INFO(from << " includes " << header);
  CHECK(includes(from, "#include \"" + std::string{header} + "\"\n").empty() == allowed);
  CHECK(includes(from, "#include <" + std::string{header} + ">\n").empty() == allowed);
}

TEST_CASE("Arrows: a third-party header stays at home") {
  const auto [header, home, abroad] = GENERATE(table<const char*, const char*, const char*>({
      {"lmdb.h", "store/env.cc", "gateway/gateway.cc"},
      {"openssl/evp.h", "crypto/seal.cc", "store/env.cc"},
      {"openssl/ssl.h", "ops/shell/door_tls.cc", "ops/shell/loop.cc"},
      {"zstd.h", "crypto/seal.cc", "ops/shell/door.cc"},
      {"zmq.hpp", "ops/shell/zmq_socket.cc", "ops/shell/loop.cc"},
      {"zmq.h", "gateway/zap.cc", "gateway/gateway.cc"},
      {"event2/http.h", "ops/shell/door.cc", "ops/shell/case_api.cc"},
      {"spdlog/spdlog.h", "ops/shell/log.cc", "ops/shell/log.h"},
      {"httplib.h", "ops/tool/client.cc", "ops/shell/door.cc"},
      {"nats/nats.h", "ops/measure/nats.cc", "ops/measure/peers.cc"},
      {"toml++/toml.h", "ops/shell/config.cc", "ops/tool/client.cc"},
      {"toml++/toml.h", "ops/tool/mapping.cc", "gateway/main.cc"},
      {"prometheus/registry.h", "ops/shell/metrics.cc", "gateway/api.cc"},
      {"flatbuffers/flatbuffers.h", "protocol/wire/frames.cc", "store/site.cc"},
      {"protocol/wire/frames_generated.h", "protocol/wire/frames.cc", "gateway/gateway.cc"},
      {"CLI/CLI.hpp", "gateway/main.cc", "gateway/gateway.cc"},
      {"CLI/CLI.hpp", "ops/tool/case.cc", "ops/shell/config.cc"},
      {"catch2/catch.hpp", "tests/store/env_test.cc", "store/env.cc"},
  }));
  const std::string text = "#include <" + std::string{header} + ">\n";
  INFO(header);
  CHECK(includes(home, text).empty());
  CHECK_FALSE(includes(abroad, text).empty());
  CHECK(includes("tests/store/x_test.cc", text).empty());
}

TEST_CASE("Arrows: an own header is named by its path from the root") {
  CHECK_FALSE(includes("store/env.cc", "#include \"env.h\"\n").empty());
  CHECK_FALSE(includes("store/env.cc", "#include <vector>\n\n#include \"../crypto/seal.h\"\n").empty());
  CHECK(includes("store/env.cc", "#include <vector>\n// #include \"env.h\"\n#include \"store/env.h\"\n").empty());
}

TEST_CASE("Arrows: the tree keeps them") {
  REQUIRE(tree().size() > 10);
  CHECK(to_text(over_tree(check_includes)) == "");
}

TEST_CASE("Words: each banned word is found in product code, with what to use instead") {
  const std::string code = GENERATE(
      "auto t = std::chrono::steady_clock::now();", "x = system_clock::now();", "clock_gettime(CLOCK_MONOTONIC, &t);",
      "std::random_device d;", "int r = rand();", "printf(\"a\");", "std::printf(\"a\");", "std::cout << 1;",
      "fprintf(stdout, \"a\");", "flags |= MDB_NOSYNC;", "flags |= MDB_NOMETASYNC;", "f(MDB_WRITEMAP);",
      "f(MDB_NOLOCK | 1);", "f(MDB_MAPASYNC);", "auto v = a | std::views::filter(f);", "using namespace std;",
      "std::this_thread::sleep_for(1s);", "usleep(3);", "sleep(1);", "f();  // TODO later", "/* FIXME */");
  const auto found = words("protocol/base/x.cc", "\n" + code + "\n");
  INFO(code << " gives " << found);
  CHECK(says(found, "protocol/base/x.cc:2: "));
  CHECK(says(found, " banned: "));
}

TEST_CASE("Words: a word is only itself") {
  CHECK(words("store/x.cc", "int strand(int a); f(snprintf(b, n, f)); operand(1); x.sleepy(); brand(2);") == "");
  CHECK(words("store/x.cc", "// Never MDB_NOSYNC here; std::cout is for programs.\n") == "");
  CHECK(words("store/x.cc", "f(\"sleep(1) and rand() in a text\");\n") == "");
}

TEST_CASE("Words: a word is allowed where it belongs") {
  CHECK(words("ops/shell/process.cc", "t = std::chrono::steady_clock::now();") == "");
  CHECK_FALSE(words("ops/shell/loop.cc", "t = std::chrono::steady_clock::now();").empty());
  CHECK(words("ops/tool/case.cc", "std::cout << text;") == "");
  CHECK(words("gateway/main.cc", "std::cout << text;") == "");
  CHECK(words("tests/store/x_test.cc", "std::random_device d; printf(x);") == "");
  CHECK_FALSE(words("tests/store/x_test.cc", "std::this_thread::sleep_for(1ms);").empty());
  CHECK_FALSE(words("tests/store/x_test.cc", "// TODO").empty());
}

TEST_CASE("Words: the tree uses none that is banned") { CHECK(to_text(over_tree(check_words)) == ""); }

TEST_CASE("Names: a name that says nothing is found") {
  CHECK_FALSE(check_name("store/util.h").empty());
  CHECK_FALSE(check_name("store/string_helpers.cc").empty());
  CHECK_FALSE(check_name("ops/common/text.h").empty());
  CHECK_FALSE(check_name("gateway/session_manager.cc").empty());
  CHECK(check_name("gateway/commonwealth.cc").empty());
  CHECK(check_name("store/futility.h").empty());
}

TEST_CASE("Names: the tree's say something") {
  Findings findings;
  for (const Source& file : tree()) {
    const auto found = check_name(file.path);
    findings.insert(findings.end(), found.begin(), found.end());
  }
  CHECK(to_text(findings) == "");
}

// The planted paths are put together here, so that this file itself is clean.
TEST_CASE("Machine paths: one machine's folders are found, in any text") {
  const std::string work = std::string{"/wo"} + "rk/";
  const std::string home = std::string{"/ho"} + "me/";
  CHECK(to_text(check_machine_paths({"ops/x.sh", "a\ncd " + work + "main\n"})) ==
        "ops/x.sh:2: " + work + " is a path of one machine\n");
  CHECK_FALSE(check_machine_paths({"ops/x.toml", "dir=\"" + home + "me\""}).empty());
  CHECK_FALSE(check_machine_paths({"x.h", home}).empty());
  CHECK(check_machine_paths({"x.md", "frame" + work + "flow, https://a.example" + home}).empty());
}

TEST_CASE("Machine paths: the tree has none") {
  Findings findings;
  auto folders = product_folders();
  for (const auto more : {"tests/", "cmake/", ".ci/", "web/src/"}) folders.emplace_back(more);
  for (const TextFile& file : files_in(folders, {""})) {
    const auto found = check_machine_paths(file);
    findings.insert(findings.end(), found.begin(), found.end());
  }
  CHECK(to_text(findings) == "");
}

TEST_CASE("Functions: found by their braces, with their lines") {
  const Source file = split("a.cc",
                            "#define BRACE {\n"
                            "namespace a {\n"
                            "struct B : C {\n"
                            " public:\n"
                            "  B(int x = {}) : x_{x}, y_{1} {\n"
                            "    f();\n"
                            "  }\n"
                            "  int x_{0};\n"
                            "};\n"
                            "enum class E { one, two };\n"
                            "const int kTable[] = {\n"
                            "  1,\n"
                            "};\n"
                            "template <class T = int>\n"
                            "bool operator==(const T& a, const T& b) {\n"
                            "  static const int rows[] = {\n"
                            "    1,\n"
                            "  };\n"
                            "  if (a) { g(); }\n"
                            "}\n"
                            "}  // namespace a\n");
  const auto found = functions_of(file);
  REQUIRE(found.size() == 2);
  CHECK(found[0].line == 5);
  CHECK(found[0].line_count == 3);
  CHECK(found[1].line == 14);
  CHECK(found[1].line_count == 5);  // seven, less the two of the table
}

TEST_CASE("Sizes: a function of 70 lines passes, of 71 does not") {
  CHECK(sizes("store/x.cc", "namespace a {\nvoid f(int a) {\n" + lines(68) + "}\n}\n") == "");
  CHECK(sizes("store/x.cc", "namespace a {\nvoid f(int a) {\n" + lines(69) + "}\n}\n") ==
        "store/x.cc:2: 71 lines, at most 70, in void f(int a) \n");
  CHECK(sizes("tests/store/x_test.cc", "TEST_CASE(\"a\") {\n" + lines(90) + "}\n") == "");
}

TEST_CASE("Sizes: a file of 800 lines passes, of 801 does not") {
  CHECK(sizes("store/x.cc", lines(800)) == "");
  CHECK(sizes("store/x.cc", lines(801)) == "store/x.cc: 801 lines, at most 800: one file, one idea\n");
  CHECK_FALSE(sizes("tests/store/x_test.cc", lines(801)).empty());
}

TEST_CASE("Sizes: the tree fits") {
  std::size_t count = 0;
  for (const Source& file : tree()) count += functions_of(file).size();
  REQUIRE(count > 100);
  CHECK(to_text(over_tree(check_sizes)) == "");
}

TEST_CASE("Event kinds: a kind's name as a literal is found outside casework") {
  CHECK(kinds("gateway/router.cc", "if (kind == \"disposed\") f();\n") ==
        "gateway/router.cc:1: \"disposed\" is an event kind: ask protocol/casework\n");
  for (const std::string room : {"store/x.cc", "ops/shell/x.cc", "crypto/x.cc", "branch-agent/x.cc"}) {
    CHECK_FALSE(kinds(room, "f(\"handed_over\");").empty());
  }
  CHECK(kinds("protocol/casework/event.cc", "f(\"disposed\");") == "");
  CHECK(kinds("gateway/router.cc", "f(\"session closed by peer\"); // \"closed\"\n") == "");
}

TEST_CASE("Event kinds: the tree tells them apart only in casework") {
  CHECK(to_text(over_tree(check_event_kinds)) == "");
}

TEST_CASE("Registration: a test file that no tests.cmake names is found") {
  const std::vector<std::string> registers = {
      "redress_tests(store DEPENDS store\n  FILES store/env_test.cc\n  # store/views_test.cc\n  "
      "store/big_site_test.cc)\n"};
  CHECK(check_registered({"tests/store/env_test.cc", "tests/store/big_site_test.cc"}, registers).empty());
  CHECK(check_registered({"tests/store/views_test.cc"}, registers).size() == 1);
  CHECK(check_registered({"tests/store/site_test.cc"}, registers).size() == 1);
  CHECK(check_registered({"tests/big_site_test.cc"}, registers).size() == 1);
}

TEST_CASE("Registration: every test file of the tree runs") {
  std::vector<std::string> registers;
  for (const TextFile& file : read_tree(kRoot, "tests/", {"/tests.cmake"})) registers.push_back(file.text);
  std::vector<std::string> tests;
  for (const TextFile& file : read_tree(kRoot, "tests/", {"_test.cc"})) tests.push_back(file.path);
  REQUIRE_FALSE(tests.empty());
  CHECK(to_text(check_registered(tests, registers)) == "");
}

TEST_CASE("READMEs: every room has one") {
  auto folders = product_folders();
  folders.push_back("tests/");
  for (const auto folder : folders) {
    INFO(folder);
    CHECK(std::filesystem::is_regular_file(kRoot / folder / "README.md"));
  }
}

}  // namespace redress::house
