// redress-bench: the product's speed against references of its own, as ratios of the same minute. Wiring only.
#include <CLI/CLI.hpp>
#include <filesystem>
#include <functional>
#include <iostream>
#include <nlohmann/json.hpp>

#include "ops/measure/archive.h"
#include "ops/measure/bars.h"
#include "ops/measure/carrying.h"
#include "ops/measure/costs.h"
#include "ops/measure/footprint.h"
#include "ops/measure/pacing.h"
#include "ops/measure/parts.h"
#include "ops/measure/peers.h"
#include "ops/measure/reference_pin.h"

namespace redress::measure {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr const char* all = "all";

struct Mode {
  const char* name;
  const char* what;
  std::function<Result<json>(Stage&)> run;
};

const std::vector<Mode>& modes() {
  static const std::vector<Mode> modes{
      {"live", "entries a second from the first register to the last receipt, against RAW and SEALED",
       [](Stage& stage) { return contest(stage, Way::live); }},
      {"catch-up", "the same of entries that waited while head office was away, against RAW",
       [](Stage& stage) { return contest(stage, Way::catch_up); }},
      {"paced", "lag at 200 entries a second, against RAW", contest_lag},
      {"register", "a register over HTTP at 50 a second, against one durable put", contest_register},
      {"growth", "CPU and bytes written an entry, of the last twentieth of the entries over the second",
       measure_growth},
      {"cases", "CPU an entry in cases of fifty, over entries that each open a case", measure_cases},
      {"wire", "bytes on the line and in the store beside the entries' own", measure_wire},
      {"archive", "how head office with --cases cases lists, searches and starts", measure_archive},
      {"idle", "memory, wake-ups and size of programs that have nothing to do", measure_idle},
      {"peers",
       "what PostgreSQL's logical replication and NATS JetStream do in the same place, where they are installed",
       measure_peers},
  };
  return modes;
}

fs::path tree_of(const fs::path& program) {
  for (fs::path at = program.parent_path(); at != at.root_path(); at = at.parent_path()) {
    if (fs::exists(at / "ops/samples/en.csv")) return at;
  }
  return {};
}

int give_up(const Error& error) {
  std::cerr << "redress-bench: " << error.what << (error.field.empty() ? "" : " (" + error.field + ")") << std::endl;
  return error.code == Code::draining ? 130 : 2;
}

bool is_chosen(const std::vector<std::string>& chosen, const std::string& name) {
  return std::any_of(chosen.begin(), chosen.end(), [&](const std::string& one) { return one == name || one == all; });
}

void tell(const json& object) { std::cout << object.dump() << std::endl; }

int measure(const Options& options, const std::vector<std::string>& chosen, bool brief, const fs::path& program) {
  const auto stop = shell::StopSignal::open();
  if (!stop) return give_up(stop.error());
  auto stage = Stage::open(options, program.string(), tree_of(program).string(), stop->get());
  if (!stage) return give_up(stage.error());
  json out{{"texts", (*stage)->texts().size()}, {"reference_sha256", reference_sha256}};
  for (const Mode& mode : modes()) {
    if (!is_chosen(chosen, mode.name)) continue;
    (*stage)->tell(std::string{"-- "} + mode.name + ": " + mode.what);
    const auto result = mode.run(**stage);
    if (!result) return give_up(result.error());
    out[mode.name] = *result;
  }
  out["bars"] = judged(out);
  std::cout << out.dump(brief ? -1 : 2) << std::endl;
  return 0;
}

int run(int argc, char** argv) {
  CLI::App app{"ops/bench: measures Redress against bare LMDB and bare CURVE, in ratios"};
  Options options;
  std::vector<std::string> chosen;
  std::string plan;
  bool brief = false;
  std::string names;
  for (const Mode& mode : modes()) names += std::string{"\n  "} + mode.name + ": " + mode.what;
  app.add_option("modes", chosen, "what to measure, in this order, or all; --MODE says the same:" + names);
  for (const Mode& mode : modes()) {
    // --cases is how many there are in an archive.
    if (mode.name == std::string_view{"cases"}) continue;
    app.add_flag_callback(std::string{"--"} + mode.name, [&chosen, &mode] { chosen.emplace_back(mode.name); })
        ->group("");
  }
  app.add_option("--count", options.count, "entries of a run")->check(CLI::Range(200, 10'000'000));
  app.add_option("--sites", options.sites, "growth: outlets that register at the same time")->check(CLI::Range(1, 100));
  const CLI::Option* cases =
      app.add_option("--cases", options.cases, "of head office's archive; alone it asks for the mode archive")
          ->check(CLI::Range(1'000, 10'000'000));
  app.add_option("--rounds", options.rounds, "how often the contenders take turns")->check(CLI::Range(1, 100));
  app.add_option("--seconds", options.seconds, "of what is paced, each contender")->check(CLI::Range(1, 3600));
  app.add_option("--input", options.input, "a table of complaints in the cfpb layout, instead of the samples");
  app.add_option("--folder", options.folder, "where the stores are made: on the disk to be measured");
  app.add_option("--quota-kib-s", options.quota_kib_s, "another link.quota_kib_s than shipped; the result says so");
  const std::map<std::string, Primary> primaries{
      {"none", Primary::none}, {"away", Primary::away}, {"here", Primary::here}};
  app.add_option("--primary", options.primary, "the outlet's primary branch: none, away or here")
      ->transform(CLI::CheckedTransformer(primaries));
  app.add_flag("--keep", options.keep, "leave the stores");
  app.add_flag("--json", brief, "the result on one line, the last");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 1;
  }
  if (chosen.empty() && cases->count() > 0) chosen.emplace_back("archive");
  if (chosen.empty()) return give_up({Code::missing_field, "which mode; --help lists them", "modes"});
  for (const std::string& name : chosen) {
    const bool known =
        name == all || std::any_of(modes().begin(), modes().end(), [&](const Mode& mode) { return mode.name == name; });
    if (!known) return give_up({Code::bad_value, "no such mode: " + name, "modes"});
  }
  return measure(options, chosen, brief, fs::read_symlink("/proc/self/exe"));
}

}  // namespace
}  // namespace redress::measure

int main(int argc, char** argv) {
  // A contender's process, started by this program.
  if (argc == 3 && std::string_view{argv[1]} == "part")
    return redress::measure::run_part(argv[2], redress::measure::tell);
  return redress::measure::run(argc, argv);
}
