// What a process asks of the operating system: hardening, the order to stop, clocks, the zone, wake-ups, one owner.
//
// The only place in the programs where a clock is read. Wake::signal() may be called from any thread; StopSignal is
// opened by main before any other thread starts, so that every thread inherits its mask; the rest is as each says.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "protocol/base/ids.h"
#include "protocol/base/result.h"

namespace redress::shell {

// One line for --version: "redress-agent 0.1.0".
[[nodiscard]] std::string version_text(std::string_view program);

// Makes customer text harder to leak: files for this user only, no core dumps, no ptrace by the same user; and raises
// the number of files to the hard limit. From then on a page of a mapped file that cannot be read (the file was cut
// short, or its disk fails) ends the program with a sentence and status 3. Called once, first in main. Fails with io.
[[nodiscard]] Status harden();

// The calling thread gives way to the others of the program from now on: what is derived, to what is true. On a machine
// that others keep busy it still gets its share.
void give_way() noexcept;
// It runs only when nothing else wants its core: a thread of ordinary standing that wakes is not kept waiting behind
// it, as it is for a slice behind one that merely gives way. On a busy machine it may wait for seconds.
void give_way_to_all() noexcept;

// Any thread. Monotonic ms, comparable within this run only.
[[nodiscard]] Instant mono_now();
// Any thread. UTC ms; may step in either direction.
[[nodiscard]] WallTime wall_now();
[[nodiscard]] inline Now now() { return {mono_now(), wall_now()}; }
// What a poll waits for until `deadline`: -1 (for ever) if it is `never`, 0 if it has passed, at most an hour.
[[nodiscard]] std::int64_t ms_until(Instant deadline, Instant now) noexcept;

// True if `name` is UTC or an IANA zone this machine has data for.
[[nodiscard]] bool zone_exists(const std::string& name);
// Makes `name` the zone of the process. Before any other thread starts. Fails with bad_value.
[[nodiscard]] Status set_zone(const std::string& name);
// Minutes east of UTC at `at`, in the zone of the process. Any thread.
[[nodiscard]] std::int16_t zone_offset_minutes(WallTime at);

// The order to stop: SIGTERM, SIGINT or SIGHUP, as a descriptor that becomes readable. Ignores SIGPIPE as well.
class StopSignal {
 public:
  // Blocks the signals in this thread and in those it starts later. Fails with io.
  [[nodiscard]] static Result<std::unique_ptr<StopSignal>> open();
  StopSignal(const StopSignal&) = delete;
  StopSignal& operator=(const StopSignal&) = delete;
  ~StopSignal();

  // To poll for reading; stays this object's.
  [[nodiscard]] int descriptor() const noexcept { return descriptor_; }
  // Takes all that has come; true if there was any. Never waits.
  [[nodiscard]] bool take();

 private:
  explicit StopSignal(int descriptor) noexcept : descriptor_{descriptor} {}
  const int descriptor_;
};

// Wakes a thread that polls. Many signals before a drain are one wake-up.
class Wake {
 public:
  // Fails with io.
  [[nodiscard]] static Result<std::unique_ptr<Wake>> open();
  Wake(const Wake&) = delete;
  Wake& operator=(const Wake&) = delete;
  ~Wake();

  // Any thread. Never waits.
  void signal() noexcept;
  // To poll for reading; stays this object's.
  [[nodiscard]] int descriptor() const noexcept { return descriptor_; }
  // By the thread that was woken, before it looks at what it was woken for.
  void drain() noexcept;

 private:
  explicit Wake(int descriptor) noexcept : descriptor_{descriptor} {}
  const int descriptor_;
};

// One daemon per store: an exclusive lock on a file, held until destruction or the end of the process.
class FileLock {
 public:
  // Makes the file if there is none. Fails with in_use if another holds it, with io otherwise.
  [[nodiscard]] static Result<std::unique_ptr<FileLock>> open(const std::string& path);
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;
  ~FileLock();

 private:
  explicit FileLock(int descriptor) noexcept : descriptor_{descriptor} {}
  const int descriptor_;
};

}  // namespace redress::shell
