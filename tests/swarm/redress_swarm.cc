// The program: the shipped gateway, and thousands of branches of one process that lose their lines and come back in the
// same second, while one stays connected. Says how long it takes until all is level, what that costs the one that
// stayed, and what a connected branch takes of the gateway's memory.
#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "crypto/suite_intl.h"
#include "ops/measure/process_figures.h"
#include "ops/measure/statistics.h"
#include "ops/shell/process.h"
#include "tests/rough/fleet.h"
#include "tests/rough/work_folder.h"
#include "tests/swarm/swarm.h"

namespace redress::swarm {
namespace {

using nlohmann::json;

constexpr double zero_lag_s_max = 30;
constexpr double steady_p99_ms_max = 1'000;
constexpr double memory_kib_max = 64;
constexpr std::int64_t patience_ms = 300'000;
constexpr std::int64_t end_ms_max = 30'000;
constexpr std::int64_t away_ms = 3'000;
constexpr double kib_of_mib = 1024;

struct Asked {
  std::size_t branches = 2'000;
  std::size_t entries = 3;
  std::string programs;
  std::string folder;
  bool json = false;
};

struct Figures {
  double first_up_s = 0;
  double first_level_s = 0;
  double memory_kib_a_branch = 0;
  double asked_within_s = 0;
  double level_s = 0;
  double steady_p50_ms = 0;
  double steady_p99_ms = 0;
  double steady_max_ms = 0;

  [[nodiscard]] bool met() const {
    return level_s <= zero_lag_s_max && steady_p99_ms <= steady_p99_ms_max && memory_kib_a_branch <= memory_kib_max;
  }
};

double seconds(std::int64_t ms) { return static_cast<double>(ms) / 1'000; }

class Storm {
 public:
  Storm(const Asked& asked, std::string folder) : asked_{asked}, folder_{std::move(folder)} {}

  Status open() {
    rough::FleetOptions options;
    options.daemons = options.tools = asked_.programs;
    options.folder = folder_;
    auto fleet = rough::Fleet::open(options);
    if (!fleet) return fail(fleet.error());
    fleet_ = std::move(*fleet);
    const auto home = shell::open_home(fleet_->home(head_office));
    if (!home) return fail(home.error().front());
    const Status enrolled = enrol(*home);
    if (!enrolled) return enrolled;
    const Office office{{&crypto::intl(), home->keys.network},
                        "tcp://127.0.0.1:" + std::to_string(fleet_->link_port()),
                        home->keys.keys.transport.public_key,
                        home->keys.keys.signing.public_key};
    steady_ = std::make_unique<Steady>(steady_one_, office);
    auto context = shell::LinkContext::open();
    if (!context) return fail(context.error());
    context_ = std::move(*context);
    auto swarm = Swarm::open(enrolled_, office, *context_);
    if (!swarm) return fail(swarm.error());
    swarm_ = std::move(*swarm);
    steady_->start();
    return steady_->await_flowing(patience_ms);
  }

  Result<Figures> run() {
    Figures out;
    const std::optional<double> before = memory_kib();
    const auto up = swarm_->await_up(patience_ms);
    if (!up) return fail(up.error());
    out.first_up_s = seconds(*up);
    const std::optional<double> after = memory_kib();
    if (!before || !after) return fail(Code::io, "the gateway's memory cannot be read");
    out.memory_kib_a_branch = (*after - *before) / static_cast<double>(enrolled_.size());
    Status done = swarm_->register_all(asked_.entries);
    const auto level = done ? swarm_->await_level(patience_ms) : Result<std::int64_t>{fail(done.error())};
    if (!level) return fail(level.error());
    out.first_level_s = seconds(*level);
    done = come_back(out);
    if (!done) return fail(done.error());
    return out;
  }

 private:
  Status enrol(const shell::Home& home) {
    fleet_->signal(head_office, SIGTERM);
    const auto ended = fleet_->end(head_office, end_ms_max);
    if (!ended) return fail(ended.error());
    auto enrolled = enrol_all(home, asked_.branches + 1, random_);
    if (!enrolled) return fail(enrolled.error());
    steady_one_ = enrolled->back();
    enrolled->pop_back();
    enrolled_ = std::move(*enrolled);
    const Status launched = fleet_->launch(head_office);
    return launched ? fleet_->await_door(head_office) : launched;
  }

  // All lines are cut, everybody writes on, all lines are back in one moment.
  Status come_back(Figures& out) {
    swarm_->cut_all();
    Status done = swarm_->register_all(asked_.entries);
    if (done) done = swarm_->run_for(away_ms);
    if (!done) return done;
    const Instant back = shell::mono_now();
    swarm_->mend_all();
    const auto level = swarm_->await_level(patience_ms);
    if (!level) return fail(level.error());
    out.level_s = seconds(*level);
    out.asked_within_s = seconds(swarm_->asked_within_ms(back));
    steady_->stop();
    if (!steady_->problem().empty()) return fail(Code::unreachable, steady_->problem());
    const std::vector<double> lags = steady_->lags_since(back);
    if (lags.empty()) return fail(Code::unreachable, "the steady branch registered nothing meanwhile");
    out.steady_p50_ms = measure::percentile(lags, 0.5);
    out.steady_p99_ms = measure::percentile(lags, 0.99);
    out.steady_max_ms = measure::percentile(lags, 1);
    return Done{};
  }

  [[nodiscard]] std::optional<double> memory_kib() const {
    const auto memory = measure::memory_of(fleet_->pid(head_office));
    return memory ? std::optional{memory->anonymous_mib * kib_of_mib} : std::nullopt;
  }

  const Asked& asked_;
  const std::string folder_;
  crypto::SystemRandom random_;
  std::unique_ptr<rough::Fleet> fleet_;
  std::vector<Enrolled> enrolled_;
  Enrolled steady_one_;
  std::unique_ptr<shell::LinkContext> context_;
  std::unique_ptr<Swarm> swarm_;
  std::unique_ptr<Steady> steady_;
};

void tell(const Asked& asked, const Figures& figures) {
  if (asked.json) {
    const json out{{"branches", asked.branches},
                   {"entries_each", asked.entries},
                   {"first_up_s", figures.first_up_s},
                   {"first_level_s", figures.first_level_s},
                   {"asked_within_s", figures.asked_within_s},
                   {"level_s", figures.level_s},
                   {"steady_p50_ms", figures.steady_p50_ms},
                   {"steady_p99_ms", figures.steady_p99_ms},
                   {"steady_max_ms", figures.steady_max_ms},
                   {"memory_kib_a_branch", figures.memory_kib_a_branch},
                   {"met", figures.met()}};
    std::printf("%s\n", out.dump().c_str());
    return;
  }
  std::printf("%zu branches: all up in %.1f s, %zu entries each level in %.1f s\n", asked.branches, figures.first_up_s,
              asked.entries, figures.first_level_s);
  std::printf("all back within %.2f s: %zu entries each level in %.1f s (at most %.0f)\n", figures.asked_within_s,
              asked.entries, figures.level_s, zero_lag_s_max);
  std::printf("who stayed: lag p50 %.0f ms, p99 %.0f ms (at most %.0f), max %.0f ms\n", figures.steady_p50_ms,
              figures.steady_p99_ms, steady_p99_ms_max, figures.steady_max_ms);
  std::printf("gateway: %.1f KiB a connected branch (at most %.0f)\n", figures.memory_kib_a_branch, memory_kib_max);
  std::printf("%s\n", figures.met() ? "met" : "NOT met");
}

int run(const Asked& asked, const std::string& folder) {
  Storm storm{asked, folder};
  const Status opened = storm.open();
  const auto figures = opened ? storm.run() : Result<Figures>{fail(opened.error())};
  if (!figures) {
    std::fprintf(stderr, "redress-swarm: %s\n", figures.error().what.c_str());
    return 2;
  }
  tell(asked, *figures);
  return figures->met() ? 0 : 1;
}

}  // namespace
}  // namespace redress::swarm

int main(int argc, char** argv) {
  redress::swarm::Asked asked;
  asked.programs = std::filesystem::canonical("/proc/self/exe").parent_path().string();
  CLI::App app{"thousands of branches that come back in the same second"};
  app.add_option("--branches", asked.branches, "how many")->check(CLI::Range(1, 4'000));
  app.add_option("--entries", asked.entries, "that each writes while away")->check(CLI::Range(1, 1'000));
  app.add_option("--programs", asked.programs, "where redress-gateway and redress-ops are");
  app.add_option("--folder", asked.folder, "where homes and logs are kept");
  app.add_flag("--json", asked.json, "figures as JSON");
  CLI11_PARSE(app, argc, argv);
  const redress::rough::WorkFolder folder{"redress-swarm", asked.folder};
  if (folder.path().empty()) {
    std::fprintf(stderr, "redress-swarm: no folder can be made\n");
    return 2;
  }
  return folder.leave(redress::swarm::run(asked, folder.path()));
}
