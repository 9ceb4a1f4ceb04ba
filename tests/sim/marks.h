// Coverage marks: what a run has been through, counted by name, so that the rare is known to have been reached.
//
// A value. Names are made of what they count: "fault cut", "event refused fork", "verdict superseded".
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "protocol/sync/step.h"

namespace redress::sim {

class Marks {
 public:
  void hit(const std::string& name, std::uint64_t times = 1) { counts_[name] += times; }
  void hit(const sync::Event& event);
  void merge(const Marks& other);
  [[nodiscard]] const std::map<std::string, std::uint64_t>& counts() const noexcept { return counts_; }

 private:
  std::map<std::string, std::uint64_t> counts_;
};

// What 500 runs must have reached and these have not; `repair`: the faults that need it were drawn.
[[nodiscard]] std::vector<std::string> missing_in(const Marks& marks, bool repair);

}  // namespace redress::sim
