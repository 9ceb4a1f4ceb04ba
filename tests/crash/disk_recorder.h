// What a program did to the LMDB files of a folder, in the order in which it did it.
//
// The recorder stands between the program and libc (pwrite, writev, fsync, fdatasync, rename, unlink, unlinkat); one
// lives at a time. A write is durable when its file was synced after it, or at once if the file is open with O_DSYNC; a
// rename when its folder was synced. A file that is unlinked counts as gone at once.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

namespace redress::crash {

struct DiskEvent {
  enum class Kind { write, sync, rename, remove, told } kind{};
  std::string path;
  std::string to;     // of a rename
  std::string bytes;  // of a write
  off_t offset = 0;
  bool is_durable = false;  // a write that returned after it was on the disk
};

class DiskRecorder {
 public:
  explicit DiskRecorder(std::string folder);
  ~DiskRecorder();
  DiskRecorder(const DiskRecorder&) = delete;
  DiskRecorder& operator=(const DiskRecorder&) = delete;

  // Somebody was told that one more thing is saved.
  void tell();
  [[nodiscard]] const std::vector<DiskEvent>& events() const { return events_; }

  // Called by what stands in for libc.
  void on_write(int descriptor, const void* bytes, std::size_t size, off_t offset);
  void on_sync(int descriptor);
  void on_rename(const char* from, const char* to);
  void on_remove(int folder_descriptor, const char* path);

 private:
  const std::string folder_;
  std::vector<DiskEvent> events_;
};

}  // namespace redress::crash
