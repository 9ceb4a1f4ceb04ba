// The clock of a measurement, and waiting for a moment of it.
//
// Any thread. Nanoseconds of the machine's monotonic clock, so that processes of one machine may compare theirs.
#pragma once

#include <sys/types.h>

#include <cstdint>

namespace redress::measure {

inline constexpr std::int64_t ns_a_ms = 1'000'000;
inline constexpr std::int64_t ns_a_s = 1'000'000'000;

[[nodiscard]] std::int64_t ns_now();
// Returns at `at` or as soon after it as the system wakes this thread; at once if it has passed.
void wait_till_ns(std::int64_t at);
// From now on this thread is woken within a microsecond or so of the moment it asked for, not within fifty.
void be_punctual();
// CPU time of this process so far, all threads.
[[nodiscard]] std::int64_t cpu_ns();
// Of another process of this user; 0 if there is none.
[[nodiscard]] std::int64_t cpu_ns_of(pid_t process);

}  // namespace redress::measure
