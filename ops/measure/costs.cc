#include "ops/measure/costs.h"

#include <nlohmann/json.hpp>

#include "ops/measure/office.h"
#include "ops/measure/process_figures.h"
#include "ops/measure/stopwatch.h"

namespace redress::measure {
namespace {

using nlohmann::json;

constexpr std::int64_t seconds_max = 3600;

struct Cost {
  double rate = 0;
  double branch_cpu_us = 0;
  double hub_cpu_us = 0;
  double written_bytes = 0;

  [[nodiscard]] double cpu_us() const { return branch_cpu_us + hub_cpu_us; }
};

json cost_json(const Cost& cost) {
  return {{"rate", cost.rate},
          {"branch_cpu_us", cost.branch_cpu_us},
          {"hub_cpu_us", cost.hub_cpu_us},
          {"written_bytes", cost.written_bytes}};
}

// So many entries more, live, an entry's part of what that costs. Requires: the outlet is free; `source` is new.
Result<Cost> cost_of(Stage& stage, Office& office, std::size_t count, const char* shape, const std::string& source) {
  const pid_t hub = office.gateway_pid();
  const std::int64_t cpu = cpu_ns_of(hub);
  const std::uint64_t written = written_of(hub).value_or(0);
  auto branch = stage.start({{"part", "product"},
                             {"task", "live"},
                             {"shape", shape},
                             {"home", office.outlet_home()},
                             {"count", count},
                             {"source", source}});
  if (!branch) return fail(branch.error());
  std::size_t at = 0;
  const auto told = stage.told(**branch, at, seconds_max);
  if (!told) return fail(told.error());
  const auto entries = static_cast<double>(count);
  const std::uint64_t hub_written = written_of(hub).value_or(0) - written;
  Cost cost;
  cost.rate = entries * static_cast<double>(ns_a_s) /
              static_cast<double>(told->value("done_ns", std::int64_t{1}) - told->value("begun_ns", std::int64_t{0}));
  cost.branch_cpu_us = static_cast<double>(told->value("cpu_ns", std::int64_t{0})) / 1e3 / entries;
  cost.hub_cpu_us = static_cast<double>(cpu_ns_of(hub) - cpu) / 1e3 / entries;
  cost.written_bytes = static_cast<double>(told->value("written_bytes", std::uint64_t{0}) + hub_written) / entries;
  const auto ended = (*branch)->wait(after_ms(shell::mono_now(), 60'000));
  if (!ended) return fail(ended.error());
  stage.tell(source + ": " + cost_json(cost).dump());
  return cost;
}

}  // namespace

Result<json> measure_growth(Stage& stage) {
  auto office = Office::open(stage, /*relayed=*/false);
  if (!office) return fail(office.error());
  const Status free = (*office)->free_outlet();
  if (!free) return fail(free.error());
  const std::size_t tenth = stage.options().count / 10;
  std::vector<Cost> costs;
  for (int i = 0; i < 10; ++i) {
    const auto cost = cost_of(stage, **office, tenth, "mixed", "tenth-" + std::to_string(i + 1));
    if (!cost) return fail(cost.error());
    costs.push_back(*cost);
  }
  const auto config = (*office)->configuration();
  if (!config) return fail(config.error());
  json all = json::array();
  for (const Cost& cost : costs) all.push_back(cost_json(cost));
  return json{{"tenths", all},
              {"growth_cpu", costs.back().cpu_us() / costs.front().cpu_us()},
              {"growth_io", costs.back().written_bytes / costs.front().written_bytes},
              {"configuration", *config}};
}

Result<json> measure_cases(Stage& stage) {
  json out = json::object();
  std::vector<double> cpu;
  for (const char* const shape : {"cases", "alone"}) {
    auto office = Office::open(stage, /*relayed=*/false);
    if (!office) return fail(office.error());
    const Status free = (*office)->free_outlet();
    if (!free) return fail(free.error());
    const auto cost = cost_of(stage, **office, stage.options().count, shape, shape);
    if (!cost) return fail(cost.error());
    const auto config = (*office)->configuration();
    if (!config) return fail(config.error());
    out[shape] = cost_json(*cost);
    out["configuration"] = *config;
    cpu.push_back(cost->cpu_us());
  }
  out["cases_cpu"] = cpu[0] / cpu[1];
  return out;
}

}  // namespace redress::measure
