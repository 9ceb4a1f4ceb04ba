#include "store/lmdb_truth.h"

#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <fstream>
#include <set>
#include <thread>

#include "store/room.h"
#include "tests/store/folder.h"

namespace {

// What was synced, by name; null: nobody asks.
std::set<std::string>* synced_paths = nullptr;

}  // namespace

// In the place of libc's.
extern "C" int fsync(int descriptor) {
  if (synced_paths != nullptr) {
    std::array<char, 4096> path{};
    const auto size = ::readlink(("/proc/self/fd/" + std::to_string(descriptor)).c_str(), path.data(), path.size());
    if (size > 0) synced_paths->emplace(path.data(), static_cast<std::size_t>(size));
  }
  return static_cast<int>(::syscall(SYS_fsync, descriptor));
}

namespace redress::store {
namespace {

namespace fs = std::filesystem;

LmdbOptions options(const std::string& folder, std::size_t map_bytes = std::size_t{16} << 20) {
  return {folder, journal_tables(), map_bytes};
}

Status put(Truth& truth, const std::string& key, std::size_t bytes) {
  return truth.update([&](Writing& store) -> Status {
    store.put(Table::marks, view_of(key), Bytes(bytes, std::byte{7}));
    return Done{};
  });
}

std::size_t count(const Truth& truth) {
  std::size_t rows = 0;
  const Status looked = truth.view([&](const Reading& store) -> Status {
    store.scan(Table::marks, {}, [&](ByteView, ByteView) {
      ++rows;
      return true;
    });
    return Done{};
  });
  REQUIRE(looked.has_value());
  return rows;
}

std::set<std::string> names_in(const std::string& folder) {
  std::set<std::string> out;
  for (const auto& entry : fs::directory_iterator(folder)) out.insert(entry.path().filename().string());
  return out;
}

}  // namespace

TEST_CASE("LmdbTruth: what was committed is there after the next start") {
  const Folder folder;
  {
    auto truth = LmdbTruth::open(options(folder.at("journal")));
    REQUIRE(truth.has_value());
    REQUIRE(put(**truth, "a", 10).has_value());
  }
  auto again = LmdbTruth::open(options(folder.at("journal")));
  REQUIRE(again.has_value());
  CHECK(count(**again) == 1);
}

TEST_CASE("LmdbTruth: making it leaves a whole environment, for its owner only, and no half one") {
  const Folder folder;
  // What a start that died on the way left behind.
  fs::create_directories(folder.at("journal.new"));
  std::ofstream{folder.at("journal.new/data.mdb")} << "half";
  auto truth = LmdbTruth::open(options(folder.at("journal")));
  REQUIRE(truth.has_value());
  CHECK(names_in(folder.at("")) == std::set<std::string>{"journal", "journal.lock"});
  CHECK(fs::status(folder.at("journal")).permissions() == fs::perms::owner_all);
  CHECK((fs::status(folder.at("journal/data.mdb")).permissions() & fs::perms::others_all) == fs::perms::none);
}

TEST_CASE("LmdbTruth: a second opener is told that it is in use") {
  const Folder folder;
  auto first = LmdbTruth::open(options(folder.at("journal")));
  REQUIRE(first.has_value());
  const auto second = LmdbTruth::open(options(folder.at("journal")));
  REQUIRE_FALSE(second.has_value());
  CHECK(second.error().code == Code::in_use);
  first->reset();
  CHECK(LmdbTruth::open(options(folder.at("journal"))).has_value());
}

TEST_CASE("LmdbTruth: a store of a later format is left alone") {
  const Folder folder;
  {
    auto truth = LmdbTruth::open(options(folder.at("journal")));
    REQUIRE(truth.has_value());
    REQUIRE((*truth)
                ->update([](Writing& store) -> Status {
                  store.put(journal_tables().back(), view_of("format"), view_of("2"));
                  return Done{};
                })
                .has_value());
  }
  const auto refused = LmdbTruth::open(options(folder.at("journal")));
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().code == Code::newer_format);
}

TEST_CASE("LmdbTruth: what is no environment is refused, not overwritten") {
  const Folder folder;
  fs::create_directories(folder.at("journal"));
  std::ofstream{folder.at("journal/data.mdb")} << std::string(8192, 'x');
  const auto refused = LmdbTruth::open(options(folder.at("journal")));
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().code == Code::damaged);
  CHECK(fs::file_size(folder.at("journal/data.mdb")) == 8192);
}

TEST_CASE("LmdbTruth: a full map refuses in words, loses nothing and goes on reading") {
  const Folder folder;
  auto truth = LmdbTruth::open(options(folder.at("journal"), std::size_t{1} << 20));
  REQUIRE(truth.has_value());
  std::size_t kept = 0;
  std::optional<Code> refused;
  while (!refused && kept < 2'000) {
    const Status done = put(**truth, "row" + std::to_string(kept), 3'000);
    if (done) {
      ++kept;
    } else {
      refused = done.error().code;
    }
  }
  CHECK(refused == Code::store_full);
  CHECK(kept > 100);
  CHECK(count(**truth) == kept);
  CHECK((*truth)->space().used_bytes <= (*truth)->space().limit_bytes);
  CHECK(put(**truth, "more", 3'000).error().code == Code::store_full);
  truth->reset();
  auto wider = LmdbTruth::open(options(folder.at("journal"), std::size_t{4} << 20));
  REQUIRE(wider.has_value());
  CHECK(count(**wider) == kept);
  CHECK(put(**wider, "more", 3'000).has_value());
}

TEST_CASE("LmdbTruth: the map grows by itself up to its limit, and readers never lose theirs") {
  const Folder folder;
  LmdbOptions wanted = options(folder.at("journal"), std::size_t{1} << 20);
  wanted.limit_bytes = std::size_t{96} << 20;
  auto truth = LmdbTruth::open(wanted);
  REQUIRE(truth.has_value());
  CHECK((*truth)->space().limit_bytes == wanted.limit_bytes);
  constexpr std::size_t rows = 1'000;
  std::atomic<bool> done{false};
  std::atomic<std::size_t> bad{0};
  // Each snapshot is whole and stays so while it is looked at, whatever the writer does to the map meanwhile.
  const auto read_on = [&] {
    while (!done) {
      const Status looked = (*truth)->view([&](const Reading& store) -> Status {
        std::size_t seen = 0;
        store.scan(Table::marks, {}, [&](ByteView, ByteView value) {
          if (value.size() != 40'000 || value.back() != std::byte{7}) ++bad;
          return ++seen < 200;
        });
        return Done{};
      });
      if (!looked) ++bad;
    }
  };
  std::thread one{read_on};
  std::thread other{read_on};
  for (std::size_t i = 0; i < rows; ++i) {
    if (!put(**truth, "row" + std::to_string(i), 40'000)) ++bad;
  }
  done = true;
  one.join();
  other.join();
  CHECK(bad == 0);
  CHECK(count(**truth) == rows);
  CHECK((*truth)->space().used_bytes > std::uint64_t{32} << 20);
}

TEST_CASE("LmdbTruth: while a reader stays the map is left as it is; the update is refused, not the reader harmed") {
  const Folder folder;
  LmdbOptions wanted = options(folder.at("journal"), std::size_t{1} << 20);
  wanted.limit_bytes = std::size_t{8} << 20;
  auto truth = LmdbTruth::open(wanted);
  REQUIRE(truth.has_value());
  Status while_reading{Done{}};
  const Status looked = (*truth)->view([&](const Reading& store) -> Status {
    std::thread writer{[&] {
      for (int i = 0; i < 40 && while_reading; ++i) while_reading = put(**truth, "row" + std::to_string(i), 40'000);
    }};
    writer.join();
    CHECK_FALSE(store.get(Table::marks, view_of("row0")).has_value());  // its snapshot is older
    return Done{};
  });
  REQUIRE(looked.has_value());
  REQUIRE_FALSE(while_reading.has_value());
  CHECK(while_reading.error().code == Code::store_full);
  const std::size_t before = count(**truth);
  CHECK(before > 10);
  for (int i = 0; i < 100; ++i) REQUIRE(put(**truth, "later" + std::to_string(i), 40'000).has_value());
  CHECK(count(**truth) == before + 100);
}

TEST_CASE("LmdbTruth: a map at its limit lets the ballast go, and what is small still fits") {
  const Folder folder;
  LmdbOptions wanted = options(folder.at("journal"), std::size_t{1} << 20);
  wanted.ballast_bytes = std::size_t{1} << 20;
  auto truth = LmdbTruth::open(wanted);
  REQUIRE(truth.has_value());
  REQUIRE(put(**truth, "first", 100).has_value());
  CHECK(fs::file_size(folder.at("journal.ballast")) == wanted.ballast_bytes);
  CHECK((fs::status(folder.at("journal.ballast")).permissions() & fs::perms::all) ==
        (fs::perms::owner_read | fs::perms::owner_write));
  std::size_t kept = 0;
  while (kept < 2'000 && put(**truth, "row" + std::to_string(kept), 3'000)) ++kept;
  CHECK(room_of((*truth)->space()) == Room::full);
  CHECK_FALSE(fs::exists(folder.at("journal.ballast")));
  for (int i = 0; i < 50; ++i) REQUIRE(put(**truth, "receipt" + std::to_string(i), 200).has_value());
  CHECK(count(**truth) == kept + 51);
  // Not made again while the map is full: it is what the map took.
  CHECK_FALSE(fs::exists(folder.at("journal.ballast")));
}

TEST_CASE("LmdbTruth: a store that is cleared is empty, works, and has given the disk back") {
  const Folder folder;
  auto truth = LmdbTruth::open(options(folder.at("views")));
  REQUIRE(truth.has_value());
  for (int i = 0; i < 100; ++i) REQUIRE(put(**truth, std::to_string(i), 40'000).has_value());
  const auto before = fs::file_size(folder.at("views/data.mdb"));
  REQUIRE((*truth)->clear().has_value());
  CHECK(fs::file_size(folder.at("views/data.mdb")) < before / 10);
  CHECK(count(**truth) == 0);
  REQUIRE(put(**truth, "a", 10).has_value());
  truth->reset();
  auto again = LmdbTruth::open(options(folder.at("views")));
  REQUIRE(again.has_value());
  CHECK(count(**again) == 1);
}

TEST_CASE("LmdbTruth: while a reader stays it is neither cleared nor replaced, and nothing happens; then it is") {
  const Folder folder;
  auto truth = LmdbTruth::open(options(folder.at("views")));
  REQUIRE(truth.has_value());
  for (int i = 0; i < 3; ++i) REQUIRE(put(**truth, std::to_string(i), 10).has_value());
  {
    auto beside = LmdbTruth::open(options(folder.at("beside")));
    REQUIRE(beside.has_value());
    REQUIRE(put(**beside, "another", 10).has_value());
  }
  std::optional<Code> cleared;
  std::optional<Code> replaced;
  const Status looked = (*truth)->view([&](const Reading& store) -> Status {
    std::thread writer{[&] {
      if (const Status done = (*truth)->clear(); !done) cleared = done.error().code;
      if (const Status done = (*truth)->replace_with(folder.at("beside")); !done) replaced = done.error().code;
    }};
    writer.join();
    CHECK(store.get(Table::marks, view_of("0")).has_value());
    return Done{};
  });
  REQUIRE(looked.has_value());
  CHECK(cleared == Code::busy);
  CHECK(replaced == Code::busy);
  CHECK(count(**truth) == 3);
  REQUIRE(put(**truth, "more", 10).has_value());
  CHECK(count(**truth) == 4);

  REQUIRE((*truth)->replace_with(folder.at("beside")).has_value());
  CHECK(count(**truth) == 1);
  CHECK_FALSE(fs::exists(folder.at("beside")));
  REQUIRE((*truth)->clear().has_value());
  CHECK(count(**truth) == 0);
}

TEST_CASE("LmdbTruth: a copy is whole, and goes only into an empty folder") {
  const Folder folder;
  auto truth = LmdbTruth::open(options(folder.at("journal")));
  REQUIRE(truth.has_value());
  for (int i = 0; i < 50; ++i) REQUIRE(put(**truth, std::to_string(i), 500).has_value());
  REQUIRE((*truth)->copy_to(folder.at("copy")).has_value());
  CHECK((*truth)->copy_to(folder.at("copy")).error().code == Code::in_use);
  auto copy = LmdbTruth::open(options(folder.at("copy")));
  REQUIRE(copy.has_value());
  CHECK(count(**copy) == 50);
}

TEST_CASE("LmdbTruth: a copy is on the disk with every folder that was made for it") {
  const Folder folder;
  auto truth = LmdbTruth::open(options(folder.at("journal")));
  REQUIRE(truth.has_value());
  fs::create_directory(folder.at("backups"));
  std::set<std::string> synced;
  synced_paths = &synced;
  const Status copied = (*truth)->copy_to(folder.at("backups/today/data/journal"));
  synced_paths = nullptr;
  REQUIRE(copied.has_value());
  for (const char* path : {"backups/today/data/journal/data.mdb", "backups/today/data/journal", "backups/today/data",
                           "backups/today", "backups"}) {
    INFO("path=" << path);
    CHECK(synced.contains(fs::canonical(folder.at(path))));
  }
  // What was there before is not asked for: nobody need be allowed to open it.
  CHECK_FALSE(synced.contains(fs::canonical(folder.at(""))));
}

TEST_CASE("LmdbTruth: a copy into a folder that cannot be read is refused in words") {
  const Folder folder;
  auto truth = LmdbTruth::open(options(folder.at("journal")));
  REQUIRE(truth.has_value());
  fs::create_directory(folder.at("copy"));
  // No rights are denied to root: without a descriptor left nobody can look into a folder.
  rlimit before{};
  REQUIRE(::getrlimit(RLIMIT_NOFILE, &before) == 0);
  const rlimit none{0, before.rlim_max};
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &none) == 0);
  Status copied{Done{}};
  CHECK_NOTHROW(copied = (*truth)->copy_to(folder.at("copy")));
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &before) == 0);
  REQUIRE_FALSE(copied.has_value());
  CHECK(copied.error().code == Code::io);
}

TEST_CASE("LmdbTruth: journal and views have different tables, all of them together") {
  std::set<Table> all;
  for (const Table table : journal_tables()) CHECK(all.insert(table).second);
  for (const Table table : views_tables()) CHECK(all.insert(table).second);
  CHECK(all.size() == table_count);
}

}  // namespace redress::store
