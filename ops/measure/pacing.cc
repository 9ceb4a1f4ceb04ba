#include "ops/measure/pacing.h"

#include <filesystem>
#include <nlohmann/json.hpp>

#include "ops/measure/door_client.h"
#include "ops/measure/go.h"
#include "ops/measure/office.h"
#include "ops/measure/reference_shelf.h"
#include "ops/measure/statistics.h"
#include "ops/measure/stopwatch.h"

namespace redress::measure {
namespace {

using nlohmann::json;

constexpr std::int64_t slice_ns = 2 * ns_a_s;
constexpr std::int64_t lag_period_ns = ns_a_s / 200;
constexpr std::int64_t register_period_ns = ns_a_s / 50;
constexpr std::int64_t ready_seconds_max = 120;
constexpr std::size_t puts_a_commit = 256;

Slices slices_of(const Stage& stage, std::int64_t period_ns) {
  const std::size_t count = std::max<std::size_t>(1, stage.options().seconds * ns_a_s / slice_ns);
  return {ns_now() + ns_a_s, slice_ns, period_ns, count, 0};
}

json spread_of(const std::vector<double>& us) {
  return {{"count", us.size()},
          {"p50_us", percentile(us, 0.5)},
          {"p95_us", percentile(us, 0.95)},
          {"p99_us", percentile(us, 0.99)},
          {"max_us", percentile(us, 1)}};
}

struct Lags {
  std::vector<double> answered;
  std::vector<double> kept;  // of the product: until the receipt is on its disk too
};

Result<Lags> lags_of(const Stage& stage, demo::Child& part, std::size_t& at) {
  const auto told = stage.told(part, at, static_cast<std::int64_t>(4 * stage.options().seconds) + ready_seconds_max);
  if (!told) return fail(told.error());
  Lags lags{told->value("lags_us", std::vector<double>{}), told->value("kept_us", std::vector<double>{})};
  if (lags.answered.empty()) return fail(Code::malformed, "a part told no lags");
  return lags;
}

struct Part {
  std::unique_ptr<demo::Child> process;
  std::size_t at = 0;
};

// Starts it and waits until its line is up.
Result<Part> start_part(const Stage& stage, const json& plan) {
  auto started = stage.start(plan);
  if (!started) return fail(started.error());
  Part part{std::move(*started), 0};
  const auto ready = stage.told(*part.process, part.at, ready_seconds_max);
  if (!ready) return fail(ready.error());
  return part;
}

}  // namespace

Result<json> contest_lag(Stage& stage) {
  auto office = Office::open(stage, /*relayed=*/false);
  if (!office) return fail(office.error());
  const Status free = (*office)->free_outlet();
  if (!free) return fail(free.error());
  const std::string folder = stage.make_folder();
  Slices slices = slices_of(stage, lag_period_ns);
  const json common{{"task", "paced"}, {"count", slices.items()}, {"go", folder + "/go"}};

  json plan = common;
  plan.update({{"part", "product"}, {"home", (*office)->outlet_home()}});
  auto product = start_part(stage, plan);
  if (!product) return fail(product.error());
  auto hub = stage.start({{"part", "hub"}, {"folder", folder + "/hub"}});
  if (!hub) return fail(hub.error());
  std::size_t hub_at = 0;
  const auto address = stage.told(**hub, hub_at, ready_seconds_max);
  if (!address) return fail(address.error());
  plan = common;
  plan.update(*address);
  plan.update({{"part", "reference"}, {"folder", folder + "/branch"}});
  auto raw = start_part(stage, plan);
  if (!raw) return fail(raw.error());

  slices.start_ns = ns_now() + ns_a_s;
  const Status begun = write_go(folder + "/go", slices);
  if (!begun) return fail(begun.error());
  const auto ours = lags_of(stage, *product->process, product->at);
  if (!ours) return fail(ours.error());
  const auto theirs = lags_of(stage, *raw->process, raw->at);
  if (!theirs) return fail(theirs.error());
  const auto config = (*office)->configuration();
  if (!config) return fail(config.error());
  const auto ratio = [&](const std::vector<double>& of, double part) {
    return percentile(of, part) / percentile(theirs->answered, part);
  };
  return json{{"product", spread_of(ours->answered)},
              {"product_kept", spread_of(ours->kept)},
              {"RAW", spread_of(theirs->answered)},
              {"lag_p50", ratio(ours->answered, 0.5)},
              {"lag_p95", ratio(ours->answered, 0.95)},
              {"lag_p99", ratio(ours->answered, 0.99)},
              {"lag_kept_p50", ratio(ours->kept, 0.5)},
              {"lag_kept_p95", ratio(ours->kept, 0.95)},
              {"configuration", *config}};
}

namespace {

json register_body(const std::string& text) {
  json fields{{"narrative", text}};
  for (const auto& [name, value] : short_fields()) fields[name] = value;
  return {{"fields", fields}};
}

}  // namespace

Result<json> contest_register(Stage& stage) {
  auto office = Office::open(stage, /*relayed=*/false);
  if (!office) return fail(office.error());
  const Status filled = (*office)->fill(std::min(stage.options().count, Office::filled_max));
  if (!filled) return fail(filled.error());
  auto client = client_of((*office)->outlet_home());
  if (!client) return fail(client.error());
  std::error_code error;
  const auto file_bytes = std::filesystem::file_size((*office)->outlet_home() + "/data/journal/data.mdb", error);
  if (error) return fail(Code::io, "measure the journal's file: " + error.message());

  const std::string folder = stage.make_folder();
  reference::Shelf shelf{folder};
  std::uint64_t key = 0;
  const Texts& texts = stage.texts();
  while (shelf.bytes() < file_bytes) {
    shelf.begin();
    for (std::size_t i = 0; i < puts_a_commit; ++i, ++key)
      shelf.append(key, view_of(plain_record(texts[key % texts.size()])));
    shelf.commit();
  }

  const Slices ours = slices_of(stage, register_period_ns);
  Slices theirs = ours;
  theirs.turn = 1;
  std::vector<double> product;
  std::vector<double> raw;
  const auto put = [&](std::size_t item) {
    const std::string record = plain_record(texts[item % texts.size()]);
    shelf.begin();
    shelf.append(key++, view_of(record));
    shelf.commit();
  };
  be_punctual();
  for (std::size_t slice = 0; slice < ours.count; ++slice) {
    const std::size_t first = slice * ours.items_a_slice();
    for (std::size_t item = first; item < first + ours.items_a_slice(); ++item) {
      const json body = register_body(texts[item % texts.size()]);
      wait_till_ns(ours.due_ns(item));
      const std::int64_t begun = ns_now();
      const auto registered = client->register_case(body, "register/" + std::to_string(item + 1));
      product.push_back(static_cast<double>(ns_now() - begun) / 1e3);
      if (!registered) return fail(registered.error());
    }
    for (std::size_t item = first; item < first + ours.items_a_slice(); ++item) {
      wait_till_ns(theirs.due_ns(item));
      const std::int64_t begun = ns_now();
      put(item);
      raw.push_back(static_cast<double>(ns_now() - begun) / 1e3);
    }
  }
  const auto config = (*office)->configuration();
  if (!config) return fail(config.error());
  return json{{"product", spread_of(product)},
              {"put", spread_of(raw)},
              {"file_mib", static_cast<double>(file_bytes) / (1 << 20)},
              {"register", percentile(product, 0.5) / percentile(raw, 0.5)},
              {"register_p95", percentile(product, 0.95) / percentile(raw, 0.95)},
              {"configuration", *config}};
}

}  // namespace redress::measure
