// The program: lives a small day again and again, each time with another call failing, until no call is left.
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <functional>
#include <map>

#include "tests/crash/call_faults.h"
#include "tests/crash/small_day.h"

namespace redress::crash {
namespace {

// How a day's process ends.
constexpr int finished = 0;
constexpr int stopped = 3;
constexpr int not_come_to = 4;  // the call was never made: the day passed
constexpr long nth_max = 1'000'000;

struct Asked {
  long every = 1;  // of allocations, only each so many-th
  std::string only;
  std::uint64_t seed = 1;
  bool early = false;
};

struct Tally {
  long days = 0;
  long finished = 0;
  long stopped = 0;
  long aborted = 0;
  long problems = 0;
};

template <typename T>
class Shared {
 public:
  Shared() {
    void* page = ::mmap(nullptr, sizeof(T), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    REDRESS_ASSERT(page != MAP_FAILED);
    value = new (page) T;
  }
  ~Shared() { ::munmap(value, sizeof(T)); }
  Shared(const Shared&) = delete;
  Shared& operator=(const Shared&) = delete;
  T* value;
};

// The exit status of `work` in a process of its own; 128 and the signal if one ended it.
int in_child(const std::function<int()>& work) {
  std::fflush(nullptr);
  const pid_t child = ::fork();
  REDRESS_ASSERT(child >= 0);
  if (child == 0) {
    ::prctl(PR_SET_DUMPABLE, 0);
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    ::dup2(::open("/dev/null", O_RDWR | O_CLOEXEC), 2);
    ::_exit(work());
  }
  int status = 0;
  REDRESS_ASSERT(::waitpid(child, &status, 0) == child);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

std::string words_of(const CallFault& fault) {
  return std::string{name_of(fault.call)} + " no. " + std::to_string(fault.nth) + (fault.for_ever ? " and later" : "") +
         ": " + (fault.error == 0 ? "half" : std::strerror(fault.error));
}

struct Lived {
  int status = 0;
  std::string problem;
};

Lived live_with(SmallDay& day, const CallFault& fault, const std::string& folder) {
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder);
  const Shared<ToldOfDay> told;
  Lived lived;
  lived.status = in_child([&] {
    arm(fault);
    const Status done = day.live(folder, *told.value);
    if (!disarm()) return done ? not_come_to : 99;
    return done ? finished : stopped;
  });
  const bool may_abort = fault.call == Call::malloc && lived.status == 128 + SIGABRT;
  if (lived.status != finished && lived.status != stopped && lived.status != not_come_to && !may_abort) {
    lived.problem = "the day ended with " + std::to_string(lived.status);
    return lived;
  }
  const Shared<std::array<char, 512>> said;
  const int judged = in_child([&] {
    const std::string what = day.judge(folder, *told.value);
    what.copy(said.value->data(), said.value->size() - 1);
    return what.empty() ? 0 : 1;
  });
  if (judged != 0) lived.problem = judged == 1 ? said.value->data() : "the judge ended with " + std::to_string(judged);
  return lived;
}

void sweep(SmallDay& day, const Asked& asked, CallFault fault, const std::string& folder, Tally& tally) {
  const long step = fault.call == Call::malloc ? asked.every : 1;
  for (fault.nth = 1; fault.nth < nth_max; fault.nth += step) {
    const Lived lived = live_with(day, fault, folder);
    ++tally.days;
    tally.finished += lived.status == finished || lived.status == not_come_to ? 1 : 0;
    tally.stopped += lived.status == stopped ? 1 : 0;
    tally.aborted += lived.status == 128 + SIGABRT ? 1 : 0;
    if (!lived.problem.empty()) {
      ++tally.problems;
      std::printf("%s: %s\n", words_of(fault).c_str(), lived.problem.c_str());
    }
    if (lived.status == not_come_to) return;
  }
}

int run(const Asked& asked, const std::string& folder) {
  SmallDay day{asked.seed, asked.early};
  Tally all;
  for (const Call call : all_calls()) {
    if (!asked.only.empty() && asked.only != name_of(call)) continue;
    Tally tally;
    std::vector<int> errors{EIO, ENOSPC, EDQUOT, EROFS, EINTR, ENOMEM};
    if (call == Call::pwrite || call == Call::writev || call == Call::write) errors.push_back(0);
    if (call == Call::malloc || call == Call::mmap) errors = {ENOMEM};
    for (const int error : errors) {
      sweep(day, asked, {call, error, 1, false}, folder, tally);
      // Who is interrupted tries again, and would for ever.
      const bool lasts = call != Call::malloc && error != EINTR && error != 0;
      if (lasts) sweep(day, asked, {call, error, 1, true}, folder, tally);
    }
    std::printf("%s: %ld days, %ld finished, %ld stopped, %ld aborted, %ld problems\n", name_of(call).data(),
                tally.days, tally.finished, tally.stopped, tally.aborted, tally.problems);
    std::fflush(stdout);
    all.days += tally.days;
    all.problems += tally.problems;
  }
  std::printf("%ld days, %ld problems\n", all.days, all.problems);
  return all.problems == 0 && all.days > 0 ? 0 : 1;
}

}  // namespace
}  // namespace redress::crash

int main(int argc, char** argv) {
  redress::crash::Asked asked;
  CLI::App app{"Makes the n-th call of every system function fail, for n = 1, 2, 3 until a day passes"};
  app.add_option("--every", asked.every, "of allocations, only each so many-th")->check(CLI::PositiveNumber);
  app.add_option("--only", asked.only, "this function");
  app.add_option("--seed", asked.seed, "of the day");
  app.add_flag("--plant-early", asked.early, "tell before it is so, which must be found");
  CLI11_PARSE(app, argc, argv);
  const bool in_memory = std::filesystem::is_directory("/dev/shm");
  std::string folder =
      (in_memory ? std::string{"/dev/shm"} : std::filesystem::temp_directory_path().string()) + "/redress-fail-XXXXXX";
  if (::mkdtemp(folder.data()) == nullptr) return 2;
  const int code = redress::crash::run(asked, folder + "/day");
  std::filesystem::remove_all(folder);
  return code;
}
