#include "ops/shell/home.h"

#include <sys/stat.h>

#include <catch2/catch.hpp>

#include "tests/ops/served.h"

namespace redress::shell {
namespace {

Config branch_config() {
  Config config;
  config.role = Role::branch;
  config.site.id = SiteId{11};
  config.site.name = "south street";
  config.link.connect = "tcp://127.0.0.1:7790";
  return config;
}

// Writes a home as init does, each part by itself.
struct Written {
  explicit Written(SiteId keystore_site = SiteId{11}) {
    keys.site = keystore_site;
    keys.keys = crypto::make_site_keys(random);
    REQUIRE(write_small_file(folder / "passphrase", "open sesame\n").has_value());
    REQUIRE(crypto::save_keystore(folder / "keystore", "open sesame", keys, random).has_value());
    REQUIRE(write_small_file(folder / config_file, commented_config(branch_config())).has_value());
  }
  TempFolder folder;
  crypto::SystemRandom random;
  crypto::KeystoreContent keys;
};

TEST_CASE("Home: what was written is opened, and its paths lead into the folder") {
  const Written written;
  const auto home = open_home(written.folder.path());
  REQUIRE(home.has_value());
  CHECK(home->config == branch_config());
  CHECK(home->keys.keys.transport.public_key == written.keys.keys.transport.public_key);
  CHECK(home->passphrase == "open sesame");
  CHECK(home->journal_path() == written.folder / "data/journal");
  CHECK(home->views_path() == written.folder / "data/views");
  CHECK(home->keystore_path() == written.folder / "keystore");
}

TEST_CASE("Home: every error of the configuration is named at once") {
  const Written written;
  REQUIRE(write_small_file(written.folder / config_file,
                           commented_config(branch_config()) + "\n[moon]\nphase = 1\n[sun]\nup = true\n")
              .has_value());
  const auto home = open_home(written.folder.path());
  REQUIRE(!home.has_value());
  CHECK(home.error().size() == 2);
}

TEST_CASE("Home: a keystore of another site is bad_config") {
  const Written written{SiteId{12}};
  const auto home = open_home(written.folder.path());
  REQUIRE(!home.has_value());
  REQUIRE(home.error().size() == 1);
  CHECK(home.error().front().code == Code::bad_config);
  CHECK(home.error().front().field == "site.id");
}

TEST_CASE("Home: another passphrase is wrong_key, a missing file io or not_found") {
  const Written written;
  const auto code = [&] {
    const auto home = open_home(written.folder.path());
    REQUIRE(!home.has_value());
    return home.error().front().code;
  };
  REQUIRE(write_small_file(written.folder / "passphrase", "open barley\n").has_value());
  CHECK(code() == Code::wrong_key);
  std::filesystem::remove(written.folder / "passphrase");
  CHECK(code() == Code::io);
  REQUIRE(write_small_file(written.folder / "passphrase", "open sesame").has_value());
  std::filesystem::remove(written.folder / "keystore");
  CHECK(code() == Code::not_found);
}

TEST_CASE(
    "Home: a passphrase or door's key that others have any right to is bad_config, both at once, with the remedy") {
  const Written written{head_office};
  Config config = branch_config();
  config.role = Role::gateway;
  config.site.id = head_office;
  config.link.listen = "tcp://127.0.0.1:*";
  config.door.certificate = "door.crt";
  config.door.key = "door.key";
  REQUIRE(write_small_file(written.folder / config_file, commented_config(config)).has_value());
  REQUIRE(write_small_file(written.folder / "door.key", "a key\n").has_value());
  CHECK(open_home(written.folder.path()).has_value());
  for (const mode_t mode : {0640U, 0620U, 0604U, 0601U}) {
    INFO(mode);
    for (const char* secret : {"passphrase", "door.key"})
      REQUIRE(::chmod((written.folder / secret).c_str(), mode) == 0);
    const auto home = open_home(written.folder.path());
    REQUIRE(!home.has_value());
    REQUIRE(home.error().size() == 2);
    for (const Error& error : home.error()) {
      CHECK(error.code == Code::bad_config);
      CHECK(error.what.find("chmod 600") != std::string::npos);
    }
    CHECK(home.error()[0].field == written.folder / "passphrase");
    CHECK(home.error()[1].field == written.folder / "door.key");
  }
  REQUIRE(::chmod((written.folder / "passphrase").c_str(), 0400) == 0);
  std::filesystem::remove(written.folder / "door.key");
  CHECK(open_home(written.folder.path()).has_value());
}

TEST_CASE("Home: a small file is replaced whole, for its owner only, and read without its line end") {
  const TempFolder folder;
  REQUIRE(write_small_file(folder / "f", "first and long\n").has_value());
  REQUIRE(write_small_file(folder / "f", "second\r\n").has_value());
  const auto text = read_small_file(folder / "f");
  REQUIRE(text.has_value());
  CHECK(*text == "second");
  struct stat seen {};
  REQUIRE(::stat((folder / "f").c_str(), &seen) == 0);
  CHECK((seen.st_mode & 0777) == 0600);
  CHECK(!std::filesystem::exists(folder / "f.new"));
}

TEST_CASE("Home: a small file has a limit, and a folder that is not there is io") {
  const TempFolder folder;
  REQUIRE(write_small_file(folder / "f", std::string(64 * 1024, 'x')).has_value());
  CHECK(read_small_file(folder / "f").has_value());
  REQUIRE(write_small_file(folder / "f", std::string(64 * 1024 + 1, 'x')).has_value());
  CHECK(read_small_file(folder / "f").error().code == Code::too_large);
  CHECK(read_small_file(folder / "none").error().code == Code::io);
  CHECK(write_small_file(folder / "no/f", "x").error().code == Code::io);
}

}  // namespace
}  // namespace redress::shell
