// Turns what the rooms below found out into log lines, counters and JSON.
#pragma once

#include <deque>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <tuple>

#include "ops/shell/log.h"
#include "ops/shell/metrics.h"
#include "protocol/sync/lag.h"
#include "protocol/sync/step.h"
#include "store/verify_views.h"

namespace redress::shell {

void tell(Log& log, Metrics& metrics, const sync::Event& event);

// The same for who has many peers, some of them hostile: a refusal, by us or by the peer, that comes again for one site
// with the same code is counted each time, but logged once a minute, with how many lines were left out.
//
// Owned by one thread; no clock. The log and the metrics outlive it.
class Telling {
 public:
  Telling(Log& log, Metrics& metrics) : log_{log}, metrics_{metrics} {}

  void tell(Instant now, const sync::Event& event);
  // Logs what was left out for a minute. A call too early does nothing.
  void on_tick(Instant now);
  [[nodiscard]] Instant next_deadline() const;

 private:
  // The code's name and not its number: a peer may say numbers without end.
  using Refusal = std::tuple<sync::Happening, SiteId, std::string_view>;
  struct LeftOut {
    std::size_t count = 0;
    std::string why;  // of the last
  };

  Log& log_;
  Metrics& metrics_;
  std::map<Refusal, LeftOut> left_out_;           // of those that were logged within the minute
  std::deque<std::pair<Instant, Refusal>> dues_;  // when that is over, for each of them; in order
};

// The three numbers, the state, and whether they are "at least"; and how long what has arrived took.
[[nodiscard]] nlohmann::json lag_json(const sync::Lag& lag, const sync::Took& took);
void set_lag(Metrics& metrics, const Labels& labels, const sync::Lag& lag, const sync::Took& took);

[[nodiscard]] nlohmann::json verified_json(const store::Verified& verified, const store::VerifiedViews& views);

}  // namespace redress::shell
