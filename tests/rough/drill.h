// A drill: something done to real programs, and what was wrong afterwards.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

namespace redress::rough {

struct DrillReport {
  std::vector<std::string> problems;             // empty: passed
  std::string skipped;                           // why it could not be held; empty: it was
  std::map<std::string, std::int64_t> measured;  // what took how many ms
};

struct Drill {
  std::string name;  // "line: flapping"
  std::function<DrillReport()> hold;
};

// Where the programs are, and a folder for homes.
struct DrillPlaces {
  std::string programs;
  std::string folder;
  std::string golden;  // tests/golden
};

// The drills of this kind are held only when asked for.
inline constexpr const char* long_kind = "long";

// Each list keeps what its drills share until the last of them is gone.
[[nodiscard]] std::vector<Drill> line_drills(const DrillPlaces& places);
[[nodiscard]] std::vector<Drill> net_drills(const DrillPlaces& places);
[[nodiscard]] std::vector<Drill> disk_drills(const DrillPlaces& places);
[[nodiscard]] std::vector<Drill> upgrade_drills(const DrillPlaces& places);
[[nodiscard]] std::vector<Drill> long_drills(const DrillPlaces& places);

}  // namespace redress::rough
