// A file that is memory only, for doors that take a path: one for the whole run, written anew for each input.
#pragma once

#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <string>

#include "protocol/base/assert.h"
#include "protocol/base/bytes.h"

namespace redress::fuzz {

class MemoryFile {
 public:
  MemoryFile() : descriptor_{::memfd_create("redress-fuzz", MFD_CLOEXEC)} {
    REDRESS_ASSERT(descriptor_ >= 0 && ::fchmod(descriptor_, S_IRUSR | S_IWUSR) == 0);
  }
  ~MemoryFile() { ::close(descriptor_); }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;

  // The path of the file, which holds these bytes now. Cut last: its pages are not given back and taken again.
  const std::string& holding(ByteView bytes) {
    const auto size = static_cast<off_t>(bytes.size());
    REDRESS_ASSERT(::pwrite(descriptor_, bytes.data(), bytes.size(), 0) == size);
    REDRESS_ASSERT(::ftruncate(descriptor_, size) == 0);
    return path_;
  }

 private:
  const int descriptor_;
  const std::string path_ = "/proc/self/fd/" + std::to_string(descriptor_);
};

}  // namespace redress::fuzz
