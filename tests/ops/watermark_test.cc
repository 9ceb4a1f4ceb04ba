#include "ops/shell/watermark.h"

#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>

#include "tests/ops/served.h"
#include "tests/sim/pair.h"

namespace redress::shell {
namespace {

constexpr Epoch born{0x1122334455667788};

std::unique_ptr<Watermark> opened(const std::string& path) {
  auto mark = Watermark::open(path);
  REQUIRE(mark.has_value());
  return std::move(*mark);
}

}  // namespace

TEST_CASE("Watermark: what was noted is there at the next start, for this store alone") {
  const TempFolder folder;
  const std::string path = folder / "watermark";
  CHECK_FALSE(opened(path)->noted(born).has_value());
  opened(path)->note(born, Position{7});
  const auto again = opened(path);
  CHECK(again->noted(born) == Position{7});
  CHECK_FALSE(again->noted(Epoch{5}).has_value());
  again->note(born, Position{3});  // an image that was told about goes on from where it stands
  CHECK(opened(path)->noted(born) == Position{3});
  struct stat file {};
  REQUIRE(::stat(path.c_str(), &file) == 0);
  CHECK((file.st_mode & 0777) == 0600);
}

TEST_CASE("Watermark: a file that is torn, changed or grown says nothing, and is written anew") {
  const TempFolder folder;
  const std::string path = folder / "watermark";
  opened(path)->note(born, Position{7});
  std::ifstream file{path, std::ios::binary};
  const std::string whole{std::istreambuf_iterator<char>{file}, {}};
  std::vector<std::string> broken{"", whole + "x"};
  for (std::size_t i = 0; i < whole.size(); ++i) {
    broken.push_back(whole.substr(0, i));
    broken.push_back(whole);
    broken.back()[i] = static_cast<char>(broken.back()[i] ^ 1);
  }
  for (const std::string& bytes : broken) {
    std::ofstream{path, std::ios::binary | std::ios::trunc} << bytes;
    CHECK_FALSE(opened(path)->noted(born).has_value());
  }
  std::ofstream{path, std::ios::binary | std::ios::trunc} << whole + "x";
  opened(path)->note(born, Position{9});
  CHECK(opened(path)->noted(born) == Position{9});
}

TEST_CASE("Watermark: a folder that is not there is io, and a link is not followed") {
  const TempFolder folder;
  CHECK(Watermark::open(folder / "no/watermark").error().code == Code::io);
  std::ofstream{folder / "other"} << "mine";
  std::filesystem::create_symlink(folder / "other", folder / "watermark");
  CHECK(Watermark::open(folder / "watermark").error().code == Code::io);
}

TEST_CASE("Watermark: after an image a branch writes in another epoch, and people are told") {
  sim::Pair pair{340};
  REQUIRE(pair.register_case(pair.branch(), "desk/1").has_value());
  store::Site& site = *pair.branch().site;
  const Epoch before = site.epoch();
  const auto epoch = begin_after_image(site, "", WallTime{1});
  REQUIRE(epoch.has_value());
  CHECK(*epoch != before);
  CHECK(site.epoch() == *epoch);
  REQUIRE(site.alarms().size() == 1);
  CHECK(site.alarms()[0].code == Code::old_image);
  REQUIRE(pair.register_case(pair.branch(), "desk/2").has_value());
  CHECK(pair.drive_bounded());
  CHECK(pair.judge().empty());
}

}  // namespace redress::shell
