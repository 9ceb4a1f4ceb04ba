// LMDB as its manual shows it: one table, rows whose values can be told from their numbers.
#pragma once

#include <lmdb.h>

#include <catch2/catch.hpp>
#include <cstring>
#include <filesystem>
#include <string>

namespace redress::pitfalls {

inline constexpr std::size_t row_bytes = 1'000;
inline constexpr std::size_t bare_map_bytes = std::size_t{64} << 20;

inline std::string value_of_row(int row) { return std::string(row_bytes, static_cast<char>('a' + row % 26)); }

class BareEnv {
 public:
  // Nothing is asserted inside, so that a child may use it too: `status` says how it went.
  explicit BareEnv(const std::string& folder, unsigned flags = 0, std::size_t map_bytes = bare_map_bytes) {
    std::error_code ignored;
    std::filesystem::create_directories(folder, ignored);
    mdb_env_create(&env);
    mdb_env_set_mapsize(env, map_bytes);
    status = mdb_env_open(env, folder.c_str(), flags, 0600);
    if (status != 0) return;
    MDB_txn* txn = nullptr;
    status = mdb_txn_begin(env, nullptr, 0, &txn);
    if (status != 0) return;
    mdb_dbi_open(txn, nullptr, MDB_INTEGERKEY, &table);
    status = mdb_txn_commit(txn);
  }
  ~BareEnv() { mdb_env_close(env); }
  BareEnv(const BareEnv&) = delete;
  BareEnv& operator=(const BareEnv&) = delete;

  [[nodiscard]] MDB_txn* begin(unsigned flags = 0) const {
    MDB_txn* txn = nullptr;
    return mdb_txn_begin(env, nullptr, flags, &txn) == 0 ? txn : nullptr;
  }
  int put(MDB_txn* txn, int row, const std::string& value) const {
    auto number = static_cast<std::size_t>(row);
    MDB_val key{sizeof number, &number};
    MDB_val val{value.size(), const_cast<char*>(value.data())};
    return mdb_put(txn, table, &key, &val, 0);
  }
  int erase(MDB_txn* txn, int row) const {
    auto number = static_cast<std::size_t>(row);
    MDB_val key{sizeof number, &number};
    return mdb_del(txn, table, &key, nullptr);
  }
  // Rows [from, to) in one transaction.
  int write(int from, int to) const {
    MDB_txn* txn = begin();
    if (txn == nullptr) return -1;
    for (int row = from; row < to; ++row) {
      if (const int rc = put(txn, row, value_of_row(row)); rc != 0) {
        mdb_txn_abort(txn);
        return rc;
      }
    }
    return mdb_txn_commit(txn);
  }
  // How many rows there are, 0 to n - 1, all as they were written; -1: another thing.
  [[nodiscard]] int whole_rows() const {
    MDB_txn* txn = begin(MDB_RDONLY);
    MDB_cursor* cursor = nullptr;
    if (txn == nullptr || mdb_cursor_open(txn, table, &cursor) != 0) return -1;
    int rows = 0;
    MDB_val key{};
    MDB_val val{};
    int rc = mdb_cursor_get(cursor, &key, &val, MDB_FIRST);
    for (; rc == 0; rc = mdb_cursor_get(cursor, &key, &val, MDB_NEXT), ++rows) {
      std::size_t number = 0;
      if (key.mv_size != sizeof number) break;
      std::memcpy(&number, key.mv_data, sizeof number);
      const std::string value{static_cast<const char*>(val.mv_data), val.mv_size};
      if (number != static_cast<std::size_t>(rows) || value != value_of_row(rows)) break;
    }
    mdb_cursor_close(cursor);
    mdb_txn_abort(txn);
    return rc == MDB_NOTFOUND ? rows : -1;
  }
  [[nodiscard]] std::size_t used_bytes() const {
    MDB_envinfo info{};
    MDB_stat stat{};
    mdb_env_info(env, &info);
    mdb_env_stat(env, &stat);
    return (info.me_last_pgno + 1) * stat.ms_psize;
  }

  MDB_env* env = nullptr;
  MDB_dbi table = 0;
  int status = 0;
};

}  // namespace redress::pitfalls
