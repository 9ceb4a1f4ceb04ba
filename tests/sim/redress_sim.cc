// The program: runs seeds, prints what broke and how to see it again.
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <filesystem>

#include "protocol/base/mutant.h"
#include "tests/sim/run.h"
#include "tests/sim/trace.h"

namespace redress::sim {
namespace {

struct Asked {
  std::uint64_t runs = 1;
  std::uint64_t seed = 1;
  std::vector<unsigned> faults;
  std::string without;
  bool only_faults = false;
  bool twice = false;
  bool verbose = false;
  bool trace = false;
  bool marks = false;
  int mutant = 0;
};

std::string text_of(const Digest& digest) { return to_hex(ByteView{digest.bytes}.first(16)); }

// The command that shows this run again.
std::string command_of(const Asked& asked, std::uint64_t seed) {
  std::string out = "redress-sim --runs 1 --seed " + std::to_string(seed);
  if (!asked.without.empty()) out += " --without " + asked.without;
  if (asked.mutant != 0) out += " --mutant " + std::to_string(asked.mutant);
  if (asked.only_faults) {
    out += " --faults ";
    for (std::size_t i = 0; i < asked.faults.size(); ++i) out += (i > 0 ? "," : "") + std::to_string(asked.faults[i]);
  }
  return out;
}

RunOptions options_of(const Asked& asked, const std::string& folder) {
  RunOptions options;
  options.setting.repair = asked.without != "repair";
  if (asked.only_faults) options.setting.only = std::set<unsigned>{asked.faults.begin(), asked.faults.end()};
  options.tell = asked.trace;
  options.line = [](const std::string& line) { std::printf("%s\n", line.c_str()); };
  options.folder = folder;
  return options;
}

int run_all(const Asked& asked, const std::string& folder) {
  const RunOptions options = options_of(asked, folder);
  std::uint64_t failures = 0, faults = 0;
  double branch_days = 0;
  Trace all{0};
  Marks marks;
  for (std::uint64_t seed = asked.seed; seed < asked.seed + asked.runs; ++seed) {
    if (asked.verbose) std::printf("%s", text_of(draw_setting(seed, options.setting)).c_str());
    Outcome outcome = run(seed, options);
    if (asked.twice && run(seed, options).trace != outcome.trace)
      outcome.broken.push_back("the same seed gave another trace");
    branch_days += outcome.setting.branch_days();
    faults += outcome.faults;
    all.add(view_of(outcome.trace));
    marks.merge(outcome.marks);
    if (asked.verbose)
      std::printf(
          "  %llu registrations, %llu acts, %llu feed entries, %llu faults, %llu frames, %llu turns, level after %lld "
          "s, trace %s\n",
          static_cast<unsigned long long>(outcome.registrations), static_cast<unsigned long long>(outcome.acts),
          static_cast<unsigned long long>(outcome.fed), static_cast<unsigned long long>(outcome.faults),
          static_cast<unsigned long long>(outcome.frames), static_cast<unsigned long long>(outcome.turns),
          static_cast<long long>(outcome.settled_after_ms / 1'000), text_of(outcome.trace).c_str());
    if (outcome.broken.empty()) continue;
    ++failures;
    std::printf("seed %llu FAILED\n", static_cast<unsigned long long>(seed));
    for (const std::string& what : outcome.broken) std::printf("  %s\n", what.c_str());
    std::printf("  reproduce: %s\n", command_of(asked, seed).c_str());
  }
  if (asked.marks) {
    for (const auto& [name, times] : marks.counts())
      std::printf("mark %s: %llu\n", name.c_str(), static_cast<unsigned long long>(times));
  }
  std::printf("%llu runs, %llu failures, %.1f branch-days, %llu faults, trace %s\n",
              static_cast<unsigned long long>(asked.runs), static_cast<unsigned long long>(failures), branch_days,
              static_cast<unsigned long long>(faults), text_of(all.digest()).c_str());
  return failures == 0 ? 0 : 1;
}

}  // namespace
}  // namespace redress::sim

int main(int argc, char** argv) {
  redress::sim::Asked asked;
  CLI::App app{"Runs the bank on a virtual clock, breaks it, and judges it"};
  app.add_option("--runs", asked.runs, "how many seeds");
  app.add_option("--seed", asked.seed, "the first of them");
  auto* faults = app.add_option("--faults", asked.faults, "only these faults of the seed, by number")
                     ->delimiter(',')
                     ->expected(0, -1);
  app.add_option("--without", asked.without, "repair: no faults that need it");
  app.add_flag("--twice", asked.twice, "run each seed twice and compare");
  app.add_flag("--verbose", asked.verbose, "what each seed has drawn");
  app.add_flag("--trace", asked.trace, "every event");
  app.add_flag("--marks", asked.marks, "what was reached, and how often");
  app.add_option("--mutant", asked.mutant, "a numbered deliberate bug");
  CLI11_PARSE(app, argc, argv);
  asked.only_faults = faults->count() > 0;
#if defined(REDRESS_MUTANTS)
  redress::mutant_in_force() = asked.mutant;
#endif
  const bool in_memory = std::filesystem::is_directory("/dev/shm");
  const std::string folder = in_memory ? "/dev/shm" : std::filesystem::temp_directory_path().string();
  return redress::sim::run_all(asked, folder);
}
