// Head office and its branches as real processes with real homes, to be killed, stopped, cut off and started again.
//
// A resource of one thread, but for client(). Its processes end with it.
#pragma once

#include <map>
#include <nlohmann/json_fwd.hpp>

#include "ops/demonstration/processes.h"
#include "ops/tool/client.h"
#include "protocol/base/ids.h"

namespace redress::rough {

struct FleetBranch {
  SiteId site;
  SiteId parent;
  std::string endpoint;   // tcp://…, where its line goes; empty: straight to the gateway
  demo::Command through;  // what runs its programs, as "ip netns exec NAME"; empty: nothing
  std::string data;       // the folder of its stores; empty: in its home
};

struct FleetOptions {
  std::string daemons;  // the folder of redress-gateway and redress-agent
  std::string tools;    // of redress-ops
  std::string folder;   // for the homes and logs; exists
  std::string link_host = "127.0.0.1";
  std::uint16_t link_port = 0;       // 0: a free one
  std::string door = "127.0.0.1:0";  // of head office
  demo::Command through;             // what runs head office's programs
};

class Fleet {
 public:
  // Makes head office and starts it. Fails with what the programs said.
  [[nodiscard]] static Result<std::unique_ptr<Fleet>> open(const FleetOptions& options);
  // The same of homes that are there already, as open() and add() would have made them: all are started.
  [[nodiscard]] static Result<std::unique_ptr<Fleet>> adopt(const FleetOptions& options,
                                                            const std::vector<FleetBranch>& branches);
  Fleet(const Fleet&) = delete;
  Fleet& operator=(const Fleet&) = delete;

  // SIGTERM to all, and time to end well.
  ~Fleet();
  // Enrols a branch, makes its home, starts it.
  [[nodiscard]] Status add(const FleetBranch& branch);
  [[nodiscard]] std::vector<SiteId> sites() const;
  [[nodiscard]] SiteId parent(SiteId site) const { return branches_.at(site).parent; }
  [[nodiscard]] std::string home(SiteId site) const;
  [[nodiscard]] std::uint16_t link_port() const noexcept { return options_.link_port; }

  // Starts its daemon and does not wait; `environment` are words NAME=VALUE.
  [[nodiscard]] Status launch(SiteId site, const std::vector<std::string>& environment = {});
  // Returns when its door is open. Fails with io if the daemon ends before, unreachable after three minutes.
  [[nodiscard]] Status await_door(SiteId site);
  [[nodiscard]] bool runs(SiteId site);
  [[nodiscard]] pid_t pid(SiteId site) const;
  void signal(SiteId site, int number) const;
  // Waits so many ms for its end, then kills it, and says so in `by_itself`. Returns how it ended; it runs no more.
  [[nodiscard]] Result<demo::Ended> end(SiteId site, std::int64_t patience_ms, bool* by_itself = nullptr);
  [[nodiscard]] Result<demo::Ended> kill(SiteId site);

  // redress-ops about this home: its answer. Fails with bad_value and what it said.
  [[nodiscard]] Result<nlohmann::json> ask(SiteId site, const std::vector<std::string>& arguments) const;
  // Any thread. A client of its door as it stands now; fails with unreachable while there is none.
  [[nodiscard]] Result<tool::Client> client(SiteId site) const;

 private:
  explicit Fleet(const FleetOptions& options) : options_{options} {}
  [[nodiscard]] demo::Command through(SiteId site) const;
  [[nodiscard]] demo::Surroundings logged(const std::string& name) const;

  FleetOptions options_;
  std::map<SiteId, FleetBranch> branches_;
  std::map<SiteId, std::unique_ptr<demo::Child>> daemons_;
};

// Every `old` in it becomes `fresh`. Fails with bad_value if there is none.
[[nodiscard]] Status replace_in_file(const std::string& path, const std::string& old, const std::string& fresh);

// Waits `ms`.
void pass_time(std::int64_t ms);

}  // namespace redress::rough
