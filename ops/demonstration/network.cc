#include "ops/demonstration/network.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "ops/demonstration/ports.h"
#include "ops/shell/home.h"

namespace redress::demo {
namespace fs = std::filesystem;
namespace {

using nlohmann::json;

constexpr std::int64_t door_ms_max = 60'000;
constexpr std::int64_t end_ms_max = 20'000;
constexpr std::int64_t ask_ms_max = 300'000;  // verify takes as long as the store is large
constexpr int asks_max = 20;
constexpr std::int64_t ask_again_ms = 250;
constexpr int exit_refused = 2;
constexpr int exit_no_answer = 3;

std::string loopback(std::uint16_t port) { return "127.0.0.1:" + std::to_string(port); }

std::string last_line(const std::string& path) {
  std::ifstream file{path};
  std::string last{"none"};
  for (std::string line; std::getline(file, line);) last = line;
  return last;
}

// The last line of a command's output.
json last_object(const std::string& output) {
  const auto end = output.find_last_not_of('\n');
  if (end == std::string::npos) return {};
  const auto begin = output.rfind('\n', end);
  return json::parse(output.substr(begin == std::string::npos ? 0 : begin + 1), nullptr, /*allow_exceptions=*/false);
}

Result<std::string> converse(const std::string& socket_path, const std::string& command) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (socket_path.size() >= sizeof address.sun_path)
    return fail(Code::bad_config, "the relay's socket has too long a path");
  std::copy(socket_path.begin(), socket_path.end(), static_cast<char*>(address.sun_path));
  const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const timeval patience{5, 0};
  std::string line;
  bool good = fd >= 0 && setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience) == 0 &&
              ::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  const std::string text = command + "\n";
  good = good && ::send(fd, text.data(), text.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(text.size());
  std::array<char, 512> buffer{};
  while (good && line.find('\n') == std::string::npos) {
    const ssize_t size = ::recv(fd, buffer.data(), buffer.size(), 0);
    good = size > 0;
    if (good) line.append(buffer.data(), static_cast<std::size_t>(size));
  }
  const std::string reason = std::strerror(errno);
  if (fd >= 0) ::close(fd);
  if (!good) return fail(Code::unreachable, "ask the relay: command=" + command + " reason=" + reason);
  return line.substr(0, line.find('\n'));
}

}  // namespace

Network::Network(NetworkOptions options) : options_{std::move(options)} {}

Network::~Network() {
  // In order: the daemons drain while the others still answer.
  for (auto& [site, daemon] : daemons_) {
    if (daemon) daemon->signal(SIGTERM);
  }
  for (auto& [site, daemon] : daemons_) {
    if (daemon) static_cast<void>(daemon->wait_ms(2'000));
  }
}

Result<std::unique_ptr<Network>> Network::open(NetworkOptions options) {
  std::unique_ptr<Network> network{new Network{std::move(options)}};
  const Status built = network->build();
  if (!built) return fail(built.error());
  return network;
}

Status Network::build() {
  auto ports = free_ports(options_.sites.size() + 2);
  if (!ports) return fail(ports.error());
  ports_ = std::move(*ports);
  Status done = make_gateway();
  if (done) done = make_relay(ports_[0]);
  for (std::size_t i = 0; done && i < options_.sites.size(); ++i) done = make_branch(i);
  return done ? await_doors() : done;
}

Status Network::make_gateway() {
  const auto made = ask(head_office, {"init", "--role", "gateway", "--name", "总行", "--listen",
                                      "tcp://" + loopback(ports_[0]), "--door", loopback(ports_[1])});
  if (!made) return fail(made.error());
  const Status launched = launch(head_office);
  return launched ? await_doors() : launched;
}

Status Network::make_relay(std::uint16_t gateway_port) {
  const Command command{
      program("redress-relay"), "--listen", "127.0.0.1:0", "--to", loopback(gateway_port), "--control",
      options_.folder + "/line"};
  auto started = Child::start(command, logged("relay"));
  if (!started) return fail(started.error());
  relay_ = std::move(*started);
  const Instant until = after_ms(shell::mono_now(), door_ms_max);
  const auto told = wait_until(options_.around, until, 5, "the relay's port", [&]() -> Result<bool> {
    if (!relay_->running()) return fail(Code::io, "the relay ended: see relay.log");
    return relay_->output().find('\n') != std::string::npos;
  });
  if (!told) return told;
  relay_port_ = last_object(relay_->output()).value("port", std::uint16_t{0});
  return Done{};
}

Status Network::make_branch(std::size_t index) {
  const PlannedSite& site = options_.sites[index];
  std::vector<std::string> enrol{"enrol",   "--site",   std::to_string(site.site.value()),  "--name",
                                 site.name, "--parent", std::to_string(site.parent.value())};
  if (index == options_.behind_relay) enrol.insert(enrol.end(), {"--endpoint", "tcp://" + loopback(relay_port_)});
  const auto invited = ask(head_office, enrol);
  if (!invited) return fail(invited.error());
  const std::string token = invited->value("token", std::string{});
  std::vector<std::string> init{
      "init", "--role", "branch", "--name", site.name, "--join", token, "--door", loopback(ports_[index + 2])};
  for (const std::string& role : site.desk_roles) init.insert(init.end(), {"--desk-role", role});
  const auto made = ask(site.site, init);
  if (!made) return fail(made.error());
  return launch(site.site);
}

std::string Network::program(const char* name) const { return options_.programs + "/" + name; }

std::string Network::home(SiteId site) const {
  return options_.folder + "/" + (site == head_office ? "gateway" : "branch-" + std::to_string(site.value()));
}

Surroundings Network::logged(const std::string& name) const {
  return {options_.around.stop, options_.folder + "/" + name + ".log"};
}

pid_t Network::pid_of(SiteId site) const {
  const auto found = daemons_.find(site);
  return found == daemons_.end() || !found->second ? 0 : found->second->pid();
}

Command Network::ops(SiteId site, std::vector<std::string> arguments) const {
  Command command{program("redress-ops")};
  std::move(arguments.begin(), arguments.end(), std::back_inserter(command));
  command.insert(command.end(), {"--home", home(site), "--json", "--lang", "en"});
  return command;
}

Result<json> Network::ask(SiteId site, const std::vector<std::string>& arguments) const {
  const Instant until = after_ms(shell::mono_now(), ask_ms_max);
  for (int i = 1;; ++i) {
    auto child = Child::start(ops(site, arguments), logged("ops"));
    if (!child) return fail(child.error());
    const auto ended = (*child)->wait(until);
    if (!ended) return fail(ended.error());
    const bool refused = ended->by_signal || ended->number == 1 || ended->number == exit_refused;
    if (!refused && ended->number != exit_no_answer) {
      json answer = last_object((*child)->output());
      if (answer.is_object()) return answer;
      // export prints a file, not an answer.
      return json::object();
    }
    if (refused || i == asks_max) {
      return fail(refused ? Code::bad_value : Code::unreachable,
                  "redress-ops " + arguments.front() + ": status=" + std::to_string(ended->number) +
                      " site=" + std::to_string(site.value()) + ", see ops.log");
    }
    const Status paused = pause(options_.around, ask_again_ms);
    if (!paused) return fail(paused.error());
  }
}

Result<Ended> Network::kill(SiteId site) {
  auto& daemon = daemons_.at(site);
  REDRESS_ASSERT(daemon != nullptr);
  daemon->signal(SIGKILL);
  const auto ended = daemon->wait(after_ms(shell::mono_now(), end_ms_max));
  daemon.reset();
  return ended;
}

Status Network::stop(SiteId site) {
  auto& daemon = daemons_.at(site);
  REDRESS_ASSERT(daemon != nullptr);
  daemon->signal(SIGTERM);
  const auto ended = daemon->wait(after_ms(shell::mono_now(), end_ms_max));
  daemon.reset();
  if (!ended) return fail(ended.error());
  if (*ended != Ended{})
    return fail(Code::bad_value, "a daemon did not end well: site=" + std::to_string(site.value()) +
                                     " number=" + std::to_string(ended->number));
  return Done{};
}

Status Network::launch(SiteId site) {
  std::error_code absent;
  fs::remove(home(site) + "/" + shell::url_file, absent);
  const bool central = site == head_office;
  auto child = Child::start({program(central ? "redress-gateway" : "redress-agent"), "--home", home(site)},
                            {options_.around.stop, log_of(site)});
  if (!child) return fail(child.error());
  daemons_[site] = std::move(*child);
  awaited_.insert(site);
  return Done{};
}

std::string Network::log_of(SiteId site) const { return home(site) + ".log"; }

Result<bool> Network::answers(SiteId site) {
  if (!daemons_.at(site)->running()) {
    return fail(Code::io,
                "a daemon ended: site=" + std::to_string(site.value()) + ", last words: " + last_line(log_of(site)));
  }
  return fs::exists(home(site) + "/" + shell::url_file);
}

Status Network::await_doors() {
  const Instant until = after_ms(shell::mono_now(), door_ms_max);
  for (const SiteId site : std::exchange(awaited_, {})) {
    const std::string what = "the door of site=" + std::to_string(site.value());
    const Status open = wait_until(options_.around, until, 10, what, [&] { return answers(site); });
    if (!open) return open;
    const auto lag = ask(site, {"lag"});
    if (!lag) return fail(lag.error());
  }
  return Done{};
}

Result<LineStatus> Network::line(const std::string& command) const {
  const auto said = converse(options_.folder + "/line", command);
  if (!said) return fail(said.error());
  const json status = json::parse(*said, nullptr, /*allow_exceptions=*/false);
  if (!status.is_object() || status.contains("error"))
    return fail(Code::bad_value, "the relay does not take: command=" + command);
  return LineStatus{status.value("state", std::string{}), status.value("cuts", std::uint64_t{0}),
                    status.value("cut_ms", std::int64_t{0}), *said};
}

}  // namespace redress::demo
