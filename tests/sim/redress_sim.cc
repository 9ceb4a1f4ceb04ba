// The program: runs seeds, prints what broke and the one command that shows it again.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "protocol/base/mutant.h"
#include "tests/sim/minimise.h"
#include "tests/sim/trace.h"

namespace redress::sim {
namespace {

// From so many runs on, what 500 runs must have reached is asked for.
constexpr std::uint64_t runs_that_reach_all = 500;

struct Asked {
  std::uint64_t runs = 1;
  std::uint64_t seed = 1;
  std::vector<unsigned> faults;
  bool only_faults = false;
  std::string without;
  std::string list;
  bool minimise = false;
  bool twice = false;
  bool stop = false;
  bool verbose = false;
  bool trace = false;
  bool marks = false;
  bool json = false;
  int mutant = 0;
};

struct Sum {
  std::uint64_t runs = 0;
  std::uint64_t failures = 0;
  std::uint64_t faults = 0;
  std::uint64_t registrations = 0;
  std::uint64_t acts = 0;
  std::uint64_t fed = 0;
  std::uint64_t frames = 0;
  double branch_days = 0;
  Trace trace{0};
  Marks marks;
};

std::string text_of(const Digest& digest) { return to_hex(ByteView{digest.bytes}.first(16)); }
void print(const std::string& line) { std::printf("%s\n", line.c_str()); }

std::string join(const std::vector<unsigned>& numbers) {
  std::string out;
  for (const unsigned number : numbers) out += (out.empty() ? "" : ",") + std::to_string(number);
  return out;
}

// The command that shows this run again.
std::string command_of(const Asked& asked, std::uint64_t seed, const std::optional<std::vector<unsigned>>& faults) {
  std::string out = asked.mutant == 0 ? "redress-sim" : "redress-sim-mutants --mutant " + std::to_string(asked.mutant);
  out += " --runs 1 --seed " + std::to_string(seed);
  if (!asked.without.empty()) out += " --without " + asked.without;
  if (faults) out += faults->empty() ? " --faults 0" : " --faults " + join(*faults);
  return out;
}

RunOptions options_of(const Asked& asked, const std::string& folder) {
  RunOptions options;
  options.setting.repair = asked.without != "repair";
  if (asked.only_faults) options.setting.only = std::set<unsigned>{asked.faults.begin(), asked.faults.end()};
  options.tell = asked.trace;
  options.line = print;
  options.folder = folder;
  return options;
}

void tell_outcome(const Outcome& outcome) {
  print("  " + std::to_string(outcome.registrations) + " registrations, " + std::to_string(outcome.acts) + " acts, " +
        std::to_string(outcome.fed) + " feed entries, " + std::to_string(outcome.faults) + " faults, " +
        std::to_string(outcome.frames) + " frames, " + std::to_string(outcome.turns) + " turns, level after " +
        std::to_string(outcome.settled_after_ms / 1'000) + " s, trace " + text_of(outcome.trace));
}

void run_one(const Asked& asked, const RunOptions& options, std::uint64_t seed, Sum& sum) {
  if (asked.verbose) std::printf("%s", text_of(draw_setting(seed, options.setting)).c_str());
  Outcome outcome = run(seed, options);
  if (asked.twice && run(seed, options).trace != outcome.trace)
    outcome.broken.push_back("the same seed gave another trace");
  ++sum.runs;
  sum.faults += outcome.faults;
  sum.registrations += outcome.registrations;
  sum.acts += outcome.acts;
  sum.fed += outcome.fed;
  sum.frames += outcome.frames;
  sum.branch_days += outcome.setting.branch_days();
  sum.trace.add(view_of(outcome.trace));
  sum.marks.merge(outcome.marks);
  if (asked.verbose) tell_outcome(outcome);
  if (outcome.broken.empty()) return;
  ++sum.failures;
  print("seed " + std::to_string(seed) + " FAILED");
  for (const std::string& what : outcome.broken) print("  " + what);
  const auto given = asked.only_faults ? std::optional{asked.faults} : std::nullopt;
  print("  reproduce: " + command_of(asked, seed, given));
  if (!asked.minimise) return;
  std::uint64_t runs = 0;
  const std::vector<unsigned> few = minimise(seed, options, runs);
  print("  minimised in " + std::to_string(runs) + " runs: " + command_of(asked, seed, few));
}

// The seeds of a file, one a line; what follows "#" is for people.
std::vector<std::uint64_t> seeds_in(const std::string& path) {
  std::vector<std::uint64_t> seeds;
  std::ifstream file{path};
  for (std::string line; std::getline(file, line);) {
    const std::string text = line.substr(0, line.find('#'));
    if (text.find_first_of("0123456789") != std::string::npos) seeds.push_back(std::stoull(text));
  }
  return seeds;
}

void tell_json(const Sum& sum) {
  nlohmann::json out{{"runs", sum.runs},
                     {"failures", sum.failures},
                     {"branch_days", sum.branch_days},
                     {"faults", sum.faults},
                     {"registrations", sum.registrations},
                     {"acts", sum.acts},
                     {"feed_entries", sum.fed},
                     {"frames", sum.frames},
                     {"trace", text_of(sum.trace.digest())}};
  for (const auto& [name, times] : sum.marks.counts()) out["marks"][name] = times;
  print(out.dump());
}

int run_all(const Asked& asked, const std::string& folder) {
  const RunOptions options = options_of(asked, folder);
  std::vector<std::uint64_t> seeds;
  if (!asked.list.empty()) {
    seeds = seeds_in(asked.list);
    if (seeds.empty()) {
      print("no seeds in " + asked.list);
      return 2;
    }
  } else {
    for (std::uint64_t i = 0; i < asked.runs; ++i) seeds.push_back(asked.seed + i);
  }
  Sum sum;
  for (const std::uint64_t seed : seeds) {
    run_one(asked, options, seed, sum);
    if (asked.stop && sum.failures > 0) break;
  }
  if (asked.marks) {
    for (const auto& [name, times] : sum.marks.counts()) print("mark " + name + ": " + std::to_string(times));
  }
  const bool all_asked = sum.runs >= runs_that_reach_all && !asked.only_faults && asked.mutant == 0;
  const auto missing = all_asked ? missing_in(sum.marks, options.setting.repair) : std::vector<std::string>{};
  for (const std::string& name : missing) print("NOT REACHED: " + name);
  if (asked.json) tell_json(sum);
  char days[32];
  std::snprintf(days, sizeof days, "%.1f", sum.branch_days);
  print(std::to_string(sum.runs) + " runs, " + std::to_string(sum.failures) + " failures, " + days + " branch-days, " +
        std::to_string(sum.faults) + " faults, trace " + text_of(sum.trace.digest()));
  return sum.failures == 0 && missing.empty() ? 0 : 1;
}

}  // namespace
}  // namespace redress::sim

int main(int argc, char** argv) {
  redress::sim::Asked asked;
  CLI::App app{"Runs the bank on a virtual clock, breaks it, and judges it against P1-P14"};
  app.add_option("--runs", asked.runs, "how many seeds");
  app.add_option("--seed", asked.seed, "the first of them");
  app.add_option("--list", asked.list, "the seeds of this file instead")->check(CLI::ExistingFile);
  const auto* faults =
      app.add_option("--faults", asked.faults, "only these faults of the seed, by number; 0: none")->delimiter(',');
  app.add_option("--without", asked.without, "repair: no faults that need it")->check(CLI::IsMember({"repair"}));
  app.add_flag("--minimise", asked.minimise, "look for few faults with which a failing seed still fails");
  app.add_flag("--twice", asked.twice, "run each seed twice and compare the traces");
  app.add_flag("--stop", asked.stop, "stop at the first failure");
  app.add_flag("--verbose", asked.verbose, "what each seed has drawn");
  app.add_flag("--trace", asked.trace, "every event");
  app.add_flag("--marks", asked.marks, "what was reached, and how often");
  app.add_flag("--json", asked.json, "the figures, for programs");
  app.add_option("--mutant", asked.mutant, "a numbered deliberate bug; only in redress-sim-mutants");
  CLI11_PARSE(app, argc, argv);
  asked.only_faults = faults->count() > 0;
#if defined(REDRESS_MUTANTS)
  redress::mutant_in_force() = asked.mutant;
#else
  if (asked.mutant != 0) {
    std::fprintf(stderr, "no deliberate bugs are compiled in; take redress-sim-mutants\n");
    return 2;
  }
#endif
  const bool in_memory = std::filesystem::is_directory("/dev/shm");
  const std::string folder = in_memory ? "/dev/shm" : std::filesystem::temp_directory_path().string();
  return redress::sim::run_all(asked, folder);
}
