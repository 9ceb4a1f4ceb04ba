#include "crypto/derive.h"

#include <openssl/core_names.h>
#include <openssl/params.h>

#include "crypto/openssl.h"
#include "protocol/base/assert.h"

namespace redress::crypto {
namespace {

using OwnedMacContext = Owned<EVP_MAC_CTX, &EVP_MAC_CTX_free>;

OwnedMacContext new_hmac_context() {
  const Owned<EVP_MAC, &EVP_MAC_free> hmac{EVP_MAC_fetch(nullptr, "HMAC", nullptr)};
  REDRESS_ASSERT(hmac != nullptr);
  OwnedMacContext context{EVP_MAC_CTX_new(hmac.get())};
  REDRESS_ASSERT(context != nullptr);
  char digest[] = "SHA256";
  const OSSL_PARAM settings[] = {OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
                                 OSSL_PARAM_construct_end()};
  REDRESS_ASSERT(EVP_MAC_CTX_set_params(context.get(), settings) == 1);
  return context;
}

// A keyed context begins anew in half the time that keying it takes, and a store's rows are all checked with one key.
struct Keyed {
  OwnedMacContext context = new_hmac_context();
  SecretBytes key;

  void begin(ByteView with) {
    if (!key.empty() && same_secret(key, with)) {
      REDRESS_ASSERT(EVP_MAC_init(context.get(), nullptr, 0, nullptr) == 1);
      return;
    }
    // OpenSSL takes a null pointer for "the key of last time", so an empty key needs an address.
    static constexpr std::byte nothing{};
    const ByteView from = with.empty() ? ByteView{&nothing, 0} : with;
    REDRESS_ASSERT(EVP_MAC_init(context.get(), octets(from), from.size(), nullptr) == 1);
    key.assign(with.begin(), with.end());
  }
};

}  // namespace

Key32 hmac_sha256(ByteView key, std::initializer_list<ByteView> parts) {
  thread_local Keyed keyed;
  keyed.begin(key);
  const OwnedMacContext& context = keyed.context;
  for (const ByteView part : parts) REDRESS_ASSERT(EVP_MAC_update(context.get(), octets(part), part.size()) == 1);
  Key32 out;
  std::size_t size = 0;
  REDRESS_ASSERT(EVP_MAC_final(context.get(), writable_octets(out.bytes()), &size, Key32::size) == 1);
  REDRESS_ASSERT(size == Key32::size);
  return out;
}

Key32 hkdf_sha256(ByteView input, ByteView salt, ByteView info) {
  const Key32 extracted = hmac_sha256(salt, {input});
  static constexpr std::byte first_block{1};
  return hmac_sha256(extracted.view(), {info, ByteView{&first_block, 1}});
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
