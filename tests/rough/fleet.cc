#include "tests/rough/fleet.h"

#include <poll.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "ops/demonstration/ports.h"
#include "ops/shell/home.h"
#include "protocol/wire/refusal.h"

namespace redress::rough {
namespace {

using nlohmann::json;

constexpr std::int64_t door_ms_max = 180'000;  // a machine that others use takes its time
constexpr std::int64_t ask_ms_max = 300'000;
constexpr std::int64_t look_ms = 5;
constexpr std::int64_t end_ms_max = 3'000;

std::string line_of(const std::string& path) {
  std::ifstream file{path};
  std::string line;
  std::getline(file, line);
  return line;
}

std::string last_line_of(const std::string& path) {
  std::ifstream file{path};
  std::string last;
  for (std::string line; std::getline(file, line);) last = line;
  return last;
}

}  // namespace

Status replace_in_file(const std::string& path, const std::string& old, const std::string& fresh) {
  std::ifstream from{path};
  std::string text{std::istreambuf_iterator<char>{from}, {}};
  std::size_t at = text.find(old);
  if (at == std::string::npos) return fail(Code::bad_value, "not in " + path + ": " + old);
  for (; at != std::string::npos; at = text.find(old, at + fresh.size())) text.replace(at, old.size(), fresh);
  std::ofstream to{path};
  to << text;
  to.flush();
  return to ? Status{Done{}} : fail(Code::io, "write " + path);
}

void pass_time(std::int64_t ms) { ::poll(nullptr, 0, static_cast<int>(ms)); }

Result<std::unique_ptr<Fleet>> Fleet::open(const FleetOptions& options) {
  std::unique_ptr<Fleet> fleet{new Fleet{options}};
  if (options.link_port == 0) {
    const auto ports = demo::free_ports(1);
    if (!ports) return fail(ports.error());
    fleet->options_.link_port = ports->front();
  }
  const std::string listen = "tcp://" + options.link_host + ":" + std::to_string(fleet->link_port());
  const auto made = fleet->ask(head_office, {"init", "--role", "gateway", "--listen", listen, "--door", options.door});
  if (!made) return fail(made.error());
  Status done = fleet->launch(head_office);
  if (done) done = fleet->await_door(head_office);
  if (!done) return fail(done.error());
  return fleet;
}

Result<std::unique_ptr<Fleet>> Fleet::adopt(const FleetOptions& options, const std::vector<FleetBranch>& branches) {
  std::unique_ptr<Fleet> fleet{new Fleet{options}};
  for (const FleetBranch& branch : branches) fleet->branches_[branch.site] = branch;
  std::vector<SiteId> all{head_office};
  for (const FleetBranch& branch : branches) all.push_back(branch.site);
  for (const SiteId site : all) {
    Status done = fleet->launch(site);
    if (done) done = fleet->await_door(site);
    if (!done) return fail(done.error());
  }
  return fleet;
}

Fleet::~Fleet() {
  for (auto& [site, daemon] : daemons_) {
    if (daemon) daemon->signal(SIGCONT);
    if (daemon) daemon->signal(SIGTERM);
  }
  for (auto& [site, daemon] : daemons_) {
    if (daemon) static_cast<void>(daemon->wait_ms(end_ms_max));
  }
}

Status Fleet::add(const FleetBranch& branch) {
  branches_[branch.site] = branch;
  std::vector<std::string> words{"enrol",
                                 "--site",
                                 std::to_string(branch.site.value()),
                                 "--name",
                                 "site " + std::to_string(branch.site.value()),
                                 "--parent",
                                 std::to_string(branch.parent.value())};
  if (!branch.endpoint.empty()) words.insert(words.end(), {"--endpoint", branch.endpoint});
  const auto invited = ask(head_office, words);
  if (!invited) return fail(invited.error());
  const auto made = ask(branch.site, {"init", "--role", "branch", "--join", invited->value("token", std::string{}),
                                      "--door", "127.0.0.1:0"});
  if (!made) return fail(made.error());
  if (!branch.data.empty()) {
    const std::string config = home(branch.site) + "/" + shell::config_file;
    const Status moved = replace_in_file(config, "path = \"data\"", "path = \"" + branch.data + "\"");
    if (!moved) return moved;
  }
  Status done = launch(branch.site);
  if (done) done = await_door(branch.site);
  return done;
}

std::vector<SiteId> Fleet::sites() const {
  std::vector<SiteId> out;
  for (const auto& [site, daemon] : daemons_) out.push_back(site);
  return out;
}

std::string Fleet::home(SiteId site) const { return options_.folder + "/site-" + std::to_string(site.value()); }

demo::Command Fleet::through(SiteId site) const {
  const auto branch = branches_.find(site);
  return branch == branches_.end() ? options_.through : branch->second.through;
}

demo::Surroundings Fleet::logged(const std::string& name) const {
  return {nullptr, options_.folder + "/" + name + ".log"};
}

Status Fleet::launch(SiteId site, const std::vector<std::string>& environment) {
  std::error_code absent;
  std::filesystem::remove(home(site) + "/" + shell::url_file, absent);
  demo::Command command = through(site);
  if (!environment.empty()) {
    command.push_back("/usr/bin/env");
    command.insert(command.end(), environment.begin(), environment.end());
  }
  command.push_back(options_.daemons + (site == head_office ? "/redress-gateway" : "/redress-agent"));
  command.insert(command.end(), {"--home", home(site)});
  auto child = demo::Child::start(command, logged("site-" + std::to_string(site.value())));
  if (!child) return fail(child.error());
  daemons_[site] = std::move(*child);
  return Done{};
}

Status Fleet::await_door(SiteId site) {
  const Instant until = after_ms(shell::mono_now(), door_ms_max);
  while (!std::filesystem::exists(home(site) + "/" + shell::url_file)) {
    if (!runs(site)) {
      return fail(Code::io, "site " + std::to_string(site.value()) + " ended: " +
                                last_line_of(options_.folder + "/site-" + std::to_string(site.value()) + ".log"));
    }
    if (shell::mono_now() > until) return fail(Code::unreachable, "no door: site=" + std::to_string(site.value()));
    pass_time(look_ms);
  }
  return Done{};
}

bool Fleet::runs(SiteId site) { return daemons_[site] && daemons_[site]->running(); }

pid_t Fleet::pid(SiteId site) const { return daemons_.at(site)->pid(); }

void Fleet::signal(SiteId site, int number) const { daemons_.at(site)->signal(number); }

Result<demo::Ended> Fleet::end(SiteId site, std::int64_t patience_ms, bool* by_itself) {
  auto ended = daemons_.at(site)->wait(after_ms(shell::mono_now(), patience_ms));
  if (by_itself != nullptr) *by_itself = ended.has_value();
  if (!ended) return kill(site);
  daemons_.at(site).reset();
  return ended;
}

Result<demo::Ended> Fleet::kill(SiteId site) {
  signal(site, SIGKILL);
  auto ended = daemons_.at(site)->wait(after_ms(shell::mono_now(), door_ms_max));
  daemons_.at(site).reset();
  return ended;
}

Result<json> Fleet::ask(SiteId site, const std::vector<std::string>& arguments) const {
  demo::Command command = through(site);
  command.push_back(options_.tools + "/redress-ops");
  command.insert(command.end(), arguments.begin(), arguments.end());
  command.insert(command.end(), {"--home", home(site), "--json", "--lang", "en"});
  auto child = demo::Child::start(command, logged("ops"));
  if (!child) return fail(child.error());
  const auto ended = (*child)->wait(after_ms(shell::mono_now(), ask_ms_max));
  if (!ended) return fail(ended.error());
  json answer = json::parse((*child)->output(), nullptr, /*allow_exceptions=*/false);
  // verify ends with 4 when it finds something: that is an answer.
  if (answer.is_object()) return answer;
  return fail(Code::bad_value, "redress-ops " + arguments.front() + ": status=" + std::to_string(ended->number) +
                                   " said=" + last_line_of(options_.folder + "/ops.log"));
}

Result<tool::Client> Fleet::client(SiteId site) const {
  tool::ClientOptions options;
  options.url = line_of(home(site) + "/" + shell::url_file);
  if (options.url.empty()) return fail(Code::unreachable, "no door");
  options.token = line_of(home(site) + "/desk.token");
  options.language = "en";
  options.code_named = wire::code_named;
  if (options.url.starts_with("https")) options.ca_file = home(site) + "/door.crt";
  return tool::Client::open(std::move(options));
}

}  // namespace redress::rough
