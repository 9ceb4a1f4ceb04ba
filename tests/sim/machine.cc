#include "tests/sim/machine.h"

#include "crypto/suite_intl.h"
#include "tests/sim/mock_suite.h"

namespace redress::sim {
namespace {

constexpr std::int64_t true_time_at_0 = 1'795'305'600'000;  // 2026-11-22
constexpr std::int16_t zone_minutes = 480;

// The shipped rules, with a reminder that the bank's own document leaves blank.
const rules::Profiles& profiles() {
  static const rules::Profiles all = [] {
    rules::Profiles some = rules::shipped_profiles();
    const Status added = some.add("sim.profile",
                                  "[profile sim]\nversion = 1\nzh = 模拟\nen = simulated\ninherits = bank-000\n"
                                  "[reminder before_due]\nbefore = 30 minutes\n");
    REDRESS_ASSERT(added.has_value());
    return some;
  }();
  return all;
}

const rules::Calendars& calendars() {
  static const rules::Calendars all = rules::shipped_calendars();
  return all;
}

const std::vector<std::string>& shown() {
  static const std::vector<std::string> all{"sim"};
  return all;
}

std::optional<SiteId> parent_in(const gateway::Members& members, SiteId site) {
  const auto member = members.find(site);
  return member ? std::optional{member->parent} : std::nullopt;
}

}  // namespace

Machine::Machine(const Common& shared, std::size_t number, SiteId site_id, SiteId parent_id,
                 const crypto::SiteKeys& site_keys, const std::optional<crypto::Key32>& secret, std::uint64_t seed)
    : index{number}, site{site_id}, parent{parent_id}, keys{site_keys}, common{shared}, random{seed} {
  if (common.domain.suite == &crypto::intl()) {
    signer_ = std::make_unique<crypto::Ed25519Signer>(keys.signing);
  } else {
    signer_ = std::make_unique<MockSigner>(keys.signing.public_key);
  }
  if (is_centre()) {
    router_ = std::make_unique<gateway::DirectoryRouter>(
        [members = common.members](SiteId of) { return parent_in(*members, of); }, common.kinds->opening().kind);
  } else {
    REDRESS_ASSERT(secret.has_value());
    secret_ = std::make_unique<store::HeadOfficeSecret>(*secret);
  }
}

store::SiteOptions Machine::options() const {
  store::SiteOptions out;
  out.site = site;
  out.domain = common.domain;
  out.kek = keys.kek;
  out.signer = signer_.get();
  out.pairwise = is_centre() ? static_cast<const store::Pairwise*>(common.members) : secret_.get();
  out.router = router_.get();
  out.damage = damage;
  return out;
}

Status Machine::start(const PublicKey& head_office_signing) {
  damage = common.heals ? std::make_shared<store::Damage>() : nullptr;
  auto opened = store::Site::open(truth, options(), random);
  if (!opened) return fail(opened.error());
  store = std::move(*opened);
  serial = std::make_unique<store::Serial>(store->last_serial());
  store::DeskOptions at{options(), parent, zone_minutes, {}};
  if (is_centre()) at.parent_of = [members = common.members](SiteId of) { return parent_in(*members, of); };
  desk = std::make_unique<store::Desk>(truth, at, *common.kinds, *serial, random);
  sync::Self self{common.domain, site, signer_.get(), store.get(), heartbeat_ms, common.window_bytes, "sim"};
  if (!common.heals) self.protocol_max = wire::protocol_heals - 1;
  if (is_centre()) {
    gateway = std::make_unique<gateway::Gateway>(*store, self, *common.members, keys.signing, random);
    if (common.prompts) {
      listing =
          std::make_unique<Listing>(truth, options(), store->born(), *common.kinds, profiles(), shown(), calendars());
      const gateway::PrompterParts parts{&listing->catalogue(), common.kinds, &profiles(), &calendars(), shown()};
      prompter = std::make_unique<gateway::Prompter>(parts, *desk);
    }
  } else {
    agent = std::make_unique<agent::Agent>(*store, self, sync::AgentPeer{head_office_signing}, random);
  }
  return Done{};
}

void Machine::stop() {
  agent.reset();
  gateway.reset();
  prompter.reset();
  listing.reset();
  desk.reset();
  serial.reset();
  store.reset();
  truth.crash();
  dies_after_commit = false;
  turn_at = never;
}

Now Machine::now(Instant at) const {
  const std::int64_t drifted = at.value() / 1'000'000 * drift_ppm;
  return {at, WallTime{true_time_at_0 + at.value() + ahead_ms + drifted}};
}

Instant Machine::next_deadline() const {
  if (agent) return agent->next_deadline();
  if (gateway) return gateway->next_deadline();
  return never;
}

}  // namespace redress::sim
