#include "tests/sim/run.h"

#include "tests/sim/injector.h"

namespace redress::sim {
namespace {

constexpr std::int64_t look_every_ms = 15 * 60'000;
constexpr std::int64_t settle_step_ms = 5'000;
constexpr std::int64_t healing_ms = 60'000;  // six heartbeats
// A refused branch knocks again after a minute at most, a dead session is noticed after 40 seconds, what was sent in
// vain is sent again after five: some rounds of these.
constexpr std::int64_t settle_ms_max = 40 * 60'000;
constexpr std::int64_t greet_every_ms = 5 * 60'000;
constexpr std::size_t broken_max = 20;

// Looks at what is shown of the lag now and then.
void look_again(World& world, Judge& judge, Instant end) {
  if (world.now() >= end) return;
  judge.look_at_lag();
  world.at(after_ms(world.now(), look_every_ms), [&world, &judge, end] { look_again(world, judge, end); });
}

// Until level, or until the time for it is over.
void let_settle(World& world, Judge& judge, Injector& injector, Outcome& out) {
  const Instant begin = world.now();
  while (judge.not_level() && world.now() < after_ms(begin, settle_ms_max) && judge.broken().empty()) {
    world.run_until(after_ms(world.now(), settle_step_ms));
    if ((world.now().value() - begin.value()) % greet_every_ms == 0) injector.greet_again();
  }
  out.settled_after_ms = world.now().value() - begin.value();
  if (!judge.broken().empty()) return;
  if (const auto why = judge.not_level())
    judge.on_broken("P2 not level " + std::to_string(settle_ms_max / 60'000) +
                    " minutes after everything healed: " + *why);
}

}  // namespace

Outcome run(std::uint64_t seed, const RunOptions& options) {
  Outcome out;
  out.setting = draw_setting(seed, options.setting);
  const Setting& setting = out.setting;
  World world{setting, options.folder};
  Judge judge{world, setting};
  world.watch(judge);
  if (options.tell) world.tell = options.line;
  People people{world, setting};
  world.on_prompted = [&](const std::string& key, const store::Appended& appended) {
    judge.on_told({0, key, appended});
  };
  people.on_told = [&](const ToldSaved& told) { judge.on_told(told); };
  Injector injector{world, judge, people, setting};
  if (setting.real_crypto) world.marks.hit("real suite");
  const Instant end = after_ms(world.now(), setting.lasts_ms);
  world.begin();
  people.begin(end);
  injector.begin();
  look_again(world, judge, end);
  while (world.now() < end && judge.broken().empty()) {
    world.run_until(std::min(end, after_ms(world.now(), look_every_ms)));
  }
  if (judge.broken().empty()) {
    injector.heal();
    let_settle(world, judge, injector, out);
  }
  if (setting.whole_casework && judge.broken().empty()) {
    injector.decay();
    world.run_until(after_ms(world.now(), healing_ms));
    injector.judge_decay();
  }
  if (judge.broken().empty()) judge.settle();
  out.broken = judge.broken();
  if (out.broken.size() > broken_max) out.broken.resize(broken_max);
  out.trace = world.trace.digest();
  out.faults = injector.injected;
  out.registrations = people.registrations;
  out.acts = people.acts;
  out.fed = judge.fed_count();
  out.frames = world.network().frames;
  out.turns = world.turns;
  out.marks = world.marks;
  return out;
}

}  // namespace redress::sim
