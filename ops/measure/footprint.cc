#include "ops/measure/footprint.h"

#include <filesystem>
#include <nlohmann/json.hpp>

#include "crypto/seal.h"
#include "crypto/suite_intl.h"
#include "ops/measure/office.h"
#include "ops/measure/process_figures.h"
#include "ops/measure/statistics.h"
#include "ops/shell/home.h"
#include "store/rows.h"

namespace redress::measure {
namespace fs = std::filesystem;
namespace {

using nlohmann::json;

constexpr std::int64_t seconds_max = 1800;
constexpr std::int64_t settle_ms = 10'000;
constexpr std::size_t grant_bytes = CaseId::size + KeyId::size + 4 + crypto::wrapped_key_bytes;

struct Stored {
  std::size_t entries = 0;
  std::uint64_t entry_bytes = 0;  // headers and bodies
  std::uint64_t grants = 0;
  std::vector<double> beside_body;  // of each row
};

Result<Stored> stored_at(const std::string& folder) {
  const auto home = shell::open_home(folder);
  if (!home) return fail(home.error().front());
  const auto truth = store::LmdbTruth::open(shell::journal_options(*home));
  if (!truth) return fail(truth.error());
  const journal::Domain domain{&crypto::intl(), home->keys.network};
  Stored stored;
  const Status looked = (*truth)->view([&](const store::Reading& reading) -> Status {
    Status good = Done{};
    reading.scan(store::Table::entries, {}, [&](ByteView key, ByteView value) {
      const auto entry = store::decode_entry(domain, value);
      if (!entry) good = fail(entry.error());
      if (!entry) return false;
      ++stored.entries;
      stored.entry_bytes += entry->item.header.size() + entry->item.body.size();
      stored.beside_body.push_back(static_cast<double>(key.size() + value.size() - entry->item.body.size()));
      return true;
    });
    reading.scan(store::Table::keyring, {}, [&](ByteView, ByteView) { return ++stored.grants > 0; });
    return good;
  });
  if (!looked) return fail(looked.error());
  if (stored.entries == 0) return fail(Code::not_found, "nothing was stored");
  return stored;
}

Result<std::uint64_t> relayed_bytes(Office& office) {
  const auto line = office.network().line("status");
  if (!line) return fail(line.error());
  const json status = json::parse(line->text, nullptr, /*allow_exceptions=*/false);
  return status.value("bytes_up", std::uint64_t{0}) + status.value("bytes_down", std::uint64_t{0});
}

}  // namespace

Result<json> measure_wire(Stage& stage) {
  auto office = Office::open(stage, /*relayed=*/true);
  if (!office) return fail(office.error());
  const Status free = (*office)->free_outlet();
  if (!free) return fail(free.error());
  const auto cut = (*office)->network().line("cut");
  if (!cut) return fail(cut.error());
  auto branch = stage.start({{"part", "product"},
                             {"task", "catch_up"},
                             {"home", (*office)->outlet_home()},
                             {"count", stage.options().count}});
  if (!branch) return fail(branch.error());
  std::size_t at = 0;
  const auto ready = stage.told(**branch, at, seconds_max);
  if (!ready) return fail(ready.error());
  const auto before = relayed_bytes(**office);
  if (!before) return fail(before.error());
  const auto healed = (*office)->network().line("heal");
  if (!healed) return fail(healed.error());
  const auto told = stage.told(**branch, at, seconds_max);
  if (!told) return fail(told.error());
  const auto after = relayed_bytes(**office);
  if (!after) return fail(after.error());
  const auto ended = (*branch)->wait(after_ms(shell::mono_now(), 60'000));
  if (!ended) return fail(ended.error());
  const auto stored = stored_at((*office)->outlet_home());
  if (!stored) return fail(stored.error());
  const auto config = (*office)->configuration();
  if (!config) return fail(config.error());
  const double own = static_cast<double>(stored->entry_bytes + stored->grants * grant_bytes);
  const auto entries = static_cast<double>(stored->entries);
  return json{{"entries", stored->entries},
              {"wire", static_cast<double>(*after - *before) / own},
              {"wire_bytes_an_entry", static_cast<double>(*after - *before) / entries},
              {"stored_bytes_an_entry", static_cast<double>(stored->entry_bytes) / entries},
              {"grants", stored->grants},
              {"entry_beside_body_median", median(stored->beside_body)},
              {"entry_beside_body_max", percentile(stored->beside_body, 1)},
              {"configuration", *config}};
}

namespace {

Result<double> stripped_mib(Stage& stage, const std::string& name) {
  const std::string to = stage.make_folder() + "/" + name;
  auto strip = demo::Child::start({"/usr/bin/strip", "-o", to, stage.programs() + "/" + name}, stage.around());
  if (!strip) return fail(strip.error());
  const auto ended = (*strip)->wait(after_ms(shell::mono_now(), 60'000));
  if (!ended) return fail(ended.error());
  std::error_code error;
  const auto bytes = fs::file_size(to, error);
  if (error) return fail(Code::io, "strip " + name + ": " + error.message());
  return static_cast<double>(bytes) / (1 << 20);
}

// Of one process, from now on for so long.
Result<json> at_rest(Stage& stage, const std::vector<pid_t>& processes, const std::vector<const char*>& names) {
  std::vector<std::uint64_t> switches;
  for (const pid_t process : processes) switches.push_back(switches_of(process).value_or(0));
  const auto seconds = static_cast<std::int64_t>(stage.options().seconds);
  const Status paused = demo::pause(stage.around(), seconds * 1000);
  if (!paused) return fail(paused.error());
  json out = json::object();
  for (std::size_t i = 0; i < processes.size(); ++i) {
    const auto memory = memory_of(processes[i]);
    const auto later = switches_of(processes[i]);
    if (!memory || !later) return fail(Code::io, "the system does not say how a process does");
    out[names[i]] = {{"rss_mib", memory->resident_mib},
                     {"anonymous_mib", memory->anonymous_mib},
                     {"switches_per_s", static_cast<double>(*later - switches[i]) / static_cast<double>(seconds)}};
  }
  return out;
}

}  // namespace

Result<json> measure_idle(Stage& stage) {
  auto office = Office::open(stage, /*relayed=*/false);
  if (!office) return fail(office.error());
  const Status filled = (*office)->fill(std::min<std::size_t>(stage.options().count, Office::filled_max));
  if (!filled) return fail(filled.error());
  const Status settled = demo::pause(stage.around(), settle_ms);
  if (!settled) return fail(settled.error());
  demo::Network& network = (*office)->network();
  auto rest = at_rest(stage, {network.pid_of((*office)->outlet()), (*office)->gateway_pid()}, {"agent", "gateway"});
  if (!rest) return fail(rest.error());
  const auto agent = stripped_mib(stage, "redress-agent");
  if (!agent) return fail(agent.error());
  const auto gateway = stripped_mib(stage, "redress-gateway");
  if (!gateway) return fail(gateway.error());
  const auto config = (*office)->configuration();
  if (!config) return fail(config.error());
  json out = *rest;
  // Pages of the mapped store are the system's, which takes them back when it needs them.
  out["idle_rss_mib"] = out["agent"]["anonymous_mib"];
  out["idle_switches_per_s"] = out["agent"]["switches_per_s"];
  out["agent_mib"] = *agent;
  out["gateway_mib"] = *gateway;
  out["configuration"] = *config;
  return out;
}

}  // namespace redress::measure
