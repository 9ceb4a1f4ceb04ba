#include "ops/shell/watermark.h"

#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>

#include "crypto/digest.h"
#include "tests/ops/served.h"
#include "tests/sim/pair.h"

namespace redress::shell {
namespace {

constexpr Epoch born{0x1122334455667788};

std::unique_ptr<Watermark> opened(const std::string& path, const Residence& here = {}) {
  auto mark = Watermark::open(path, here);
  REQUIRE(mark.has_value());
  return std::move(*mark);
}

std::optional<Position> length_in(const std::unique_ptr<Watermark>& mark) {
  const auto noted = mark->noted(born);
  return noted ? std::optional{noted->ledger} : std::nullopt;
}

Residence at(unsigned char machine, unsigned char file) {
  Residence out;
  out.machine.fill(std::byte{machine});
  out.file.fill(std::byte{file});
  return out;
}

std::vector<Code> codes_of(const store::Site& site) {
  std::vector<Code> out;
  for (const store::Alarm& alarm : site.alarms()) out.push_back(alarm.code);
  return out;
}

}  // namespace

TEST_CASE("Watermark: what was noted is there at the next start, for this store alone") {
  const TempFolder folder;
  const std::string path = folder / "watermark";
  CHECK_FALSE(opened(path)->noted(born).has_value());
  opened(path)->note(born, Position{7});
  const auto again = opened(path);
  CHECK(length_in(again) == Position{7});
  CHECK_FALSE(again->noted(Epoch{5}).has_value());
  again->note(born, Position{3});  // an image that was told about goes on from where it stands
  CHECK(length_in(opened(path)) == Position{3});
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
  CHECK(length_in(opened(path)) == Position{9});
}

TEST_CASE("Watermark: a folder that is not there is io, and a link is not followed") {
  const TempFolder folder;
  CHECK(Watermark::open(folder / "no/watermark", {}).error().code == Code::io);
  std::ofstream{folder / "other"} << "mine";
  std::filesystem::create_symlink(folder / "other", folder / "watermark");
  CHECK(Watermark::open(folder / "watermark", {}).error().code == Code::io);
}

TEST_CASE("Watermark: where the store was is noted beside, and an earlier program's file says nothing of it") {
  const TempFolder folder;
  const std::string path = folder / "watermark";
  opened(path, at(1, 2))->note(born, Position{7});
  CHECK(opened(path, at(3, 4))->noted(born)->residence == at(1, 2));
  CHECK(std::filesystem::file_size(path) == 48);
  Bytes first;
  for (const char c : std::string_view{"RDRMARK1"}) first.push_back(static_cast<std::byte>(c));
  Writer rest;
  rest.u64(born.value());
  rest.u64(7);
  first.insert(first.end(), rest.bytes().begin(), rest.bytes().end());
  const Digest digest = crypto::sha256(first);
  first.insert(first.end(), digest.bytes.begin(), digest.bytes.begin() + 8);
  std::ofstream{path, std::ios::binary | std::ios::trunc} << text_of(first);
  const auto earlier = opened(path, at(1, 2));
  REQUIRE(length_in(earlier) == Position{7});
  CHECK(earlier->noted(born)->residence == Residence{});
  earlier->note(born, Position{8});
  CHECK(opened(path)->noted(born)->residence == at(1, 2));
}

TEST_CASE("Residence: another machine, another file, and what is not known") {
  CHECK(moved(at(1, 2), at(1, 2)) == Moved::no);
  CHECK(moved(at(1, 2), at(9, 2)) == Moved::to_another_machine);
  CHECK(moved(at(1, 2), at(9, 9)) == Moved::to_another_machine);
  CHECK(moved(at(1, 2), at(1, 9)) == Moved::to_another_file);
  CHECK(moved(at(0, 2), at(1, 2)) == Moved::no);
  CHECK(moved(at(1, 2), at(0, 2)) == Moved::no);
  CHECK(moved(at(1, 0), at(1, 2)) == Moved::no);
  CHECK(moved(at(1, 2), at(1, 0)) == Moved::no);
}

TEST_CASE("Residence: a machine is known by its id alone, a file by more than its name and content") {
  const TempFolder folder;
  const std::string id = folder / "machine-id";
  const std::string file = folder / "data.mdb";
  std::ofstream{file} << "rows";
  CHECK(residence_of(id, folder / "none") == Residence{});
  for (const std::string unset : {"", "uninitialized\n", "0123", "00000000000000000000000000000000\n"}) {
    std::ofstream{id, std::ios::trunc} << unset;
    CHECK(residence_of(id, file).machine == Residence::Name{});
  }
  std::ofstream{id, std::ios::trunc} << "0123456789abcdef0123456789abcdef\n";
  const Residence here = residence_of(id, file);
  CHECK(here.machine != Residence::Name{});
  CHECK(here.file != Residence::Name{});
  std::ofstream{file, std::ios::app} << "more";
  std::filesystem::rename(file, folder / "moved.mdb");
  CHECK(residence_of(id, folder / "moved.mdb") == here);
  std::filesystem::copy_file(folder / "moved.mdb", file);
  CHECK(moved(here, residence_of(id, file)) == Moved::to_another_file);
  std::ofstream{id, std::ios::trunc} << "1123456789abcdef0123456789abcdef\n";
  CHECK(moved(here, residence_of(id, folder / "moved.mdb")) == Moved::to_another_machine);
}

TEST_CASE("Watermark: a branch that wakes up elsewhere writes in another epoch; head office says so and goes on") {
  const TempFolder folder;
  sim::Pair pair{341};
  REQUIRE(pair.register_case(pair.branch(), "desk/1").has_value());
  for (sim::Node* node : {&pair.gateway(), &pair.branch()}) {
    store::Site& site = *node->site;
    const Epoch before = site.epoch();
    const auto mark = opened(folder / "watermark");
    REQUIRE(begin_after_move(site, "its home was on another machine", WallTime{1}, *mark).has_value());
    const bool centre = node == &pair.gateway();
    CHECK((site.epoch() == before) == centre);
    CHECK(codes_of(site) == (centre ? std::vector{Code::old_image} : std::vector{Code::old_image, Code::old_image}));
    CHECK(site.alarms().back().site == site.site());
    CHECK(site.alarms().back().what == "this store was copied or has moved: its home was on another machine");
  }
  CHECK(pair.gateway().site->unheard().empty());
  REQUIRE(pair.register_case(pair.branch(), "desk/2").has_value());
  CHECK(pair.drive_bounded());
  CHECK(pair.judge().empty());
}

TEST_CASE("Watermark: what could not be told is noticed again at the next start") {
  const TempFolder folder;
  const std::string path = folder / "watermark";
  sim::Pair pair{342};
  sim::Node& node = pair.branch();
  store::Site& site = *node.site;
  const bool image = GENERATE(false, true);
  opened(path, at(1, 2))->note(site.born(), Position{7});
  const auto mark = opened(path, at(3, 4));
  node.truth.set_limit(1);
  if (image) {
    REQUIRE_FALSE(begin_after_image(site, "", WallTime{1}, mark.get()).has_value());
  } else {
    REQUIRE_FALSE(begin_after_move(site, "its home was on another machine", WallTime{1}, *mark).has_value());
  }
  node.truth.set_limit(std::uint64_t{1} << 30);
  REQUIRE(pair.register_case(node, "desk/1").has_value());
  mark->note(site.born(), site.ledger().position);
  const auto kept = opened(path, at(3, 4))->noted(site.born());
  REQUIRE(kept.has_value());
  CHECK(kept->ledger == Position{7});
  CHECK(kept->residence == at(1, 2));
  const auto next = opened(path, at(3, 4));
  REQUIRE(begin_after_move(site, "its home was on another machine", WallTime{1}, *next).has_value());
  next->note(site.born(), site.ledger().position);
  CHECK(opened(path)->noted(site.born())->residence == at(3, 4));
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
