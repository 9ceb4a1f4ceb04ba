// What is saved before it is committed: that it is there after a cut, and that it never comes back later.
#include "store/redo.h"

#include <fstream>
#include <set>
#include <thread>

#include "store/lmdb_truth.h"
#include "tests/sim/memory_truth.h"
#include "tests/store/small_disk.h"

namespace redress::store {
namespace {

namespace fs = std::filesystem;

LmdbOptions options(const std::string& folder) {
  LmdbOptions out{folder, journal_tables(), std::size_t{16} << 20};
  out.redo = true;
  return out;
}

std::unique_ptr<LmdbTruth> opened(const std::string& folder) {
  auto truth = LmdbTruth::open(options(folder));
  REQUIRE(truth.has_value());
  return std::move(*truth);
}

std::function<Status(Writing&)> putting(const std::string& key, std::size_t bytes = 10) {
  return [=](Writing& store) -> Status {
    store.put(Table::marks, view_of(key), Bytes(bytes, std::byte{7}));
    return Done{};
  };
}

std::set<std::string> keys_in(const Truth& truth) {
  std::set<std::string> keys;
  const Status looked = truth.view([&](const Reading& store) -> Status {
    store.scan(Table::marks, {}, [&](ByteView key, ByteView) {
      keys.emplace(text_of(key));
      return true;
    });
    return Done{};
  });
  REQUIRE(looked.has_value());
  return keys;
}

// What a cut of the power leaves of a store at this moment: LMDB syncs what it writes.
void cut(const std::string& store, const std::string& image) {
  fs::remove_all(image);
  fs::create_directories(image);
  for (const char* file : {store_file, redo_file}) {
    if (fs::exists(store + "/" + file)) fs::copy_file(store + "/" + file, image + "/" + file);
  }
}

void change_byte(const std::string& path, std::streamoff at) {
  std::fstream file{path, std::ios::in | std::ios::out | std::ios::binary};
  file.seekg(at);
  const char was = static_cast<char>(file.get());
  file.seekp(at);
  file.put(static_cast<char>(was ^ 1));
}

}  // namespace

TEST_CASE("Redo: what is kept is the same writes in the same order; one byte of it changed, and it is nothing") {
  const Folder folder;
  const std::string path = folder.at("redo");
  CHECK_FALSE(kept_at(path)->has_value());
  auto redo = Redo::open(path);
  REQUIRE(redo.has_value());
  CHECK_FALSE(kept_at(path)->has_value());
  Changes changes;
  changes.put(Table::marks, view_of("a"), view_of("1"), Order::any);
  changes.put(Table::entries, view_of("b"), view_of("2"), Order::last);
  changes.put(Table::marks, view_of("c"), {}, Order::any);
  changes.erase(Table::marks, view_of("a"));
  REQUIRE((*redo)->keep(7, changes).has_value());

  const auto kept = kept_at(path);
  REQUIRE(kept.has_value());
  REQUIRE(kept->has_value());
  CHECK((*kept)->transaction == 7);
  sim::MemoryTruth truth;
  const Status done = truth.update([&](Writing& to) -> Status {
    CHECK((*kept)->carry_out(to));
    return Done{};
  });
  REQUIRE(done.has_value());
  CHECK(keys_in(truth) == std::set<std::string>{"c"});
  CHECK(truth.rows(Table::entries).at(copy_of(view_of("b"))) == copy_of(view_of("2")));

  const std::size_t size = 14 + 8 + 4 + changes.bytes().size() + Digest::size;
  for (std::size_t at = 0; at < size; ++at) {
    change_byte(path, static_cast<std::streamoff>(at));
    CHECK_FALSE(kept_at(path)->has_value());
    change_byte(path, static_cast<std::streamoff>(at));
  }
  CHECK(kept_at(path)->has_value());
  fs::resize_file(path, size - 1);
  CHECK_FALSE(kept_at(path)->has_value());
}

TEST_CASE("Redo: the next record takes the place of the one before, however short it is") {
  const Folder folder;
  auto redo = Redo::open(folder.at("redo"));
  REQUIRE(redo.has_value());
  Changes longer;
  longer.put(Table::marks, view_of("a"), Bytes(9'000), Order::any);
  Changes shorter;
  shorter.erase(Table::marks, view_of("a"));
  REQUIRE((*redo)->keep(1, longer).has_value());
  REQUIRE((*redo)->keep(2, shorter).has_value());
  redo->reset();
  // Opening it again does not lose what it has.
  REQUIRE(Redo::open(folder.at("redo")).has_value());
  const auto kept = kept_at(folder.at("redo"));
  REQUIRE(kept->has_value());
  CHECK((*kept)->transaction == 2);
  CHECK((*kept)->changes == shorter.bytes());
}

TEST_CASE("Redo: changes are kept up to their limit, and not a part of them beyond") {
  Changes changes;
  changes.put(Table::marks, view_of("a"), Bytes(Changes::bytes_max - 11), Order::any);
  CHECK(changes.fits());
  CHECK(changes.bytes().size() == Changes::bytes_max);
  changes.erase(Table::marks, view_of("a"));
  CHECK_FALSE(changes.fits());
}

TEST_CASE("Redo: bytes that Changes does not make are refused") {
  for (const Bytes& bytes : {Bytes{std::byte{3}, std::byte{0}}, Bytes(10, std::byte{9}), Bytes(9)}) {
    sim::MemoryTruth truth;
    static_cast<void>(truth.update([&](Writing& to) -> Status {
      CHECK_FALSE(Kept{1, bytes}.carry_out(to));
      return Done{};
    }));
  }
}

TEST_CASE("LmdbTruth: what was said to be saved is there after a cut before its commit") {
  const Folder folder;
  const std::string image = folder.at("image/journal");
  const auto truth = opened(folder.at("journal"));
  REQUIRE(truth->update(putting("before")).has_value());
  int told = 0;
  const Status done = truth->update(putting("a"), [&] {
    ++told;
    cut(folder.at("journal"), image);
  });
  REQUIRE(done.has_value());
  CHECK(told == 1);
  {
    // Without its record it is not there yet: it was told before the commit.
    fs::create_directories(folder.at("bare/journal"));
    fs::copy_file(image + "/" + store_file, folder.at("bare/journal/data.mdb"));
    CHECK(keys_in(*opened(folder.at("bare/journal"))) == std::set<std::string>{"before"});
  }
  // Whoever opens it, and as often as it is cut.
  LmdbOptions plain = options(image);
  plain.redo = false;
  auto again = LmdbTruth::open(plain);
  REQUIRE(again.has_value());
  CHECK(keys_in(**again) == std::set<std::string>{"a", "before"});
  again->reset();
  CHECK(keys_in(*opened(image)) == std::set<std::string>{"a", "before"});
}

TEST_CASE("LmdbTruth: what was committed long ago does not come back from the record") {
  const Folder folder;
  {
    const auto truth = opened(folder.at("journal"));
    REQUIRE(truth->update(putting("a"), [] {}).has_value());
    REQUIRE(truth
                ->update([](Writing& store) -> Status {
                  store.erase(Table::marks, view_of("a"));
                  return Done{};
                })
                .has_value());
  }
  REQUIRE(kept_at(folder.at("journal/redo"))->has_value());
  CHECK(keys_in(*opened(folder.at("journal"))).empty());
}

TEST_CASE("LmdbTruth: a record of another line of the store is not carried out, whichever number that comes to") {
  const Folder folder;
  const std::string store = folder.at("journal");
  // Nothing but the number tells them apart: a copy put back by hand, and as many commits as there were before.
  const auto commits = [&](const std::string& line, int count) {
    const auto truth = opened(store);
    for (int i = 0; i < count; ++i) REQUIRE(truth->update(putting(line + std::to_string(i))).has_value());
  };
  commits("old", 1);
  fs::copy_file(store + "/" + store_file, folder.at("copy"));
  commits("lost", 3);
  REQUIRE(opened(store)->update(putting("kept"), [] {}).has_value());
  REQUIRE(kept_at(store + "/" + redo_file)->has_value());
  fs::copy_file(folder.at("copy"), store + "/" + store_file, fs::copy_options::overwrite_existing);
  commits("new", 3);
  CHECK(keys_in(*opened(store)) == std::set<std::string>{"old0", "new0", "new1", "new2"});
}

TEST_CASE("LmdbTruth: a start leaves no record behind, be it carried out, of the past or of another line") {
  const Folder folder;
  const std::string store = folder.at("journal");
  const std::string record = store + "/" + redo_file;
  for (const int away : {-1, 0, 1, 5}) {
    std::uint64_t number = 0;
    {
      const auto truth = opened(store);
      REQUIRE(truth->update(putting("a"), [] {}).has_value());
      number = (*kept_at(record))->transaction;
    }
    Changes changes;
    changes.put(Table::marks, view_of("row" + std::to_string(away)), {}, Order::any);
    REQUIRE((*Redo::open(record))->keep(number + static_cast<std::uint64_t>(away), changes).has_value());
    LmdbOptions plain = options(store);
    plain.redo = false;
    const auto again = LmdbTruth::open(plain);
    REQUIRE(again.has_value());
    CHECK(keys_in(**again).contains("row" + std::to_string(away)) == (away == 1));
    CHECK_FALSE(kept_at(record)->has_value());
    CHECK(fs::file_size(record) == 16'384);
  }
}

TEST_CASE(
    "LmdbTruth: nobody is told ahead of what is refused, changes nothing, is large, or of a store without a record") {
  const Folder folder;
  int told = 0;
  const auto tell = [&] { ++told; };
  {
    const auto truth = opened(folder.at("journal"));
    const Status refused = truth->update([](Writing&) -> Status { return fail(Code::changed, "look again"); }, tell);
    CHECK(refused.error().code == Code::changed);
    CHECK(truth->update([](Writing&) -> Status { return Done{}; }, tell).has_value());
    CHECK(truth->update(putting("large", Changes::bytes_max), tell).has_value());
    // A key that LMDB does not take.
    CHECK_FALSE(truth->update(putting(std::string(600, 'k')), tell).has_value());
  }
  LmdbOptions without = options(folder.at("other"));
  without.redo = false;
  const auto truth = LmdbTruth::open(without);
  REQUIRE(truth.has_value());
  CHECK((*truth)->update(putting("a"), tell).has_value());
  CHECK_FALSE(fs::exists(folder.at("other/redo")));
  CHECK(told == 0);
}

TEST_CASE("LmdbTruth: who looks after he was told sees it, although it is not committed yet") {
  const Folder folder;
  const auto truth = opened(folder.at("journal"));
  for (int i = 0; i < 20; ++i) {
    const std::string key = "row" + std::to_string(i);
    std::thread reader;
    bool seen = false;
    const Status done =
        truth->update(putting(key), [&] { reader = std::thread{[&] { seen = keys_in(*truth).contains(key); }}; });
    REQUIRE(reader.joinable());
    reader.join();
    REQUIRE(done.has_value());
    CHECK(seen);
  }
}

TEST_CASE("LmdbTruth: a disk that fills between the telling and the commit costs the ballast, and no row") {
  const SmallDisk disk{24};
  if (!disk.is()) {
    WARN("skipped: no disk can be mounted here: " << disk.why_not());
    return;
  }
  LmdbOptions chosen = options(disk.at("journal"));
  chosen.ballast_bytes = std::uint64_t{2} << 20;
  std::set<std::string> told;
  bool full = false;
  {
    const auto truth = LmdbTruth::open(chosen);
    REQUIRE(truth.has_value());
    // Until a commit needs a page that the file does not have: many are written before.
    for (int i = 0; i < 200 && !full; ++i) {
      const std::string key = "row" + std::to_string(i);
      const Status done = (*truth)->update(putting(key, 3'000), [&] {
        told.insert(key);
        disk.crowd(0);
      });
      REQUIRE(done.has_value());
      full = !fs::exists(disk.at("journal.ballast"));
      disk.uncrowd();
    }
    CHECK(full);
    CHECK_FALSE(told.empty());
    CHECK(keys_in(**truth) == told);
  }
  CHECK(keys_in(*opened(disk.at("journal"))) == told);
}

TEST_CASE("LmdbTruth: what was told is committed once there is room, though its record cannot be read") {
  const SmallDisk disk{24};
  if (!disk.is()) {
    WARN("skipped: no disk can be mounted here: " << disk.why_not());
    return;
  }
  LmdbOptions chosen = options(disk.at("journal"));
  chosen.ballast_bytes = std::uint64_t{2} << 20;
  const auto truth = LmdbTruth::open(chosen);
  REQUIRE(truth.has_value());
  std::set<std::string> told;
  for (int i = 0; i < 200 && fs::exists(disk.at("journal.ballast")); ++i) {
    const std::string key = "row" + std::to_string(i);
    const Status done = (*truth)->update(putting(key, 3'000), [&] {
      told.insert(key);
      change_byte(disk.at("journal/redo"), 20);
      disk.crowd(0);
    });
    REQUIRE(done.has_value());
    REQUIRE(keys_in(**truth) == told);
    disk.uncrowd();
  }
  CHECK_FALSE(fs::exists(disk.at("journal.ballast")));
}

TEST_CASE("LmdbTruth: with a record that may be there, a commit that finds no room is not said to be undone") {
  const SmallDisk disk{24};
  if (!disk.is()) {
    WARN("skipped: no disk can be mounted here: " << disk.why_not());
    return;
  }
  LmdbOptions chosen = options(disk.at("journal"));
  chosen.ballast_bytes = std::uint64_t{2} << 20;
  const auto truth = LmdbTruth::open(chosen);
  REQUIRE(truth.has_value());
  REQUIRE((*truth)->update(putting("before")).has_value());
  // Its space is gone, so that writing it fails too.
  fs::resize_file(disk.at("journal/redo"), 0);
  disk.crowd(0);
  int told = 0;
  const Status done = (*truth)->update(putting("a", 12'000), [&] { ++told; });
  REQUIRE_FALSE(done.has_value());
  CHECK(done.error().code == Code::unknown_outcome);
  CHECK(told == 0);
}

TEST_CASE("LmdbTruth: without a ballast it stops, and the next start finishes what was told once there is room") {
  const SmallDisk disk{24};
  if (!disk.is()) {
    WARN("skipped: no disk can be mounted here: " << disk.why_not());
    return;
  }
  std::set<std::string> told;
  {
    const auto truth = opened(disk.at("journal"));
    Status done{Done{}};
    for (int i = 0; i < 200 && done; ++i) {
      const std::string key = "row" + std::to_string(i);
      done = truth->update(putting(key, 3'000), [&] {
        told.insert(key);
        disk.crowd(0);
      });
      if (done) disk.uncrowd();
    }
    REQUIRE_FALSE(done.has_value());
    CHECK(done.error().code == Code::unknown_outcome);
    CHECK(truth->update(putting("more")).error().code == Code::unknown_outcome);
  }
  const auto short_of_room = LmdbTruth::open(options(disk.at("journal")));
  REQUIRE_FALSE(short_of_room.has_value());
  CHECK(short_of_room.error().code == Code::store_full);
  disk.uncrowd();
  CHECK(keys_in(*opened(disk.at("journal"))) == told);
}

}  // namespace redress::store
