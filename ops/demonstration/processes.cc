#include "ops/demonstration/processes.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>

namespace redress::demo {
namespace {

constexpr std::int64_t look_ms = 20;

Unexpected<Error> system_failed(const std::string& act) {
  return fail(Code::io, act + ": reason=" + std::strerror(errno));
}

// In the child. Uses only what is safe between fork and exec.
[[noreturn]] void become(char* const* arguments, int output, int log, pid_t starter) {
  if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) != 0 || getppid() != starter) _exit(126);
  // The starter's handlers and mask are not the child's: first the handlers, for a signal may be waiting already.
  for (const int number : {SIGPIPE, SIGTERM, SIGINT, SIGHUP}) std::signal(number, SIG_DFL);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  // A group of its own: Ctrl-C at the terminal is for the starter, which then ends its children in order.
  setpgid(0, 0);
  const int empty = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  if (dup2(empty, STDIN_FILENO) < 0 || dup2(output, STDOUT_FILENO) < 0 || dup2(log, STDERR_FILENO) < 0) _exit(126);
  execv(arguments[0], arguments);
  _exit(127);
}

// True if the order to stop came before `ms` were over; `others` are polled too.
Result<bool> poll_for(const Surroundings& around, std::vector<pollfd> others, std::int64_t ms) {
  if (around.stop != nullptr) others.push_back({around.stop->descriptor(), POLLIN, 0});
  const int ready =
      ::poll(others.data(), static_cast<nfds_t>(others.size()), static_cast<int>(std::max<std::int64_t>(ms, 0)));
  if (ready < 0 && errno != EINTR) return system_failed("poll");
  if (around.stop != nullptr && ready > 0 && others.back().revents != 0) return fail(Code::draining, "told to stop");
  return ready > 0;
}

Ended ended_of(int status) {
  if (WIFSIGNALED(status)) return {true, WTERMSIG(status)};
  return {false, WEXITSTATUS(status)};
}

}  // namespace

Result<std::unique_ptr<Child>> Child::start(const Command& command, const Surroundings& around) {
  REDRESS_ASSERT(!command.empty());
  std::vector<char*> arguments;
  arguments.reserve(command.size() + 1);
  for (const std::string& one : command) arguments.push_back(const_cast<char*>(one.c_str()));
  arguments.push_back(nullptr);
  std::array<int, 2> output{};
  if (pipe2(output.data(), O_CLOEXEC) != 0) return system_failed("open a pipe");
  const std::string log_path = around.log.empty() ? "/dev/null" : around.log;
  const int log = ::open(log_path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (log < 0) {
    ::close(output[0]);
    ::close(output[1]);
    return system_failed("open log: path=" + log_path);
  }
  const pid_t starter = getpid();
  const pid_t pid = fork();
  if (pid == 0) become(arguments.data(), output[1], log, starter);
  ::close(output[1]);
  ::close(log);
  if (pid < 0) {
    ::close(output[0]);
    return system_failed("start a process");
  }
  if (fcntl(output[0], F_SETFL, O_NONBLOCK) != 0) return system_failed("make a pipe not wait");
  return std::unique_ptr<Child>{new Child{pid, output[0], around}};
}

Child::~Child() {
  if (!reaped_) {
    ::kill(pid_, SIGKILL);
    int status = 0;
    while (waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
    }
  }
  ::close(from_);
}

// Takes what there is; false at the end of its output.
bool Child::take() {
  std::array<char, 65536> buffer{};
  while (open_) {
    const ssize_t size = ::read(from_, buffer.data(), buffer.size());
    if (size > 0) {
      const std::size_t room = output_bytes_max - output_.size();
      output_.append(buffer.data(), std::min(room, static_cast<std::size_t>(size)));
    } else if (size == 0) {
      open_ = false;
    } else if (errno != EINTR) {
      break;
    }
  }
  return open_;
}

bool Child::running() {
  if (reaped_) return false;
  if (take()) return true;
  // Its standard output ended: so has the process, or it will at once.
  int status = 0;
  while (waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
  reaped_ = true;
  ended_ = ended_of(status);
  return false;
}

Result<Ended> Child::wait(Instant until) {
  while (running()) {
    const std::int64_t left = until.value() - shell::mono_now().value();
    if (left <= 0) return fail(Code::unreachable, "process has not ended in time: pid=" + std::to_string(pid_));
    const auto ready = poll_for(around_, {{from_, POLLIN, 0}}, left);
    if (!ready) return fail(ready.error());
  }
  return ended_;
}

Result<bool> Child::wait_ms(std::int64_t ms) {
  if (!running()) return true;
  const auto ready = poll_for(around_, {{from_, POLLIN, 0}}, ms);
  if (!ready) return fail(ready.error());
  return !running();
}

void Child::signal(int number) const {
  if (!reaped_) ::kill(pid_, number);
}

Result<std::vector<Finished>> run_all(const std::vector<Command>& commands, std::size_t at_once,
                                      const Surroundings& around, Instant until,
                                      const std::function<Status(std::size_t ended)>& meanwhile) {
  std::vector<Finished> finished(commands.size());
  std::vector<std::pair<std::size_t, std::unique_ptr<Child>>> live;
  std::size_t next = 0;
  std::size_t ended = 0;
  while (ended < commands.size()) {
    while (live.size() < at_once && next < commands.size()) {
      auto child = Child::start(commands[next], around);
      if (!child) return fail(child.error());
      live.emplace_back(next++, std::move(*child));
    }
    if (shell::mono_now() >= until)
      return fail(Code::unreachable, "commands have not ended in time: first=" + commands[live.front().first].front());
    std::vector<pollfd> descriptors;
    descriptors.reserve(live.size());
    for (const auto& [index, child] : live) descriptors.push_back({child->descriptor(), POLLIN, 0});
    const auto ready = poll_for(around, descriptors, look_ms);
    if (!ready) return fail(ready.error());
    for (auto& [index, child] : live) {
      if (child->running()) continue;
      auto how = child->wait(until);
      if (!how) return fail(how.error());
      finished[index] = {*how, child->output()};
      child.reset();
      ++ended;
    }
    std::erase_if(live, [](const auto& one) { return one.second == nullptr; });
    if (!meanwhile) continue;
    const Status so_far = meanwhile(ended);
    if (!so_far) return fail(so_far.error());
  }
  return finished;
}

Status pause(const Surroundings& around, std::int64_t ms) {
  const Instant until = after_ms(shell::mono_now(), ms);
  for (std::int64_t left = ms; left > 0; left = until.value() - shell::mono_now().value()) {
    const auto ready = poll_for(around, {}, left);
    if (!ready) return fail(ready.error());
  }
  return Done{};
}

Status wait_until(const Surroundings& around, Instant until, std::int64_t every_ms, const std::string& what,
                  const std::function<Result<bool>()>& is_so) {
  for (;;) {
    const auto so = is_so();
    if (!so) return fail(so.error());
    if (*so) return Done{};
    if (shell::mono_now() >= until) return fail(Code::unreachable, "waited in vain: " + what);
    const Status paused = pause(around, every_ms);
    if (!paused) return paused;
  }
}

}  // namespace redress::demo
