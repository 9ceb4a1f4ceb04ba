#include "tests/rough/soak_rule.h"

#include <algorithm>

namespace redress::rough {
namespace {

constexpr int quarters = 4;
constexpr int percent = 100;

bool is_in(const Footprint& moment, int quarter, std::int64_t total_ms) {
  return moment.at_ms * quarters >= quarter * total_ms && moment.at_ms * quarters < (quarter + 1) * total_ms;
}

std::int64_t median_of(const std::vector<Footprint>& moments, std::int64_t Footprint::*field) {
  std::vector<std::int64_t> values;
  for (const Footprint& moment : moments) values.push_back(moment.*field);
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

std::vector<Footprint> quarter_of(const std::vector<Footprint>& moments, int quarter, std::int64_t total_ms) {
  std::vector<Footprint> out;
  for (const Footprint& moment : moments) {
    if (is_in(moment, quarter, total_ms)) out.push_back(moment);
  }
  return out;
}

}  // namespace

Footprint median_of_quarter(const std::vector<Footprint>& moments, int quarter, std::int64_t total_ms) {
  const std::vector<Footprint> chosen = quarter_of(moments, quarter, total_ms);
  return {median_of(chosen, &Footprint::at_ms), median_of(chosen, &Footprint::anonymous_bytes),
          median_of(chosen, &Footprint::descriptors), median_of(chosen, &Footprint::home_bytes),
          median_of(chosen, &Footprint::entries)};
}

std::vector<std::string> grown(const std::string& name, const std::vector<Footprint>& moments, std::int64_t total_ms,
                               const SoakRule& rule) {
  for (const int quarter : {1, 3}) {
    if (quarter_of(moments, quarter, total_ms).empty())
      return {name + " was never seen in quarter " + std::to_string(quarter + 1)};
  }
  const Footprint before = median_of_quarter(moments, 1, total_ms);
  const Footprint after = median_of_quarter(moments, 3, total_ms);
  std::vector<std::string> out;
  const auto hold = [&](const char* what, std::int64_t was, std::int64_t is, std::int64_t allowed) {
    if (is > allowed)
      out.push_back(name + ": " + what + " grew from " + std::to_string(was) + " to " + std::to_string(is) +
                    ", allowed " + std::to_string(allowed));
  };
  hold("memory", before.anonymous_bytes, after.anonymous_bytes,
       before.anonymous_bytes * (percent + rule.memory_percent) / percent + rule.memory_bytes);
  hold("the number of descriptors", before.descriptors, after.descriptors, before.descriptors + rule.descriptors);
  hold("the size of its files", before.home_bytes, after.home_bytes,
       before.home_bytes + rule.file_bytes + (after.entries - before.entries) * rule.file_bytes_per_entry);
  return out;
}

}  // namespace redress::rough
