#include "ops/shell/process.h"

#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <ctime>

namespace redress::shell {
namespace {

constexpr std::string_view zone_folder = "/usr/share/zoneinfo/";

Unexpected<Error> system_failed(std::string_view act) {
  return fail(Code::io, std::string{act} + ": errno=" + std::to_string(errno));
}

std::int64_t clock_ms(clockid_t clock) {
  timespec at{};
  REDRESS_ASSERT(clock_gettime(clock, &at) == 0);
  return static_cast<std::int64_t>(at.tv_sec) * 1000 + at.tv_nsec / 1'000'000;
}

bool is_zone_name(const std::string& name) {
  if (name.empty() || name.size() > 64 || name.front() == '/' || name.find("..") != std::string::npos) return false;
  return std::all_of(name.begin(), name.end(), [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '/' || c == '_' || c == '-' || c == '+';
  });
}

// In a signal's handler: nothing but these two calls is allowed.
void say_unreadable_page(int) {
  constexpr std::string_view text =
      "a file of the store is shorter than it was, or the disk does not read it: put back a backup (redress-ops "
      "restore), or look at the disk\n数据文件比原来短，或磁盘读取失败：请用备份恢复（redress-ops "
      "restore），或检查磁盘\n";
  static_cast<void>(::write(STDERR_FILENO, text.data(), text.size()));
  ::_exit(3);
}

Status explain_unreadable_pages() {
  struct sigaction act {};
  act.sa_handler = say_unreadable_page;
  if (::sigaction(SIGBUS, &act, nullptr) != 0) return system_failed("watch for unreadable pages");
  return Done{};
}

}  // namespace

std::string version_text(std::string_view program) { return std::string{program} + " " REDRESS_VERSION; }

Status harden() {
  umask(077);
  if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0) return system_failed("forbid core dumps");
  const rlimit none{0, 0};
  if (setrlimit(RLIMIT_CORE, &none) != 0) return system_failed("limit core dumps");
  rlimit files{};
  if (getrlimit(RLIMIT_NOFILE, &files) != 0) return system_failed("read the limit of files");
  files.rlim_cur = files.rlim_max;
  if (setrlimit(RLIMIT_NOFILE, &files) != 0) return system_failed("raise the limit of files");
  return explain_unreadable_pages();
}

void give_way() noexcept {
  constexpr int niceness = 10;
  static_cast<void>(::setpriority(PRIO_PROCESS, static_cast<id_t>(::syscall(SYS_gettid)), niceness));
}

void give_way_to_all() noexcept {
  const sched_param lowest{};
  static_cast<void>(::pthread_setschedparam(::pthread_self(), SCHED_IDLE, &lowest));
}

Instant mono_now() { return Instant{clock_ms(CLOCK_MONOTONIC)}; }
std::int64_t ms_until(Instant deadline, Instant now) noexcept {
  constexpr std::int64_t ms_max = 3'600'000;
  if (deadline == never) return -1;
  if (deadline <= now) return 0;
  return std::min(deadline.value() - now.value(), ms_max);
}

WallTime wall_now() { return WallTime{clock_ms(CLOCK_REALTIME)}; }

bool zone_exists(const std::string& name) {
  if (name == "UTC") return true;
  if (!is_zone_name(name)) return false;
  struct stat found {};
  return stat((std::string{zone_folder} + name).c_str(), &found) == 0 && S_ISREG(found.st_mode);
}

Status set_zone(const std::string& name) {
  if (!zone_exists(name)) return fail(Code::bad_value, "set the zone: no such zone on this machine", "zone");
  // libc takes a TZ it cannot read as UTC without a word: hence the look before.
  const std::string value = name == "UTC" ? "UTC0" : ":" + name;
  if (setenv("TZ", value.c_str(), 1) != 0) return system_failed("set the zone");
  tzset();
  return Done{};
}

std::int16_t zone_offset_minutes(WallTime at) {
  std::time_t seconds = static_cast<std::time_t>(at.value() / 1000);
  if (at.value() % 1000 < 0) --seconds;
  std::tm local{};
  if (localtime_r(&seconds, &local) == nullptr) return 0;  // A year that does not fit: shown in UTC.
  return static_cast<std::int16_t>(local.tm_gmtoff / 60);
}

Result<std::unique_ptr<StopSignal>> StopSignal::open() {
  sigset_t asked;
  sigemptyset(&asked);
  for (const int number : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&asked, number);
  if (std::signal(SIGPIPE, SIG_IGN) == SIG_ERR) return system_failed("ignore SIGPIPE");
  const int refused = pthread_sigmask(SIG_BLOCK, &asked, nullptr);
  if (refused != 0) return fail(Code::io, "block signals: errno=" + std::to_string(refused));
  const int descriptor = signalfd(-1, &asked, SFD_CLOEXEC | SFD_NONBLOCK);
  if (descriptor < 0) return system_failed("open a signal descriptor");
  return std::unique_ptr<StopSignal>{new StopSignal{descriptor}};
}

StopSignal::~StopSignal() { close(descriptor_); }

bool StopSignal::take() {
  bool any = false;
  signalfd_siginfo one{};
  while (read(descriptor_, &one, sizeof one) == static_cast<ssize_t>(sizeof one)) any = true;
  return any;
}

Result<std::unique_ptr<Wake>> Wake::open() {
  const int descriptor = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (descriptor < 0) return system_failed("open a wake-up descriptor");
  return std::unique_ptr<Wake>{new Wake{descriptor}};
}

Wake::~Wake() { close(descriptor_); }

void Wake::signal() noexcept {
  const std::uint64_t one = 1;
  // It fails only when the counter is full, and then the thread is being woken already.
  [[maybe_unused]] const ssize_t written = write(descriptor_, &one, sizeof one);
}

void Wake::drain() noexcept {
  std::uint64_t count = 0;
  [[maybe_unused]] const ssize_t taken = read(descriptor_, &count, sizeof count);
}

Result<std::unique_ptr<FileLock>> FileLock::open(const std::string& path) {
  const int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (descriptor < 0) return system_failed("open the lock file");
  if (flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
    const int why = errno;
    close(descriptor);
    if (why == EWOULDBLOCK) return fail(Code::in_use, "lock the store: another process holds it");
    return fail(Code::io, "lock the store: errno=" + std::to_string(why));
  }
  return std::unique_ptr<FileLock>{new FileLock{descriptor}};
}

FileLock::~FileLock() { close(descriptor_); }

}  // namespace redress::shell
