// Something done in a process of its own, which it may crash, stop or be killed in.
#pragma once

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <catch2/catch.hpp>
#include <functional>

namespace redress::pitfalls {

inline constexpr int patience_ms = 20'000;

// One byte from one process to another: "I am there".
class Signal {
 public:
  Signal() { REQUIRE(::pipe2(ends_.data(), O_CLOEXEC) == 0); }
  ~Signal() {
    for (const int end : ends_) ::close(end);
  }
  Signal(const Signal&) = delete;
  Signal& operator=(const Signal&) = delete;
  void give() const {
    const char byte = 1;
    if (::write(ends_[1], &byte, 1) != 1) ::_exit(99);
  }
  [[nodiscard]] bool came(int timeout_ms = patience_ms) const {
    pollfd look{ends_[0], POLLIN, 0};
    return ::poll(&look, 1, timeout_ms) == 1;
  }
  void take() const {
    char byte = 0;
    REQUIRE(came());
    REQUIRE(::read(ends_[0], &byte, 1) == 1);
  }

 private:
  std::array<int, 2> ends_{};
};

// Killed when it goes out of scope. Assertions of Catch are not for inside: the result is the exit status.
class Child {
 public:
  explicit Child(const std::function<int()>& work) : pid_{::fork()} {
    REQUIRE(pid_ >= 0);
    if (pid_ != 0) return;
    for (const int number : {SIGSEGV, SIGBUS, SIGABRT, SIGILL, SIGFPE, SIGTERM, SIGINT}) ::signal(number, SIG_DFL);
    ::prctl(PR_SET_DUMPABLE, 0);
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    const int nowhere = ::open("/dev/null", O_RDWR);
    ::dup2(nowhere, 2);
    ::_exit(work());
  }
  ~Child() {
    if (pid_ == 0) return;
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  void signal(int number) const { REQUIRE(::kill(pid_, number) == 0); }
  // Returns when it stands still.
  void stop() const {
    signal(SIGSTOP);
    int status = 0;
    REQUIRE(::waitpid(pid_, &status, WUNTRACED) == pid_);
    REQUIRE(WIFSTOPPED(status));
  }
  // Its exit status; 128 and the signal if one ended it.
  int finish() {
    int status = 0;
    REQUIRE(::waitpid(pid_, &status, 0) == pid_);
    pid_ = 0;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }

 private:
  pid_t pid_;
};

// The exit status of `work` in a process of its own.
inline int in_child(const std::function<int()>& work) {
  Child child{work};
  return child.finish();
}

}  // namespace redress::pitfalls
