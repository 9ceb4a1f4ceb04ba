// What one process takes while it is used for long, and the rule that says whether it grows.
//
// Pure functions of values.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace redress::rough {

// At one moment.
struct Footprint {
  std::int64_t at_ms = 0;            // since the beginning
  std::int64_t anonymous_bytes = 0;  // of its memory, what belongs to no file
  std::int64_t descriptors = 0;
  std::int64_t home_bytes = 0;  // of the files in its home
  std::int64_t entries = 0;     // that its site is due to hold
};

// The median of each field in a quarter of the time, 0 to 3. Moments at which it did not run are left out by the
// caller.
[[nodiscard]] Footprint median_of_quarter(const std::vector<Footprint>& moments, int quarter, std::int64_t total_ms);

// How much the last quarter may stand above the second. The first is for warming up.
struct SoakRule {
  int memory_percent = 10;
  std::int64_t memory_bytes = std::int64_t{4} << 20;
  std::int64_t descriptors = 8;
  std::int64_t file_bytes_per_entry = std::int64_t{16} << 10;  // of entries that came between
  std::int64_t file_bytes = std::int64_t{4} << 20;             // a file grows in steps
};

// What grew beyond the rule, a sentence each; empty: nothing. A quarter without a moment is a problem too.
[[nodiscard]] std::vector<std::string> grown(const std::string& name, const std::vector<Footprint>& moments,
                                             std::int64_t total_ms, const SoakRule& rule = {});

}  // namespace redress::rough
