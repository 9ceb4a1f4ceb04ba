#include "ops/measure/stopwatch.h"

#include <poll.h>
#include <sys/prctl.h>

#include <ctime>

namespace redress::measure {
namespace {

std::int64_t read_ns(clockid_t clock) {
  timespec at{};
  clock_gettime(clock, &at);
  return at.tv_sec * ns_a_s + at.tv_nsec;
}

}  // namespace

std::int64_t ns_now() { return read_ns(CLOCK_MONOTONIC); }

std::int64_t cpu_ns() { return read_ns(CLOCK_PROCESS_CPUTIME_ID); }

std::int64_t cpu_ns_of(pid_t process) {
  clockid_t clock{};
  return clock_getcpuclockid(process, &clock) == 0 ? read_ns(clock) : 0;
}

void wait_till_ns(std::int64_t at) {
  for (std::int64_t left = at - ns_now(); left > 0; left = at - ns_now()) {
    const timespec time{left / ns_a_s, left % ns_a_s};
    ::ppoll(nullptr, 0, &time, nullptr);
  }
}

void be_punctual() {
  constexpr unsigned long slack_ns = 1'000;
  prctl(PR_SET_TIMERSLACK, slack_ns, 0, 0, 0);
}

}  // namespace redress::measure
