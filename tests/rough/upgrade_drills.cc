// Drills of homes that earlier programs made: today's programs open every one that was ever kept (tests/golden/homes).
//
// N.tar.gz holds the homes of head office and two branches as they were stopped, N.json what each showed then.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "ops/demonstration/ports.h"
#include "tests/rough/golden_homes.h"

namespace redress::rough {
namespace fs = std::filesystem;
namespace {

using nlohmann::json;

const std::vector<FleetBranch> branches{{primary, head_office, {}, {}, {}}, {outlet, primary, {}, {}, {}}};

json cases_of(const Fleet& fleet, SiteId site, const json& wanted) {
  json out = json::object();
  auto client = fleet.client(site);
  for (const auto& [id, unused] : wanted.items()) {
    const auto shown = client ? client->get("/api/v1/cases/" + id) : Result<json>{fail(client.error())};
    out[id] = shown ? portrait_of(*shown) : json{{"missing", shown.error().what}};
  }
  return out;
}

FleetOptions options_in(const DrillPlaces& places) {
  FleetOptions options;
  options.daemons = options.tools = places.programs;
  options.folder = places.folder;
  return options;
}

// The homes were stopped with a port that somebody else may have now.
Status move_port(const DrillPlaces& places, std::uint16_t from) {
  const auto ports = demo::free_ports(1);
  if (!ports) return fail(ports.error());
  for (const SiteId site : {head_office, primary, outlet}) {
    const std::string config = places.folder + "/site-" + std::to_string(site.value()) + "/redress.toml";
    const Status moved =
        replace_in_file(config, ":" + std::to_string(from) + "\"", ":" + std::to_string(ports->front()) + "\"");
    if (!moved) return moved;
  }
  return Done{};
}

DrillReport hold_upgrade(DrillPlaces places, const std::string& name) {
  DrillReport report;
  const std::string kept = places.golden + "/homes/" + name;
  std::ifstream file{kept + ".json"};
  const json then = json::parse(std::string{std::istreambuf_iterator<char>{file}, {}}, nullptr, false);
  if (!then.is_object()) return {{"cannot read " + kept + ".json"}, {}, {}};
  places.folder += "/" + name;
  fs::create_directories(places.folder);
  const auto unpacked = run_command({path_of("tar"), "-xzf", kept + ".tar.gz", "-C", places.folder});
  if (!unpacked) return {{unpacked.error().what}, {}, {}};
  if (const Status moved = move_port(places, then.value("port", std::uint16_t{0})); !moved)
    return {{moved.error().what}, {}, {}};
  auto fleet = Fleet::adopt(options_in(places), branches);
  if (!fleet) return {{fleet.error().what}, {}, {}};
  for (const SiteId site : {head_office, primary, outlet}) {
    const json& wanted = then["sites"][std::to_string(site.value())];
    if (wanted.empty() || cases_of(**fleet, site, wanted) != wanted)
      report.problems.push_back("site " + std::to_string(site.value()) + " does not show what it showed then");
    const auto verified = (*fleet)->ask(site, {"verify"});
    if (!verified || verified->value("errors", 1) != 0 || verified->value("entries", 0) == 0)
      report.problems.push_back("verify at site " + std::to_string(site.value()));
  }
  // And they go on.
  History history{"later"};
  {
    const Clients people{**fleet, history, 4};
    pass_time(2'000);
  }
  const auto broken = settle(**fleet, history, 30'000);
  report.problems.insert(report.problems.end(), broken.begin(), broken.end());
  if (history.saved_count() == 0) report.problems.emplace_back("nobody was told anything");
  return report;
}

}  // namespace

json portrait_of(const json& shown) {
  json out{{"number", shown.value("number", "")}, {"state", shown.value("state", "")}, {"timeline", json::array()}};
  for (const json& line : shown["timeline"]) {
    if (is_prompt(line)) continue;  // limits have ended since
    json kept;
    for (const char* field : {"kind", "verdict", "site", "seq", "identity", "recorded_at", "fields"}) {
      if (line.contains(field)) kept[field] = line[field];
    }
    out["timeline"].push_back(std::move(kept));
  }
  return out;
}

Status make_golden_homes(const DrillPlaces& places, const std::string& name) {
  auto stage = Stage::open(places, {}, false);
  if (!stage) return fail(stage.error());
  {
    const Clients people{(*stage)->fleet(), (*stage)->history(), 5};
    pass_time(3'000);
  }
  const auto broken = (*stage)->settled();
  if (!broken.empty()) return fail(Code::bad_value, broken.front());
  json then{{"port", (*stage)->fleet().link_port()}};
  json all = json::object();
  for (const auto& [id, site] : (*stage)->history().cases()) all[id] = site.value();
  for (const SiteId site : (*stage)->fleet().sites()) {
    json shown = cases_of((*stage)->fleet(), site, all);
    for (auto it = shown.begin(); it != shown.end();) it = it->contains("missing") ? shown.erase(it) : std::next(it);
    then["sites"][std::to_string(site.value())] = std::move(shown);
  }
  stage->reset();
  fs::create_directories(places.golden + "/homes");
  std::ofstream{places.golden + "/homes/" + name + ".json"} << then.dump(1) << "\n";
  // They wake up elsewhere, which is not what the drill is about.
  const auto packed = run_command({path_of("tar"), "-czSf", places.golden + "/homes/" + name + ".tar.gz", "-C",
                                   places.folder, "--exclude=lock.mdb", "--exclude=*.ballast", "--exclude=*.lock",
                                   "--exclude=watermark", "site-1", "site-10", "site-11"});
  return packed ? Status{Done{}} : fail(packed.error());
}

std::vector<Drill> upgrade_drills(const DrillPlaces& places) {
  std::vector<Drill> drills;
  std::error_code none;
  for (const auto& entry : fs::directory_iterator{places.golden + "/homes", none}) {
    if (entry.path().extension() != ".json") continue;
    const std::string name = entry.path().stem().string();
    drills.push_back({"upgrade: homes of kind " + name, [=] { return hold_upgrade(places, name); }});
  }
  return drills;
}

}  // namespace redress::rough
