// The product's branch with the load inside its process: the wiring of redress-agent, its loop on main's thread, its
// follower and its door on theirs; the load has a thread of its own, where the program has the door's.
//
// The home is one that redress-agent has joined with already. Differs from the program in that nothing comes by HTTP,
// so that JSON and the door's sockets are not part of what is measured.
#pragma once

#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "ops/measure/load.h"

namespace redress::measure {

enum class Task {
  live,      // the line is up: registers, and waits for the last receipt
  fill,      // the same without a report of time; for what is measured later
  catch_up,  // registers, says so, then waits for the line and the last receipt
  paced,     // entries come one by one, as the slices of the file `go` say
};

struct BranchTask {
  std::string home;
  Task task = Task::live;
  LoadPlan load;
  std::string go;      // paced: this file says when, once it is there
  bool level = false;  // live: what it cost is told once the lists show everything, so that followers are counted whole
};

// `tell` is given each report as it comes. Ends when the task is done. The exit status.
[[nodiscard]] int run_branch(const BranchTask& task, const std::function<void(const nlohmann::json&)>& tell);

}  // namespace redress::measure
