// What a power cut leaves of an LMDB file, with its real system calls: LMDB-1 to LMDB-3.
#include "tests/crash/crash_states.h"
#include "tests/pitfalls/bare_lmdb.h"
#include "tests/pitfalls/child.h"
#include "tests/pitfalls/disk_site.h"

namespace redress::pitfalls {
namespace {

using crash::carry_out;
using crash::DiskEvent;
using crash::DiskRecorder;
using crash::Files;
using crash::for_each_crash_state;
using crash::lay_out;
using store::Folder;
using store::LmdbTruth;
using store::Table;

constexpr int transactions = 12;
constexpr crash::StateOptions few{16};
constexpr crash::StateOptions many{64};

// One row a transaction, each told when its commit returned.
std::vector<DiskEvent> record_bare(const Folder& folder, unsigned flags) {
  DiskRecorder recorder{folder.at("")};
  BareEnv env{folder.at("bare"), flags};
  REQUIRE(env.status == 0);
  for (int row = 0; row < transactions; ++row) {
    REQUIRE(env.write(row, row + 1) == 0);
    recorder.tell();
  }
  return recorder.events();
}

// The rows that are there, or what happened instead.
constexpr int not_open = 100;
constexpr int not_whole = 101;

int look_bare(const std::string& folder) {
  return in_child([&] {
    const BareEnv env{folder};
    if (env.status != 0) return not_open;
    const int rows = env.whole_rows();
    return rows < 0 ? not_whole : rows;
  });
}

struct Count {
  int states = 0;
  int lost = 0;    // opened, and what was told is not all there
  int broken = 0;  // did not open, held something else, or killed the program
};

Count count_bare(const Folder& folder, const std::vector<DiskEvent>& events) {
  const Folder image;
  Count count;
  count.states = for_each_crash_state({}, events, few, [&](const Files& files, int told) {
    lay_out(files, folder.at(""), image.at(""));
    const int found = look_bare(image.at("bare"));
    if (found >= not_open) {
      ++count.broken;
    } else if (found < told || found > told + 1) {
      ++count.lost;
    }
    return true;
  });
  return count;
}

store::LmdbOptions journal_in(const std::string& folder) { return {folder, store::journal_tables(), bare_map_bytes}; }

Bytes key_of_row(int row) { return copy_of(view_of(std::string(1, static_cast<char>('A' + row)))); }

std::vector<DiskEvent> record_ours(const Folder& folder) {
  DiskRecorder recorder{folder.at("")};
  auto truth = LmdbTruth::open(journal_in(folder.at("journal")));
  REQUIRE(truth.has_value());
  for (int row = 0; row < transactions; ++row) {
    const Status done = (*truth)->update([&](store::Writing& to) -> Status {
      to.put(Table::marks, key_of_row(row), copy_of(view_of(value_of_row(row))));
      return Done{};
    });
    REQUIRE(done.has_value());
    recorder.tell();
  }
  return recorder.events();
}

int look_ours(const std::string& folder) {
  const auto truth = LmdbTruth::open(journal_in(folder));
  if (!truth) return not_open;
  int rows = 0;
  bool whole = true;
  const Status looked = (*truth)->view([&](const store::Reading& from) -> Status {
    from.scan(Table::marks, {}, [&](ByteView key, ByteView value) {
      whole = whole && copy_of(key) == key_of_row(rows) && text_of(value) == value_of_row(rows);
      ++rows;
      return true;
    });
    return Done{};
  });
  return looked && whole ? rows : not_whole;
}

// The last write of a meta page: the one that makes a commit count.
std::size_t last_meta_write(const std::vector<DiskEvent>& events) {
  std::size_t last = events.size();
  for (std::size_t i = 0; i < events.size(); ++i) {
    if (events[i].kind == DiskEvent::Kind::write && events[i].is_durable) last = i;
  }
  REQUIRE(last < events.size());
  return last;
}

// The files before events[end].
Files files_before(const std::vector<DiskEvent>& events, std::size_t end) {
  Files files;
  for (std::size_t i = 0; i < end; ++i) {
    if (events[i].kind == DiskEvent::Kind::write || events[i].kind == DiskEvent::Kind::rename)
      carry_out(files, events[i]);
  }
  return files;
}

}  // namespace

TEST_CASE("pitfall LMDB-1: without its syncs LMDB loses what it confirmed and its file; ours survives every cut") {
  SECTION("bare, MDB_NOSYNC") {
    const Folder folder;
    const Count count = count_bare(folder, record_bare(folder, MDB_NOSYNC));
    CHECK(count.states > 80);
    CHECK(count.lost > 0);
    CHECK(count.broken > 0);
  }
  SECTION("bare, MDB_NOMETASYNC") {
    const Folder folder;
    const Count count = count_bare(folder, record_bare(folder, MDB_NOMETASYNC));
    CHECK(count.lost > 0);
  }
  SECTION("ours") {
    const Folder folder;
    const Folder image;
    const auto events = record_ours(folder);
    int failed = 0;
    const int states = for_each_crash_state({}, events, few, [&](const Files& files, int told) {
      lay_out(files, folder.at(""), image.at(""));
      const int found = look_ours(image.at("journal"));
      if (found < told || found > told + 1) ++failed;
      return true;
    });
    CHECK(states > 60);
    CHECK(failed == 0);
  }
}

TEST_CASE("pitfall LMDB-2: a cut while LMDB makes its file leaves one that never opens; ours is made anew") {
  SECTION("bare") {
    const Folder folder;
    const Folder image;
    auto events = record_bare(folder, 0);
    // Up to the first thing that anybody was told.
    events.erase(std::find_if(events.begin(), events.end(),
                              [](const DiskEvent& event) { return event.kind == DiskEvent::Kind::told; }),
                 events.end());
    int stuck = 0;
    for_each_crash_state({}, events, many, [&](const Files& files, int) {
      lay_out(files, folder.at(""), image.at(""));
      if (look_bare(image.at("bare")) != not_open) return true;
      // Not even another try helps.
      CHECK(look_bare(image.at("bare")) == not_open);
      ++stuck;
      return true;
    });
    CHECK(stuck > 0);
  }
  SECTION("ours") {
    const Folder folder;
    const Folder image;
    const auto events = record_ours(folder);
    const auto first_told = std::find_if(events.begin(), events.end(),
                                         [](const DiskEvent& event) { return event.kind == DiskEvent::Kind::told; });
    const std::vector<DiskEvent> making{events.begin(), first_told};
    REQUIRE(std::any_of(making.begin(), making.end(),
                        [](const DiskEvent& event) { return event.kind == DiskEvent::Kind::rename; }));
    int stuck = 0;
    int begun = 0;
    for_each_crash_state({}, making, many, [&](const Files& files, int) {
      lay_out(files, folder.at(""), image.at(""));
      begun += std::filesystem::exists(image.at("journal.new")) ? 1 : 0;
      if (look_ours(image.at("journal")) > 1) ++stuck;
      return true;
    });
    CHECK(begun > 0);
    CHECK(stuck == 0);
  }
}

TEST_CASE(
    "pitfall LMDB-3: a meta page torn inside a sector loses commits; ours needs sectors that are whole, no more") {
  SECTION("bare, any eight bytes of the write may be missing") {
    const Folder folder;
    const Folder image;
    const auto events = record_bare(folder, 0);
    const std::size_t last = last_meta_write(events);
    const Files before = files_before(events, last);
    int bad = 0;
    for (std::size_t from = 8; from < events[last].bytes.size(); from += 8) {
      DiskEvent torn = events[last];
      torn.bytes.erase(0, from);
      torn.offset += static_cast<off_t>(from);
      Files files = before;
      carry_out(files, torn);
      lay_out(files, folder.at(""), image.at(""));
      const int found = look_bare(image.at("bare"));
      if (found < transactions - 1 || found > transactions) ++bad;
    }
    CHECK(bad > 0);
  }
  SECTION("ours: each meta write lies in one sector, and one that stops half-way is the one before") {
    const Folder folder;
    const Folder image;
    const auto events = record_ours(folder);
    int meta_writes = 0;
    for (const DiskEvent& event : events) {
      if (event.kind != DiskEvent::Kind::write || !event.is_durable) continue;
      ++meta_writes;
      const auto first = static_cast<std::size_t>(event.offset);
      CHECK(first / 512 == (first + event.bytes.size() - 1) / 512);
    }
    CHECK(meta_writes > transactions);
    const std::size_t last = last_meta_write(events);
    for (std::size_t size = 0; size < events[last].bytes.size(); size += 8) {
      INFO(size);
      DiskEvent torn = events[last];
      torn.bytes.resize(size);
      Files files = files_before(events, last);
      carry_out(files, torn);
      lay_out(files, folder.at(""), image.at(""));
      CHECK(look_ours(image.at("journal")) == transactions - 1);
    }
  }
}

}  // namespace redress::pitfalls
