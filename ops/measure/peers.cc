#include "ops/measure/peers.h"

#include <functional>
#include <nlohmann/json.hpp>

#include "ops/measure/carrying.h"
#include "ops/measure/nats.h"
#include "ops/measure/postgres.h"
#include "ops/measure/statistics.h"

namespace redress::measure {
namespace {

using nlohmann::json;
using Rate = std::function<Result<double>(Way way)>;

constexpr std::size_t rows_a_commit = 256;
constexpr std::size_t single_rows_max = 1'000;  // a commit a row is slow

// What one of them did, round by round.
struct Measured {
  const char* name;
  std::vector<double> live;
  std::vector<double> catch_up;
};

Status measure(const Stage& stage, std::size_t round, const Rate& rate, Measured& out) {
  for (const Way way : {Way::live, Way::catch_up}) {
    Stage::settle();
    const auto one = rate(way);
    if (!one) return fail(one.error());
    (way == Way::live ? out.live : out.catch_up).push_back(*one);
    stage.tell("round " + std::to_string(round + 1) + "  " + out.name +
               (way == Way::live ? "  live  " : "  catch-up  ") + std::to_string(*one) + "/s");
  }
  return Done{};
}

json told(const Measured& measured) {
  return {{"live", median(measured.live)},
          {"live_rates", measured.live},
          {"catch_up", median(measured.catch_up)},
          {"catch_up_rates", measured.catch_up}};
}

double ratio(const std::vector<double>& ours, const std::vector<double>& theirs) {
  std::vector<double> ratios;
  for (std::size_t i = 0; i < ours.size(); ++i) ratios.push_back(ours[i] / theirs[i]);
  return median(ratios);
}

Rate product(Stage& stage) {
  return [&stage](Way way) -> Result<double> {
    const auto run = carry(stage, Contender::product, way);
    if (!run) return fail(run.error());
    return run->rate;
  };
}

// A peer's servers live for its turn only: what they would do behind the others' (a vacuum, a checkpoint) is its own.
Status measure_postgres(Stage& stage, std::size_t round, Measured& out, std::vector<double>& single) {
  if (Postgres::installed().empty()) return Done{};
  const auto peer = Postgres::open(stage);
  if (!peer) return fail(peer.error());
  const std::size_t count = stage.options().count;
  const auto rate = [&](Way way) {
    return way == Way::live ? (*peer)->live(count, rows_a_commit) : (*peer)->catch_up(count, rows_a_commit);
  };
  const Status done = measure(stage, round, rate, out);
  if (!done) return done;
  const auto one = (*peer)->live(std::min(count, single_rows_max), 1);
  if (!one) return fail(one.error());
  single.push_back(*one);
  return Done{};
}

Status measure_nats(Stage& stage, std::size_t round, Measured& out) {
  if (Nats::installed().empty()) return Done{};
  const auto peer = Nats::open(stage);
  if (!peer) return fail(peer.error());
  const std::size_t count = stage.options().count;
  const auto rate = [&](Way way) { return way == Way::live ? (*peer)->live(count) : (*peer)->catch_up(count); };
  return measure(stage, round, rate, out);
}

}  // namespace

Result<json> measure_peers(Stage& stage) {
  Measured ours{"product", {}, {}};
  Measured tables{"PostgreSQL", {}, {}};
  Measured streams{"NATS", {}, {}};
  std::vector<double> single;
  for (std::size_t round = 0; round < stage.options().rounds; ++round) {
    Status done = measure(stage, round, product(stage), ours);
    if (done) done = measure_postgres(stage, round, tables, single);
    if (done) done = measure_nats(stage, round, streams);
    if (!done) return fail(done.error());
  }
  json out{{"product", told(ours)},
           {"postgresql", {{"skipped", "postgresql-15 is not installed"}}},
           {"nats", {{"skipped", "nats-server is not installed"}}}};
  if (!single.empty()) {
    out["postgresql"] = told(tables);
    out["postgresql"].update({{"durability", Postgres::durability},
                              {"rows_a_commit", rows_a_commit},
                              {"single_row", median(single)},
                              {"single_row_rates", single}});
    out["live_postgresql"] = ratio(ours.live, tables.live);
    out["catchup_postgresql"] = ratio(ours.catch_up, tables.catch_up);
  }
  if (!streams.live.empty()) {
    out["nats"] = told(streams);
    out["nats"]["durability"] = Nats::durability;
    out["live_nats"] = ratio(ours.live, streams.live);
    out["catchup_nats"] = ratio(ours.catch_up, streams.catch_up);
  }
  return out;
}

}  // namespace redress::measure
