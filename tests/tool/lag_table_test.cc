#include "ops/tool/lag_table.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

namespace redress::tool {
namespace {

using nlohmann::json;

json lag(const char* state, int entries, int oldest_ms, json contact_ms, int p99_ms) {
  return {{"state", state},
          {"at_least", std::string{state} == "unknown"},
          {"entries", entries},
          {"oldest_ms", oldest_ms},
          {"contact_ms", std::move(contact_ms)},
          {"took", {{"count", p99_ms == 0 ? 0 : 9}, {"p50_ms", p99_ms / 2}, {"p95_ms", p99_ms}, {"p99_ms", p99_ms}}}};
}

json answer() {
  const json level = lag("level", 0, 0, 100, 40);
  return {{"sites",
           {{{"site", 11}, {"name", "望京支行"}, {"line", "up"}, {"up", level}, {"down", level}},
            {{"site", 12},
             {"name", "East"},
             {"line", "up"},
             {"up", lag("draining", 300, 9'000, 200, 9'900)},
             {"down", level}},
            {{"site", 13},
             {"name", "Far"},
             {"line", "down"},
             {"up", lag("unknown", 7, 700'000, 650'000, 0)},
             {"down", lag("unknown", 1, 800'000, 650'000, 0)},
             {"trouble", {{"code", "unreachable"}, {"message", "The line ended."}}}},
            {{"site", 14},
             {"name", "New"},
             {"line", "down"},
             {"up", lag("unknown", 0, 0, nullptr, 0)},
             {"down", lag("unknown", 0, 0, nullptr, 0)}}}}};
}

// The sites in the order of their rows.
std::string order_of(LagOrder order, bool reversed = false) {
  LagView view;
  view.order = order;
  view.reversed = reversed;
  std::string out;
  std::istringstream lines{lag_table(answer(), view)};
  for (std::string line; std::getline(lines, line);) {
    if (line.rfind("1", 0) == 0) out += line.substr(0, 3);
  }
  return out;
}

}  // namespace

TEST_CASE("Lag table: sorted by each of its numbers, the worst first") {
  CHECK(order_of(LagOrder::site) == "11 12 13 14 ");
  CHECK(order_of(LagOrder::state) == "13 14 12 11 ");
  CHECK(order_of(LagOrder::entries) == "12 13 11 14 ");
  CHECK(order_of(LagOrder::oldest) == "13 12 11 14 ");
  CHECK(order_of(LagOrder::contact) == "14 13 12 11 ");
  CHECK(order_of(LagOrder::took) == "12 11 13 14 ");
  CHECK(order_of(LagOrder::site, true) == "14 13 12 11 ");
  CHECK(order_of(LagOrder::entries, true) == "11 14 13 12 ");
}

TEST_CASE("Lag table: an age that may be older says so") {
  json all = answer();
  all["sites"][1]["up"]["oldest_at_least"] = true;
  CHECK(lag_table(all, {}).find("300, oldest >= 9000 ms") != std::string::npos);
  all["sites"][1]["up"]["oldest_at_least"] = false;
  CHECK(lag_table(all, {}).find("300, oldest 9000 ms") != std::string::npos);
}

TEST_CASE("Lag table: who was revoked comes last, behind nothing, and is counted apart") {
  json all = answer();
  all["sites"][2]["standing"] = "revoked";
  LagView view;
  view.order = LagOrder::state;
  view.summary = true;
  const std::string en = lag_table(all, view);
  CHECK(en.find("4 sites: unknown 1, stalled 0, draining 1, level 1, revoked 1; under way 300 entries\n") == 0);
  CHECK(en.find("13      revoked   -  ") > en.find("11      up"));
  CHECK(en.find(">= 7") == std::string::npos);
  view.chinese = view.reversed = true;
  const std::string zh = lag_table(all, view);
  CHECK(zh.find("13      已吊销") > zh.find("14      down"));
  CHECK(zh.find("已吊销 1；") != std::string::npos);
}

TEST_CASE("Lag table: says what is not known, why, and in either language") {
  const std::string en = lag_table(answer(), {});
  CHECK(en.find("unknown, >= 7, oldest 11 min") != std::string::npos);
  CHECK(en.find("unreachable: the other end of the line does not answer\n") != std::string::npos);
  LagView view;
  view.chinese = view.summary = view.took = true;
  const std::string zh = lag_table(answer(), view);
  CHECK(zh.find("4 个机构：失联 2，停滞 0，追赶中 1，无滞后 1；未送达 308 条\n") == 0);
  CHECK(zh.find("未知，至少 7 条，最早 11 min") != std::string::npos);
  CHECK(zh.find("4950 ms / 9900 ms") != std::string::npos);
}

TEST_CASE("Lag table: a name cannot pass for a line of it") {
  json all = answer();
  all["sites"][1]["name"] = "East\n99      up\x1B[31m";
  CHECK(lag_table(all, {}).find("East\uFFFD99      up\uFFFD[31m\n") != std::string::npos);
}

TEST_CASE("Lag table: what does not fit is counted, not dropped in silence") {
  LagView view;
  view.rows = 1;
  view.order = LagOrder::state;
  const std::string text = lag_table(answer(), view);
  CHECK(text.find("Far") != std::string::npos);
  CHECK(text.find("East") == std::string::npos);
  CHECK(text.find("… and 3 more\n") != std::string::npos);
}

TEST_CASE("Lag table: an order has a name, and no other is taken") {
  for (const char* name : {"site", "state", "entries", "oldest", "contact", "took"}) CHECK(lag_order_named(name));
  CHECK_FALSE(lag_order_named("Site"));
  CHECK_FALSE(lag_order_named(""));
}

}  // namespace redress::tool
