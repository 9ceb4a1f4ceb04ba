// What only head office's API has: the sites, their enrolment and revocation, and the lag of each.
#pragma once

#include "gateway/gateway.h"
#include "ops/shell/api.h"
#include "ops/shell/home.h"

namespace redress::gateway {

struct ApiParts {
  Members* members = nullptr;
  Gateway* gateway = nullptr;
  const shell::Home* home = nullptr;
  std::string endpoint;  // what branches connect to, as the socket was bound
  Random* random = nullptr;
  std::function<void()> wake{};  // the loop, for what it is to find in its next turn; empty: it turns by itself
};

void add_routes(shell::Api& api, const ApiParts& parts);
void refresh(shell::Metrics& metrics, const Gateway& gateway);

}  // namespace redress::gateway
