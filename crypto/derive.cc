#include "crypto/derive.h"

#include <optional>

#include "crypto/openssl.h"
#include "crypto/sha256.h"
#include "protocol/base/assert.h"

namespace redress::crypto {
namespace {

// A store's rows are all checked with one key: keying is half of what a short message costs.
struct Kept {
  SecretBytes key;
  std::optional<Hmac> hmac;
};

}  // namespace

Key32 hmac_sha256(ByteView key, std::initializer_list<ByteView> parts) {
  thread_local Kept kept;
  if (!kept.hmac || !same_secret(kept.key, key)) {
    kept.hmac.emplace(key);
    kept.key.assign(key.begin(), key.end());
  }
  return kept.hmac->of(parts);
}

Key32 hkdf_sha256(ByteView input, ByteView salt, ByteView info) {
  static constexpr std::byte first_block{1};
  return Hmac{Hmac{salt}.of({input}).view()}.of({info, ByteView{&first_block, 1}});
}

Key32 derive(const Key32& master, std::string_view purpose) { return hkdf_sha256(master.view(), {}, view_of(purpose)); }

Key32 key_of_passphrase(std::string_view passphrase, ByteView salt, const ScryptCost& cost) {
  REDRESS_ASSERT(cost.log2_n >= 1 && cost.log2_n <= 19 && cost.block >= 1 && cost.block <= 8);
  REDRESS_ASSERT(cost.parallel >= 1 && cost.parallel <= 4);
  const std::uint64_t n = std::uint64_t{1} << cost.log2_n;
  // The built-in cap of 32 MiB refuses the default cost.
  const std::uint64_t memory = 128 * std::uint64_t{cost.block} * (n + cost.parallel + 2);
  Key32 out;
  REDRESS_ASSERT(EVP_PBE_scrypt(passphrase.data(), passphrase.size(), octets(salt), salt.size(), n, cost.block,
                                cost.parallel, memory, writable_octets(out.bytes()), Key32::size) == 1);
  return out;
}

}  // namespace redress::crypto
