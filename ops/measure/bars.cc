#include "ops/measure/bars.h"

#include <nlohmann/json.hpp>
#include <sstream>

namespace redress::measure {
namespace {

using nlohmann::json;

enum class Asked { at_least, at_most };

struct Bar {
  const char* mode;
  const char* figure;
  Asked asked;
  double bar;
};

constexpr Bar bars[] = {
    {"live", "live_sealed", Asked::at_least, 0.85},
    {"live", "live_raw", Asked::at_least, 0.35},
    {"live", "followers_level_s", Asked::at_most, 15},
    {"catch-up", "catchup_raw", Asked::at_least, 0.6},
    {"catch-up", "flowing_ms_max", Asked::at_most, 1000},
    {"paced", "lag_p50", Asked::at_most, 2},
    {"paced", "lag_p95", Asked::at_most, 3},
    {"register", "register", Asked::at_most, 2.5},
    {"growth", "growth_cpu", Asked::at_most, 1.3},
    {"growth", "growth_io", Asked::at_most, 1.3},
    {"wire", "wire", Asked::at_most, 1.03},
    {"wire", "entry_beside_body_median", Asked::at_most, 230},
    {"wire", "entry_beside_body_max", Asked::at_most, 400},
    {"idle", "idle_rss_mib", Asked::at_most, 15},
    {"idle", "idle_switches_per_s", Asked::at_most, 10},
    {"archive", "list_p99_ms", Asked::at_most, 20},
    {"archive", "search_p99_ms", Asked::at_most, 50},
    {"archive", "start_ms", Asked::at_most, 3000},
    {"peers", "live_postgresql", Asked::at_least, 1.5},
    {"peers", "catchup_postgresql", Asked::at_least, 1.5},
    {"idle", "agent_mib", Asked::at_most, 8},
    {"idle", "gateway_mib", Asked::at_most, 8},
};

}  // namespace

json judged(const json& result) {
  json out = json::object();
  for (const Bar& bar : bars) {
    const auto mode = result.find(bar.mode);
    if (mode == result.end() || !mode->contains(bar.figure) || !(*mode)[bar.figure].is_number()) continue;
    const auto value = (*mode)[bar.figure].get<double>();
    std::ostringstream words;
    words << (bar.asked == Asked::at_least ? ">= " : "<= ") << bar.bar;
    out[bar.figure] = {{"value", value},
                       {"bar", words.str()},
                       {"met", bar.asked == Asked::at_least ? value >= bar.bar : value <= bar.bar}};
  }
  return out;
}

}  // namespace redress::measure
