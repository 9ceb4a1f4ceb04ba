#include "tests/swarm/enrolled.h"

#include "gateway/members.h"
#include "ops/shell/process.h"

namespace redress::swarm {
namespace {

constexpr std::uint32_t first_site = 10;
constexpr std::int64_t invite_ms = 3'600'000;

Status enrol(gateway::Members& members, const Enrolled& one, Random& random) {
  const WallTime now = shell::wall_now();
  gateway::Member invited;
  invited.site = one.site;
  invited.parent = one.parent;
  invited.name = "site " + std::to_string(one.site.value());
  invited.zone = "Asia/Shanghai";
  invited.one_time = crypto::make_transport_pair(random).public_key;
  invited.invite_expires = WallTime{now.value() + invite_ms};
  const Status done = members.invite(invited);
  if (!done) return done;
  return members.enrol({one.site, *invited.one_time}, one.keys.transport.public_key, one.keys.signing.public_key, now);
}

}  // namespace

Result<std::vector<Enrolled>> enrol_all(const shell::Home& office, std::size_t count, Random& random) {
  auto members =
      gateway::Members::open({office.path(shell::members_file), office.keys.network, office.keys.keys.kek}, random);
  if (!members) return fail(members.error());
  std::vector<Enrolled> out;
  SiteId primary = head_office;
  for (std::size_t i = 0; i < count; ++i) {
    const bool is_primary = i % (outlets_of_a_primary + 1) == 0;
    const SiteId site{first_site + static_cast<std::uint32_t>(i)};
    Enrolled one{site, is_primary ? head_office : primary, crypto::make_site_keys(random), {}, is_primary};
    if (is_primary) primary = site;
    const Status done = enrol(**members, one, random);
    if (!done) return fail(done.error());
    const auto secret = (*members)->with(site);
    REDRESS_ASSERT(secret.has_value());
    one.pairwise = *secret;
    out.push_back(std::move(one));
  }
  return out;
}

}  // namespace redress::swarm
