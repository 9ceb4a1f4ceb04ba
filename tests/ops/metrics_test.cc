#include "ops/shell/metrics.h"

#include <catch2/catch.hpp>
#include <string>
#include <thread>
#include <vector>

namespace redress::shell {
namespace {

bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

TEST_CASE("Metrics: counters and gauges show as Prometheus reads them") {
  Metrics metrics;
  Counter taken = metrics.counter("redress_entries_total", "Entries taken", {{"site", "11"}});
  taken.add();
  taken.add(41);
  Gauge behind = metrics.gauge("redress_behind", "Entries behind");
  behind.set(7);
  behind.add(-9.5);
  const std::string text = metrics.exposition();
  CHECK(has(text, "# HELP redress_entries_total Entries taken\n# TYPE redress_entries_total counter\n"));
  CHECK(has(text, "redress_entries_total{site=\"11\"} 42\n"));
  CHECK(has(text, "# TYPE redress_behind gauge\nredress_behind -2.5\n"));
}

TEST_CASE("Metrics: the same name and labels are one cell, other labels another of the same family") {
  Metrics metrics;
  metrics.counter("c_total", "h", {{"site", "1"}}).add(2);
  metrics.counter("c_total", "h", {{"site", "1"}}).add(3);
  metrics.counter("c_total", "h", {{"site", "2"}}).add(4);
  const std::string text = metrics.exposition();
  CHECK(has(text, "c_total{site=\"1\"} 5\n"));
  CHECK(has(text, "c_total{site=\"2\"} 4\n"));
  CHECK(text.find("# TYPE c_total") == text.rfind("# TYPE c_total"));
}

TEST_CASE("Metrics: no count of any thread is lost") {
  Metrics metrics;
  Counter counter = metrics.counter("n_total", "h");
  std::vector<std::thread> all;
  for (int i = 0; i < 4; ++i) {
    all.emplace_back([counter]() mutable {
      for (int n = 0; n < 10'000; ++n) counter.add();
    });
  }
  for (auto& one : all) one.join();
  CHECK(has(metrics.exposition(), "n_total 40000\n"));
}

}  // namespace
}  // namespace redress::shell
