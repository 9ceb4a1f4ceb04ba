// A small day of a site and of head office's directory, on real files, so that every call of it can be made to fail.
//
// What was told is written down where it outlives the process, however that ends.
#pragma once

#include <array>
#include <string>

#include "tests/sim/pair.h"

namespace redress::crash {

// What people and peers were told. Lies in memory that is shared with whoever judges.
struct ToldOfDay {
  static constexpr std::size_t entries_max = 16;
  std::array<Digest, entries_max> identities{};
  std::size_t entries = 0;
  std::uint64_t receipted = 0;
  std::uint32_t invited = 0;       // sites 10, 11, … are in the directory
  std::uint32_t small_file = 0;    // this version of it stands
  std::size_t backup_entries = 0;  // the backup holds so many
  bool finished = false;           // the day came to its end
};

class SmallDay {
 public:
  // With `tells_early` people are told before it is so: a fault that the judgement must find.
  SmallDay(std::uint64_t seed, bool tells_early);
  // Lives it in `folder`, which is empty. Stops where the programs stop: at what only a new start can tell. What is
  // refused otherwise is asked for once more. Nothing, or why it stopped.
  [[nodiscard]] Status live(const std::string& folder, ToldOfDay& told);
  // What is wrong with what is left there; empty: all that was told is kept, once, whole, and can be written to.
  [[nodiscard]] std::string judge(const std::string& folder, const ToldOfDay& told);

 private:
  struct Open;
  [[nodiscard]] Result<std::unique_ptr<Open>> open(const std::string& folder);
  [[nodiscard]] Status work(Open& site, ToldOfDay& told, std::size_t cases);
  [[nodiscard]] Status keep_receipt(Open& site, ToldOfDay& told);
  [[nodiscard]] Status invite(const std::string& folder, ToldOfDay& told);
  [[nodiscard]] Status write_small_file(const std::string& folder, ToldOfDay& told) const;
  [[nodiscard]] std::string judge_store(const std::string& folder, const ToldOfDay& told);
  [[nodiscard]] std::string judge_files(const std::string& folder, const ToldOfDay& told);

  const bool tells_early_;
  sim::Pair pair_;
  int commands_ = 0;
};

}  // namespace redress::crash
