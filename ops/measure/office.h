// The product as it is shipped, on loopback: a gateway, outlets and, if asked for, their primary branch, freshly made.
//
// A resource of one thread; its processes and its folder end with it. The stage outlives it.
#pragma once

#include "ops/demonstration/network.h"
#include "ops/measure/stage.h"

namespace redress::measure {

class Office {
 public:
  // Everything is up, the outlets' agents too. `relayed`: the last outlet's line runs through redress-relay.
  [[nodiscard]] static Result<std::unique_ptr<Office>> open(Stage& stage, bool relayed, std::size_t outlets = 1);
  Office(const Office&) = delete;
  Office& operator=(const Office&) = delete;
  ~Office();

  [[nodiscard]] demo::Network& network() noexcept { return *network_; }
  [[nodiscard]] SiteId outlet() const { return network_->sites().back().site; }
  [[nodiscard]] std::string home_of(SiteId site) const { return network_->home(site); }
  [[nodiscard]] std::string outlet_home() const { return home_of(outlet()); }
  [[nodiscard]] pid_t gateway_pid() const { return network_->pid_of(head_office); }
  // Those that are no primary branch; outlet() is the last.
  [[nodiscard]] std::vector<SiteId> outlets() const;
  // Ends an outlet's agent, so that a part can have its home.
  [[nodiscard]] Status free_outlet() { return network_->stop(outlet()); }
  [[nodiscard]] Status free_outlets();
  // Registers so many entries and waits for their receipts; then the shipped agent runs again.
  [[nodiscard]] Status fill(std::size_t count);
  static constexpr std::size_t filled_max = 10'000;  // what is enough for a store that is not new
  // Starts the gateway again; returns when it listens.
  [[nodiscard]] Status start_gateway();
  // What was in force: the shipped keys and values, and what was changed.
  [[nodiscard]] Result<nlohmann::json> configuration() const;

 private:
  Office(Stage& stage, std::string folder) : stage_{stage}, folder_{std::move(folder)} {}
  [[nodiscard]] Status set_quota();
  Stage& stage_;
  const std::string folder_;
  std::unique_ptr<demo::Network> network_;
  std::size_t fills_ = 0;
};

}  // namespace redress::measure
