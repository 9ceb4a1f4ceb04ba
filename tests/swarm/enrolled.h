// The branches of a swarm as head office knows them: enrolled all at once, without a joining each.
//
// Values and a function of the thread that asks. Head office must not run meanwhile.
#pragma once

#include <vector>

#include "crypto/identity.h"
#include "ops/shell/home.h"
#include "protocol/base/random.h"
#include "protocol/journal/entry.h"

namespace redress::swarm {

inline constexpr std::size_t outlets_of_a_primary = 40;

struct Enrolled {
  SiteId site;
  SiteId parent;
  crypto::SiteKeys keys;
  crypto::Key32 pairwise;  // shared with head office
  bool is_primary = false;
};

// What every branch knows of head office.
struct Office {
  journal::Domain domain;
  std::string endpoint;  // of its link: tcp://…
  PublicKey transport;
  PublicKey signing;
};

// Writes `count` members into the home's members.log: primary branches, each followed by up to 40 outlets of its own.
// Fails as Members does.
[[nodiscard]] Result<std::vector<Enrolled>> enrol_all(const shell::Home& office, std::size_t count, Random& random);

}  // namespace redress::swarm
