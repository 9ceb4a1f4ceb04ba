// The keystore: one small file outside the data files that holds a site's secrets under a passphrase.
//
// Byte format in crypto/README.md. Functions block on the disk and on scrypt (about 0.1 s): call them at start and at
// enrolment, never in the loop. One process writes a keystore at a time.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "crypto/identity.h"
#include "protocol/base/random.h"
#include "protocol/base/result.h"

namespace redress::crypto {

// What a site got when it joined.
struct Enrolment {
  Key32 pairwise;  // the secret shared with the parent (D19)
  std::uint32_t pairwise_generation = 1;
  PublicKey gateway_transport;    // pinned
  PublicKey head_office_signing;  // pinned
  std::string endpoint;
  std::string site_name;
  std::string zone;  // IANA name
  SiteId parent;
};

// A pending enrolment: the one-time key, kept until the site's own keys are accepted (D32).
struct Invite {
  KeyPair one_time;
  PublicKey gateway_transport;
  std::string endpoint;
  WallTime expires;
};

struct KeystoreContent {
  NetworkId network;
  SiteId site;
  SiteKeys keys;  // public halves are not stored but made again
  std::optional<Enrolment> enrolment;
  std::optional<Invite> invite;
};

inline constexpr std::size_t keystore_text_bytes_max = 512;  // endpoint, site_name, zone
inline constexpr std::size_t passphrase_bytes_max = 1024;

// Replaces the file whole or not at all, mode 0600. Fails with bad_value for an empty passphrase, too_large for a
// passphrase or text over its limit, io.
[[nodiscard]] Status save_keystore(const std::string& path, std::string_view passphrase, const KeystoreContent& content,
                                   Random& random);

// Fails with not_found; bad_config if group or others may read the file; damaged if its bytes changed; newer_format;
// wrong_key if the file is whole and the passphrase is another one; io.
[[nodiscard]] Result<KeystoreContent> load_keystore(const std::string& path, std::string_view passphrase);

}  // namespace redress::crypto
