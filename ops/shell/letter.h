// What head office writes to a site that joins: sealed to the site's transport key, carried in an Enrolled frame.
//
// Values; pure. Byte layout in ops/README.md.
#pragma once

#include <string>

#include "crypto/secret.h"
#include "protocol/base/random.h"
#include "protocol/base/result.h"

namespace redress::shell {

struct Letter {
  crypto::Key32 pairwise;
  std::uint32_t pairwise_generation = 1;
  PublicKey head_office_signing;
  SiteId parent;
  std::string site_name;
  std::string zone;
};

[[nodiscard]] Result<Bytes> seal_letter(const NetworkId& network, SiteId site, const PublicKey& transport,
                                        const Letter& letter, Random& random);
// Fails with damaged: not for this key, changed, or of another form.
[[nodiscard]] Result<Letter> open_letter(const NetworkId& network, SiteId site, const crypto::Key32& transport_secret,
                                         ByteView sealed);

}  // namespace redress::shell
