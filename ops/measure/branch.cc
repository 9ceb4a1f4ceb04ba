#include "ops/measure/branch.h"

#include <unistd.h>

#include <csignal>
#include <iostream>
#include <nlohmann/json.hpp>

#include "branch-agent/agent.h"
#include "branch-agent/loop.h"
#include "ops/measure/door_client.h"
#include "ops/measure/go.h"
#include "ops/measure/process_figures.h"
#include "ops/measure/stopwatch.h"
#include "ops/shell/start.h"
#include "store/head_office_secret.h"

namespace redress::measure {
namespace {

using nlohmann::json;

constexpr std::int64_t up_ns_max = 60 * ns_a_s;
constexpr std::int64_t stuck_ns_max = 120 * ns_a_s;
constexpr std::int64_t look_ns = 500'000;
constexpr std::int64_t look_closely_ns = 100'000;

// What the load's thread does.
class Worker {
 public:
  // `receipted`: what the store had receipts for before.
  Worker(const BranchTask& task, const agent::Agent& agent, Seq receipted, Load& load,
         const std::function<void(const json&)>& tell)
      : task_{task}, agent_{agent}, load_{load}, tell_{tell}, base_{receipted.value()} {}

  Status run() {
    switch (task_.task) {
      case Task::live:
        return live();
      case Task::fill: {
        const Status filled = all_in();
        return filled ? await_receipts(task_.load.count) : filled;
      }
      case Task::catch_up:
        return catch_up();
      case Task::paced:
        return paced();
    }
    return Done{};
  }

 private:
  // The agent shows nothing before its first turn.
  [[nodiscard]] std::size_t since_base(Seq seq) const {
    return static_cast<std::size_t>(std::max(seq.value(), base_) - base_);
  }
  [[nodiscard]] std::size_t receipted() const { return since_base(agent_.view(shell::mono_now()).journal_receipted); }
  Status await_up() const {
    const std::int64_t end = ns_now() + up_ns_max;
    while (agent_.view(shell::mono_now()).state != "up") {
      if (ns_now() > end) return fail(Code::unreachable, "the line does not come up");
      wait_till_ns(ns_now() + look_ns);
    }
    return Done{};
  }
  // Once a second, for whoever waits.
  void show() {
    if (ns_now() < shown_ns_ + ns_a_s) return;
    shown_ns_ = ns_now();
    tell_({{"progress", std::to_string(load_.handed_over()) + " of " + std::to_string(task_.load.count) +
                            " registered, " + std::to_string(receipted()) + " receipted"}});
  }
  // Until so many entries of this run have receipts, durable here.
  Status await_receipts(std::size_t count) {
    std::size_t last = 0;
    for (std::int64_t since = ns_now();; wait_till_ns(ns_now() + look_ns)) {
      const std::size_t now = receipted();
      if (now >= count) return Done{};
      show();
      if (now != last) since = ns_now();
      last = now;
      if (ns_now() - since > stuck_ns_max) return fail(Code::unreachable, "no receipts come");
    }
  }
  Status all_in() {
    Status done = Done{};
    for (; done && load_.handed_over() < task_.load.count; show()) done = load_.next();
    return done ? load_.settle() : done;
  }

  Status live() {
    Status done = await_up();
    if (!done) return done;
    const std::uint64_t written = written_of(::getpid()).value_or(0);
    const std::int64_t cpu = cpu_ns();
    const std::int64_t begun = ns_now();
    done = all_in();
    const std::int64_t in = ns_now();
    if (done) done = await_receipts(task_.load.count);
    const std::int64_t receipted = ns_now();
    if (done && task_.level) done = await_level(task_.home);
    if (!done) return done;
    tell_({{"begun_ns", begun},
           {"registered_ns", in},
           {"done_ns", receipted},
           {"begun_at", 0},
           {"cpu_ns", cpu_ns() - cpu},
           {"written_bytes", written_of(::getpid()).value_or(0) - written}});
    return Done{};
  }

  Status catch_up() {
    Status done = all_in();
    // What waits has waited for hours: its branch has long listed it.
    if (done) done = await_level(task_.home);
    if (!done) return done;
    tell_({{"ready", true}});
    done = await_receipts(1);
    if (!done) return done;
    const std::int64_t cpu = cpu_ns();
    const std::int64_t begun = ns_now();
    const std::size_t begun_at = receipted();
    done = await_receipts(task_.load.count);
    if (!done) return done;
    tell_({{"begun_ns", begun}, {"done_ns", ns_now()}, {"begun_at", begun_at}, {"cpu_ns", cpu_ns() - cpu}});
    return Done{};
  }

  Status paced() {
    Status done = await_up();
    if (!done) return done;
    tell_({{"ready", true}});
    const auto slices = await_go(task_.go, 0);
    if (!slices) return fail(slices.error());
    be_punctual();
    const std::size_t items = std::min(slices->items(), task_.load.count);
    std::vector<std::int64_t> lags;  // until the receipt is there
    std::vector<std::int64_t> kept;  // until it is durable here
    for (std::int64_t moved = ns_now(); kept.size() < items;) {
      const std::size_t handed = load_.handed_over();
      const bool due = handed < items && slices->due_ns(handed) <= ns_now();
      if (due) done = load_.next();
      if (!done) return done;
      const agent::LinkView view = agent_.view(shell::mono_now());
      const std::int64_t now = ns_now();
      const auto note = [&](std::vector<std::int64_t>& of, Seq upto) {
        for (; of.size() < since_base(upto); moved = now) of.push_back((now - slices->due_ns(of.size())) / 1'000);
      };
      note(lags, view.journal_answered);
      note(kept, view.journal_receipted);
      const bool waits = kept.size() < load_.handed_over();
      if (waits && now - moved > stuck_ns_max) return fail(Code::unreachable, "no receipts come");
      const std::int64_t next = load_.handed_over() < items ? slices->due_ns(load_.handed_over()) : now + look_ns;
      wait_till_ns(waits ? std::min(next, now + look_closely_ns) : next);
      if (!waits) moved = ns_now();
    }
    tell_({{"lags_us", lags}, {"kept_us", kept}});
    return load_.settle();
  }

  const BranchTask& task_;
  const agent::Agent& agent_;
  Load& load_;
  const std::function<void(const json&)>& tell_;
  const std::uint64_t base_;
  std::int64_t shown_ns_ = 0;
};

struct Opened {
  shell::Home home;
  std::unique_ptr<shell::StopSignal> stop;
  std::unique_ptr<shell::Log> log;
  std::unique_ptr<shell::LinkContext> context;
};

Result<Opened> open(const std::string& folder) {
  auto home = shell::open_home(folder);
  if (!home) return fail(home.error().front());
  if (!home->keys.enrolment) return fail(Code::unknown_site, "this home has not joined");
  auto stop = shell::StopSignal::open();
  if (!stop) return fail(stop.error());
  auto log = shell::Log::open(shell::LogLevel::info, "");
  if (!log) return fail(log.error());
  auto context = shell::LinkContext::open();
  if (!context) return fail(context.error());
  return Opened{std::move(*home), std::move(*stop), std::move(*log), std::move(*context)};
}

int report(const Error& error) {
  std::cerr << "branch: " << error.what << std::endl;
  return 3;
}

}  // namespace

int run_branch(const BranchTask& task, const std::function<void(const json&)>& tell) {
  auto opened = open(task.home);
  if (!opened) return report(opened.error());
  shell::Home& home = opened->home;
  crypto::SystemRandom random;
  const crypto::Enrolment& enrolment = *home.keys.enrolment;
  const store::HeadOfficeSecret pairwise{enrolment.pairwise};
  auto daemon = shell::Daemon::open(home, {&pairwise, nullptr, enrolment.parent, {}, {}}, *opened->log);
  if (!daemon) return report(daemon.error());
  const store::SiteOptions& site = (*daemon)->site_options();
  agent::Agent agent{(*daemon)->site(), agent::self_of(**daemon, home), {enrolment.head_office_signing}, random};
  const Status serving = (*daemon)->serve([] {});
  if (!serving) return report(serving.error());
  const casework::Kinds kinds{casework::shipped_kinds()};
  store::Serial serial{(*daemon)->site().last_serial()};
  store::Desk desk{(*daemon)->site().truth(), {site, enrolment.parent, 480, {}}, kinds, serial, random};
  Load load{task.load, desk, kinds, (*daemon)->commands()};
  const Seq receipted = (*daemon)->site().written().receipted;
  Status worked = Done{};
  std::thread worker{[&] {
    worked = Worker{task, agent, receipted, load, tell}.run();
    ::kill(::getpid(), SIGTERM);
  }};
  agent::Loop loop{agent, **daemon, *opened->context, home, *opened->stop, *opened->log};
  const int status = loop.run();
  worker.join();
  if (!worked) return report(worked.error());
  return status;
}

}  // namespace redress::measure
