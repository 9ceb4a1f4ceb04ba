#include "crypto/scatter.h"

#include "crypto/openssl.h"
#include "protocol/base/assert.h"

namespace redress::crypto {

struct Scatter::Context {
  OwnedCipherContext cipher{EVP_CIPHER_CTX_new()};
};

Scatter::Scatter(const Key32& key) : context_{std::make_unique<Context>()} {
  EVP_CIPHER_CTX* cipher = context_->cipher.get();
  const bool begun = cipher != nullptr &&
                     EVP_EncryptInit_ex(cipher, EVP_aes_256_ecb(), nullptr, octets(key.view()), nullptr) == 1 &&
                     EVP_CIPHER_CTX_set_padding(cipher, 0) == 1;
  REDRESS_ASSERT(begun);
}

Scatter::~Scatter() = default;

void Scatter::mix(std::span<Block> blocks) {
  if (blocks.empty()) return;
  const std::span<std::byte> bytes = std::as_writable_bytes(blocks);
  int done = 0;
  const bool mixed = EVP_EncryptUpdate(context_->cipher.get(), writable_octets(bytes), &done, octets(bytes),
                                       static_cast<int>(bytes.size())) == 1 &&
                     done == static_cast<int>(bytes.size());
  REDRESS_ASSERT(mixed);
}

}  // namespace redress::crypto
