#include "ops/shell/process.h"

#include <poll.h>
#include <sched.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <sys/prctl.h>
#include <catch2/catch.hpp>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <thread>

#include "protocol/base/time.h"

namespace redress::shell {
namespace {

bool readable(int descriptor, int wait_ms = 0) {
  pollfd look{descriptor, POLLIN, 0};
  return poll(&look, 1, wait_ms) == 1;
}

// What `body` says, run in a process of its own: it changes what a process cannot take back.
template <typename Body>
int in_child(Body body) {
  const pid_t child = fork();
  if (child == 0) _exit(body());
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
}

TEST_CASE("Process: the version names the program and the number") {
  const std::string text = version_text("redress-agent");
  CHECK(text.rfind("redress-agent ", 0) == 0);
  CHECK(text.find('.') != std::string::npos);
}

TEST_CASE("Process: hardening forbids dumps and tracing, narrows new files, and raises the limit of files") {
  const int failed_at = in_child([] {
    if (!harden()) return 1;
    if (prctl(PR_GET_DUMPABLE) != 0) return 2;
    rlimit limit{};
    if (getrlimit(RLIMIT_CORE, &limit) != 0 || limit.rlim_max != 0) return 3;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur != limit.rlim_max) return 4;
    return umask(0) == 077 ? 0 : 5;
  });
  CHECK(failed_at == 0);
}

TEST_CASE("Process: the order to stop arrives as a readable descriptor, whichever thread is running") {
  const int failed_at = in_child([] {
    auto stop = StopSignal::open();
    if (!stop) return 1;
    if ((*stop)->take() || readable((*stop)->descriptor())) return 2;
    for (const int number : {SIGTERM, SIGINT, SIGHUP}) {
      std::thread{[number] { kill(getpid(), number); }}.join();
      if (!readable((*stop)->descriptor(), 10'000)) return 3;
      if (!(*stop)->take()) return 4;
      if ((*stop)->take()) return 5;
    }
    raise(SIGPIPE);
    return 0;
  });
  CHECK(failed_at == 0);
}

TEST_CASE("Process: the monotonic clock never goes back, and the wall clock is of this age") {
  const Instant before = mono_now();
  CHECK(mono_now() >= before);
  CHECK(wall_now() > *from_rfc3339("2020-01-01T00:00:00Z"));
}

TEST_CASE("Process: a zone of the machine decides the offset, a strange one is refused") {
  const int failed_at = in_child([] {
    const WallTime winter = *from_rfc3339("2026-01-15T12:00:00Z");
    const WallTime summer = *from_rfc3339("2026-07-15T12:00:00Z");
    if (!set_zone("Asia/Shanghai") || zone_offset_minutes(winter) != 480) return 1;
    if (!set_zone("UTC") || zone_offset_minutes(winter) != 0) return 2;
    if (!set_zone("America/New_York") || zone_offset_minutes(winter) != -300) return 3;
    if (zone_offset_minutes(summer) != -240) return 4;
    if (!set_zone("Asia/Kolkata") || zone_offset_minutes(WallTime{-1}) != 330) return 5;
    return 0;
  });
  CHECK(failed_at == 0);
  for (const char* const name : {"", "Asia/Shangai", "Asia", "../../../etc/passwd", "/etc/passwd", "UTC\n"}) {
    INFO(name);
    CHECK_FALSE(zone_exists(name));
    CHECK_FALSE(set_zone(name));
  }
}

TEST_CASE("Process: a wake-up from another thread is seen until it is drained") {
  auto wake = Wake::open();
  REQUIRE(wake);
  CHECK_FALSE(readable((*wake)->descriptor()));
  std::thread{[&wake] {
    (*wake)->signal();
    (*wake)->signal();
  }}.join();
  CHECK(readable((*wake)->descriptor(), 10'000));
  (*wake)->drain();
  CHECK_FALSE(readable((*wake)->descriptor()));
  (*wake)->drain();  // Nothing to drain: does not wait.
}

TEST_CASE("Process: a thread gives way to its program or to all, and its program to nobody") {
  struct Standing {
    int policy = -1;
    int niceness = 0;
    bool operator==(const Standing&) const = default;
  };
  const auto own = [] { return Standing{::sched_getscheduler(0), ::getpriority(PRIO_PROCESS, 0)}; };
  const auto after = [&](void (*gives_way)()) {
    Standing found;
    std::thread{[&] {
      gives_way();
      found = own();
    }}.join();
    return found;
  };
  const Standing before = own();
  CHECK(after([] { give_way(); }) == Standing{before.policy, 10});
  CHECK(after([] { give_way_to_all(); }).policy == SCHED_IDLE);
  CHECK(own() == before);
}

TEST_CASE("Process: a second lock of the same file is refused until the first is gone") {
  char name[] = "/tmp/redress-lock-XXXXXX";
  const std::string folder = mkdtemp(name);
  {
    auto first = FileLock::open(folder + "/lock");
    REQUIRE(first);
    const auto second = FileLock::open(folder + "/lock");
    REQUIRE_FALSE(second);
    CHECK(second.error().code == Code::in_use);
  }
  CHECK(FileLock::open(folder + "/lock"));
  const auto nowhere = FileLock::open(folder + "/none/lock");
  REQUIRE_FALSE(nowhere);
  CHECK(nowhere.error().code == Code::io);
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace redress::shell
