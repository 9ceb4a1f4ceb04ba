#include "ops/measure/costs.h"

#include <limits>
#include <nlohmann/json.hpp>

#include "ops/measure/door_client.h"
#include "ops/measure/office.h"
#include "ops/measure/process_figures.h"
#include "ops/measure/stopwatch.h"

namespace redress::measure {
namespace {

using nlohmann::json;

constexpr std::int64_t seconds_max = 3600;
constexpr std::size_t stretches = 20;  // of 1,000,000 entries the second is 50,000 to 100,000

struct Cost {
  double rate = 0;
  double branch_cpu_us = 0;
  double hub_cpu_us = 0;
  double branch_written_bytes = 0;
  double hub_written_bytes = 0;

  [[nodiscard]] double cpu_us() const { return branch_cpu_us + hub_cpu_us; }
  [[nodiscard]] double written_bytes() const { return branch_written_bytes + hub_written_bytes; }
};

json cost_json(const Cost& cost) {
  return {{"rate", cost.rate},
          {"branch_cpu_us", cost.branch_cpu_us},
          {"hub_cpu_us", cost.hub_cpu_us},
          {"branch_written_bytes", cost.branch_written_bytes},
          {"hub_written_bytes", cost.hub_written_bytes}};
}

Result<std::vector<std::unique_ptr<demo::Child>>> start_parts(Stage& stage, const Office& office, std::size_t count,
                                                              const char* shape, const std::string& source) {
  const std::vector<SiteId> outlets = office.outlets();
  std::vector<std::unique_ptr<demo::Child>> parts;
  for (const SiteId outlet : outlets) {
    auto part = stage.start({{"part", "product"},
                             {"task", "live"},
                             {"shape", shape},
                             {"home", office.home_of(outlet)},
                             {"count", count / outlets.size()},
                             {"level", true},
                             {"source", source}});
    if (!part) return fail(part.error());
    parts.push_back(std::move(*part));
  }
  return parts;
}

// So many entries more, live, by all outlets together, an entry's part of what that costs until all lists show it.
// Requires: the outlets are free; `source` is new.
Result<Cost> cost_of(Stage& stage, Office& office, std::size_t count, const char* shape, const std::string& source) {
  const pid_t hub = office.gateway_pid();
  const std::int64_t cpu = cpu_ns_of(hub);
  const std::uint64_t written = written_of(hub).value_or(0);
  auto parts = start_parts(stage, office, count, shape, source);
  if (!parts) return fail(parts.error());
  std::int64_t begun_ns = std::numeric_limits<std::int64_t>::max();
  std::int64_t done_ns = 0;
  double branch_cpu_ns = 0;
  double branch_written = 0;
  for (auto& part : *parts) {
    std::size_t at = 0;
    const auto told = stage.told(*part, at, seconds_max);
    if (!told) return fail(told.error());
    begun_ns = std::min(begun_ns, told->value("begun_ns", std::int64_t{0}));
    done_ns = std::max(done_ns, told->value("done_ns", std::int64_t{1}));
    branch_cpu_ns += static_cast<double>(told->value("cpu_ns", std::int64_t{0}));
    branch_written += static_cast<double>(told->value("written_bytes", std::uint64_t{0}));
  }
  const Status level = await_level(office.home_of(head_office));
  if (!level) return fail(level.error());
  const std::size_t each = count / parts->size();
  const auto entries = static_cast<double>(each * parts->size());
  Cost cost;
  cost.rate = entries * static_cast<double>(ns_a_s) / static_cast<double>(done_ns - begun_ns);
  cost.branch_cpu_us = branch_cpu_ns / 1e3 / entries;
  cost.hub_cpu_us = static_cast<double>(cpu_ns_of(hub) - cpu) / 1e3 / entries;
  cost.branch_written_bytes = branch_written / entries;
  cost.hub_written_bytes = static_cast<double>(written_of(hub).value_or(0) - written) / entries;
  for (auto& part : *parts) {
    const auto ended = part->wait(after_ms(shell::mono_now(), 60'000));
    if (!ended) return fail(ended.error());
  }
  stage.tell(source + ": " + cost_json(cost).dump());
  return cost;
}

}  // namespace

Result<json> measure_growth(Stage& stage) {
  auto office = Office::open(stage, /*relayed=*/false, stage.options().sites);
  if (!office) return fail(office.error());
  const Status free = (*office)->free_outlets();
  if (!free) return fail(free.error());
  const std::size_t stretch = stage.options().count / stretches;
  if (stretch < stage.options().sites)
    return fail(Code::bad_value, "fewer entries in a twentieth than outlets", "count");
  std::vector<Cost> costs;
  for (std::size_t i = 0; i < stretches; ++i) {
    const auto cost = cost_of(stage, **office, stretch, "mixed", "twentieth-" + std::to_string(i + 1));
    if (!cost) return fail(cost.error());
    costs.push_back(*cost);
  }
  const auto config = (*office)->configuration();
  if (!config) return fail(config.error());
  json all = json::array();
  for (const Cost& cost : costs) all.push_back(cost_json(cost));
  return json{{"sites", stage.options().sites},
              {"twentieths", all},
              {"growth_cpu", costs.back().cpu_us() / costs[1].cpu_us()},
              {"growth_io", costs.back().written_bytes() / costs[1].written_bytes()},
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
