#include "ops/measure/reference_shelf.h"

#include <sys/stat.h>

#include <array>
#include <filesystem>

#include "ops/measure/reference_must.h"

namespace redress::reference {
namespace {

constexpr std::size_t map_bytes = std::size_t{16} << 30;  // address space; the file grows as needed

std::array<std::byte, 8> key_bytes(std::uint64_t key) {
  std::array<std::byte, 8> out{};
  for (std::size_t i = 8; i-- > 0; key >>= 8) out[i] = static_cast<std::byte>(key & 0xFF);
  return out;
}

MDB_val val_of(ByteView bytes) { return {bytes.size(), const_cast<std::byte*>(bytes.data())}; }

}  // namespace

Shelf::Shelf(const std::string& folder) {
  std::filesystem::create_directories(folder);
  must(mdb_env_create(&env_) == 0 && mdb_env_set_mapsize(env_, map_bytes) == 0 && mdb_env_set_maxdbs(env_, 2) == 0,
       "make the environment");
  must(mdb_env_open(env_, folder.c_str(), 0, 0600) == 0, "open the environment");
  begin();
  must(mdb_dbi_open(txn_, "records", MDB_CREATE, &records_) == 0 &&
           mdb_dbi_open(txn_, "marks", MDB_CREATE, &marks_) == 0,
       "open the tables");
  commit();
}

Shelf::~Shelf() {
  if (txn_ != nullptr) mdb_txn_abort(txn_);
  mdb_env_close(env_);
}

void Shelf::begin() { must(mdb_txn_begin(env_, nullptr, 0, &txn_) == 0, "begin"); }

void Shelf::append(std::uint64_t key, ByteView record) {
  const auto bytes = key_bytes(key);
  MDB_val name = val_of(bytes);
  MDB_val value = val_of(record);
  must(mdb_put(txn_, records_, &name, &value, MDB_APPEND) == 0, "append");
}

void Shelf::note(std::uint64_t acked) {
  const auto bytes = key_bytes(acked);
  MDB_val name = val_of(view_of(std::string_view{"acked"}));
  MDB_val value = val_of(bytes);
  must(mdb_put(txn_, marks_, &name, &value, 0) == 0, "note");
}

void Shelf::commit() {
  must(mdb_txn_commit(txn_) == 0, "commit");
  txn_ = nullptr;
}

void Shelf::read(std::uint64_t key, const std::function<bool(std::uint64_t, ByteView)>& visit) const {
  MDB_txn* txn = nullptr;
  MDB_cursor* cursor = nullptr;
  must(mdb_txn_begin(env_, nullptr, MDB_RDONLY, &txn) == 0 && mdb_cursor_open(txn, records_, &cursor) == 0, "read");
  const auto bytes = key_bytes(key);
  MDB_val name = val_of(bytes);
  MDB_val value{};
  for (int found = mdb_cursor_get(cursor, &name, &value, MDB_SET_RANGE); found == 0;
       found = mdb_cursor_get(cursor, &name, &value, MDB_NEXT)) {
    redress::Reader in{{static_cast<const std::byte*>(name.mv_data), name.mv_size}};
    if (!visit(in.u64(), {static_cast<const std::byte*>(value.mv_data), value.mv_size})) break;
  }
  mdb_cursor_close(cursor);
  mdb_txn_abort(txn);
}

std::uint64_t Shelf::bytes() const {
  mdb_filehandle_t file = 0;
  struct stat info {};
  must(mdb_env_get_fd(env_, &file) == 0 && fstat(file, &info) == 0, "measure the file");
  return static_cast<std::uint64_t>(info.st_size);
}

}  // namespace redress::reference
