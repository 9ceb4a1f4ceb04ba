#include "ops/shell/start.h"

#include <sys/stat.h>

#include <catch2/catch.hpp>

#include "tests/ops/served.h"

namespace redress::shell {
namespace {

struct Told {
  Told() {
    home.folder = folder.path();
    auto opened = Log::open(LogLevel::error, folder / "log");
    REQUIRE(opened.has_value());
    log = std::move(*opened);
  }
  [[nodiscard]] ino_t file() const {
    struct stat seen {};
    REQUIRE(::stat(home.path(url_file).c_str(), &seen) == 0);
    return seen.st_ino;
  }
  TempFolder folder;
  Home home;
  std::unique_ptr<Log> log;
};

TEST_CASE("tell_where: the file says where, and is not written again to say the same") {
  Told told;
  tell_where(told.home, url_file, "http://127.0.0.1:7700", *told.log);
  CHECK(*read_small_file(told.home.path(url_file)) == "http://127.0.0.1:7700");
  // What would stop every writing does not matter to what is there already.
  std::filesystem::create_directory(told.home.path(url_file) + ".new");
  const ino_t before = told.file();
  tell_where(told.home, url_file, "http://127.0.0.1:7700", *told.log);
  CHECK(told.file() == before);
  CHECK(*read_small_file(told.home.path(url_file)) == "http://127.0.0.1:7700");
}

TEST_CASE("tell_where: a file that would say something else than what holds does not stay") {
  Told told;
  tell_where(told.home, url_file, "http://127.0.0.1:7700", *told.log);
  std::filesystem::create_directory(told.home.path(url_file) + ".new");
  tell_where(told.home, url_file, "http://127.0.0.1:7701", *told.log);
  CHECK_FALSE(std::filesystem::exists(told.home.path(url_file)));
}

}  // namespace
}  // namespace redress::shell
