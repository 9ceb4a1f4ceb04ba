#include "ops/measure/reference_seal.h"

#include <openssl/evp.h>
#include <openssl/rand.h>
#include <zstd.h>

#include <algorithm>
#include <array>

#include "ops/measure/reference_must.h"

namespace redress::reference {
namespace {

constexpr std::size_t header_bytes = 180;
constexpr std::size_t key_bytes = 32;
constexpr std::size_t nonce_bytes = 12;
constexpr std::size_t tag_bytes = 16;
constexpr std::size_t random_block_bytes = 4096;
constexpr int level = 1;

unsigned char* raw(std::byte* bytes) { return reinterpret_cast<unsigned char*>(bytes); }
const unsigned char* raw(const std::byte* bytes) { return reinterpret_cast<const unsigned char*>(bytes); }

}  // namespace

struct Hash::Context {
  EVP_MD_CTX* digest = EVP_MD_CTX_new();
  EVP_MD* sha256 = EVP_MD_fetch(nullptr, "SHA256", nullptr);
};

Hash::Hash() : context_{std::make_unique<Context>()} {}

Hash::~Hash() {
  EVP_MD_CTX_free(context_->digest);
  EVP_MD_free(context_->sha256);
}

Digest Hash::of(ByteView bytes) {
  Digest out;
  must(EVP_DigestInit_ex2(context_->digest, context_->sha256, nullptr) == 1 &&
           EVP_DigestUpdate(context_->digest, bytes.data(), bytes.size()) == 1 &&
           EVP_DigestFinal_ex(context_->digest, raw(out.bytes.data()), nullptr) == 1,
       "digest");
  return out;
}

struct Sealer::Contexts {
  ZSTD_CCtx* zstd = ZSTD_createCCtx();
  EVP_CIPHER_CTX* cipher = EVP_CIPHER_CTX_new();
  EVP_CIPHER* gcm = EVP_CIPHER_fetch(nullptr, "AES-256-GCM", nullptr);
  Hash hash;
  std::array<std::byte, random_block_bytes> random{};
  std::size_t random_used = random_block_bytes;
  Bytes packed;
  Bytes out;

  const std::byte* draw(std::size_t size) {
    if (random_used + size > random.size()) {
      must(RAND_bytes(raw(random.data()), static_cast<int>(random.size())) == 1, "draw random bytes");
      random_used = 0;
    }
    random_used += size;
    return random.data() + random_used - size;
  }
};

Sealer::Sealer() : contexts_{std::make_unique<Contexts>()} {}

Sealer::~Sealer() {
  ZSTD_freeCCtx(contexts_->zstd);
  EVP_CIPHER_CTX_free(contexts_->cipher);
  EVP_CIPHER_free(contexts_->gcm);
}

ByteView Sealer::seal(std::uint64_t number, ByteView plain) {
  Contexts& at = *contexts_;
  at.packed.resize(ZSTD_compressBound(plain.size()));
  const std::size_t packed =
      ZSTD_compressCCtx(at.zstd, at.packed.data(), at.packed.size(), plain.data(), plain.size(), level);
  must(ZSTD_isError(packed) == 0, "pack");
  at.out.assign(header_bytes + nonce_bytes + packed + tag_bytes, std::byte{0});
  std::byte* const nonce = at.out.data() + header_bytes;
  std::byte* const body = nonce + nonce_bytes;
  const std::byte* const key = at.draw(key_bytes);
  must(EVP_EncryptInit_ex2(at.cipher, at.gcm, raw(key), nullptr, nullptr) == 1, "take a key");
  std::copy_n(at.draw(nonce_bytes), nonce_bytes, nonce);
  int size = 0;
  must(EVP_EncryptInit_ex2(at.cipher, nullptr, nullptr, raw(nonce), nullptr) == 1 &&
           EVP_EncryptUpdate(at.cipher, raw(body), &size, raw(at.packed.data()), static_cast<int>(packed)) == 1 &&
           EVP_EncryptFinal_ex(at.cipher, raw(body) + size, &size) == 1 &&
           EVP_CIPHER_CTX_ctrl(at.cipher, EVP_CTRL_GCM_GET_TAG, static_cast<int>(tag_bytes), body + packed) == 1,
       "seal");
  const Digest body_digest = at.hash.of(ByteView{at.out}.subspan(header_bytes));
  Writer header;
  header.u64(number);
  header.fixed(body_digest);
  std::copy(header.bytes().begin(), header.bytes().end(), at.out.begin());
  const Digest head_digest = at.hash.of(ByteView{at.out}.first(header_bytes - Digest::size));
  std::copy(head_digest.bytes.begin(), head_digest.bytes.end(), at.out.begin() + header_bytes - Digest::size);
  return at.out;
}

}  // namespace redress::reference
