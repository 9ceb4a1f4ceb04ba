// What a transaction is about to write, kept on the disk in one piece before LMDB keeps it in many (redo log,
// 重做日志).
//
// A commit writes a page of each table, all over the file, and is flushed twice; who waits for the desk waits for one
// write in one place instead. The file has one record, of one transaction: that of the next is written over it, once
// LMDB has the one before. If the power fails between the two, the next start carries the record out. No start leaves
// one behind: a record is known by the number of its transaction alone, and in an older store that somebody puts here
// the numbers come again.
//
// Redo is a resource of the thread that updates; Changes is a value.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "store/truth.h"

namespace redress::store {

inline constexpr const char* redo_file = "redo";  // in the store's folder

// What one transaction writes, in its order; up to `bytes_max`, beyond that it is too much to be kept ahead.
class Changes {
 public:
  static constexpr std::size_t bytes_max = 16'128;

  void put(Table table, ByteView key, ByteView value, Order order);
  void erase(Table table, ByteView key);
  // False: more was written than can be kept.
  [[nodiscard]] bool fits() const noexcept { return fits_; }
  [[nodiscard]] const Bytes& bytes() const noexcept { return bytes_; }

 private:
  void add(std::uint8_t act, Table table, ByteView key, ByteView value);

  Bytes bytes_;
  bool fits_ = true;
};

class Redo {
 public:
  // Opens the file, or makes it: its space is there before it is needed. Its name is on the disk when the caller has
  // synced its folder. Fails with io.
  [[nodiscard]] static Result<std::unique_ptr<Redo>> open(const std::string& path);
  ~Redo();
  Redo(const Redo&) = delete;
  Redo& operator=(const Redo&) = delete;

  // Keeps what the transaction of that number writes; it is on the disk when this returns. Fails with io: it may be
  // there, or not. Requires: changes.fits().
  [[nodiscard]] Status keep(std::uint64_t transaction, const Changes& changes);

 private:
  explicit Redo(int descriptor) : descriptor_{descriptor} {}
  const int descriptor_;
};

// What is kept for a transaction.
struct Kept {
  std::uint64_t transaction = 0;
  Bytes changes;
  // Writes the same rows in the same order. False: it is not what Changes makes.
  [[nodiscard]] bool carry_out(Writing& to) const;
};

// What the file at `path` has. Nothing: no file, or no whole record, as after a cut while it was written. Fails with
// io.
[[nodiscard]] Result<std::optional<Kept>> kept_at(const std::string& path);
// The file at `path` has no record any more, and not after a cut either. Fails with io.
[[nodiscard]] Status forget_kept(const std::string& path);

}  // namespace redress::store
