// The program: rounds of SIGKILL and SIGSTOP on a gateway and two agents that people are using, and the judgement of
// what is left. Homes are used again from round to round.
#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "ops/demonstration/dice.h"
#include "tests/rough/judgement.h"
#include "tests/rough/thread_stop.h"
#include "tests/rough/work_folder.h"

namespace redress::rough {
namespace {

using demo::Dice;

constexpr SiteId primary{10};
constexpr SiteId outlet{11};
constexpr std::int64_t moment_ms_max = 250;       // after its door opened, when a kill may come
constexpr std::int64_t failpoint_ms_max = 1'500;  // until a failpoint must have been come to
constexpr std::int64_t stop_ms_max = 600;
constexpr std::int64_t settle_ms_max = 30'000;

struct Asked {
  int rounds = 12;
  int settle_every = 25;
  std::uint64_t seed = 1;
  std::string programs;
  std::string folder;
  bool json = false;
  bool verbose = false;
};

struct Tally {
  int rounds = 0;
  int kills = 0;
  int stops = 0;
  int threads_stopped = 0;
  std::map<std::string, int> failpoints;  // kills by name
  int failpoints_missed = 0;              // not come to in time: killed as it stood
  std::vector<std::string> problems;
};

class Rounds {
 public:
  Rounds(const Asked& asked, Fleet& fleet) : asked_{asked}, fleet_{fleet}, dice_{asked.seed} {}

  Tally run() {
    for (int round = 1; round <= asked_.rounds && tally_.problems.empty(); round += asked_.settle_every) {
      {
        const Clients clients{fleet_, history_, asked_.seed * 1'000 + static_cast<std::uint64_t>(round)};
        for (int i = round; i < round + asked_.settle_every && i <= asked_.rounds && tally_.problems.empty(); ++i)
          one_round(i);
      }
      if (tally_.problems.empty()) tally_.problems = settle(fleet_, history_, settle_ms_max);
      if (asked_.verbose)
        std::printf("round %d: %zu told, %zu problems\n", tally_.rounds, history_.saved_count(),
                    tally_.problems.size());
      std::fflush(stdout);
    }
    if (tally_.problems.empty()) tally_.problems = judge_all(fleet_, history_);
    return tally_;
  }
  [[nodiscard]] std::size_t told() const { return history_.saved_count(); }

 private:
  void one_round(int round) {
    ++tally_.rounds;
    const std::vector<SiteId> all = fleet_.sites();
    std::vector<SiteId> victims{all[static_cast<std::size_t>(dice_.below(3))]};
    const std::int64_t drawn = dice_.below(10);
    if (drawn == 0) victims = all;
    if (drawn == 1) victims = {head_office, outlet};
    pass_time(dice_.below(moment_ms_max));
    switch (dice_.below(6)) {
      case 0:
        stop(victims);
        break;
      case 1:
        stop_thread(victims.front());
        break;
      default:
        break;
    }
    for (const SiteId site : victims) kill(site);
    if (dice_.below(2) == 0) die_at_failpoint(victims.front());
    if (dice_.below(4) == 0) die_while_starting(victims.front());
    for (const SiteId site : victims) must(fleet_.launch(site), round);
    for (const SiteId site : victims) must(fleet_.await_door(site), round);
  }

  void must(const Status& done, int round) {
    if (!done) tally_.problems.push_back("round " + std::to_string(round) + ": " + done.error().what);
  }
  void kill(SiteId site) {
    ++tally_.kills;
    const auto ended = fleet_.kill(site);
    if (!ended || !ended->by_signal || ended->number != SIGKILL)
      tally_.problems.push_back("site " + std::to_string(site.value()) + " had ended before it was killed");
  }
  void stop(const std::vector<SiteId>& victims) {
    for (const SiteId site : victims) fleet_.signal(site, SIGSTOP);
    ++tally_.stops;
    pass_time(dice_.below(stop_ms_max));
    // Half of them are killed as they stand.
    if (dice_.below(2) == 0) return;
    for (const SiteId site : victims) fleet_.signal(site, SIGCONT);
    pass_time(dice_.below(moment_ms_max));
  }
  void stop_thread(SiteId site) {
    const auto threads = threads_of(fleet_.pid(site));
    if (threads.empty()) return;
    const pid_t one = threads[static_cast<std::size_t>(dice_.below(static_cast<std::int64_t>(threads.size())))];
    if (const auto stopped = ThreadStop::make(one)) {
      ++tally_.threads_stopped;
      pass_time(dice_.below(stop_ms_max));
    }
    pass_time(dice_.below(moment_ms_max));
  }
  void die_at_failpoint(SiteId site) {
    static const std::vector<std::string> names{"store.made",      "store.renamed", "store.written", "store.saved",
                                                "store.committed", "loop.taken",    "loop.turned",   "loop.sent"};
    const auto at = static_cast<std::size_t>(dice_.below(static_cast<std::int64_t>(names.size())));
    const bool makes = names[at] == "store.made" || names[at] == "store.renamed";
    // The views can always be made again, and only then a store is made.
    if (makes) std::filesystem::remove_all(fleet_.home(site) + "/data/views");
    const std::int64_t hit = makes ? 1 : 1 + dice_.below(8);
    const Status launched = fleet_.launch(site, {"REDRESS_FAILPOINT=" + names[at] + ":" + std::to_string(hit)});
    if (!launched) return must(launched, tally_.rounds);
    bool came = true;
    const auto ended = fleet_.end(site, failpoint_ms_max, &came);
    if (!ended || !ended->by_signal || ended->number != SIGKILL)
      tally_.problems.push_back("at " + names[at] + " it ended by itself");
    ++tally_.kills;
    ++(came ? tally_.failpoints[names[at]] : tally_.failpoints_missed);
  }
  void die_while_starting(SiteId site) {
    must(fleet_.launch(site), tally_.rounds);
    pass_time(dice_.below(moment_ms_max));
    kill(site);
  }

  const Asked& asked_;
  Fleet& fleet_;
  Dice dice_;
  History history_;
  Tally tally_;
};

void tell(const Asked& asked, const Tally& tally, std::size_t told) {
  for (const std::string& problem : tally.problems) std::printf("PROBLEM: %s\n", problem.c_str());
  if (asked.json) {
    const nlohmann::json out{{"rounds", tally.rounds},
                             {"kills", tally.kills},
                             {"stops", tally.stops},
                             {"threads_stopped", tally.threads_stopped},
                             {"failpoints", tally.failpoints},
                             {"failpoints_missed", tally.failpoints_missed},
                             {"told", told},
                             {"problems", tally.problems}};
    std::printf("%s\n", out.dump().c_str());
    return;
  }
  int at_failpoints = 0;
  for (const auto& [name, times] : tally.failpoints) at_failpoints += times;
  std::printf("%d rounds, %d kills (%d at failpoints), %d stops, %d threads stopped, %zu told, %zu problems\n",
              tally.rounds, tally.kills, at_failpoints, tally.stops, tally.threads_stopped, told,
              tally.problems.size());
}

int run(const Asked& asked, const std::string& folder) {
  FleetOptions options;
  options.daemons = options.tools = asked.programs;
  options.folder = folder;
  auto fleet = Fleet::open(options);
  Status made{Done{}};
  if (fleet) made = (*fleet)->add({primary, head_office, {}, {}, {}});
  if (fleet && made) made = (*fleet)->add({outlet, primary, {}, {}, {}});
  if (!fleet || !made) {
    std::fprintf(stderr, "cannot begin: %s\n", (fleet ? made.error() : fleet.error()).what.c_str());
    return 2;
  }
  Rounds rounds{asked, **fleet};
  const Tally tally = rounds.run();
  tell(asked, tally, rounds.told());
  return tally.problems.empty() ? 0 : 1;
}

}  // namespace
}  // namespace redress::rough

int main(int argc, char** argv) {
  redress::rough::Asked asked;
  const std::filesystem::path here = std::filesystem::canonical("/proc/self/exe").parent_path();
  asked.programs = (here.parent_path() / "failpoints").string();
  CLI::App app{"Kills a gateway and its agents under load, again and again, and judges what is left"};
  app.add_option("--rounds", asked.rounds, "how many");
  app.add_option("--settle-every", asked.settle_every, "after so many rounds everything is compared")
      ->check(CLI::PositiveNumber);
  app.add_option("--seed", asked.seed, "of victims and moments; processes take their own time");
  app.add_option("--programs", asked.programs, "the folder of the programs that are made for this");
  app.add_option("--folder", asked.folder, "keep homes and logs here");
  app.add_flag("--json", asked.json, "the figures, for programs");
  app.add_flag("--verbose", asked.verbose, "after every comparison");
  CLI11_PARSE(app, argc, argv);
  const redress::rough::WorkFolder folder{"redress-kill", asked.folder};
  if (folder.path().empty()) return 2;
  return folder.leave(redress::rough::run(asked, folder.path()));
}
