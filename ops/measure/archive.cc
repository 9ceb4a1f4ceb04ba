#include "ops/measure/archive.h"

#include <filesystem>
#include <nlohmann/json.hpp>

#include "crypto/random.h"
#include "ops/demonstration/dice.h"
#include "ops/measure/archive_fill.h"
#include "ops/measure/door_client.h"
#include "ops/measure/office.h"
#include "ops/measure/process_figures.h"
#include "ops/measure/statistics.h"
#include "ops/measure/stopwatch.h"
#include "protocol/base/bytes.h"

namespace redress::measure {
namespace {

using nlohmann::json;

constexpr std::size_t asked_a_round = 300;  // of each, lists and searches
constexpr std::size_t warm = 20;
constexpr std::int64_t settle_ms = 2'000;

// The pages that people turn, by turns.
class Questions {
 public:
  explicit Questions(const Filled& filled) : filled_{filled} {}

  std::string list() {
    static const std::vector<std::string> some{
        "",
        "&state=registered",
        "&state=accepted",
        "&channel=channel-3",
        "&state=accepted&channel=channel-7",
        "&sort=due",
        "&sort=due&channel=channel-5",
        "&due_before=now",
        "&unit=1&state=disposed&sort=due",
        "&unit=77",
    };
    const std::string& one = some[listed_ % some.size()];
    // Every other time a page from the middle.
    const bool deep = ++listed_ % 2 == 0 && one.find("sort") == std::string::npos;
    const CaseId& from = filled_.ids[drawn_id()];
    return "/api/v1/cases?limit=50" + one + (deep ? "&before=" + to_hex(from.bytes) : "");
  }
  std::string search() {
    const std::size_t which = drawn_id();
    switch (searched_++ % 5) {
      case 0:  // what one case has
        return asked(planted_word(which));
      case 1:
        return asked(planted_phone(which));
      case 2:  // what every tenth has, and one
        return asked("accepted-note " + planted_word(which / 10 * 10));
      case 3:  // what none has
        return asked("absent" + std::to_string(which));
      default:                               // what many have: the first page
        return asked("%E9%93%B6%E8%A1%8C");  // 银行
    }
  }

 private:
  [[nodiscard]] std::size_t drawn_id() {
    return static_cast<std::size_t>(dice_.below(static_cast<std::int64_t>(filled_.ids.size())));
  }
  static std::string asked(std::string words) {
    for (std::size_t at = 0; (at = words.find(' ', at)) != std::string::npos;) words.replace(at, 1, "%20");
    return "/api/v1/search?limit=50&q=" + words;
  }
  const Filled& filled_;
  demo::Dice dice_{20'261'130};
  std::size_t listed_ = 0;
  std::size_t searched_ = 0;
};

// Milliseconds of each answer.
Result<std::vector<double>> timed(Stage& stage, tool::Client& client, const std::function<std::string()>& question) {
  std::vector<double> out;
  double slowest = 0;
  std::string of;
  for (std::size_t i = 0; i < warm + asked_a_round; ++i) {
    const std::string path = question();
    const std::int64_t began = ns_now();
    const auto answer = client.get(path);
    const double ms = static_cast<double>(ns_now() - began) / ns_a_ms;
    if (!answer) return fail(answer.error());
    if (answer->value("stale", true)) return fail(Code::retry_later, "the views are not level");
    if (i < warm) continue;
    out.push_back(ms);
    if (ms > slowest) of = path;
    slowest = std::max(slowest, ms);
  }
  stage.tell("slowest: " + std::to_string(slowest) + " ms " + of);
  return out;
}

struct Round {
  double start_ms = 0;
  std::vector<double> lists;
  std::vector<double> counts;
  std::vector<double> searches;
};

// From the gateway's start to its end.
Result<Round> round_of(Stage& stage, Office& office, Questions& questions, json& memory) {
  demo::Network& network = office.network();
  Round round;
  const std::int64_t began = ns_now();
  const Status started = office.start_gateway();
  if (!started) return fail(started.error());
  round.start_ms = static_cast<double>(ns_now() - began) / ns_a_ms;
  const Status up = network.await_doors();
  if (!up) return fail(up.error());
  const Status settled = demo::pause(stage.around(), settle_ms);
  if (!settled) return fail(settled.error());
  auto client = client_of(network.home(head_office));
  if (!client) return fail(client.error());
  auto lists = timed(stage, *client, [&] { return questions.list(); });
  if (!lists) return fail(lists.error());
  auto counts = timed(stage, *client, [] { return std::string{"/api/v1/counts?state=accepted"}; });
  if (!counts) return fail(counts.error());
  auto searches = timed(stage, *client, [&] { return questions.search(); });
  if (!searches) return fail(searches.error());
  if (const auto used = memory_of(office.gateway_pid())) memory = used->anonymous_mib;
  round.lists = std::move(*lists);
  round.counts = std::move(*counts);
  round.searches = std::move(*searches);
  const Status stopped = network.stop(head_office);
  if (!stopped) return fail(stopped.error());
  return round;
}

json figures(const std::vector<Round>& rounds, std::vector<double> Round::*of) {
  std::vector<double> halves;
  std::vector<double> tails;
  for (const Round& round : rounds) {
    halves.push_back(percentile(round.*of, 0.5));
    tails.push_back(percentile(round.*of, 0.99));
  }
  return {{"p50_ms", median(halves)}, {"p99_ms", median(tails)}};
}

}  // namespace

Result<json> measure_archive(Stage& stage) {
  auto office = Office::open(stage, /*relayed=*/false);
  if (!office) return fail(office.error());
  demo::Network& network = (*office)->network();
  const Status free = (*office)->free_outlet();
  if (!free) return fail(free.error());
  const Status stopped = network.stop(head_office);
  if (!stopped) return fail(stopped.error());
  const auto filled = fill_archive(stage, network.home(head_office), stage.options().cases);
  if (!filled) return fail(filled.error());
  Questions questions{*filled};
  std::vector<Round> rounds;
  json memory;
  for (std::size_t i = 0; i < stage.options().rounds; ++i) {
    auto round = round_of(stage, **office, questions, memory);
    if (!round) return fail(round.error());
    rounds.push_back(std::move(*round));
  }
  std::vector<double> starts;
  for (const Round& round : rounds) starts.push_back(round.start_ms);
  json out{{"cases", stage.options().cases},
           {"entries", filled->entries},
           {"fill_s", filled->fill_s},
           {"rebuild_s", filled->rebuild_s},
           {"lists", figures(rounds, &Round::lists)},
           {"counts", figures(rounds, &Round::counts)},
           {"searches", figures(rounds, &Round::searches)},
           {"start_ms", median(starts)},
           {"gateway_anonymous_mib", memory}};
  out["list_p99_ms"] = out["lists"]["p99_ms"];
  out["search_p99_ms"] = out["searches"]["p99_ms"];
  return out;
}

}  // namespace redress::measure
