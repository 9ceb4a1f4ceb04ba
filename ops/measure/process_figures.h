// What the system says about a process.
//
// Functions. Fields that it does not say (another user's process, a hardened one) are nothing.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>

namespace redress::measure {

struct Memory {
  double resident_mib = 0;
  double anonymous_mib = 0;  // of it, what no file on a disk backs: RssAnon and RssShmem
};
[[nodiscard]] std::optional<Memory> memory_of(pid_t process);
// How often its threads were taken off a core or left it, so far, all of them together.
[[nodiscard]] std::optional<std::uint64_t> switches_of(pid_t process);
// Bytes that it caused to be written to a disk, so far.
[[nodiscard]] std::optional<std::uint64_t> written_of(pid_t process);

}  // namespace redress::measure
