#include "ops/shell/log.h"

#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

namespace redress::shell {
namespace {

std::string one_value(std::string value) {
  const std::string line = log_text(LogLevel::info, "r", "e", {{"k", std::move(value)}});
  return line.substr(std::string{"info r: e k="}.size());
}

class Folder {
 public:
  Folder() {
    char name[] = "/tmp/redress-log-XXXXXX";
    path_ = mkdtemp(name);
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  [[nodiscard]] std::string file() const { return path_ + "/log"; }
  [[nodiscard]] std::string text() const {
    std::ostringstream out;
    out << std::ifstream{file()}.rdbuf();
    return out.str();
  }

 private:
  std::string path_;
};

TEST_CASE("Log: a line is level, room, event and facts") {
  CHECK(
      log_text(LogLevel::warn, "session", "ack: ignored (stale epoch)", {{"branch", 412}, {"seq", 81U}, {"to", "x"}}) ==
      "warn session: ack: ignored (stale epoch) branch=412 seq=81 to=x");
  CHECK(log_text(LogLevel::error, "store", "stopped", {}) == "error store: stopped");
  CHECK(log_text(LogLevel::debug, "a", "b", {{"least", INT64_MIN}, {"most", UINT64_MAX}}) ==
        "debug a: b least=-9223372036854775808 most=18446744073709551615");
}

TEST_CASE("Log: a value with spaces, quotes or nothing is quoted") {
  CHECK(one_value("plain-1.2:3/x") == "plain-1.2:3/x");
  CHECK(one_value("two words") == "\"two words\"");
  CHECK(one_value("a=b") == "\"a=b\"");
  CHECK(one_value("say \"hi\\\"") == "\"say \\\"hi\\\\\\\"\"");
  CHECK(one_value("") == "\"\"");
  CHECK(one_value("网点") == "网点");
}

TEST_CASE("Log: no value starts a line or moves a terminal") {
  CHECK(one_value("a\nerror x: forged") == "\"a\\x0aerror x: forged\"");
  CHECK(one_value("\x1b[2J\r\t\x7f") == "\"\\x1b[2J\\x0d\\x09\\x7f\"");
  CHECK(one_value(std::string{"a\0b", 3}) == "\"a\\x00b\"");
  CHECK(one_value("\xc2\x9b"
                  "31m") == "\\xc2\\x9b31m");  // CSI as one character
  CHECK(one_value("\xff\xfe") == "\\xff\\xfe");
}

TEST_CASE("Log: a long value is cut, never inside a character") {
  std::string text(logged_value_bytes_max - 1, 'x');
  CHECK(one_value(text + "y") == text + "y");
  CHECK(one_value(text + "中文") == text + "…");
}

TEST_CASE("Log: a file is made for its owner only, holds what the level lets through, and is appended to") {
  const Folder folder;
  for (int round = 0; round < 2; ++round) {
    auto log = Log::open(LogLevel::warn, folder.file());
    REQUIRE(log);
    (*log)->debug("r", "no");
    (*log)->info("r", "no");
    (*log)->warn("r", "first", {{"round", round}});
    CHECK(folder.text().find("round=" + std::to_string(round)) != std::string::npos);  // flushed
    (*log)->error("r", "second");
  }
  struct stat found {};
  REQUIRE(stat(folder.file().c_str(), &found) == 0);
  CHECK((found.st_mode & 0777) == 0600);
  std::istringstream lines{folder.text()};
  std::vector<std::string> all;
  for (std::string line; std::getline(lines, line);) all.push_back(line);
  REQUIRE(all.size() == 4);
  CHECK(all[0].substr(24) == " warn r: first round=0");
  CHECK(all[3].substr(24) == " error r: second");
  CHECK(all[0][10] == 'T');
  CHECK(all[0][23] == 'Z');
}

TEST_CASE("Log: threads do not mix their lines") {
  const Folder folder;
  {
    auto log = Log::open(LogLevel::info, folder.file());
    REQUIRE(log);
    std::vector<std::thread> all;
    for (int i = 0; i < 4; ++i) {
      all.emplace_back([&log] {
        for (int n = 0; n < 200; ++n) (*log)->info("room", "event", {{"value", std::string(100, 'v')}});
      });
    }
    for (auto& one : all) one.join();
  }
  std::istringstream lines{folder.text()};
  int right = 0;
  for (std::string line; std::getline(lines, line);) {
    if (line.substr(24) == " info room: event value=" + std::string(100, 'v')) ++right;
  }
  CHECK(right == 800);
}

TEST_CASE("Log: a file that cannot be made is an error") {
  const auto log = Log::open(LogLevel::info, "/nonexistent/folder/log");
  REQUIRE_FALSE(log);
  CHECK(log.error().code == Code::io);
}

}  // namespace
}  // namespace redress::shell
