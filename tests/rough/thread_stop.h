// One thread of another process stands still while this lives; the others go on.
//
// By ptrace, so by the thread that made it. Where that is not allowed there is nothing to be had.
#pragma once

#include <sys/ptrace.h>
#include <sys/types.h>
#include <sys/wait.h>

#include <cerrno>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace redress::rough {

// The threads of a process; empty if it is gone.
inline std::vector<pid_t> threads_of(pid_t process) {
  std::vector<pid_t> out;
  std::error_code gone;
  for (const auto& entry : std::filesystem::directory_iterator{"/proc/" + std::to_string(process) + "/task", gone})
    out.push_back(static_cast<pid_t>(std::stol(entry.path().filename().string())));
  return out;
}

class ThreadStop {
 public:
  // Nothing: not allowed, or it is gone.
  static std::unique_ptr<ThreadStop> make(pid_t thread) {
    if (::ptrace(PTRACE_SEIZE, thread, nullptr, nullptr) != 0) return nullptr;
    std::unique_ptr<ThreadStop> out{new ThreadStop{thread}};
    int status = 0;
    if (::ptrace(PTRACE_INTERRUPT, thread, nullptr, nullptr) != 0 || ::waitpid(thread, &status, __WALL) != thread)
      return nullptr;
    return out;
  }
  ~ThreadStop() { ::ptrace(PTRACE_DETACH, thread_, nullptr, nullptr); }
  ThreadStop(const ThreadStop&) = delete;
  ThreadStop& operator=(const ThreadStop&) = delete;

 private:
  explicit ThreadStop(pid_t thread) : thread_{thread} {}
  const pid_t thread_;
};

}  // namespace redress::rough
