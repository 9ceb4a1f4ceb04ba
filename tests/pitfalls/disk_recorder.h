// What a program did to the files of a folder, and every state that a power cut at any moment could have left.
//
// The recorder stands between the program and libc (pwrite, writev, fsync, fdatasync, rename); one lives at a time.
// A write is durable when its file was synced after it, or at once if the file is open with O_DSYNC; a rename when its
// folder was synced. Of what is not durable any part may be on the disk, in any order.
#pragma once

#include <sys/types.h>

#include <functional>
#include <map>
#include <string>
#include <vector>

namespace redress::pitfalls {

struct DiskEvent {
  enum class Kind { write, sync, rename, told } kind{};
  std::string path;
  std::string to;     // of a rename
  std::string bytes;  // of a write
  off_t offset = 0;
  bool is_durable = false;  // a write that returned after it was on the disk
};

using Files = std::map<std::string, std::string>;

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

 private:
  const std::string folder_;
  std::vector<DiskEvent> events_;
};

// Visits the crash states of a recording that began with an empty folder: files, and how many were told by then. At
// each moment: every choice among the writes and renames that are not durable (at most `choices_max`, else as many
// drawn), and the write under way torn after each sector of 512 bytes. Returns how many states that were.
int for_each_crash_state(const std::vector<DiskEvent>& events, std::size_t choices_max,
                         const std::function<void(const Files& files, int told)>& visit);

void carry_out(Files& files, const DiskEvent& event);
// Writes the files of a state, whose paths begin with `from`, below the folder `to`, which is emptied before.
void lay_out(const Files& files, const std::string& from, const std::string& to);

}  // namespace redress::pitfalls
