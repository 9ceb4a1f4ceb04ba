// What one run of the check does, drawn from the seed: which rows go where and when, who is cut off, who is killed.
//
// Values; pure.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "protocol/base/ids.h"

namespace redress::demo {

struct PlannedSite {
  SiteId site;
  SiteId parent;
  std::string name;
  std::vector<std::string> desk_roles = {};  // of whoever sits at its desk
};

// Sites 10, 11, …: the first of every ten is the primary branch of the rest. At outlets of even numbers the outlet's
// head sits at the desk, at the others a clerk. Requires: branches > 0.
[[nodiscard]] std::vector<PlannedSite> sites_for(std::size_t branches);

// One import command: every row whose number, taken modulo Plan::units, is `unit`.
struct Share {
  std::size_t unit = 0;
  std::size_t branch = 0;  // index into the sites
};

// A kill -9 in the middle of a slice.
struct Kill {
  std::size_t slice = 0;
  std::int64_t after_ms = 0;  // since the slice began, or at its end if that is sooner
  std::int64_t down_ms = 0;   // until it is started again
};

struct Plan {
  static constexpr std::size_t slice_count = 10;

  std::size_t units = 1;
  std::vector<std::vector<Share>> slices;  // in order; slice_count of them, some may be empty
  std::size_t cut_slice = 0;               // before this one the line is cut; healed after the last
  std::size_t cut_branch = 0;
  std::size_t killed_branch = 0;
  Kill gateway;
  Kill agent;
};

// Every unit has a row; the branch that is cut off gets rows after the cut, which comes at 20 to 60 percent of the
// rows. Requires: branches > 0.
[[nodiscard]] Plan make_plan(std::uint64_t seed, std::size_t rows, std::size_t branches);

}  // namespace redress::demo
