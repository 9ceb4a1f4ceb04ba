// What counts as a state that a power cut could have left.
#include "tests/crash/crash_states.h"

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>

namespace redress::crash {
namespace {

using Kind = DiskEvent::Kind;

DiskEvent write(std::string path, off_t offset, std::string bytes, bool is_durable = false) {
  return {Kind::write, std::move(path), {}, std::move(bytes), offset, is_durable};
}
DiskEvent sync(std::string path) { return {Kind::sync, std::move(path), {}, {}, 0, false}; }
DiskEvent told() { return {Kind::told, {}, {}, {}, 0, false}; }

std::set<std::pair<std::string, int>> states_of(const Files& before, const std::vector<DiskEvent>& events,
                                                const std::string& path = "/d/f") {
  std::set<std::pair<std::string, int>> out;
  for_each_crash_state(before, events, {}, [&](const Files& files, int count) {
    const auto found = files.find(path);
    out.emplace(found == files.end() ? "none" : found->second, count);
    return true;
  });
  return out;
}

}  // namespace

TEST_CASE("Crash states: of writes that are not synced any may be there; after the sync all are") {
  const auto states = states_of({}, {write("/d/f", 0, "a"), write("/d/f", 1, "b"), sync("/d/f"), told()});
  const std::set<std::pair<std::string, int>> wanted{
      {"none", 0}, {"a", 0}, {std::string{"\0b", 2}, 0}, {"ab", 0}, {"ab", 1}};
  CHECK(states == wanted);
}

TEST_CASE("Crash states: a write that is durable by itself settles nothing else") {
  const auto states = states_of({{"/d/f", "xy"}}, {write("/d/f", 0, "a"), write("/d/f", 1, "b", true), told()});
  const std::set<std::pair<std::string, int>> wanted{{"xy", 0}, {"ay", 0}, {"xb", 0}, {"ab", 0}, {"xb", 1}, {"ab", 1}};
  CHECK(states == wanted);
}

TEST_CASE("Crash states: another file's sync settles nothing, a folder's only the renames in it") {
  const std::vector<DiskEvent> events{write("/d.new/f", 0, "a"),
                                      sync("/d.new/f"),
                                      sync("/elsewhere"),
                                      {Kind::rename, "/d.new", "/d", {}, 0, false},
                                      sync("/d.new"),
                                      told(),
                                      sync("/"),
                                      told()};
  const std::set<std::pair<std::string, int>> wanted{{"none", 0}, {"a", 0}, {"none", 1}, {"a", 1}, {"a", 2}};
  CHECK(states_of({}, events) == wanted);
}

TEST_CASE("Crash states: a write of several sectors stops after any of them") {
  const std::string three(1'536, 'a');
  std::set<std::size_t> sizes;
  for (const auto& [bytes, count] : states_of({{"/d/f", ""}}, {write("/d/f", 0, three)})) sizes.insert(bytes.size());
  CHECK(sizes == std::set<std::size_t>{0, 512, 1'024, 1'536});
}

TEST_CASE("Crash states: a file that was removed is gone, and its pending writes with it") {
  const auto states = states_of(
      {{"/d/f", "old"}},
      {write("/d/f", 0, "a"), {Kind::remove, "/d/f", {}, {}, 0, false}, told(), write("/d/f", 1, "b"), sync("/d/f")});
  CHECK(states.contains({"old", 0}));
  CHECK(states.contains({"none", 1}));
  CHECK(states.contains({std::string{"\0b", 2}, 1}));
  CHECK_FALSE(states.contains({"ald", 1}));
}

TEST_CASE("Crash states: where there are more than wanted, as many are drawn as wanted, none twice") {
  std::vector<DiskEvent> events;
  for (int i = 0; i < 30; ++i) events.push_back(write("/d/f", i * 4'096, std::string(4'096, 'a')));
  std::set<Files> seen;
  const int states = for_each_crash_state({}, events, {100, 3}, [&](const Files& files, int) {
    CHECK(seen.insert(files).second);
    return true;
  });
  CHECK(states == 100);
}

TEST_CASE("Crash states: a state laid out over another, and over what was done to that one, is that state alone") {
  std::string folder = (std::filesystem::temp_directory_path() / "redress-laid-out-XXXXXX").string();
  REQUIRE(::mkdtemp(folder.data()) != nullptr);
  const std::string to = folder + "/to";
  LaidOut disk{"/d", to};
  const auto is_there = [&](const Files& files) {
    Files found;
    for (const auto& at : std::filesystem::recursive_directory_iterator{to}) {
      if (!at.is_regular_file()) continue;
      std::ifstream file{at.path(), std::ios::binary};
      found["/d" + at.path().string().substr(to.size())] = {std::istreambuf_iterator<char>{file}, {}};
    }
    return found == files;
  };
  const std::string page(4'096, 'p');
  const auto use = [&](const std::vector<DiskEvent>& events) {
    for (const DiskEvent& event : events) {
      std::fstream file{event.path, std::ios::binary | std::ios::in | std::ios::out};
      file.seekp(event.offset);
      file << event.bytes;
    }
    disk.follow(events);
  };

  const Files longer{{"/d/a/f", page + "tail"}, {"/d/g", "g"}};
  const Files shorter{{"/d/a/f", "x" + page.substr(1)}, {"/d/g", "G"}};
  for (const Files& files : {longer, shorter, longer}) {
    disk.lay_out(files);
    CHECK(is_there(files));
  }
  use({write(to + "/a/f", 100, "written"), write(to + "/a/f", 5'000, "grown")});
  CHECK_FALSE(is_there(longer));
  disk.lay_out(longer);
  CHECK(is_there(longer));

  std::filesystem::rename(to + "/a", to + "/b");
  disk.follow({{Kind::rename, to + "/a", to + "/b", {}, 0, false}});
  disk.lay_out(shorter);
  CHECK(is_there(shorter));
  disk.lay_out({{"/d/g", "alone"}});
  CHECK(is_there({{"/d/g", "alone"}}));
  std::filesystem::remove_all(folder);
}

}  // namespace redress::crash
