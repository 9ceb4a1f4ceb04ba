// Drills of the line between an outlet and head office, on loopback, behind a relay that can be bad in many ways.
#include <csignal>

#include "ops/shell/process.h"
#include "tests/rough/stage.h"

namespace redress::rough {
namespace {

constexpr std::size_t backlog_cases = 500;  // of a day
constexpr std::size_t backlog_text_bytes = 4'000;
constexpr const char* two_mbit = "rate 250000";
constexpr std::int64_t backlog_ms_max = 60'000;
constexpr int returns = 5;

// Opened by the first drill that needs it.
class Shared {
 public:
  explicit Shared(DrillPlaces places) : places_{std::move(places)} {}
  Result<Stage*> stage() {
    if (!stage_) {
      auto opened = Stage::open(places_, {}, true);
      if (!opened) return fail(opened.error());
      stage_ = std::move(*opened);
    }
    return stage_.get();
  }

 private:
  const DrillPlaces places_;
  std::unique_ptr<Stage> stage_;
};

Status told(const Stage& stage, const std::vector<std::string>& commands) {
  for (const std::string& command : commands) {
    const auto said = stage.relay().tell(command);
    if (!said) return fail(said.error());
  }
  return Done{};
}

DrillReport failed(const Error& error) { return {{error.what}, {}, {}}; }

Drill bad_line(const std::shared_ptr<Shared>& shared, const std::string& name, std::vector<std::string> commands,
               std::int64_t hold_ms, bool lets_through = false) {
  return {"line: " + name, [=]() -> DrillReport {
            const auto stage = shared->stage();
            if (!stage) return failed(stage.error());
            LineTrouble trouble;
            trouble.begin = [=] { return told(**stage, commands); };
            trouble.heal = [=] { return told(**stage, {"heal"}); };
            trouble.hold_ms = hold_ms;
            trouble.lets_through = lets_through;
            return hold_trouble(**stage, trouble);
          }};
}

Drill resets(const std::shared_ptr<Shared>& shared) {
  return {"line: reset again and again", [=]() -> DrillReport {
            const auto stage = shared->stage();
            if (!stage) return failed(stage.error());
            LineTrouble trouble;
            trouble.begin = [=]() -> Status {
              for (int i = 0; i < 20; ++i) {
                const Status done = told(**stage, {"reset"});
                if (!done) return done;
                pass_time(200);
              }
              return Done{};
            };
            trouble.heal = [=] { return told(**stage, {"heal"}); };
            trouble.hold_ms = 0;
            return hold_trouble(**stage, trouble);
          }};
}

// How long an entry took from the moment that a site that had stood still goes on.
Result<std::int64_t> through_a_stop(Stage& stage, SiteId site) {
  {
    const Clients people{stage.fleet(), stage.history(), 2, {150, 300}};
    pass_time(500);
    stage.fleet().signal(site, SIGSTOP);
    pass_time(10'000);
    stage.fleet().signal(site, SIGCONT);
  }
  const auto waiting = stage.saved_at_outlet();
  if (!waiting) return fail(waiting.error());
  return stage.ms_until_through(*waiting, 10 * return_ms_max);
}

Drill stopped(const std::shared_ptr<Shared>& shared, SiteId site, const std::string& name) {
  return {"line: " + name + " stands still for 10 s", [=]() -> DrillReport {
            const auto stage = shared->stage();
            if (!stage) return failed(stage.error());
            DrillReport report;
            judge_return(**stage, best_of_three(return_ms_max, [&] { return through_a_stop(**stage, site); }), report);
            return report;
          }};
}

// How long an entry took that waited behind a cut, from the moment that the line is back.
Result<std::int64_t> through_a_cut(Stage& stage, std::int64_t cut_ms) {
  if (const Status cut = told(stage, {"cut"}); !cut) return fail(cut.error());
  pass_time(cut_ms);
  const auto waiting = stage.saved_at_outlet();
  if (!waiting) return fail(waiting.error());
  if (const Status healed = told(stage, {"heal"}); !healed) return fail(healed.error());
  return stage.ms_until_through(*waiting, 10 * return_ms_max);
}

// The first entry after a cut is through in the time that is promised, however long the cut was.
DrillReport hold_returns(Stage& stage) {
  DrillReport report;
  for (int i = 0; i < returns; ++i) {
    const auto back = best_of_three(return_ms_max, [&] { return through_a_cut(stage, 1'000 + i * 2'500); });
    if (!back) return failed(back.error());
    auto& worst = report.measured["worst_return"];
    worst = std::max(worst, *back);
  }
  if (report.measured["worst_return"] > return_ms_max) report.problems.push_back("a return took too long");
  const auto broken = stage.settled();
  report.problems.insert(report.problems.end(), broken.begin(), broken.end());
  return report;
}

// How long a day's backlog took to drain.
Result<std::int64_t> drained(Stage& stage) {
  if (const Status cut = told(stage, {"cut"}); !cut) return fail(cut.error());
  auto client = stage.fleet().client(outlet);
  if (!client) return fail(client.error());
  for (std::size_t i = 0; i + 1 < backlog_cases; ++i) {
    if (!ask(*client, stage.history(), stage.history().wish(outlet, "registered", "", backlog_text_bytes)))
      return fail(Code::unreachable, "the outlet does not answer");
  }
  const auto last = stage.saved_at_outlet(backlog_text_bytes);
  if (!last) return fail(last.error());
  if (const Status healed = told(stage, {"heal", two_mbit}); !healed) return fail(healed.error());
  const auto took = stage.ms_until_through(*last, 3 * backlog_ms_max);
  if (const Status healed = told(stage, {"heal"}); !healed) return fail(healed.error());
  return took;
}

DrillReport hold_backlog(Stage& stage) {
  DrillReport report;
  const auto took = best_of_three(backlog_ms_max, [&] { return drained(stage); });
  if (!took) return failed(took.error());
  report.measured["backlog_drained"] = *took;
  if (*took > backlog_ms_max) report.problems.push_back("the backlog took too long");
  const auto broken = stage.settled();
  report.problems.insert(report.problems.end(), broken.begin(), broken.end());
  return report;
}

Drill with(const std::shared_ptr<Shared>& shared, const std::string& name, DrillReport (*hold)(Stage&)) {
  return {"line: " + name, [=]() -> DrillReport {
            const auto stage = shared->stage();
            return stage ? hold(**stage) : failed(stage.error());
          }};
}

DrillReport hold_judgement(Stage& stage) { return {judge_all(stage.fleet(), stage.history()), {}, {}}; }

}  // namespace

std::vector<Drill> line_drills(const DrillPlaces& places) {
  const auto shared = std::make_shared<Shared>(places);
  return {
      bad_line(shared, "cut", {"cut"}, 3'000),
      bad_line(shared, "stalled, connections stay", {"stall"}, 10'000),
      bad_line(shared, "2 s under way each way", {"delay 2000"}, 4'000, true),
      bad_line(shared, "64 kbit/s", {"rate 8000"}, 4'000, true),
      bad_line(shared, "nothing arrives at head office", {"hole up"}, 10'000),
      bad_line(shared, "nothing arrives at the outlet", {"hole down"}, 10'000),
      bad_line(shared, "flapping every second", {"flap 1000"}, 8'000),
      bad_line(shared, "200 bytes a second, in drips", {"drip 200"}, 6'000),
      resets(shared),
      stopped(shared, head_office, "head office"),
      stopped(shared, outlet, "the outlet"),
      with(shared, "five returns", hold_returns),
      with(shared, "a day's backlog at 2 Mbit/s", hold_backlog),
      with(shared, "all that was told is in order at the end", hold_judgement),
  };
}

}  // namespace redress::rough
