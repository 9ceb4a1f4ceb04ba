// LMDB 0.9.24 as it runs: LMDB-4 to LMDB-11, 14 and 16.
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include <fstream>
#include <iterator>
#include <thread>

#include "tests/pitfalls/bare_lmdb.h"
#include "tests/pitfalls/child.h"
#include "tests/pitfalls/disk_site.h"
#include "tests/store/own_mounts.h"

namespace redress::pitfalls {
namespace {

namespace fs = std::filesystem;
using store::Folder;
using store::LmdbTruth;
using store::Reading;
using store::Table;
using store::Writing;

std::string bytes_of_file(const std::string& path) {
  std::ifstream file{path, std::ios::binary};
  return {std::istreambuf_iterator<char>{file}, {}};
}

void write_file(const std::string& path, const std::string& bytes) {
  fs::create_directories(fs::path{path}.parent_path());
  std::ofstream{path, std::ios::binary} << bytes;
}

store::LmdbOptions journal_in(const std::string& folder, std::size_t map_bytes = bare_map_bytes) {
  return {folder, store::journal_tables(), map_bytes, 0, 0};
}

std::unique_ptr<LmdbTruth> open_ours(const std::string& folder, std::size_t map_bytes = bare_map_bytes) {
  auto truth = LmdbTruth::open(journal_in(folder, map_bytes));
  INFO((truth ? "" : truth.error().what));
  REQUIRE(truth.has_value());
  return std::move(*truth);
}

Status put_ours(store::Truth& truth, int row, const std::string& value) {
  return truth.update([&](Writing& to) -> Status {
    to.put(Table::marks, view_of("row " + std::to_string(row)), copy_of(view_of(value)));
    return Done{};
  });
}

std::optional<std::string> get_ours(const store::Truth& truth, int row) {
  std::optional<std::string> out;
  const Status looked = truth.view([&](const Reading& from) -> Status {
    if (const auto value = from.get(Table::marks, view_of("row " + std::to_string(row))))
      out = std::string{text_of(*value)};
    return Done{};
  });
  return looked ? out : std::nullopt;
}

// Every row of every table, one behind the other.
std::string dump_ours(const store::Truth& truth) {
  std::string out;
  const Status looked = truth.view([&](const Reading& from) -> Status {
    for (const Table table : store::journal_tables()) {
      from.scan(table, {}, [&](ByteView key, ByteView value) {
        out.append(1, static_cast<char>(table)).append(text_of(key)).append("=").append(text_of(value)).append("\n");
        return true;
      });
    }
    return Done{};
  });
  return looked ? out : "not readable";
}

// 300 commits that write the same 20 rows again.
constexpr int rounds = 300;
constexpr int rows_again = 20;

void overwrite_bare(const BareEnv& env) {
  for (int round = 0; round < rounds; ++round) REQUIRE(env.write(0, rows_again) == 0);
}
void overwrite_ours(LmdbTruth& truth) {
  for (int round = 0; round < rounds; ++round) {
    const Status done = truth.update([&](Writing& to) -> Status {
      for (int row = 0; row < rows_again; ++row)
        to.put(Table::marks, view_of("row " + std::to_string(row)), copy_of(view_of(value_of_row(row))));
      return Done{};
    });
    REQUIRE(done.has_value());
    CHECK(get_ours(truth, 0) == value_of_row(0));
  }
}
constexpr std::size_t small_bytes = std::size_t{1} << 20;
constexpr std::size_t grown_bytes = std::size_t{5} << 20;

}  // namespace

TEST_CASE("pitfall LMDB-4: a flipped bit is read as if it were true; ours finds it and names it") {
  constexpr int flips = 300;
  sim::SeededRandom random{4};
  const Folder folder;
  const Folder image;
  // One bit of the file, anywhere.
  const auto flipped = [&](std::string bytes) {
    const auto at = static_cast<std::size_t>(random.below(static_cast<std::int64_t>(bytes.size())));
    bytes[at] = static_cast<char>(bytes[at] ^ (1 << random.below(8)));
    return bytes;
  };
  SECTION("bare") {
    {
      const BareEnv env{folder.at("bare")};
      REQUIRE(env.write(0, 100) == 0);
    }
    const std::string whole = bytes_of_file(folder.at("bare/data.mdb"));
    int silent = 0;
    for (int i = 0; i < flips; ++i) {
      write_file(image.at("bare/data.mdb"), flipped(whole));
      // Opens, reads without an error, and does not hold what was written.
      if (in_child([&] {
            const BareEnv env{image.at("bare")};
            return env.status == 0 && env.whole_rows() != 100 ? 1 : 0;
          }) == 1)
        ++silent;
    }
    CHECK(silent > flips / 3);
  }
  SECTION("ours") {
    {
      DiskSite site{folder.at("journal")};
      for (int i = 0; i < 12; ++i)
        REQUIRE(site.register_case({{"narrative", "case " + std::to_string(i) + std::string(1'500, 'n')}}).has_value());
      REQUIRE(site.verify()->errors == 0);
    }
    const std::string whole = bytes_of_file(folder.at("journal/data.mdb"));
    std::string rows;
    {
      const DiskSite site{folder.at("journal")};
      rows = dump_ours(*site.truth);
    }
    constexpr int same = 10;
    constexpr int found = 11;
    constexpr int missed = 12;
    constexpr int refused = 13;
    std::map<int, int> ended;
    for (int i = 0; i < flips; ++i) {
      write_file(image.at("journal/data.mdb"), flipped(whole));
      const int end = in_child([&] {
        DiskSite site{image.at("journal")};
        if (site.refused) return refused;
        const auto verified = site.verify();
        if (!verified || (verified->errors > 0 && !verified->findings.empty())) return found;
        return dump_ours(*site.truth) == rows ? same : missed;
      });
      ++ended[end];
    }
    CHECK(ended[found] > 10);
    CHECK(ended[missed] == 0);
  }
}

TEST_CASE("pitfall LMDB-5: a hostile file kills whoever reads it; ours is one that nobody else can put there") {
  SECTION("bare") {
    const Folder folder;
    {
      const BareEnv env{folder.at("bare")};
      REQUIRE(env.write(0, 200) == 0);
    }
    // Both meta pages name a root far behind the file's end, and say that the file reaches there.
    std::string file = bytes_of_file(folder.at("bare/data.mdb"));
    constexpr std::size_t page_bytes = 4096;
    constexpr std::size_t root_at = 128;
    constexpr std::size_t last_page_at = 136;
    for (const std::size_t meta : {std::size_t{0}, page_bytes}) {
      for (const auto& [at, page] :
           {std::pair{root_at, std::size_t{10'000}}, std::pair{last_page_at, std::size_t{12'000}}})
        std::memcpy(file.data() + meta + at, &page, sizeof page);
    }
    write_file(folder.at("bare/data.mdb"), file);
    const int ended = in_child([&] {
      const BareEnv env{folder.at("bare")};
      if (env.status != 0) return 1;
      static_cast<void>(env.whole_rows());
      return 0;
    });
    CHECK(ended > 128);
  }
  SECTION("ours, whatever the umask") {
    const Folder folder;
    const mode_t before = ::umask(0);
    {
      const auto truth = open_ours(folder.at("journal"));
      CHECK(put_ours(*truth, 1, "x").has_value());
    }
    ::umask(before);
    const auto others_of = [](const std::string& path) {
      return fs::status(path).permissions() & (fs::perms::group_all | fs::perms::others_all);
    };
    for (const std::string name : {"journal", "journal/data.mdb", "journal/lock.mdb", "journal.lock"}) {
      INFO(name);
      REQUIRE(fs::exists(folder.at(name)));
      CHECK(others_of(folder.at(name)) == fs::perms::none);
    }
  }
}

TEST_CASE("pitfall LMDB-6: a full map can refuse even a delete; ours keeps room for deletes and cursors") {
  SECTION("bare") {
    const Folder folder;
    const BareEnv env{folder.at("bare"), 0, std::size_t{1} << 20};
    int rows = 0;
    int rc = 0;
    while ((rc = env.write(rows, rows + 1)) == 0) ++rows;
    REQUIRE(rc == MDB_MAP_FULL);
    // Each delete in a transaction of its own, as a program would that wants room.
    int refused = 0;
    for (int row = 0; row < rows && refused == 0; ++row) {
      MDB_txn* txn = env.begin();
      REQUIRE(txn != nullptr);
      rc = env.erase(txn, row);
      if (rc == 0) {
        rc = mdb_txn_commit(txn);
      } else {
        mdb_txn_abort(txn);
      }
      if (rc == MDB_MAP_FULL) ++refused;
    }
    CHECK(refused > 0);
  }
  SECTION("ours") {
    const Folder folder;
    DiskSite site{folder.at("journal"), std::size_t{8} << 20};
    REQUIRE_FALSE(site.refused);
    std::optional<Code> refused;
    int told = 0;
    while (!refused && told < 2'000) {
      std::string noise;
      while (noise.size() < 20'000) noise += to_base32(site.random.fixed<Digest>().bytes);
      const auto registered = site.register_case({{"narrative", noise}});
      if (registered) ++told;
      if (!registered) refused = registered.error().code;
    }
    REQUIRE(refused == Code::store_full);
    CHECK(told > 100);
    for (int i = 0; i < 50; ++i) {
      const auto kept = site.site->commit(
          {sync::KeepTokens{DiskSite::id, site.site->epoch(), site.random.fixed<LinkToken>(), LinkToken{}}},
          DiskSite::at);
      INFO(i);
      REQUIRE(kept[0].has_value());
    }
    // Every row of the largest table, one delete a transaction.
    std::vector<Bytes> keys;
    REQUIRE(site.truth
                ->view([&](const Reading& from) -> Status {
                  from.scan(Table::entries, {}, [&](ByteView key, ByteView) {
                    keys.push_back(copy_of(key));
                    return true;
                  });
                  return Done{};
                })
                .has_value());
    REQUIRE(keys.size() == static_cast<std::size_t>(told));
    for (const Bytes& key : keys) {
      const Status erased = site.truth->update([&](Writing& to) -> Status {
        to.erase(Table::entries, key);
        return Done{};
      });
      REQUIRE(erased.has_value());
    }
  }
}

TEST_CASE("pitfall LMDB-7: the map is moved under a reader without a word; in ours what a reader sees stands still") {
  SECTION("bare") {
    const Folder folder;
    const BareEnv env{folder.at("bare"), MDB_NOTLS, std::size_t{1} << 20};
    REQUIRE(env.write(0, 1) == 0);
    const int ended = in_child([&] {
      // A child shares no locks with its parent, so it opens anew.
      const Folder own;
      const BareEnv mine{own.at("bare"), MDB_NOTLS, std::size_t{1} << 20};
      if (mine.write(0, 1) != 0) return 1;
      MDB_txn* const txn = mine.begin(MDB_RDONLY);
      std::size_t number = 0;
      MDB_val key{sizeof number, &number};
      MDB_val val{};
      if (mdb_get(txn, mine.table, &key, &val) != 0) return 2;
      if (mdb_env_set_mapsize(mine.env, std::size_t{4} << 30) != 0) return 3;
      const std::string seen{static_cast<const char*>(val.mv_data), val.mv_size};
      return seen == value_of_row(0) ? 4 : 0;
    });
    // It was called a success, and what the reader holds is gone: another value, or none.
    CHECK((ended == 0 || ended > 128));
  }
  SECTION("ours") {
    const Folder folder;
    store::LmdbOptions options = journal_in(folder.at("journal"), std::size_t{1} << 20);
    options.limit_bytes = std::size_t{1} << 30;
    const auto opened = LmdbTruth::open(options);
    REQUIRE(opened.has_value());
    LmdbTruth& truth = **opened;
    // So little room is left that every update would widen the map, and a reader is in.
    const Signal inside;
    const Signal written;
    std::string seen;
    REQUIRE(put_ours(truth, 0, value_of_row(0)).has_value());
    std::thread reader{[&] {
      static_cast<void>(truth.view([&](const Reading& from) -> Status {
        inside.give();
        written.take();
        from.scan(Table::marks, {}, [&](ByteView, ByteView value) {
          seen.append(text_of(value));
          return true;
        });
        return Done{};
      }));
    }};
    inside.take();
    const Status beside = put_ours(truth, 1, value_of_row(1));
    written.give();
    reader.join();
    CHECK(beside.has_value());
    CHECK(seen == value_of_row(0));
    // With no reader in, it grows as it needs to.
    constexpr int many = 3'000;
    for (int row = 2; row < many; ++row) REQUIRE(put_ours(truth, row, value_of_row(row)).has_value());
    CHECK(truth.space().used_bytes > std::size_t{2} << 20);
    for (int row = 0; row < many; ++row) REQUIRE(get_ours(truth, row) == value_of_row(row));
  }
}

TEST_CASE("pitfall LMDB-8: a reader left open makes the file grow without end; ours cannot leave one open") {
  SECTION("bare, nobody reads") {
    const Folder folder;
    const BareEnv env{folder.at("bare")};
    overwrite_bare(env);
    CHECK(env.used_bytes() < small_bytes);
  }
  SECTION("bare, somebody forgot a reader") {
    const Folder folder;
    const BareEnv env{folder.at("bare"), MDB_NOTLS};
    MDB_txn* const forgotten = env.begin(MDB_RDONLY);
    REQUIRE(forgotten != nullptr);
    overwrite_bare(env);
    CHECK(env.used_bytes() > grown_bytes);
    mdb_txn_abort(forgotten);
  }
  SECTION("ours: a reader ends with the function that reads") {
    const Folder folder;
    const auto truth = open_ours(folder.at("journal"));
    overwrite_ours(*truth);
    CHECK(truth->space().used_bytes < small_bytes);
  }
}

TEST_CASE("pitfall LMDB-9: a reader that was killed keeps its pages for ever; ours is alone, and cleans up at start") {
  SECTION("bare") {
    const Folder folder;
    const BareEnv env{folder.at("bare")};
    const Signal reads;
    Child reader{[&] {
      const BareEnv other{folder.at("bare")};
      if (other.begin(MDB_RDONLY) == nullptr) return 1;
      reads.give();
      ::pause();
      return 0;
    }};
    reads.take();
    reader.signal(SIGKILL);
    REQUIRE(reader.finish() == 128 + SIGKILL);
    overwrite_bare(env);
    CHECK(env.used_bytes() > grown_bytes);
    int dead = 0;
    REQUIRE(mdb_reader_check(env.env, &dead) == 0);
    CHECK(dead == 1);
  }
  SECTION("ours") {
    const Folder folder;
    const Signal reads;
    Child reader{[&] {
      const auto truth = LmdbTruth::open(journal_in(folder.at("journal")));
      if (!truth) return 1;
      static_cast<void>((*truth)->view([&](const Reading&) -> Status {
        reads.give();
        ::pause();
        return Done{};
      }));
      return 0;
    }};
    reads.take();
    const auto beside = LmdbTruth::open(journal_in(folder.at("journal")));
    REQUIRE_FALSE(beside.has_value());
    CHECK(beside.error().code == Code::in_use);
    reader.signal(SIGKILL);
    REQUIRE(reader.finish() == 128 + SIGKILL);
    const auto truth = open_ours(folder.at("journal"));
    overwrite_ours(*truth);
    CHECK(truth->space().used_bytes < small_bytes);
  }
}

TEST_CASE("pitfall LMDB-10: who waits for a stopped writer waits for ever; ours is told in_use at once") {
  SECTION("bare") {
    const Folder folder;
    const BareEnv made{folder.at("bare")};
    const Signal writes;
    Child stopped{[&] {
      const BareEnv env{folder.at("bare")};
      if (env.begin() == nullptr) return 1;
      writes.give();
      ::pause();
      return 0;
    }};
    writes.take();
    stopped.stop();
    const Signal began;
    const Child second{[&] {
      MDB_env* env = nullptr;
      mdb_env_create(&env);
      if (mdb_env_open(env, folder.at("bare").c_str(), 0, 0600) != 0) return 1;
      MDB_txn* txn = nullptr;
      if (mdb_txn_begin(env, nullptr, 0, &txn) != 0) return 1;
      began.give();
      return 0;
    }};
    CHECK_FALSE(began.came(500));
    // A writer that dies is noticed; one that stands still is not.
    stopped.signal(SIGKILL);
    CHECK(began.came());
  }
  SECTION("ours") {
    const Folder folder;
    const Signal writes;
    Child stopped{[&] {
      const auto truth = LmdbTruth::open(journal_in(folder.at("journal")));
      if (!truth) return 1;
      static_cast<void>((*truth)->update([&](Writing&) -> Status {
        writes.give();
        ::pause();
        return Done{};
      }));
      return 0;
    }};
    writes.take();
    stopped.stop();
    const auto second = LmdbTruth::open(journal_in(folder.at("journal")));
    REQUIRE_FALSE(second.has_value());
    CHECK(second.error().code == Code::in_use);
  }
  SECTION("ours, in one process: readers do not wait for the writer") {
    const Folder folder;
    const auto truth = open_ours(folder.at("journal"));
    REQUIRE(put_ours(*truth, 1, "before").has_value());
    const Signal inside;
    const Signal read;
    std::thread writer{[&] {
      static_cast<void>(truth->update([&](Writing& to) -> Status {
        to.put(Table::marks, view_of("row 1"), view_of("after"));
        inside.give();
        read.take();
        return Done{};
      }));
    }};
    inside.take();
    CHECK(get_ours(*truth, 1) == "before");
    read.give();
    writer.join();
    CHECK(get_ours(*truth, 1) == "after");
  }
}

namespace {

constexpr int no_small_disk = 90;

// A disk of two megabytes at `folder`, seen by this process only.
bool mount_small_disk(const std::string& folder) {
  fs::create_directories(folder);
  return store::take_own_mounts() && ::mount("tmpfs", folder.c_str(), "tmpfs", 0, "size=2m") == 0;
}

int fill_bare_writemap(const std::string& folder) {
  if (!mount_small_disk(folder)) return no_small_disk;
  const BareEnv env{folder + "/bare", MDB_WRITEMAP};
  if (env.status != 0) return 1;
  int rows = 0;
  while (env.write(rows, rows + 1) == 0) ++rows;
  return 0;
}

// 0, or which expectation did not hold.
int fill_ours(const std::string& folder) {
  if (!mount_small_disk(folder)) return no_small_disk;
  store::LmdbOptions options = journal_in(folder + "/journal");
  options.ballast_bytes = 256 * 1024;
  int told = 0;
  {
    auto truth = LmdbTruth::open(options);
    if (!truth) return 1;
    Status done = Done{};
    while ((done = put_ours(**truth, told, value_of_row(told)))) ++told;
    if (done.error().code != Code::store_full) return 2;
    if (told < 500) return 3;
    for (int row = 0; row < told; ++row) {
      if (get_ours(**truth, row) != value_of_row(row)) return 4;
    }
    // The ballast is let go: what is small, and what makes room, still fits; and it goes on without a new start.
    for (int row = 0; row < told / 2; ++row) {
      const Status erased = (*truth)->update([&](Writing& to) -> Status {
        to.erase(Table::marks, view_of("row " + std::to_string(row)));
        return Done{};
      });
      if (!erased) return 5;
    }
    for (int row = 0; row < told / 2; ++row) {
      if (!put_ours(**truth, row, value_of_row(row))) return 8;
    }
  }
  const auto again = LmdbTruth::open(journal_in(folder + "/journal"));
  if (!again) return 6;
  for (int row = 0; row < told; ++row) {
    if (get_ours(**again, row) != value_of_row(row)) return 7;
  }
  return 0;
}

}  // namespace

TEST_CASE("pitfall LMDB-11: a full disk kills a writer with MDB_WRITEMAP; ours says store_full and goes on") {
  const Folder folder;
  const int bare = in_child([&] { return fill_bare_writemap(folder.at("bare-disk")); });
  if (bare == no_small_disk) {
    WARN("skipped: no disk can be mounted here");
    return;
  }
  CHECK(bare == 128 + SIGBUS);
  CHECK(in_child([&] { return fill_ours(folder.at("our-disk")); }) == 0);
}

TEST_CASE(
    "pitfall LMDB-14: a table opened in an aborted transaction is dead, a thread has one reader, a key 511 bytes") {
  SECTION("bare") {
    const Folder folder;
    const BareEnv env{folder.at("bare")};
    {
      MDB_env* named = nullptr;
      mdb_env_create(&named);
      mdb_env_set_maxdbs(named, 4);
      fs::create_directories(folder.at("named"));
      REQUIRE(mdb_env_open(named, folder.at("named").c_str(), 0, 0600) == 0);
      MDB_txn* txn = nullptr;
      MDB_dbi dead = 0;
      REQUIRE(mdb_txn_begin(named, nullptr, 0, &txn) == 0);
      REQUIRE(mdb_dbi_open(txn, "t", MDB_CREATE, &dead) == 0);
      mdb_txn_abort(txn);
      REQUIRE(mdb_txn_begin(named, nullptr, 0, &txn) == 0);
      MDB_val key{1, const_cast<char*>("k")};
      MDB_val val{1, const_cast<char*>("v")};
      CHECK(mdb_put(txn, dead, &key, &val, 0) != 0);
      mdb_txn_abort(txn);
      mdb_env_close(named);
    }
    MDB_txn* const first = env.begin(MDB_RDONLY);
    REQUIRE(first != nullptr);
    MDB_txn* second = nullptr;
    CHECK(mdb_txn_begin(env.env, nullptr, MDB_RDONLY, &second) == MDB_BAD_RSLOT);
    mdb_txn_abort(first);
  }
  SECTION("ours") {
    const Folder folder;
    const auto truth = open_ours(folder.at("journal"));
    // A change that is given up takes no table with it.
    CHECK_FALSE(truth->update([](Writing&) -> Status { return fail(Code::changed, "given up"); }).has_value());
    const Status too_long = truth->update([](Writing& to) -> Status {
      to.put(Table::marks, Bytes(512, std::byte{1}), view_of("v"));
      return Done{};
    });
    REQUIRE_FALSE(too_long.has_value());
    CHECK(too_long.error().code == Code::io);
    for (const Table table : store::journal_tables()) {
      CHECK(truth
                ->update([&](Writing& to) -> Status {
                  to.put(table, Bytes(511, std::byte{1}), view_of("v"));
                  return Done{};
                })
                .has_value());
    }
    // A reader in a reader, in one thread.
    std::size_t found = 0;
    CHECK(truth
              ->view([&](const Reading&) {
                return truth->view([&](const Reading& inner) -> Status {
                  for (const Table table : store::journal_tables())
                    found += inner.get(table, Bytes(511, std::byte{1})).has_value() ? 1 : 0;
                  return Done{};
                });
              })
              .has_value());
    CHECK(found == store::journal_tables().size());
  }
}

TEST_CASE(
    "pitfall LMDB-16: what was deleted stays in the file; in ours there is nothing to read, and a copy has none") {
  const std::string person = "身份证 110101199003078515 Zhang San";
  SECTION("bare") {
    const Folder folder;
    {
      const BareEnv env{folder.at("bare")};
      MDB_txn* txn = env.begin();
      for (int row = 0; row < 500; ++row) REQUIRE(env.put(txn, row, person + std::to_string(row)) == 0);
      REQUIRE(mdb_txn_commit(txn) == 0);
      txn = env.begin();
      for (int row = 0; row < 500; ++row) REQUIRE(env.erase(txn, row) == 0);
      REQUIRE(mdb_txn_commit(txn) == 0);
    }
    CHECK(bytes_of_file(folder.at("bare/data.mdb")).find(person) != std::string::npos);
  }
  SECTION("ours: sealed before it is stored") {
    const Folder folder;
    DiskSite site{folder.at("journal")};
    const auto registered = site.register_case({{"narrative", person + std::string(400, '.')}});
    REQUIRE(registered.has_value());
    CHECK(site.desk->file_of(registered->case_id).has_value());
    const std::string file = bytes_of_file(folder.at("journal/data.mdb"));
    for (const std::string part : {"身份证", "110101199003078515", "Zhang San"}) {
      INFO(part);
      CHECK(file.find(part) == std::string::npos);
    }
  }
  SECTION("ours: a copy holds no deleted page") {
    const Folder folder;
    const auto truth = open_ours(folder.at("journal"));
    for (int row = 0; row < 200; ++row) REQUIRE(put_ours(*truth, row, person).has_value());
    REQUIRE(truth
                ->update([](Writing& to) -> Status {
                  for (int row = 0; row < 200; ++row) to.erase(Table::marks, view_of("row " + std::to_string(row)));
                  return Done{};
                })
                .has_value());
    REQUIRE(bytes_of_file(folder.at("journal/data.mdb")).find(person) != std::string::npos);
    REQUIRE(truth->copy_to(folder.at("copy")).has_value());
    CHECK(bytes_of_file(folder.at("copy/data.mdb")).find(person) == std::string::npos);
    const auto copy = open_ours(folder.at("copy"));
    CHECK(dump_ours(*copy) == dump_ours(*truth));
  }
}

}  // namespace redress::pitfalls
