#include "ops/measure/carrying.h"

#include <map>
#include <nlohmann/json.hpp>
#include <sstream>

#include "ops/demonstration/ports.h"
#include "ops/measure/finding.h"
#include "ops/measure/statistics.h"
#include "ops/measure/stopwatch.h"

namespace redress::measure {
namespace {

using nlohmann::json;

constexpr std::int64_t seconds_max = 1800;
constexpr std::int64_t ready_seconds_max = 60;

// `told` has begun_ns, done_ns, begun_at and cpu_ns; the hub used `hub_cpu` meanwhile.
Result<Carried> carried(const json& told, std::size_t count, std::int64_t hub_cpu, std::int64_t listening_ns) {
  const auto begun = told.value("begun_ns", std::int64_t{0});
  const auto done = told.value("done_ns", std::int64_t{0});
  const std::size_t begun_at = told.value("begun_at", std::size_t{0});
  if (begun_at >= count) return fail(Code::bad_value, "too few entries: the first receipt was the last", "count");
  const auto entries = static_cast<double>(count - begun_at);
  Carried out;
  out.rate = entries * static_cast<double>(ns_a_s) / static_cast<double>(std::max<std::int64_t>(done - begun, 1));
  out.branch_cpu_us = static_cast<double>(told.value("cpu_ns", std::int64_t{0})) / 1e3 / entries;
  out.hub_cpu_us = static_cast<double>(hub_cpu) / 1e3 / static_cast<double>(count);
  if (listening_ns > 0) out.flowing_ms = static_cast<double>(begun - listening_ns) / 1e6;
  return out;
}

Result<Carried> carry_reference(Stage& stage, bool sealed, Way way) {
  const std::string folder = stage.make_folder();
  const auto ports = demo::free_ports(1);
  if (!ports) return fail(ports.error());
  const auto start_hub = [&] {
    return stage.start({{"part", "hub"},
                        {"folder", folder + "/hub"},
                        {"endpoint", "tcp://127.0.0.1:" + std::to_string(ports->front())}});
  };
  auto hub = start_hub();
  if (!hub) return fail(hub.error());
  std::size_t hub_at = 0;
  const auto address = stage.told(**hub, hub_at, ready_seconds_max);
  if (!address) return fail(address.error());
  json plan = *address;
  plan.update({{"part", "reference"},
               {"task", way == Way::live ? "live" : "catch_up"},
               {"folder", folder + "/branch"},
               {"count", stage.options().count},
               {"sealed", sealed}});
  const std::int64_t cpu = cpu_ns_of((*hub)->pid());
  auto branch = stage.start(plan);
  if (!branch) return fail(branch.error());
  std::size_t at = 0;
  if (way == Way::catch_up) {
    const auto ready = stage.told(**branch, at, seconds_max);
    if (!ready) return fail(ready.error());
  }
  const auto told = stage.told(**branch, at, seconds_max);
  if (!told) return fail(told.error());
  const auto out = carried(*told, stage.options().count, cpu_ns_of((*hub)->pid()) - cpu, 0);
  branch->reset();
  hub->reset();
  stage.discard(folder);
  return out;
}

Result<Carried> carry_product(Stage& stage, Way way) {
  auto office = Office::open(stage, /*relayed=*/false);
  if (!office) return fail(office.error());
  Status done = (*office)->free_outlet();
  if (done && way == Way::catch_up) done = (*office)->network().stop(head_office);
  if (!done) return fail(done.error());
  auto branch = stage.start({{"part", "product"},
                             {"task", way == Way::live ? "live" : "catch_up"},
                             {"home", (*office)->outlet_home()},
                             {"count", stage.options().count}});
  if (!branch) return fail(branch.error());
  std::size_t at = 0;
  std::int64_t listening = 0;
  std::int64_t cpu = 0;
  if (way == Way::live) {
    cpu = cpu_ns_of((*office)->gateway_pid());
  } else {
    const auto ready = stage.told(**branch, at, seconds_max);
    if (!ready) return fail(ready.error());
    done = (*office)->start_gateway();
    if (!done) return fail(done.error());
    listening = ns_now();
    cpu = cpu_ns_of((*office)->gateway_pid());
  }
  const auto told = stage.told(**branch, at, seconds_max);
  if (!told) return fail(told.error());
  auto out = carried(*told, stage.options().count, cpu_ns_of((*office)->gateway_pid()) - cpu, listening);
  if (!out || way == Way::catch_up) return out;
  const auto found = seconds_until_found(stage, **office, stage.options().count);
  if (!found) return fail(found.error());
  out->found_s = *found;
  return out;
}

std::string line_of(std::size_t round, Contender contender, const Carried& run) {
  std::ostringstream out;
  out.precision(4);
  out << "round " << round + 1 << "  " << name_of(contender) << "  " << run.rate << "/s  branch " << run.branch_cpu_us
      << " us  hub " << run.hub_cpu_us << " us";
  if (run.flowing_ms > 0) out << "  flowing after " << run.flowing_ms << " ms";
  if (run.found_s > 0) out << "  found after " << run.found_s << " s";
  return out.str();
}

json summary_of(const std::vector<Carried>& runs) {
  std::vector<double> rates;
  std::vector<double> branch;
  std::vector<double> hub;
  for (const Carried& run : runs) {
    rates.push_back(run.rate);
    branch.push_back(run.branch_cpu_us);
    hub.push_back(run.hub_cpu_us);
  }
  return {{"rates", rates}, {"rate", median(rates)}, {"branch_cpu_us", median(branch)}, {"hub_cpu_us", median(hub)}};
}

double ratio_of(const std::vector<Carried>& ours, const std::vector<Carried>& theirs) {
  std::vector<double> ratios;
  for (std::size_t i = 0; i < ours.size(); ++i) ratios.push_back(ours[i].rate / theirs[i].rate);
  return median(ratios);
}

Result<json> configuration(Stage& stage) {
  const auto office = Office::open(stage, /*relayed=*/false);
  if (!office) return fail(office.error());
  return (*office)->configuration();
}

}  // namespace

const char* name_of(Contender contender) {
  switch (contender) {
    case Contender::product:
      return "product";
    case Contender::sealed:
      return "SEALED";
    case Contender::raw:
      return "RAW";
  }
  return "";
}

Result<Carried> carry(Stage& stage, Contender contender, Way way) {
  if (contender == Contender::product) return carry_product(stage, way);
  return carry_reference(stage, contender == Contender::sealed, way);
}

Result<json> contest(Stage& stage, Way way) {
  std::vector<Contender> contenders{Contender::product, Contender::raw};
  if (way == Way::live) contenders.push_back(Contender::sealed);
  const auto config = configuration(stage);
  if (!config) return fail(config.error());
  std::map<Contender, std::vector<Carried>> runs;
  for (std::size_t round = 0; round < stage.options().rounds; ++round) {
    for (const Contender contender : contenders) {
      Stage::settle();
      const auto run = carry(stage, contender, way);
      if (!run) return fail(run.error());
      stage.tell(line_of(round, contender, *run));
      runs[contender].push_back(*run);
    }
  }
  json out{{"count", stage.options().count}, {"rounds", stage.options().rounds}, {"configuration", *config}};
  for (const Contender contender : contenders) out[name_of(contender)] = summary_of(runs[contender]);
  const auto& ours = runs[Contender::product];
  if (way == Way::live) {
    out["live_sealed"] = ratio_of(ours, runs[Contender::sealed]);
    out["live_raw"] = ratio_of(ours, runs[Contender::raw]);
    std::vector<double> found;
    for (const Carried& run : ours) found.push_back(run.found_s);
    out["followers_level_s"] = percentile(found, 1);
    return out;
  }
  std::vector<double> flowing;
  for (const Carried& run : ours) flowing.push_back(run.flowing_ms);
  out["catchup_raw"] = ratio_of(ours, runs[Contender::raw]);
  out["flowing_ms"] = flowing;
  out["flowing_ms_max"] = percentile(flowing, 1);
  return out;
}

}  // namespace redress::measure
