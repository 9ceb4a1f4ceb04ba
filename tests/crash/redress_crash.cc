// The program: machines that lose their power, every state that this could have left, and what was wrong with it.
#include <malloc.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <set>

#include "tests/crash/machine.h"
#include "tests/sim/trace.h"

namespace redress::crash {
namespace {

constexpr int lives_a_machine = 4;
constexpr int commits_a_life = 12;

struct Asked {
  std::uint64_t states = 1'000;
  std::uint64_t seed = 1;
  std::string plant = "none";
  bool json = false;
};

struct Tally {
  std::uint64_t machines = 0;
  std::uint64_t lives = 0;
  std::uint64_t ahead = 0;  // commits that people were told of before they were done
  std::uint64_t states = 0;
  std::uint64_t broken = 0;
  std::uint64_t lost = 0;
  std::uint64_t doubled = 0;
  std::uint64_t verify_errors = 0;
  std::uint64_t unusable = 0;
  [[nodiscard]] std::uint64_t bad() const { return broken + lost + doubled + verify_errors + unusable; }
};

Plant plant_of(const std::string& name) {
  if (name == "late-redo") return Plant::late_redo;
  return name == "early" ? Plant::told_early : name == "no-sync" ? Plant::no_sync : Plant::none;
}

void count(Tally& tally, const Fault& fault, std::uint64_t seed) {
  ++tally.states;
  tally.broken += fault.broken ? 1 : 0;
  tally.lost += fault.lost ? 1 : 0;
  tally.doubled += fault.doubled ? 1 : 0;
  tally.verify_errors += fault.unwhole ? 1 : 0;
  tally.unusable += fault.unusable ? 1 : 0;
  if (fault.any() && tally.bad() <= 10)
    std::printf("machine %llu: %s\n", static_cast<unsigned long long>(seed), fault.what.c_str());
}

// A page that a child writes and its parent reads, however the child ends.
class Shared {
 public:
  Shared() {
    void* page = ::mmap(nullptr, sizeof(Tally), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    REDRESS_ASSERT(page != MAP_FAILED);
    tally = new (page) Tally;
  }
  ~Shared() { ::munmap(tally, sizeof(Tally)); }
  Shared(const Shared&) = delete;
  Shared& operator=(const Shared&) = delete;
  Tally* tally;
};

Digest digest_of(const Files& files, int told) {
  sim::Trace all{static_cast<std::uint64_t>(told)};
  for (const auto& [path, bytes] : files) {
    all.add(view_of(path));
    all.add(view_of(bytes));
  }
  return all.digest();
}

// Judges the states of a life in a process of its own, because a store that is broken may kill its reader.
void judge_states(Machine& machine, const Life& life, const StateOptions& options, std::uint64_t seed,
                  std::uint64_t states_max, Tally& sum) {
  const Shared shared;
  *shared.tally = sum;
  std::fflush(nullptr);
  const pid_t child = ::fork();
  REDRESS_ASSERT(child >= 0);
  if (child == 0) {
    std::set<Digest> seen;
    for_each_crash_state(life.before, life.events, options, [&](const Files& files, int told) {
      if (seen.insert(digest_of(files, told)).second) count(*shared.tally, machine.judge(life, files, told), seed);
      return shared.tally->states < states_max;
    });
    std::fflush(nullptr);
    ::_exit(0);
  }
  int status = 0;
  REDRESS_ASSERT(::waitpid(child, &status, 0) == child);
  sum = *shared.tally;
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return;
  Fault fault;
  fault.broken = true;
  fault.what = "its reader was ended by signal " + std::to_string(WIFSIGNALED(status) ? WTERMSIG(status) : 0);
  count(sum, fault, seed);
}

// One of the states, which the next life begins with.
Files cut_of(const Life& life, StateOptions options, std::uint64_t draw) {
  options.states_of_moment_max = 4;
  const int states = for_each_crash_state(life.before, life.events, options, [](const Files&, int) { return true; });
  const auto wanted = static_cast<int>(draw % static_cast<std::uint64_t>(states));
  int at = 0;
  Files out;
  for_each_crash_state(life.before, life.events, options, [&](const Files& files, int) {
    if (at != wanted) return ++at, true;
    out = files;
    return false;
  });
  return out;
}

void run_machine(const Asked& asked, std::uint64_t seed, const std::string& folder, Tally& sum) {
  sim::SeededRandom random{seed};
  Machine machine{seed, random.chance(500) ? Role::office : Role::branch, folder, plant_of(asked.plant)};
  ++sum.machines;
  Files before;
  for (int i = 0; i < lives_a_machine && sum.states < asked.states && sum.bad() == 0; ++i) {
    const Life life = machine.live(before, commits_a_life);
    if (!life.finding.empty()) {
      ++sum.verify_errors;
      std::printf("machine %llu, before any cut: %s\n", static_cast<unsigned long long>(seed), life.finding.c_str());
      break;
    }
    const StateOptions options{64, random.u64()};
    judge_states(machine, life, options, seed, asked.states, sum);
    ++sum.lives;
    sum.ahead += life.ahead;
    if (sum.bad() == 0) before = cut_of(life, options, random.u64());
  }
  if (sum.bad() > 0) {
    std::printf("  reproduce: redress-crash --states 10000 --seed %llu%s\n", static_cast<unsigned long long>(seed),
                asked.plant == "none" ? "" : (" --plant " + asked.plant).c_str());
  }
}

int run_all(const Asked& asked, const std::string& folder) {
  Tally sum;
  for (std::uint64_t seed = asked.seed; sum.states < asked.states && sum.bad() == 0; ++seed)
    run_machine(asked, seed, folder, sum);
  if (asked.json) {
    const nlohmann::json out{
        {"machines", sum.machines}, {"lives", sum.lives},       {"states", sum.states},
        {"told_ahead", sum.ahead},  {"broken", sum.broken},     {"lost", sum.lost},
        {"doubled", sum.doubled},   {"unusable", sum.unusable}, {"verify_errors", sum.verify_errors}};
    std::printf("%s\n", out.dump().c_str());
  } else {
    std::printf(
        "%llu states of %llu lives of %llu machines, %llu commits told ahead, %llu lost, %llu doubled, "
        "%llu verify errors, %llu broken, %llu unusable\n",
        static_cast<unsigned long long>(sum.states), static_cast<unsigned long long>(sum.lives),
        static_cast<unsigned long long>(sum.machines), static_cast<unsigned long long>(sum.ahead),
        static_cast<unsigned long long>(sum.lost), static_cast<unsigned long long>(sum.doubled),
        static_cast<unsigned long long>(sum.verify_errors), static_cast<unsigned long long>(sum.broken),
        static_cast<unsigned long long>(sum.unusable));
  }
  return sum.bad() == 0 ? 0 : 1;
}

}  // namespace
}  // namespace redress::crash

int main(int argc, char** argv) {
  redress::crash::Asked asked;
  CLI::App app{"Cuts the power of machines with real LMDB stores, and judges every state that is left"};
  app.add_option("--states", asked.states, "how many states are judged; each is opened, compared and written to");
  app.add_option("--seed", asked.seed, "of the first machine");
  app.add_option("--plant", asked.plant, "a fault that must be found")
      ->check(CLI::IsMember({"none", "early", "no-sync", "late-redo"}));
  app.add_flag("--json", asked.json, "the figures, for programs");
  CLI11_PARSE(app, argc, argv);
  // An LMDB environment takes some MiB that it hardly touches: they come zeroed from the kernel, not from memset.
  static_cast<void>(::mallopt(M_MMAP_THRESHOLD, 256 * 1024));  // a sanitizer's heap knows no such thing
  const bool in_memory = std::filesystem::is_directory("/dev/shm");
  std::string folder =
      (in_memory ? std::string{"/dev/shm"} : std::filesystem::temp_directory_path().string()) + "/redress-crash-XXXXXX";
  if (::mkdtemp(folder.data()) == nullptr) {
    std::fprintf(stderr, "cannot make a folder: %s\n", folder.c_str());
    return 2;
  }
  const int code = redress::crash::run_all(asked, folder);
  std::filesystem::remove_all(folder);
  return code;
}
