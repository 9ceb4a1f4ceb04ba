// Any text as an enrolment token, and any bytes as a token's content with its checksum made right. Input: a byte that
// chooses, then the text or the content.
#include "crypto/token.h"

#include "crypto/digest.h"
#include "tests/fuzz/target.h"

namespace redress::crypto {
namespace {

std::string wrapped(ByteView content) {
  Writer out;
  out.raw(content);
  out.raw(view_of(sha256_of({view_of("redress/token/1"), content})).first(4));
  return "RDR1" + to_base32(out.bytes());
}

void read(std::string_view text) {
  const auto token = decode_token(text);
  if (!token) return;
  REDRESS_ASSERT(token->site != SiteId{} && !token->endpoint.empty() && token->endpoint.size() <= endpoint_bytes_max);
  const auto written = encode_token(*token);
  REDRESS_ASSERT(written.has_value());
  const auto again = decode_token(*written);
  REDRESS_ASSERT(again.has_value());
  REDRESS_ASSERT(encode_token(*again).has_value() && *encode_token(*again) == *written);
}

}  // namespace
}  // namespace redress::crypto

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  redress::fuzz::Input in{data, size};
  if (in.u8() % 2 == 0) {
    redress::crypto::read(redress::text_of(in.rest()));
  } else {
    redress::crypto::read(redress::crypto::wrapped(in.rest()));
  }
  return 0;
}
