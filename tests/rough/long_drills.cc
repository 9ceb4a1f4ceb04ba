// Drills that take too long to be held with the others.
#include <atomic>
#include <nlohmann/json.hpp>
#include <thread>

#include "ops/shell/process.h"
#include "tests/rough/stage.h"

namespace redress::rough {
namespace {

// What an outlet has after 30 days without its line. How long ago it was written plays no part in how it is sent.
constexpr std::size_t month_cases = 100'000;
constexpr std::size_t month_text_bytes = 1'200;
constexpr std::size_t registrars = 16;  // who ask at once: the store commits what waits together
constexpr const char* twenty_mbit = "rate 2500000";
constexpr std::int64_t month_ms_max = 600'000;
constexpr std::size_t compared_each = 100;  // each 100th case is looked at, at every site
constexpr std::int64_t compared_ms_max = 300'000;
constexpr std::int64_t ms_of_s = 1'000;

DrillReport failed(const Error& error) { return {{error.what}, {}, {}}; }

// Registers so many at the outlet. Fails with the first that is not answered.
Status register_many(Stage& stage, std::size_t count) {
  std::atomic<std::size_t> next{0};
  std::atomic<bool> broken{false};
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < registrars; ++i) {
    threads.emplace_back([&] {
      auto client = stage.fleet().client(outlet);
      while (client && !broken && next++ < count) {
        const Wish wish = stage.history().wish(outlet, "registered", "", month_text_bytes);
        if (!ask(*client, stage.history(), wish)) broken = true;
      }
      if (!client) broken = true;
    });
  }
  for (std::thread& thread : threads) thread.join();
  return broken ? Status{fail(Code::unreachable, "the outlet does not answer")} : Status{Done{}};
}

// That head office has them all, whole, once; and that one in a hundred looks alike everywhere.
void judge_month(Stage& stage, DrillReport& report) {
  std::set<std::string> compared;
  std::size_t number = 0;
  for (const auto& [id, site] : stage.history().cases()) {
    if (number++ % compared_each == 0) compared.insert(id);
  }
  for (const std::string& broken : settle_cases(stage.fleet(), stage.history(), compared, compared_ms_max))
    report.problems.push_back(broken);
  for (const SiteId site : stage.fleet().sites()) {
    const auto verified = stage.fleet().ask(site, {"verify"});
    const std::string name = "site " + std::to_string(site.value());
    if (!verified) {
      report.problems.push_back(name + ": " + verified.error().what);
      continue;
    }
    if (verified->value("errors", 1) != 0) report.problems.push_back(name + ": verify finds " + verified->dump());
    if (verified->value("cases", std::size_t{0}) != month_cases)
      report.problems.push_back(name + " has not as many cases as were told: " + verified->dump());
  }
  for (const std::string& problem : stage.history().problems()) report.problems.push_back(problem);
}

DrillReport hold_month(const DrillPlaces& places) {
  auto opened = Stage::open(places, {}, true);
  if (!opened) return failed(opened.error());
  Stage& stage = **opened;
  DrillReport report;
  if (const auto cut = stage.relay().tell("cut"); !cut) return failed(cut.error());
  const Instant begin = shell::mono_now();
  if (const Status registered = register_many(stage, month_cases - 1); !registered) return failed(registered.error());
  const auto last = stage.saved_at_outlet(month_text_bytes);
  if (!last) return failed(last.error());
  report.measured["registered"] = shell::mono_now().value() - begin.value();
  for (const char* command : {"heal", twenty_mbit}) {
    if (const auto told = stage.relay().tell(command); !told) return failed(told.error());
  }
  const auto caught_up = stage.ms_until_through(*last, 3 * month_ms_max);
  if (!caught_up) return failed(caught_up.error());
  report.measured["caught_up"] = *caught_up;
  if (*caught_up > month_ms_max)
    report.problems.push_back("caught up only after " + std::to_string(*caught_up / ms_of_s) + " s");
  if (const auto healed = stage.relay().tell("heal"); !healed) return failed(healed.error());
  judge_month(stage, report);
  return report;
}

}  // namespace

std::vector<Drill> long_drills(const DrillPlaces& places) {
  return {{"long: 100,000 entries that waited, at 20 Mbit/s", [=] { return hold_month(places); }}};
}

}  // namespace redress::rough
