// Child processes: started, read from, killed and waited for. None outlives its starter.
//
// A Child is a resource of one thread, the one that started it: when that thread ends, however it ends, the system
// kills the child. Waiting is bounded and watches for the order to stop as well.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "ops/shell/process.h"
#include "protocol/base/result.h"

namespace redress::demo {

using Command = std::vector<std::string>;  // the program's path, then its arguments

// How a process ended.
struct Ended {
  bool by_signal = false;
  int number = 0;  // of the signal, or the exit status
  friend bool operator==(const Ended&, const Ended&) = default;
};

// What waiting ends early for, and where children's standard error goes.
struct Surroundings {
  const shell::StopSignal* stop = nullptr;  // nothing: only deadlines end a wait
  std::string log;                          // appended to
};

class Child {
 public:
  static constexpr std::size_t output_bytes_max = 64 * 1024 * 1024;

  // Standard input is empty; standard output is kept; standard error goes to the log. Fails with io.
  [[nodiscard]] static Result<std::unique_ptr<Child>> start(const Command& command, const Surroundings& around);
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  // Kills it if it still runs.
  ~Child();

  [[nodiscard]] pid_t pid() const noexcept { return pid_; }
  // Takes what it has written so far. Never waits.
  [[nodiscard]] bool running();
  // Returns at its end. Fails with unreachable at `until`, draining when told to stop.
  [[nodiscard]] Result<Ended> wait(Instant until);
  // The same, at the latest after `ms`, which is no failure: true if it has ended.
  [[nodiscard]] Result<bool> wait_ms(std::int64_t ms);
  void signal(int number) const;
  // What it wrote to standard output so far, at most output_bytes_max.
  [[nodiscard]] const std::string& output() const noexcept { return output_; }
  // A descriptor that becomes readable when it has written or ended.
  [[nodiscard]] int descriptor() const noexcept { return from_; }

 private:
  Child(pid_t pid, int from, const Surroundings& around) : pid_{pid}, from_{from}, around_{around} {}
  bool take();

  const pid_t pid_;
  const int from_;
  const Surroundings around_;
  std::string output_;
  bool open_ = true;  // Its standard output has not ended.
  bool reaped_ = false;
  Ended ended_;
};

struct Finished {
  Ended ended;
  std::string output;
};

// Runs all commands, at most `at_once` side by side, and calls `meanwhile` at least every 20 ms, with how many have
// ended. The results stand in the order of the commands. Fails as Child does, or with what `meanwhile` says.
[[nodiscard]] Result<std::vector<Finished>> run_all(const std::vector<Command>& commands, std::size_t at_once,
                                                    const Surroundings& around, Instant until,
                                                    const std::function<Status(std::size_t ended)>& meanwhile);

// Waits `ms`; draining when told to stop before.
[[nodiscard]] Status pause(const Surroundings& around, std::int64_t ms);

// Calls `is_so` every `every_ms` until it says true. Fails with unreachable at `until` (`what` says for what it
// waited), draining when told to stop, or with what `is_so` says.
[[nodiscard]] Status wait_until(const Surroundings& around, Instant until, std::int64_t every_ms,
                                const std::string& what, const std::function<Result<bool>()>& is_so);

}  // namespace redress::demo
