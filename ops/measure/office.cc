#include "ops/measure/office.h"

#include <filesystem>
#include <nlohmann/json.hpp>

#include "ops/measure/stopwatch.h"
#include "ops/shell/home.h"

namespace redress::measure {
namespace {

using nlohmann::json;

constexpr std::int64_t listen_ns_max = 60 * ns_a_s;
constexpr std::int64_t look_ns = ns_a_ms;
constexpr std::int64_t fill_ms_max = 3'600'000;

json config_json(const shell::Config& config) {
  json out{{"link", {{"heartbeat_ms", config.link.heartbeat_ms}, {"window_kib", config.link.window_kib}}},
           {"store",
            {{"journal_map_mib", config.store.journal_map_mib},
             {"journal_limit_mib", config.store.journal_limit_mib},
             {"views_map_mib", config.store.views_map_mib},
             {"ballast_mib", config.store.ballast_mib}}},
           {"log", {{"level", config.log.level}}}};
  if (config.role == shell::Role::gateway) out["link"]["quota_kib_s"] = config.link.quota_kib_s;
  return out;
}

}  // namespace

Result<std::unique_ptr<Office>> Office::open(Stage& stage, bool relayed, std::size_t outlets) {
  std::unique_ptr<Office> office{new Office{stage, stage.make_folder()}};
  const Primary primary = stage.options().primary;
  auto sites = demo::sites_for(2);
  while (sites.size() <= outlets) {
    demo::PlannedSite more = sites.back();
    more.site = SiteId{more.site.value() + 1};
    more.name = "网点 " + std::to_string(more.site.value());
    sites.push_back(more);
  }
  if (primary == Primary::none) {
    sites.erase(sites.begin());
    for (demo::PlannedSite& site : sites) site.parent = head_office;
  }
  const std::size_t outlet = sites.size() - 1;
  const std::size_t behind_relay = relayed ? outlet : sites.size();
  auto network = demo::Network::open({stage.programs(), office->folder_, sites, behind_relay, stage.around()});
  if (!network) return fail(network.error());
  office->network_ = std::move(*network);
  Status done = Done{};
  if (primary == Primary::away) done = office->network_->stop(sites.front().site);
  if (done && stage.options().quota_kib_s > 0) done = office->set_quota();
  if (!done) return fail(done.error());
  return office;
}

std::vector<SiteId> Office::outlets() const {
  std::vector<SiteId> out;
  const bool has_primary = stage_.options().primary != Primary::none;
  for (std::size_t i = has_primary ? 1 : 0; i < network_->sites().size(); ++i) out.push_back(network_->sites()[i].site);
  return out;
}

Status Office::free_outlets() {
  for (const SiteId outlet : outlets()) {
    const Status stopped = network_->stop(outlet);
    if (!stopped) return stopped;
  }
  return Done{};
}

Office::~Office() {
  network_.reset();
  stage_.discard(folder_);
}

Status Office::set_quota() {
  Status done = network_->stop(head_office);
  if (!done) return done;
  const std::string path = network_->home(head_office) + "/" + shell::config_file;
  auto config = shell::load_config(path);
  if (!config) return fail(config.error().front());
  config->link.quota_kib_s = stage_.options().quota_kib_s;
  done = shell::write_small_file(path, shell::commented_config(*config));
  return done ? start_gateway() : done;
}

Status Office::fill(std::size_t count) {
  const Status free = free_outlet();
  if (!free) return free;
  auto part = stage_.start({{"part", "product"},
                            {"task", "fill"},
                            {"home", outlet_home()},
                            {"count", count},
                            {"source", "fill-" + std::to_string(++fills_)}});
  if (!part) return fail(part.error());
  const auto ended = (*part)->wait(after_ms(shell::mono_now(), fill_ms_max));
  if (!ended) return fail(ended.error());
  if (*ended != demo::Ended{}) return fail(Code::io, "filling failed: see " + stage_.around().log);
  const Status launched = network_->launch(outlet());
  return launched ? network_->await_doors() : launched;
}

Status Office::start_gateway() {
  const std::string listens = network_->home(head_office) + "/" + shell::endpoint_file;
  std::error_code absent;
  std::filesystem::remove(listens, absent);
  const Status launched = network_->launch(head_office);
  if (!launched) return launched;
  const std::int64_t end = ns_now() + listen_ns_max;
  while (!std::filesystem::exists(listens)) {
    if (ns_now() > end) return fail(Code::unreachable, "the gateway does not listen");
    wait_till_ns(ns_now() + look_ns);
  }
  return Done{};
}

Result<json> Office::configuration() const {
  static const char* const primaries[] = {"none", "away", "here"};
  const auto gateway = shell::load_config(network_->home(head_office) + "/" + shell::config_file);
  if (!gateway) return fail(gateway.error().front());
  const auto branch = shell::load_config(outlet_home() + "/" + shell::config_file);
  if (!branch) return fail(branch.error().front());
  const std::int64_t quota = stage_.options().quota_kib_s;
  return json{{"gateway", config_json(*gateway)},
              {"branch", config_json(*branch)},
              {"primary", primaries[static_cast<int>(stage_.options().primary)]},
              {"shipped", quota == 0 || quota == shell::LinkConfig{}.quota_kib_s}};
}

}  // namespace redress::measure
