#include "tests/sim/mock_suite.h"

#include "tests/sim/trace.h"

namespace redress::sim {
namespace {

Signature signature_of(const PublicKey& key, ByteView message) {
  Signature out;
  for (std::uint64_t half = 0; half < 2; ++half) {
    Trace mix{half + 1};
    mix.add(view_of(key));
    mix.add(message);
    const Digest digest = mix.digest();
    std::copy(digest.bytes.begin(), digest.bytes.end(), out.bytes.begin() + static_cast<std::ptrdiff_t>(32 * half));
  }
  return out;
}

Digest hash(std::span<const ByteView> parts) {
  // The parts are one text: where one ends and the next begins must not show.
  if (parts.size() == 1) {
    Trace mix{0};
    mix.add(parts.front());
    return mix.digest();
  }
  thread_local Bytes text;
  text.clear();
  for (const ByteView part : parts) text.insert(text.end(), part.begin(), part.end());
  Trace mix{0};
  mix.add(text);
  return mix.digest();
}

bool verify(const PublicKey& key, ByteView message, const Signature& signature) {
  return signature_of(key, message) == signature;
}

constexpr journal::Suite suite{SuiteId{1}, &hash, &verify};

}  // namespace

const journal::Suite& mock_suite() { return suite; }

Signature MockSigner::sign(ByteView message) const { return signature_of(key_, message); }

crypto::SiteKeys mock_site_keys(Random& random) {
  crypto::SiteKeys keys;
  keys.transport.public_key = random.fixed<PublicKey>();
  keys.signing.public_key = random.fixed<PublicKey>();
  random.fill(keys.kek.bytes());
  random.fill(keys.views.bytes());
  return keys;
}

}  // namespace redress::sim
