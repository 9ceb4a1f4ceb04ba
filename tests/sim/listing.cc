#include "tests/sim/listing.h"

#include <memory>

namespace redress::sim {
namespace {

store::DueRules rules_of(const casework::Kinds& kinds, const rules::Profiles& profiles,
                         std::span<const std::string> shown, const rules::Calendars& calendars) {
  const auto rules = std::make_shared<casework::Ahead>(profiles, shown, calendars);
  return {[rules, &kinds](const store::CaseFile& file) {
            return store::Ahead{std::nullopt, rules->of(casework::times_of(kinds, file.view, file.told)).prompt};
          },
          1};
}

}  // namespace

Listing::Listing(const store::Truth& journal, const store::SiteOptions& site, Epoch born, const casework::Kinds& kinds,
                 const rules::Profiles& profiles, std::span<const std::string> shown, const rules::Calendars& calendars)
    : follower_{journal, views_, site,    born,
                {},      kinds,  random_, {nullptr, &catalogue_, rules_of(kinds, profiles, shown, calendars)}} {
  REDRESS_ASSERT(follower_.open().has_value());
}

void Listing::follow() {
  constexpr std::size_t entries_a_commit = 1024;
  for (auto followed = follower_.advance(entries_a_commit);; followed = follower_.advance(entries_a_commit)) {
    REDRESS_ASSERT(followed.has_value());
    if (*followed == 0) return;
  }
}

}  // namespace redress::sim
