// A gateway and its branches on loopback, each its own process with its own home, one of them behind a line that can be
// cut. Everything is done through the programs' command lines.
//
// A resource of one thread. Its processes end with it. Folder and Surroundings outlive it.
#pragma once

#include <map>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <set>

#include "ops/demonstration/plan.h"
#include "ops/demonstration/processes.h"

namespace redress::demo {

struct NetworkOptions {
  std::string programs;            // the folder of redress-gateway, redress-agent, redress-ops, redress-relay
  std::string folder;              // for the homes; exists
  std::vector<PlannedSite> sites;  // the branches
  std::size_t behind_relay = 0;    // index of the branch whose line can be cut
  Surroundings around;
};

// Of the relay, as it says itself.
struct LineStatus {
  std::string state;
  std::uint64_t cuts = 0;
  std::int64_t cut_ms = 0;
  std::string text;  // all of it
};

class Network {
 public:
  // Makes the homes, enrols and starts everything; returns when every door answers. Fails with what went wrong first.
  [[nodiscard]] static Result<std::unique_ptr<Network>> open(NetworkOptions options);
  ~Network();
  Network(const Network&) = delete;
  Network& operator=(const Network&) = delete;

  [[nodiscard]] const std::vector<PlannedSite>& sites() const noexcept { return options_.sites; }
  [[nodiscard]] std::string home(SiteId site) const;
  [[nodiscard]] pid_t pid_of(SiteId site) const;

  // redress-ops ARGUMENTS --home HOME --json: the command, and its answer. An answer is asked for again for a while if
  // no daemon is there to give it; so a command that writes must carry a key. Fails with unreachable or bad_value.
  [[nodiscard]] Command ops(SiteId site, std::vector<std::string> arguments) const;
  [[nodiscard]] Result<nlohmann::json> ask(SiteId site, const std::vector<std::string>& arguments) const;

  // SIGKILL; returns how it ended. Requires: it runs.
  [[nodiscard]] Result<Ended> kill(SiteId site);
  // SIGTERM. Fails with bad_value if it did not end as it should.
  [[nodiscard]] Status stop(SiteId site);
  // Starts it without waiting for its door, and waits for the doors of all that were started so.
  [[nodiscard]] Status launch(SiteId site);
  [[nodiscard]] Status await_doors();

  // "cut", "heal" or "status".
  [[nodiscard]] Result<LineStatus> line(const std::string& command) const;

 private:
  explicit Network(NetworkOptions options);
  [[nodiscard]] Status build();
  [[nodiscard]] Status make_gateway();
  [[nodiscard]] Status make_relay(std::uint16_t gateway_port);
  [[nodiscard]] Status make_branch(std::size_t index);
  [[nodiscard]] std::string program(const char* name) const;
  [[nodiscard]] Surroundings logged(const std::string& name) const;
  [[nodiscard]] std::string log_of(SiteId site) const;
  [[nodiscard]] Result<bool> answers(SiteId site);

  const NetworkOptions options_;
  std::vector<std::uint16_t> ports_;  // of the gateway's link and door, then of each branch's door
  std::uint16_t relay_port_ = 0;
  std::unique_ptr<Child> relay_;
  std::map<SiteId, std::unique_ptr<Child>> daemons_;
  std::set<SiteId> awaited_;
};

}  // namespace redress::demo
