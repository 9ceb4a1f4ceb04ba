// What only a branch's API has: its own lag, in both directions, with the reason if the line is down.
#pragma once

#include "branch-agent/agent.h"
#include "ops/shell/api.h"
#include "ops/shell/home.h"

namespace redress::agent {

// The agent and the home outlive the API.
void add_routes(shell::Api& api, const Agent& agent, const shell::Home& home);
void refresh(shell::Metrics& metrics, const Agent& agent);

}  // namespace redress::agent
