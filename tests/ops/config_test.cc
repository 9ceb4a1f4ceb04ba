#include "ops/shell/config.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace redress::shell {
namespace {

class File {
 public:
  explicit File(const std::string& text) {
    char name[] = "/tmp/redress-config-XXXXXX";
    folder_ = mkdtemp(name);
    std::ofstream{path()} << text;
  }
  ~File() { std::filesystem::remove_all(folder_); }
  [[nodiscard]] std::string path() const { return folder_ + "/redress.toml"; }

 private:
  std::string folder_;
};

Expected<Config, std::vector<Error>> load(const std::string& text) { return load_config(File{text}.path()); }

std::vector<std::string> fields(const std::string& text) {
  const auto loaded = load(text);
  std::vector<std::string> out;
  if (!loaded) {
    for (const Error& error : loaded.error()) out.push_back(error.field);
  }
  return out;
}

const std::string branch_site = "role = 'branch'\n[site]\nid = 11\nname = '城东支行'\n";
const std::string branch_link = "[link]\nconnect = 'tcp://gateway.bank.example:7701'\n";
const std::string gateway_site = "role = 'gateway'\n[site]\nid = 1\nname = 'Head office'\n";
const std::string gateway_link = "[link]\nlisten = 'tcp://0.0.0.0:7701'\n";

Config branch() {
  Config config;
  config.site.id = SiteId{11};
  config.site.name = "城东支行";
  config.link.connect = "tcp://gateway.bank.example:7701";
  return config;
}

TEST_CASE("Config: what must be said is enough, the rest has its defaults") {
  const auto loaded = load(branch_site + branch_link);
  REQUIRE(loaded);
  CHECK(*loaded == branch());
  CHECK(loaded->site.zone == "Asia/Shanghai");
  CHECK(loaded->store.journal_map_mib == 4096);
  CHECK(loaded->door.listen == "127.0.0.1:7700");
  CHECK(loaded->link.heartbeat_ms == 2000);
  const auto gateway = load(gateway_site + gateway_link);
  REQUIRE(gateway);
  CHECK(gateway->role == Role::gateway);
  CHECK(gateway->site.id == head_office);
}

TEST_CASE("Config: what is written with comments is read back the same") {
  Config full = branch();
  full.site.name = "a \"quoted\" \\ name\t\x01 支行";
  full.site.zone = "Europe/Berlin";
  full.site.language = "en";
  full.store = {"/var/lib/redress", 64, 128};
  full.link.heartbeat_ms = 60'000;
  full.link.window_kib = 64;
  full.door.listen = "[::1]:0";
  full.door.hosts = {"desk.bank.example", "desk.bank.example:8443"};
  full.keys = {"k", "p"};
  full.log = {"redress.log", "debug"};
  full.rules = {{"kashi", "cn"}, {"kashi.calendar", "rules/kashi.profile"}};
  Config gateway = full;
  gateway.role = Role::gateway;
  gateway.site.id = head_office;
  gateway.link.connect = "";
  gateway.link.listen = "tcp://127.0.0.1:*";
  gateway.door.listen = "10.0.0.1:443";
  gateway.door.certificate = "tls/chain.pem";
  gateway.door.key = "tls/key.pem";
  for (const Config& config : {branch(), full, gateway}) {
    const auto loaded = load(commented_config(config));
    if (!loaded) FAIL(loaded.error().front().what);
    CHECK(*loaded == config);
  }
}

TEST_CASE("Config: every key that is written has a comment in both languages above it") {
  const std::string text = commented_config(branch());
  std::vector<std::string> lines;
  for (std::size_t from = 0; from < text.size();) {
    const std::size_t end = text.find('\n', from);
    lines.push_back(text.substr(from, end - from));
    from = end + 1;
  }
  int keys = 0;
  for (std::size_t i = 2; i < lines.size(); ++i) {
    if (lines[i].find(" = ") == std::string::npos || lines[i][0] == '#') continue;
    ++keys;
    INFO(lines[i]);
    CHECK(lines[i - 2].rfind("# ", 0) == 0);
    CHECK(lines[i - 1].find("。") != std::string::npos);
  }
  CHECK(keys == 22);
}

TEST_CASE("Config: every error is named at once, with file, line and key") {
  const File file{
      "role = 'branch'\n"
      "colour = 'red'\n"
      "[site]\n"
      "id = 1\n"
      "zone = 'Asia/Nowhere'\n"
      "language = 'fr'\n"
      "[store]\n"
      "journal_map_mib = '4096'\n"
      "views_map_mib = 1\n"
      "[link]\n"
      "listen = 'tcp://0.0.0.0:1'\n"
      "heartbeat_ms = 100\n"
      "window_kib = 64.5\n"
      "[door]\n"
      "listen = '0.0.0.0:7700'\n"
      "hosts = ['fine.example', 'not fine']\n"
      "certificate = 'c'\n"
      "[keys]\n"
      "keystore = ''\n"
      "[log]\n"
      "level = 'loud'\n"
      "files = 'x'\n"};
  const auto loaded = load_config(file.path());
  REQUIRE_FALSE(loaded);
  struct Want {
    Code code;
    std::string field;
    int line;
  };
  const std::vector<Want> wanted{
      {Code::unknown_field, "colour", 2},          {Code::bad_value, "site.id", 4},
      {Code::missing_field, "site.name", 3},       {Code::bad_value, "site.zone", 5},
      {Code::bad_value, "site.language", 6},       {Code::bad_value, "store.journal_map_mib", 8},
      {Code::bad_value, "store.views_map_mib", 9}, {Code::bad_value, "link.listen", 11},
      {Code::missing_field, "link.connect", 10},   {Code::bad_value, "link.heartbeat_ms", 12},
      {Code::bad_value, "link.window_kib", 13},    {Code::bad_value, "door.hosts", 16},
      {Code::bad_value, "door.certificate", 17},   {Code::bad_value, "door.listen", 15},
      {Code::bad_value, "keys.keystore", 19},      {Code::bad_value, "log.level", 21},
      {Code::unknown_field, "log.files", 22}};
  CHECK(loaded.error().size() == wanted.size());
  for (const Want& want : wanted) {
    const auto found = std::find_if(loaded.error().begin(), loaded.error().end(),
                                    [&want](const Error& error) { return error.field == want.field; });
    INFO(want.field);
    REQUIRE(found != loaded.error().end());
    CHECK(found->code == want.code);
    CHECK(found->what.find("file=" + file.path() + " line=" + std::to_string(want.line) + " key=" + want.field) !=
          std::string::npos);
  }
}

TEST_CASE("Config: an empty file lacks what must be said") {
  CHECK(fields("") == std::vector<std::string>{"role", "site.id", "site.name", "link.connect"});
}

TEST_CASE("Config: each role refuses what is the other's") {
  CHECK(fields(gateway_site + gateway_link + "connect = 'tcp://h:1'\n") == std::vector<std::string>{"link.connect"});
  CHECK(fields(branch_site + branch_link + "listen = 'tcp://0.0.0.0:1'\n") == std::vector<std::string>{"link.listen"});
  CHECK(fields("role = 'gateway'\n[site]\nid = 11\nname = 'x'\n" + gateway_link) ==
        std::vector<std::string>{"site.id"});
  CHECK(fields("role = 'centre'\n[site]\nid = 11\nname = 'x'\n" + branch_link) == std::vector<std::string>{"role"});
}

TEST_CASE("Config: a gateway's door off loopback needs certificate and key") {
  const std::string start = gateway_site + gateway_link + "[door]\n";
  CHECK(fields(start + "listen = '10.0.0.1:443'\n") == std::vector<std::string>{"door.listen"});
  CHECK(fields(start + "certificate = 'c'\n") == std::vector<std::string>{"door.key"});
  CHECK(fields(start + "key = 'k'\n") == std::vector<std::string>{"door.certificate"});
  CHECK(fields(start + "listen = '10.0.0.1:443'\ncertificate = 'c'\nkey = 'k'\n").empty());
  CHECK(fields(start + "listen = '127.9.9.9:0'\n").empty());
}

TEST_CASE("Config: addresses are judged whole") {
  for (const char* const good : {"tcp://h:1", "tcp://10.0.0.1:65535", "tcp://[2001:db8::1]:7701"}) {
    INFO(good);
    CHECK(fields(branch_site + "[link]\nconnect = '" + good + "'\n").empty());
  }
  for (const char* const bad : {"h:1", "tcp://h", "tcp://h:0", "tcp://h:65536", "tcp://h:1x", "tcp://:1", "tcp://a b:1",
                                "udp://h:1", "tcp://2001:db8::1:1", "tcp://h:*", "tcp://[h]:1"}) {
    INFO(bad);
    CHECK(fields(branch_site + "[link]\nconnect = '" + bad + "'\n") == std::vector<std::string>{"link.connect"});
  }
  CHECK(fields(gateway_site + "[link]\nlisten = 'tcp://*:7701'\n").empty());
  CHECK(fields(gateway_site + "[link]\nlisten = 'tcp://gateway:7701'\n") == std::vector<std::string>{"link.listen"});
}

TEST_CASE("Config: a file that is not TOML, too large, or not there is one error") {
  const auto broken = load("role = 'branch'\nrole = 'branch'\n");
  REQUIRE_FALSE(broken);
  REQUIRE(broken.error().size() == 1);
  CHECK(broken.error()[0].code == Code::malformed);
  CHECK(broken.error()[0].what.find("line=2") != std::string::npos);
  const auto large = load(std::string(300'000, '#'));
  REQUIRE_FALSE(large);
  CHECK(large.error()[0].code == Code::too_large);
  for (const char* const path : {"/nonexistent/redress.toml", "/tmp", "/dev/zero"}) {
    const auto none = load_config(path);
    REQUIRE_FALSE(none);
    CHECK(none.error()[0].code == Code::io);
  }
}

TEST_CASE("Config: a section that is not one is named once") {
  CHECK(fields("link = 3\n" + branch_site) == std::vector<std::string>{"link", "link.connect"});
}

TEST_CASE("Config: relative paths start from the file's folder") {
  CHECK(beside("/etc/redress/redress.toml", "data") == "/etc/redress/data");
  CHECK(beside("/etc/redress/redress.toml", "/var/lib/x") == "/var/lib/x");
  CHECK(beside("redress.toml", "data") == "data");
  CHECK(beside("/etc/redress/redress.toml", "") == "");
}

}  // namespace
}  // namespace redress::shell
