// Head office, primary branch 10 and outlet 11, and the questions that every drill asks of them.
//
// A resource of one thread. Fleet and history are the drills' to use.
#pragma once

#include "tests/rough/drill.h"
#include "tests/rough/judgement.h"

namespace redress::rough {

inline constexpr SiteId primary{10};
inline constexpr SiteId outlet{11};

// Runs a command to its end: what it wrote; fails with bad_value if its status is not 0.
[[nodiscard]] Result<std::string> run_command(const demo::Command& command);
[[nodiscard]] bool is_root();
// Of a program in the path; empty: none.
[[nodiscard]] std::string path_of(const std::string& program);

// A relay between a branch and head office.
class Relay {
 public:
  // `name` is that of its socket in the folder: one each.
  [[nodiscard]] static Result<std::unique_ptr<Relay>> start(const DrillPlaces& places, std::uint16_t to,
                                                            const std::string& name = "relay");
  // What it answers to a command.
  [[nodiscard]] Result<std::string> tell(const std::string& command) const;
  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }

 private:
  Relay() = default;
  std::unique_ptr<demo::Child> child_;
  std::string control_;
  std::uint16_t port_ = 0;
};

class Stage {
 public:
  // With the outlet behind a relay or not, and its stores in `outlet_data` if that is given.
  [[nodiscard]] static Result<std::unique_ptr<Stage>> open(const DrillPlaces& places, FleetOptions options,
                                                           bool relayed, const std::string& outlet_data = {});

  Fleet& fleet() { return *fleet_; }
  History& history() { return history_; }
  const Relay& relay() const { return *relay_; }

  // A registration at the outlet that was told as saved. Fails with what the outlet said.
  [[nodiscard]] Result<Wish> saved_at_outlet(std::size_t text_bytes = 200);
  // How many ms until head office shows it. Fails with unreachable after `patience_ms`.
  [[nodiscard]] Result<std::int64_t> ms_until_through(const Wish& wish, std::int64_t patience_ms);
  // Everything healed: what is wrong.
  [[nodiscard]] std::vector<std::string> settled(std::int64_t patience_ms = 120'000) {
    return settle(*fleet_, history_, patience_ms);
  }

 private:
  Stage() = default;
  std::unique_ptr<Relay> relay_;
  std::unique_ptr<Fleet> fleet_;
  History history_;
};

// What most drills of lines are: people act, something is done to the line, an entry waits there, the line is healed.
// That entry must be through in the time that is promised, and everything in order.
struct LineTrouble {
  std::function<Status()> begin;
  std::function<Status()> heal;
  std::int64_t hold_ms = 4'000;
  bool lets_through = false;  // slow, but an entry gets through meanwhile
};
[[nodiscard]] DrillReport hold_trouble(Stage& stage, const LineTrouble& trouble);

// After a line is back: 2 s, and at most 3 s of back-off.
inline constexpr std::int64_t return_ms_max = 5'000;

// A time under a bar, measured where others use the machine too: if it is above, it is measured again, three times at
// most, and the best counts. A failure is one at once: only time may be better luck.
[[nodiscard]] Result<std::int64_t> best_of_three(std::int64_t bar_ms,
                                                 const std::function<Result<std::int64_t>()>& measure);
// Writes down how long it took, and what is wrong once everything has settled.
void judge_return(Stage& stage, const Result<std::int64_t>& back, DrillReport& report);

}  // namespace redress::rough
