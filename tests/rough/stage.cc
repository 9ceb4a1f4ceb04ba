#include "tests/rough/stage.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "ops/shell/process.h"

namespace redress::rough {
namespace {

using nlohmann::json;

constexpr std::int64_t command_ms_max = 60'000;
constexpr std::int64_t look_ms = 10;
constexpr std::int64_t slow_ms_max = 90'000;
constexpr int measured_max = 3;

}  // namespace

Result<std::string> run_command(const demo::Command& command) {
  auto child = demo::Child::start(command, {});
  if (!child) return fail(child.error());
  const auto ended = (*child)->wait(after_ms(shell::mono_now(), command_ms_max));
  if (!ended) return fail(ended.error());
  if (*ended == demo::Ended{}) return (*child)->output();
  std::string words;
  for (const std::string& word : command) words += word + " ";
  return fail(Code::bad_value, words + "ended with " + std::to_string(ended->number));
}

bool is_root() { return ::geteuid() == 0; }

std::string path_of(const std::string& program) {
  for (const char* folder : {"/usr/sbin/", "/usr/bin/", "/sbin/", "/bin/"}) {
    if (std::filesystem::exists(folder + program)) return folder + program;
  }
  return {};
}

Result<std::unique_ptr<Relay>> Relay::start(const DrillPlaces& places, std::uint16_t to, const std::string& name) {
  std::unique_ptr<Relay> relay{new Relay};
  relay->control_ = places.folder + "/" + name;
  auto child = demo::Child::start({places.programs + "/redress-relay", "--listen", "127.0.0.1:0", "--to",
                                   "127.0.0.1:" + std::to_string(to), "--control", relay->control_},
                                  {});
  if (!child) return fail(child.error());
  relay->child_ = std::move(*child);
  const Instant until = after_ms(shell::mono_now(), command_ms_max);
  while (relay->child_->running() && relay->child_->output().find('\n') == std::string::npos) {
    if (shell::mono_now() > until) return fail(Code::unreachable, "the relay does not come");
    pass_time(look_ms);
  }
  const json said = json::parse(relay->child_->output(), nullptr, /*allow_exceptions=*/false);
  if (!said.is_object()) return fail(Code::io, "the relay ended");
  relay->port_ = said.value("port", std::uint16_t{0});
  return relay;
}

Result<std::string> Relay::tell(const std::string& command) const {
  sockaddr_un at{};
  at.sun_family = AF_UNIX;
  control_.copy(static_cast<char*>(at.sun_path), sizeof at.sun_path - 1);
  const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const std::string line = command + "\n";
  std::array<char, 512> answer{};
  ssize_t got = -1;
  if (::connect(fd, reinterpret_cast<const sockaddr*>(&at), sizeof at) == 0 &&
      ::send(fd, line.data(), line.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(line.size()))
    got = ::recv(fd, answer.data(), answer.size(), 0);
  ::close(fd);
  const std::string said{answer.data(), static_cast<std::size_t>(std::max<ssize_t>(got, 0))};
  if (got <= 0 || said.find("error") != std::string::npos)
    return fail(Code::bad_value, "the relay does not take: " + command + " " + said);
  return said;
}

Result<std::unique_ptr<Stage>> Stage::open(const DrillPlaces& places, FleetOptions options, bool relayed,
                                           const std::string& outlet_data) {
  std::unique_ptr<Stage> stage{new Stage};
  options.daemons = options.tools = places.programs;
  options.folder = places.folder;
  auto fleet = Fleet::open(options);
  if (!fleet) return fail(fleet.error());
  stage->fleet_ = std::move(*fleet);
  FleetBranch eleven{outlet, primary, {}, {}, outlet_data};
  if (relayed) {
    auto relay = Relay::start(places, stage->fleet_->link_port());
    if (!relay) return fail(relay.error());
    stage->relay_ = std::move(*relay);
    eleven.endpoint = "tcp://127.0.0.1:" + std::to_string(stage->relay_->port());
  }
  Status added = stage->fleet_->add({primary, head_office, {}, {}, {}});
  if (added) added = stage->fleet_->add(eleven);
  if (!added) return fail(added.error());
  return stage;
}

Result<Wish> Stage::saved_at_outlet(std::size_t text_bytes) {
  auto client = fleet_->client(outlet);
  if (!client) return fail(client.error());
  const Wish wish = history_.wish(outlet, "registered", "", text_bytes);
  if (!ask(*client, history_, wish)) return fail(Code::unreachable, "the outlet does not answer");
  const auto saved = history_.last_saved(outlet, 1'000'000);
  const auto found = std::find_if(saved.rbegin(), saved.rend(), [&](const Wish& one) { return one.key == wish.key; });
  if (found == saved.rend()) return fail(Code::bad_value, "the outlet refuses " + wish.key);
  return *found;
}

Result<std::int64_t> Stage::ms_until_through(const Wish& wish, std::int64_t patience_ms) {
  const Instant begin = shell::mono_now();
  auto client = fleet_->client(head_office);
  if (!client) return fail(client.error());
  while (!client->get("/api/v1/cases/" + wish.case_id)) {
    const std::int64_t passed = shell::mono_now().value() - begin.value();
    if (passed > patience_ms) return fail(Code::unreachable, "not through after " + std::to_string(passed) + " ms");
    pass_time(look_ms);
  }
  return shell::mono_now().value() - begin.value();
}

Result<std::int64_t> best_of_three(std::int64_t bar_ms, const std::function<Result<std::int64_t>()>& measure) {
  Result<std::int64_t> best = measure();
  for (int i = 1; i < measured_max && best && *best > bar_ms; ++i) {
    const auto again = measure();
    if (!again) return again;
    best = std::min(*best, *again);
  }
  return best;
}

namespace {

// How long the entry that waited took, once.
Result<std::int64_t> through_trouble(Stage& stage, const LineTrouble& trouble, DrillReport& report) {
  const auto wrong = [](const std::string& what, const Error& error) {
    return fail(error.code, what + ": " + error.what);
  };
  Result<Wish> waiting = fail(Code::unreachable, "");
  {
    const Clients people{stage.fleet(), stage.history(), 1, {150, 300}};
    pass_time(500);
    if (const Status begun = trouble.begin(); !begun) return wrong("cannot begin", begun.error());
    pass_time(trouble.hold_ms);
    waiting = stage.saved_at_outlet();
    if (!waiting) return wrong("while the line is bad", waiting.error());
    if (trouble.lets_through) {
      const auto slow = stage.ms_until_through(*waiting, slow_ms_max);
      if (!slow) return wrong("the bad line lets nothing through", slow.error());
      report.measured["through_meanwhile"] = *slow;
      waiting = stage.saved_at_outlet();
      if (!waiting) return wrong("while the line is bad", waiting.error());
    }
  }
  if (const Status healed = trouble.heal(); !healed) return wrong("cannot heal", healed.error());
  const auto back = stage.ms_until_through(*waiting, 10 * return_ms_max);
  if (!back) return wrong("after the line is back", back.error());
  return back;
}

}  // namespace

void judge_return(Stage& stage, const Result<std::int64_t>& back, DrillReport& report) {
  if (!back) {
    report.problems.push_back(back.error().what);
    return;
  }
  report.measured["through_after_return"] = *back;
  if (*back > return_ms_max) report.problems.push_back("through only after " + std::to_string(*back) + " ms");
  const auto broken = stage.settled();
  report.problems.insert(report.problems.end(), broken.begin(), broken.end());
}

DrillReport hold_trouble(Stage& stage, const LineTrouble& trouble) {
  DrillReport report;
  judge_return(stage, best_of_three(return_ms_max, [&] { return through_trouble(stage, trouble, report); }), report);
  return report;
}

}  // namespace redress::rough
