// REDRESS_FAILPOINT=NAME:N in the environment: the program is killed the N-th time that it comes to that place.
#include "protocol/base/failpoint.h"

#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <string>

namespace redress {
namespace {

struct Plan {
  std::string name;
  long hit = 0;
};

Plan plan_of(const char* text) {
  const std::string all = text == nullptr ? "" : text;
  const auto colon = all.rfind(':');
  if (colon == std::string::npos) return {};
  return {all.substr(0, colon), std::strtol(all.c_str() + colon + 1, nullptr, 10)};
}

}  // namespace

void failpoint(std::string_view name) noexcept {
  static const Plan plan = plan_of(std::getenv("REDRESS_FAILPOINT"));
  static std::atomic<long> hits{0};
  if (plan.name == name && ++hits == plan.hit) ::kill(::getpid(), SIGKILL);
}

}  // namespace redress
