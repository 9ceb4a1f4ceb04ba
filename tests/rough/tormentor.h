// Troubles of one site, one after the other with calm between: its line, its process.
//
// A resource of one thread; fleet and relay outlive it.
#pragma once

#include "ops/demonstration/dice.h"
#include "tests/rough/stage.h"

namespace redress::rough {

struct Torment {
  std::int64_t calm_ms_min = 3'000;
  std::int64_t calm_ms_max = 20'000;
  std::int64_t hold_ms_min = 2'000;
  std::int64_t hold_ms_max = 15'000;
  bool stops = true;   // SIGSTOP, and on again
  bool kills = false;  // SIGKILL, and started again
};

class Tormentor {
 public:
  // Without a relay only its process is troubled. Calm at first.
  Tormentor(Fleet& fleet, const Relay* relay, SiteId site, std::uint64_t seed, const Torment& torment)
      : fleet_{fleet}, relay_{relay}, site_{site}, dice_{seed}, torment_{torment} {}

  // Does what is due; call it often. Fails if the process ended by itself or does not start.
  [[nodiscard]] Status step(Instant now);
  // Ends the present trouble. Its door may not be open yet.
  [[nodiscard]] Status heal();
  void set_kills(bool kills) { torment_.kills = kills; }
  [[nodiscard]] SiteId site() const noexcept { return site_; }
  // What was done how often.
  [[nodiscard]] const std::map<std::string, int>& counts() const noexcept { return counts_; }

 private:
  [[nodiscard]] Status begin();
  [[nodiscard]] Status tell(const std::vector<std::string>& commands) const;

  Fleet& fleet_;
  const Relay* const relay_;
  const SiteId site_;
  demo::Dice dice_;
  Torment torment_;
  std::string trouble_;  // empty: calm
  std::optional<Instant> until_;
  std::map<std::string, int> counts_;
};

}  // namespace redress::rough
