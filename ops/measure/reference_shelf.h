// Bare LMDB as the references use it: default durability, one table, ascending keys, one commit for many records.
//
// A resource of one thread. A call that fails ends the process: a reference has nobody to tell.
#pragma once

#include <lmdb.h>

#include <cstdint>
#include <functional>
#include <string>

#include "protocol/base/bytes.h"

namespace redress::reference {

class Shelf {
 public:
  // Makes the folder.
  explicit Shelf(const std::string& folder);
  Shelf(const Shelf&) = delete;
  Shelf& operator=(const Shelf&) = delete;
  ~Shelf();

  void begin();
  // Requires: begun; a key above all others.
  void append(std::uint64_t key, ByteView record);
  // How far the other end is.
  void note(std::uint64_t acked);
  // Durable when it returns.
  void commit();

  // Visits records from `key` on, in order, until `visit` says false.
  void read(std::uint64_t key, const std::function<bool(std::uint64_t key, ByteView record)>& visit) const;
  // How large the file is.
  [[nodiscard]] std::uint64_t bytes() const;

 private:
  MDB_env* env_ = nullptr;
  MDB_txn* txn_ = nullptr;
  MDB_dbi records_ = 0;
  MDB_dbi marks_ = 0;
};

}  // namespace redress::reference
