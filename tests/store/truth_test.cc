// The two truths, and a plain map beside them, under the same random life.
#include "store/truth.h"

#include <map>

#include "store/lmdb_truth.h"
#include "tests/sim/pair.h"
#include "tests/store/folder.h"

namespace redress::store {
namespace {

using Model = std::map<std::pair<Table, Bytes>, Bytes>;

Bytes some_bytes(Random& random, std::int64_t sizes) {
  Bytes out(static_cast<std::size_t>(1 + random.below(sizes)));
  for (std::byte& b : out) b = static_cast<std::byte>(random.below(4));
  return out;
}

struct Op {
  enum class What { put, put_last, erase } what;
  Table table;
  Bytes key;
  Bytes value;
};

Op some_op(Random& random, const Model& model) {
  const Table table = random.below(2) == 0 ? Table::entries : Table::marks;
  Op op{Op::What::put, table, some_bytes(random, 3), some_bytes(random, 300)};
  const std::int64_t dice = random.below(10);
  if (dice < 3) op.what = Op::What::erase;
  if (dice == 9) {
    op.what = Op::What::put_last;
    for (const auto& [key, value] : model) {
      if (key.first == table && key.second >= op.key) op.key = key.second;
    }
    op.key.push_back(std::byte{1});
    if (op.key.size() > 200) op.what = Op::What::put;
  }
  return op;
}

void carry_out(Writing& store, const Op& op) {
  if (op.what == Op::What::erase) return store.erase(op.table, op.key);
  store.put(op.table, op.key, op.value, op.what == Op::What::put_last ? Order::last : Order::any);
}

void carry_out(Model& model, const Op& op) {
  if (op.what == Op::What::erase) {
    model.erase({op.table, op.key});
  } else {
    model[{op.table, op.key}] = op.value;
  }
}

std::vector<Row> rows_in(const Truth& truth, Table table, ByteView from) {
  std::vector<Row> out;
  const Status looked = truth.view([&](const Reading& store) -> Status {
    store.scan(table, from, [&](ByteView key, ByteView value) {
      out.emplace_back(copy_of(key), copy_of(value));
      return true;
    });
    return Done{};
  });
  REQUIRE(looked.has_value());
  return out;
}

std::optional<Row> below(const Truth& truth, Table table, ByteView bound) {
  std::optional<Row> out;
  REQUIRE(truth
              .view([&](const Reading& store) -> Status {
                out = store.last_below(table, bound);
                return Done{};
              })
              .has_value());
  return out;
}

void compare(const Truth& truth, const Model& model, Random& random) {
  const Bytes probe = some_bytes(random, 3);
  for (const Table table : {Table::entries, Table::marks}) {
    for (const Bytes& from : {Bytes{}, probe}) {
      std::vector<Row> expected;
      for (const auto& [key, value] : model) {
        if (key.first == table && key.second >= from) expected.emplace_back(key.second, value);
      }
      REQUIRE(rows_in(truth, table, from) == expected);
    }
    std::optional<Row> lower;
    for (const auto& [key, value] : model) {
      if (key.first == table && key.second < probe) lower = Row{key.second, value};
    }
    REQUIRE(below(truth, table, probe) == lower);
  }
}

}  // namespace

TEST_CASE("Truth: LMDB, memory and a map agree on every row after every commit") {
  const Folder folder;
  auto lmdb = LmdbTruth::open({folder.at("journal"), journal_tables(), std::size_t{64} << 20});
  REQUIRE(lmdb.has_value());
  sim::MemoryTruth memory;
  Model model;
  sim::SeededRandom random{77};
  for (int round = 0; round < 120; ++round) {
    Model next = model;
    std::vector<Op> ops;
    for (std::int64_t i = random.below(12); i >= 0; --i) {
      ops.push_back(some_op(random, next));
      carry_out(next, ops.back());
    }
    const bool keep = !random.chance(250);
    for (Truth* truth : {static_cast<Truth*>(lmdb->get()), static_cast<Truth*>(&memory)}) {
      const Status done = truth->update([&](Writing& store) -> Status {
        for (const Op& op : ops) carry_out(store, op);
        const Op& last = ops.back();
        // A transaction sees its own writes.
        REQUIRE(store.get(last.table, last.key).has_value() == (last.what != Op::What::erase));
        if (!keep) return fail(Code::changed, "given up");
        return Done{};
      });
      CHECK(done.has_value() == keep);
    }
    if (keep) model = next;
    compare(**lmdb, model, random);
    compare(memory, model, random);
  }
}

TEST_CASE("Truth: a key said to be the last must be it") {
  const Folder folder;
  auto lmdb = LmdbTruth::open({folder.at("journal"), journal_tables(), std::size_t{64} << 20});
  REQUIRE(lmdb.has_value());
  sim::MemoryTruth memory;
  for (Truth* truth : {static_cast<Truth*>(lmdb->get()), static_cast<Truth*>(&memory)}) {
    const auto put = [&](const char* key) {
      return truth->update([&](Writing& store) -> Status {
        store.put(Table::entries, view_of(key), view_of("v"), Order::last);
        store.put(Table::marks, view_of(key), view_of("v"));
        return Done{};
      });
    };
    REQUIRE(put("b").has_value());
    const Status refused = put("a");
    REQUIRE_FALSE(refused.has_value());
    CHECK(refused.error().code == Code::io);
    CHECK(rows_in(*truth, Table::marks, {}).size() == 1);
  }
}

TEST_CASE("MemoryTruth: planned faults happen once, and leave what they say") {
  sim::MemoryTruth truth;
  const auto put = [&](const char* key) {
    return truth.update([&](Writing& store) -> Status {
      store.put(Table::marks, view_of(key), view_of("v"));
      return Done{};
    });
  };
  truth.fail_commit(Code::store_full, 1);
  CHECK(put("a").has_value());
  CHECK(put("b").error().code == Code::store_full);
  CHECK(put("c").has_value());
  truth.unknown_commit(sim::MemoryTruth::Applied::yes);
  CHECK(put("d").error().code == Code::unknown_outcome);
  CHECK(put("e").error().code == Code::unknown_outcome);
  truth.crash();
  CHECK(put("f").has_value());
  std::string keys;
  for (const Row& row : rows_in(truth, Table::marks, {})) keys += text_of(row.first);
  CHECK(keys == "acdf");
  CHECK(truth.commits().size() == 4);
}

TEST_CASE("MemoryTruth: over its size nothing of the change is kept, and an image comes back whole") {
  sim::MemoryTruth truth{400};
  const auto put = [&](const char* key) {
    return truth.update([&](Writing& store) -> Status {
      store.put(Table::marks, view_of(key), Bytes(100, std::byte{1}));
      return Done{};
    });
  };
  REQUIRE(put("a").has_value());
  const auto image = truth.snapshot();
  REQUIRE(put("b").has_value());
  REQUIRE(put("c").has_value());
  const std::uint64_t used = truth.space().used_bytes;
  CHECK(put("d").error().code == Code::store_full);
  CHECK(truth.space().used_bytes == used);
  CHECK(rows_in(truth, Table::marks, {}).size() == 3);
  truth.restore(image);
  CHECK(rows_in(truth, Table::marks, {}).size() == 1);
  CHECK(put("d").has_value());
}

}  // namespace redress::store
