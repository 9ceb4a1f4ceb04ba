// The enrolment token: what a person carries to a new branch PC, on paper or over the telephone.
//
// Pure and thread-safe. Byte format in crypto/README.md.
#pragma once

#include <string>
#include <string_view>

#include "crypto/secret.h"
#include "protocol/base/result.h"

namespace redress::crypto {

inline constexpr std::size_t token_text_bytes_max = 2048;
inline constexpr std::size_t endpoint_bytes_max = 255;

struct JoinToken {
  NetworkId network;
  SuiteId suite;
  SiteId site;            // never 0
  std::string endpoint;   // where the gateway listens; printable ASCII, 1 to endpoint_bytes_max
  PublicKey gateway;      // its transport key, to be pinned
  Key32 one_time_secret;  // the transport secret that may send enrol frames only, until `expires`
  WallTime expires;
};

// "RDR1-XXXXXX-XXXXXX-…". The text is a secret. Fails with bad_value if site or endpoint is not as JoinToken says.
[[nodiscard]] Result<std::string> encode_token(const JoinToken& token);

// The inverse; takes any case, white space and dashes anywhere, and I, L for 1, O for 0. Does not judge `expires` or
// `suite`. Fails with too_large above token_text_bytes_max, newer_format for the token of a later program, malformed
// for everything else: another text, a letter misread, a part left out.
[[nodiscard]] Result<JoinToken> decode_token(std::string_view text);

}  // namespace redress::crypto
