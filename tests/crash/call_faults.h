// The n-th call of a system function fails.
//
// Stands between the program and libc, for its own code, LMDB, OpenSSL and libstdc++ alike. One fault at a time, one
// thread. Whatever links this has it.
#pragma once

#include <string_view>
#include <vector>

namespace redress::crash {

enum class Call { pwrite, writev, write, fdatasync, fsync, open, rename, mkdir, mmap, fallocate, malloc };

struct CallFault {
  Call call{};
  int error = 0;          // errno afterwards; 0, of a write: it takes only half
  long nth = 1;           // from when it is armed
  bool for_ever = false;  // and every later call of it
};

[[nodiscard]] const std::vector<Call>& all_calls();
[[nodiscard]] std::string_view name_of(Call call);

// From now on calls are counted, and the one fails.
void arm(const CallFault& fault);
// Ends that. Returns whether it came to it.
bool disarm();

}  // namespace redress::crash
