// The program: holds the drills, one after the other, and says how they went.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "ops/shell/process.h"
#include "tests/rough/golden_homes.h"
#include "tests/rough/work_folder.h"

namespace redress::rough {
namespace {

struct Asked {
  std::string only;
  bool list = false;
  bool long_too = false;
  bool json = false;
};

struct Summary {
  int passed = 0;
  int failed = 0;
  int skipped = 0;
  nlohmann::json drills = nlohmann::json::array();
};

void tell(const Drill& drill, const DrillReport& report, std::int64_t ms, Summary& summary, bool json) {
  const bool failed = !report.problems.empty();
  const char* result = failed ? "failed" : report.skipped.empty() ? "passed" : "skipped";
  ++(failed ? summary.failed : report.skipped.empty() ? summary.passed : summary.skipped);
  nlohmann::json one{{"name", drill.name}, {"result", result}, {"ms", ms}};
  if (!report.skipped.empty()) one["because"] = report.skipped;
  if (failed) one["problems"] = report.problems;
  if (!report.measured.empty()) one["measured_ms"] = report.measured;
  summary.drills.push_back(std::move(one));
  if (json) return;
  std::printf("%s: %s (%lld ms)", result, drill.name.c_str(), static_cast<long long>(ms));
  for (const auto& [what, took] : report.measured)
    std::printf(", %s %lld ms", what.c_str(), static_cast<long long>(took));
  if (!report.skipped.empty()) std::printf(", because %s", report.skipped.c_str());
  std::printf("\n");
  for (const std::string& problem : report.problems) std::printf("  %s\n", problem.c_str());
  std::fflush(stdout);
}

// Long ones are held when asked for, by their flag or by their kind.
bool is_held(const Asked& asked, const std::string& name) {
  const bool takes_long = name.starts_with(long_kind);
  return name.find(asked.only) != std::string::npos &&
         (!takes_long || asked.long_too || asked.only.starts_with(long_kind));
}

int hold_all(const Asked& asked, std::vector<Drill> drills) {
  Summary summary;
  for (Drill& drill : drills) {
    if (!is_held(asked, drill.name)) continue;
    if (asked.list) {
      std::printf("%s\n", drill.name.c_str());
      continue;
    }
    const Instant begin = shell::mono_now();
    const DrillReport report = drill.hold();
    tell(drill, report, shell::mono_now().value() - begin.value(), summary, asked.json);
    // What it kept for itself ends before the next begins.
    drill.hold = nullptr;
  }
  if (asked.list) return 0;
  if (asked.json) {
    const nlohmann::json out{{"passed", summary.passed},
                             {"failed", summary.failed},
                             {"skipped", summary.skipped},
                             {"drills", summary.drills}};
    std::printf("%s\n", out.dump(2).c_str());
  } else {
    std::printf("%d passed, %d failed, %d skipped\n", summary.passed, summary.failed, summary.skipped);
  }
  return summary.failed == 0 ? 0 : 1;
}

}  // namespace
}  // namespace redress::rough

int main(int argc, char** argv) {
  redress::rough::Asked asked;
  redress::rough::DrillPlaces places;
  places.programs = std::filesystem::canonical("/proc/self/exe").parent_path().string();
  places.golden = REDRESS_GOLDEN_DIR;
  CLI::App app{"Holds drills on real programs: bad lines, full disks, namespaces, old stores"};
  app.add_option("--only", asked.only, "drills whose name has this in it");
  app.add_flag("--long", asked.long_too, "also those that take many minutes");
  app.add_flag("--list", asked.list, "their names");
  std::string golden;
  app.add_option("--make-golden", golden, "make homes and keep them under this name in tests/golden/homes");
  app.add_flag("--json", asked.json, "a summary for programs");
  CLI11_PARSE(app, argc, argv);
  const redress::rough::WorkFolder folder{"redress-drills"};
  if (folder.path().empty()) return 2;
  if (!golden.empty()) {
    places.folder = folder.path();
    const redress::Status made = redress::rough::make_golden_homes(places, golden);
    if (!made) std::fprintf(stderr, "%s\n", made.error().what.c_str());
    return made ? 0 : 1;
  }
  std::vector<redress::rough::Drill> drills;
  using Make = std::vector<redress::rough::Drill> (*)(const redress::rough::DrillPlaces&);
  const std::vector<std::pair<std::string, Make>> kinds{{"line", redress::rough::line_drills},
                                                        {"net", redress::rough::net_drills},
                                                        {"disk", redress::rough::disk_drills},
                                                        {"upgrade", redress::rough::upgrade_drills},
                                                        {redress::rough::long_kind, redress::rough::long_drills}};
  for (const auto& [name, make] : kinds) {
    places.folder = folder.path() + "/" + name;
    std::filesystem::create_directories(places.folder);
    for (redress::rough::Drill& drill : make(places)) drills.push_back(std::move(drill));
  }
  return folder.leave(redress::rough::hold_all(asked, std::move(drills)));
}
