// What every measurement stands on: a folder on a real disk, the texts, and the processes of the contenders.
//
// A resource of one thread. Its folder goes with it, unless it is to be kept.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "ops/demonstration/processes.h"
#include "ops/measure/texts.h"

namespace redress::measure {

enum class Primary {
  none,  // the outlet reports to head office itself
  away,  // to a primary branch that is enrolled and not connected: its feed is written, and waits
  here,  // to a primary branch that is connected, on this machine too
};

struct Options {
  std::size_t count = 100'000;  // entries
  std::size_t rounds = 5;
  std::size_t sites = 1;       // outlets that register at the same time, where a mode asks
  std::size_t cases = 50'000;  // of an archive
  std::size_t seconds = 60;    // of what is paced, each contender
  std::string input;           // a table of real complaints; empty: the samples
  std::string folder = "/var/tmp";
  bool keep = false;
  Primary primary = Primary::away;
  std::int64_t quota_kib_s = 0;  // 0: as shipped
};

class Stage {
 public:
  // `program` is redress-bench itself; `tree` has the samples. Fails with bad_value if the folder is not on a disk
  // (durability would cost nothing there), or with what the texts' reader says.
  [[nodiscard]] static Result<std::unique_ptr<Stage>> open(const Options& options, const std::string& program,
                                                           const std::string& tree, const shell::StopSignal* stop);
  Stage(const Stage&) = delete;
  Stage& operator=(const Stage&) = delete;
  ~Stage();

  [[nodiscard]] const Options& options() const noexcept { return options_; }
  [[nodiscard]] const Texts& texts() const noexcept { return texts_; }
  [[nodiscard]] const demo::Surroundings& around() const noexcept { return around_; }
  [[nodiscard]] std::string programs() const;  // their folder
  // A new empty folder.
  [[nodiscard]] std::string make_folder();
  // Removes one, unless they are to be kept.
  void discard(const std::string& folder) const;
  // Writes to the disks what is still to be written: no contender pays for what another left.
  static void settle();
  // A short line on standard error, so that whoever waits knows what for.
  void tell(const std::string& what) const;

  // Starts this program as a contender's part: `plan` says which, see parts.h.
  [[nodiscard]] Result<std::unique_ptr<demo::Child>> start(nlohmann::json plan) const;
  // The next object that a part has told, from `at` on, which moves; at most `seconds_max`. Fails with io if the part
  // ends before. What it tells of its progress is shown, at a terminal.
  [[nodiscard]] Result<nlohmann::json> told(demo::Child& part, std::size_t& at, std::int64_t seconds_max) const;

 private:
  Stage(const Options& options, const std::string& program, const std::string& folder, const shell::StopSignal* stop);
  const Options options_;
  const std::string program_;
  const std::string folder_;
  const demo::Surroundings around_;
  Texts texts_;
  std::size_t folders_ = 0;
};

}  // namespace redress::measure
