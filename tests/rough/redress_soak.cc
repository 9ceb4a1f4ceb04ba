// The program: head office and many agents, each behind a relay of its own, used for long in mixed chaos. What each
// takes is looked at all the time and must not grow; at the end everything heals, and what is left is judged.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "ops/measure/process_figures.h"
#include "ops/shell/home.h"
#include "ops/shell/process.h"
#include "tests/rough/soak_rule.h"
#include "tests/rough/tormentor.h"
#include "tests/rough/work_folder.h"

namespace redress::rough {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr std::uint32_t first_site = 10;
constexpr int agents_of_a_primary = 5;
constexpr std::int64_t minute_ms = 60'000;
constexpr std::int64_t moments_of_a_soak = 60;
constexpr std::int64_t step_ms = 100;
constexpr std::int64_t act_ms = 200;  // between two things that anybody does: more people are not more load
constexpr std::int64_t settle_ms_max = 300'000;
constexpr std::int64_t rest_ms_max = 60'000;  // after healing, for descriptors to be given back
constexpr double bytes_of_mib = 1 << 20;

struct Asked {
  int minutes = 60;
  int agents = 20;
  std::uint64_t seed = 1;
  std::string programs;
  std::string folder;
  bool json = false;
  bool verbose = false;
};

std::string name_of(SiteId site) {
  return site == head_office ? "head office" : "site " + std::to_string(site.value());
}

std::int64_t bytes_of_files(const std::string& folder) {
  std::int64_t sum = 0;
  std::error_code gone;
  for (fs::recursive_directory_iterator at{folder, gone}, end; !gone && at != end; at.increment(gone)) {
    std::error_code vanished;
    if (!at->is_regular_file(vanished)) continue;
    const std::uintmax_t size = at->file_size(vanished);
    if (!vanished) sum += static_cast<std::int64_t>(size);
  }
  return sum;
}

std::optional<std::int64_t> descriptors_of(pid_t process) {
  std::error_code gone;
  std::int64_t count = 0;
  for (fs::directory_iterator at{"/proc/" + std::to_string(process) + "/fd", gone}, end; !gone && at != end;
       at.increment(gone))
    ++count;
  return gone ? std::nullopt : std::optional{count};
}

class Soak {
 public:
  explicit Soak(const Asked& asked, const std::string& folder)
      : asked_{asked}, places_{asked.programs, folder, {}}, total_ms_{asked.minutes * minute_ms} {}

  Status open() {
    FleetOptions options;
    options.daemons = options.tools = asked_.programs;
    options.folder = places_.folder;
    auto fleet = Fleet::open(options);
    if (!fleet) return fail(fleet.error());
    fleet_ = std::move(*fleet);
    const int primaries = std::max(1, asked_.agents / agents_of_a_primary);
    for (int i = 0; i < asked_.agents; ++i) {
      const SiteId site{first_site + static_cast<std::uint32_t>(i)};
      auto relay = Relay::start(places_, fleet_->link_port(), "relay-" + std::to_string(site.value()));
      if (!relay) return fail(relay.error());
      const SiteId parent =
          i < primaries ? head_office : SiteId{first_site + static_cast<std::uint32_t>(i % primaries)};
      const std::string endpoint = "tcp://127.0.0.1:" + std::to_string((*relay)->port());
      const Status added = fleet_->add({site, parent, endpoint, {}, {}});
      if (!added) return added;
      // Each second one is never killed: it has to last for the whole time.
      Torment torment;
      torment.kills = i % 2 == 1;
      tormentors_.emplace_back(*fleet_, relay->get(), site, asked_.seed * 1'000 + site.value(), torment);
      relays_.push_back(std::move(*relay));
    }
    Torment torment;
    torment.calm_ms_min = total_ms_ / 20;
    torment.calm_ms_max = total_ms_ / 8;
    torment.hold_ms_max = 8'000;
    torment.kills = true;
    tormentors_.emplace_back(*fleet_, nullptr, head_office, asked_.seed, torment);
    return Done{};
  }

  void run() {
    for (const SiteId site : fleet_->sites()) fresh_[site] = look_at(site).value_or(Footprint{});
    {
      const Clients people{*fleet_, history_, asked_.seed, {act_ms * (asked_.agents + 1), 200}};
      torment();
      heal();
    }
    if (problems_.empty()) append(settle(*fleet_, history_, settle_ms_max));
    if (problems_.empty()) append(judge_all(*fleet_, history_));
    for (const SiteId site : fleet_->sites()) append(grown(name_of(site), moments_[site], total_ms_));
    if (problems_.empty()) judge_rest();
  }

  [[nodiscard]] json figures() {
    json out{{"minutes", asked_.minutes},  {"agents", asked_.agents}, {"told", history_.saved_count()},
             {"troubles", json::object()}, {"sites", json::array()},  {"problems", problems_}};
    for (const Tormentor& one : tormentors_) {
      for (const auto& [what, times] : one.counts()) out["troubles"][what] = out["troubles"].value(what, 0) + times;
    }
    for (const SiteId site : fleet_->sites()) {
      json quarters = json::array();
      for (int quarter = 0; quarter < 4; ++quarter) {
        const Footprint at = median_of_quarter(moments_[site], quarter, total_ms_);
        quarters.push_back({{"memory_bytes", at.anonymous_bytes},
                            {"descriptors", at.descriptors},
                            {"file_bytes", at.home_bytes},
                            {"entries", at.entries}});
      }
      out["sites"].push_back({{"site", site.value()}, {"quarters", std::move(quarters)}});
    }
    return out;
  }
  [[nodiscard]] const std::vector<std::string>& problems() const { return problems_; }

 private:
  void append(const std::vector<std::string>& more) { problems_.insert(problems_.end(), more.begin(), more.end()); }
  void must(const Status& done) {
    if (!done) problems_.push_back(done.error().what);
  }

  // Until the time is over, or something is wrong.
  void torment() {
    begin_ = shell::mono_now();
    std::int64_t next_moment_ms = 0;
    for (std::int64_t now_ms = 0; now_ms < total_ms_ && problems_.empty(); now_ms = passed_ms()) {
      // Head office as well has to last: it is killed in the first quarter only.
      tormentors_.back().set_kills(now_ms < total_ms_ / 4);
      for (Tormentor& one : tormentors_) must(one.step(shell::mono_now()));
      if (now_ms >= next_moment_ms) {
        next_moment_ms += total_ms_ / moments_of_a_soak;
        for (const SiteId site : fleet_->sites()) {
          if (const auto seen = look_at(site)) moments_[site].push_back(*seen);
        }
        if (asked_.verbose) tell_moment(now_ms);
      }
      pass_time(step_ms);
    }
  }
  void heal() {
    for (Tormentor& one : tormentors_) must(one.heal());
    for (const SiteId site : fleet_->sites()) must(fleet_->await_door(site));
  }
  [[nodiscard]] std::int64_t passed_ms() const { return shell::mono_now().value() - begin_.value(); }

  // Nothing while it does not run, or has not opened its door yet.
  std::optional<Footprint> look_at(SiteId site) {
    if (!fleet_->runs(site) || !fs::exists(fleet_->home(site) + "/" + shell::url_file)) return std::nullopt;
    const auto memory = measure::memory_of(fleet_->pid(site));
    const auto descriptors = descriptors_of(fleet_->pid(site));
    if (!memory || !descriptors) return std::nullopt;
    return Footprint{passed_ms(), static_cast<std::int64_t>(memory->anonymous_mib * bytes_of_mib), *descriptors,
                     bytes_of_files(fleet_->home(site)), entries_at(site)};
  }
  // What a site is due to hold: its own cases and those beneath it.
  [[nodiscard]] std::int64_t entries_at(SiteId site) const {
    std::int64_t sum = 0;
    for (const auto& [registrar, count] : history_.saved_by_registrar()) {
      if (site == head_office || registrar == site || fleet_->parent(registrar) == site) sum += count;
    }
    return sum;
  }
  // When all is healed and nobody asks, no more is open than before anybody asked.
  void judge_rest() {
    const Instant until = after_ms(shell::mono_now(), rest_ms_max);
    for (const SiteId site : fleet_->sites()) {
      const std::int64_t allowed = fresh_[site].descriptors + SoakRule{}.descriptors;
      auto now = look_at(site);
      while (now && now->descriptors > allowed && shell::mono_now() < until) {
        pass_time(step_ms);
        now = look_at(site);
      }
      if (!now || now->descriptors > allowed)
        problems_.push_back(name_of(site) +
                            ": descriptors stay open: " + (now ? std::to_string(now->descriptors) : "none seen") +
                            ", allowed " + std::to_string(allowed));
    }
  }
  void tell_moment(std::int64_t now_ms) {
    Footprint most;
    for (const auto& [site, all] : moments_) {
      if (site == head_office || all.empty()) continue;
      most.anonymous_bytes = std::max(most.anonymous_bytes, all.back().anonymous_bytes);
      most.descriptors = std::max(most.descriptors, all.back().descriptors);
      most.home_bytes = std::max(most.home_bytes, all.back().home_bytes);
    }
    const Footprint head = moments_[head_office].empty() ? Footprint{} : moments_[head_office].back();
    std::printf(
        "%lld s: %zu told; head office %.1f MiB, %lld descriptors, files %.1f MiB; most of a branch %.1f MiB, "
        "%lld, %.1f MiB\n",
        static_cast<long long>(now_ms / 1'000), history_.saved_count(),
        static_cast<double>(head.anonymous_bytes) / bytes_of_mib, static_cast<long long>(head.descriptors),
        static_cast<double>(head.home_bytes) / bytes_of_mib, static_cast<double>(most.anonymous_bytes) / bytes_of_mib,
        static_cast<long long>(most.descriptors), static_cast<double>(most.home_bytes) / bytes_of_mib);
    std::fflush(stdout);
  }

  const Asked& asked_;
  const DrillPlaces places_;
  const std::int64_t total_ms_;
  History history_;
  std::vector<std::unique_ptr<Relay>> relays_;
  std::unique_ptr<Fleet> fleet_;
  std::vector<Tormentor> tormentors_;  // of head office: the last
  std::map<SiteId, Footprint> fresh_;  // before anybody asked
  std::map<SiteId, std::vector<Footprint>> moments_;
  Instant begin_ = shell::mono_now();
  std::vector<std::string> problems_;
};

void tell(const json& figures) {
  for (const json& problem : figures["problems"]) std::printf("PROBLEM: %s\n", problem.get<std::string>().c_str());
  for (const json& site : figures["sites"]) {
    const json& before = site["quarters"][1];
    const json& after = site["quarters"][3];
    const auto mib = [](const json& bytes) { return bytes.get<double>() / bytes_of_mib; };
    std::printf("%s: memory %.1f -> %.1f MiB, descriptors %lld -> %lld, files %.1f -> %.1f MiB, entries %lld -> %lld\n",
                name_of(SiteId{site["site"].get<std::uint32_t>()}).c_str(), mib(before["memory_bytes"]),
                mib(after["memory_bytes"]), before["descriptors"].get<long long>(),
                after["descriptors"].get<long long>(), mib(before["file_bytes"]), mib(after["file_bytes"]),
                before["entries"].get<long long>(), after["entries"].get<long long>());
  }
  std::int64_t troubles = 0;
  for (const auto& [what, times] : figures["troubles"].items()) troubles += times.get<std::int64_t>();
  std::printf("%lld minutes, %lld agents, %lld troubles, %lld told, %zu problems\n",
              figures["minutes"].get<long long>(), figures["agents"].get<long long>(), static_cast<long long>(troubles),
              figures["told"].get<long long>(), figures["problems"].size());
}

int run(const Asked& asked, const std::string& folder) {
  Soak soak{asked, folder};
  const Status made = soak.open();
  if (!made) {
    std::fprintf(stderr, "cannot begin: %s\n", made.error().what.c_str());
    return 2;
  }
  soak.run();
  const json figures = soak.figures();
  if (asked.json) {
    std::printf("%s\n", figures.dump().c_str());
  } else {
    tell(figures);
  }
  return soak.problems().empty() ? 0 : 1;
}

}  // namespace
}  // namespace redress::rough

int main(int argc, char** argv) {
  redress::rough::Asked asked;
  asked.programs = std::filesystem::canonical("/proc/self/exe").parent_path().string();
  CLI::App app{"Uses head office and many agents in mixed chaos for long: nothing may grow, nothing may be lost"};
  app.add_option("--minutes", asked.minutes, "how long")->check(CLI::PositiveNumber);
  app.add_option("--agents", asked.agents, "how many")->check(CLI::Range(2, 200));
  app.add_option("--seed", asked.seed, "of troubles and people; processes take their own time");
  app.add_option("--programs", asked.programs, "the folder of the programs");
  app.add_option("--folder", asked.folder, "keep homes and logs here");
  app.add_flag("--json", asked.json, "the figures, for programs");
  app.add_flag("--verbose", asked.verbose, "what everybody takes, at every moment that counts");
  CLI11_PARSE(app, argc, argv);
  const redress::rough::WorkFolder folder{"redress-soak", asked.folder};
  if (folder.path().empty()) return 2;
  return folder.leave(redress::rough::run(asked, folder.path()));
}
