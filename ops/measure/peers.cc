#include "ops/measure/peers.h"

#include <nlohmann/json.hpp>

#include "ops/measure/carrying.h"
#include "ops/measure/postgres.h"
#include "ops/measure/statistics.h"

namespace redress::measure {
namespace {

using nlohmann::json;

constexpr std::size_t rows_a_commit = 256;
constexpr std::size_t single_rows_max = 1'000;  // a commit a row is slow

Result<json> measure_postgres(Stage& stage) {
  if (Postgres::installed().empty()) return json{{"skipped", "postgresql-15 is not installed"}};
  auto both = Postgres::open(stage);
  if (!both) return fail(both.error());
  std::vector<double> together;
  std::vector<double> single;
  for (std::size_t round = 0; round < stage.options().rounds; ++round) {
    const auto many = (*both)->insert(stage.options().count, rows_a_commit);
    if (!many) return fail(many.error());
    const auto one = (*both)->insert(std::min(stage.options().count, single_rows_max), 1);
    if (!one) return fail(one.error());
    stage.tell("round " + std::to_string(round + 1) + "  PostgreSQL  " + std::to_string(*many) + "/s, a row a commit " +
               std::to_string(*one) + "/s");
    together.push_back(*many);
    single.push_back(*one);
  }
  return json{{"durability", Postgres::durability}, {"rows_a_commit", rows_a_commit},
              {"rate", median(together)},           {"rates", together},
              {"single_rate", median(single)},      {"single_rates", single}};
}

}  // namespace

Result<json> measure_peers(Stage& stage) {
  const auto postgres = measure_postgres(stage);
  if (!postgres) return fail(postgres.error());
  std::vector<double> rates;
  for (std::size_t round = 0; round < stage.options().rounds; ++round) {
    const auto run = carry(stage, Contender::product, Way::live);
    if (!run) return fail(run.error());
    stage.tell("round " + std::to_string(round + 1) + "  product  " + std::to_string(run->rate) + "/s");
    rates.push_back(run->rate);
  }
  json out{{"product", {{"rate", median(rates)}, {"rates", rates}}},
           {"postgresql", *postgres},
           {"nats", {{"skipped", "not built in"}}}};
  if (postgres->contains("rate")) out["product_postgresql"] = median(rates) / postgres->value("rate", 1.0);
  return out;
}

}  // namespace redress::measure
