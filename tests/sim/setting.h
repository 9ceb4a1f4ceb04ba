// Everything about a run that is decided before it begins: drawn from its seed, printed first.
//
// Values; pure. The faults are numbered: a run with some of them left out is otherwise the same run.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "tests/sim/claims.h"
#include "tests/sim/dice.h"

namespace redress::sim {

struct Fault {
  unsigned number = 0;
  FaultKind kind{};
  std::int64_t at_ms = 0;
  std::size_t machine = 0;    // 0: head office, 1…: the branches
  std::int64_t lasts_ms = 0;  // 0: an instant
  std::uint64_t amount = 0;   // what the kind makes of it; also the seed of what it draws
  bool brim = false;          // of a full disk: nothing but what is kept for receipts fits
};

// From this seed on people do what runs beside a case's road as well, and a liar has more to lie with.
inline constexpr std::uint64_t whole_casework_from = 1'000'000'000;

struct Setting {
  std::uint64_t seed = 0;
  bool whole_casework = false;
  bool real_crypto = false;
  std::size_t branches = 1;
  std::size_t primaries = 0;  // the first so many branches supervise the others
  std::int64_t lasts_ms = 0;
  std::int64_t gather_ms = 0;  // how long head office's loop gathers before it turns
  std::size_t window_bytes = 0;
  std::int64_t open_ms = 0;          // of each day, branches are switched on so long; a run begins in the morning
  unsigned registrations_a_day = 0;  // a branch
  unsigned acts_a_day = 0;           // a branch, half of them at head office
  std::vector<Fault> faults;

  [[nodiscard]] double branch_days() const { return static_cast<double>(branches) * days(); }
  [[nodiscard]] double days() const { return static_cast<double>(lasts_ms) / 86'400'000.0; }
};

struct SettingOptions {
  bool repair = true;                      // faults that need it are drawn
  std::optional<std::set<unsigned>> only;  // the faults that are kept; nothing: all
};

[[nodiscard]] Setting draw_setting(std::uint64_t seed, const SettingOptions& options);

[[nodiscard]] std::string text_of(const Setting& setting);
[[nodiscard]] std::string text_of(const Fault& fault);

}  // namespace redress::sim
