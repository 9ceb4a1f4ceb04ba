// redress-drill: the restore and clone drill, a table with a line a case. Exit status 1 if any seed is not good.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <filesystem>

#include "tests/sim/drill.h"

namespace redress::sim {
namespace {

struct Line {
  std::uint64_t seeds = 0, detected = 0, bad = 0;
  std::size_t told = 0, lost = 0, doubled = 0;
};

void print(const std::string& text) { std::printf("%s\n", text.c_str()); }

void add(Line& line, const Drilled& one) {
  ++line.seeds;
  line.detected += one.unseen.empty() ? 1 : 0;
  line.bad += one.is_good() ? 0 : 1;
  line.told += one.told;
  line.lost += one.lost;
  line.doubled += one.doubled;
}

void tell(std::string_view name, const Line& line) {
  std::printf("| %-16.*s | %5llu | %8llu | %6zu | %4zu | %7zu |\n", static_cast<int>(name.size()), name.data(),
              static_cast<unsigned long long>(line.seeds), static_cast<unsigned long long>(line.detected), line.told,
              line.lost, line.doubled);
  std::fflush(stdout);
}

int drill_all(std::uint64_t first, std::uint64_t count, const std::string& only, bool trace,
              const std::string& folder) {
  print("| case             | seeds | detected |   told | lost | doubled |");
  print("|------------------|-------|----------|--------|------|---------|");
  Line sum;
  for (std::size_t which = 0; which < drill_cases().size(); ++which) {
    const std::string name{drill_cases()[which].name};
    if (!only.empty() && only != name) continue;
    Line line;
    for (std::uint64_t number = first; number < first + count; ++number) {
      const Drilled one = trace ? drill(which, number, folder, print) : drill(which, number, folder);
      add(line, one);
      add(sum, one);
      if (one.is_good()) continue;
      print(name + "/" + std::to_string(number) + " FAILED: lost=" + std::to_string(one.lost) +
            " doubled=" + std::to_string(one.doubled));
      for (const std::string& what : one.broken) print("  " + what);
      for (const std::string& what : one.unseen) print("  " + what);
      print("  again: redress-drill --case " + name + " --first " + std::to_string(number) + " --seeds 1");
    }
    tell(name, line);
  }
  tell("all", sum);
  if (sum.seeds == 0) print("no such case: " + only);
  return sum.seeds > 0 && sum.bad == 0 ? 0 : 1;
}

}  // namespace
}  // namespace redress::sim

int main(int argc, char** argv) {
  std::uint64_t first = 1;
  std::uint64_t count = 20;
  std::string only;
  bool trace = false;
  CLI::App app{"Puts stores back, copies and empties them, on a virtual clock, each case under many seeds"};
  app.add_option("--seeds", count, "seeds a case");
  app.add_option("--first", first, "the number of the first");
  app.add_option("--case", only, "only this one");
  app.add_flag("--trace", trace, "every event");
  CLI11_PARSE(app, argc, argv);
  const bool in_memory = std::filesystem::is_directory("/dev/shm");
  const std::string folder = in_memory ? "/dev/shm" : std::filesystem::temp_directory_path().string();
  return redress::sim::drill_all(first, count, only, trace, folder);
}
