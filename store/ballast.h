// A file that holds disk space until a full disk needs it: cursors, receipts, erasure and deletes then still fit (P10).
//
// A resource of the writer; free_bytes() and is_there() from any thread.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>

namespace redress::store {

class Ballast {
 public:
  // No bytes: no ballast.
  Ballast(std::string path, std::uint64_t bytes);
  ~Ballast() = default;
  Ballast(const Ballast&) = delete;
  Ballast& operator=(const Ballast&) = delete;

  // Makes the file again if it was let go and the disk has room for it twice. True if it is there.
  bool keep();
  // Gives its space to the disk. True if there was any to give.
  bool let_go();
  [[nodiscard]] bool is_there() const noexcept { return there_; }
  [[nodiscard]] std::uint64_t bytes() const noexcept { return bytes_; }
  // What others may use of the disk: what it has left, less the ballast that is still to be made.
  [[nodiscard]] std::uint64_t free_bytes() const;

 private:
  const std::string path_;
  const std::uint64_t bytes_;
  std::atomic<bool> there_;
};

}  // namespace redress::store
