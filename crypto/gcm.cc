#include "crypto/gcm.h"

#include <openssl/err.h>

#include <algorithm>
#include <optional>

#include "crypto/derive.h"
#include "crypto/digest.h"
#include "crypto/openssl.h"
#include "crypto/sha256.h"
#include "protocol/base/assert.h"
#include "protocol/base/mutant.h"

namespace redress::crypto {
namespace {

constexpr std::size_t input_bytes_max = std::size_t{1} << 30;

const EVP_CIPHER* fetched_cipher() {
  static const EVP_CIPHER* const fetched = EVP_CIPHER_fetch(nullptr, "AES-256-GCM", nullptr);
  REDRESS_ASSERT(fetched != nullptr);
  return fetched;
}

}  // namespace

struct Gcm::Context {
  OwnedCipherContext cipher{EVP_CIPHER_CTX_new()};
  std::optional<Key32> keyed;       // what `cipher` holds the schedule of
  std::optional<Hmac> nonce_maker;  // of that key; made when it first seals

  Context() {
    REDRESS_ASSERT(cipher != nullptr);
    // Named once: naming it again makes the context anew.
    REDRESS_ASSERT(EVP_CipherInit_ex2(cipher.get(), fetched_cipher(), nullptr, nullptr, 1, nullptr) == 1);
  }

  void take(const Key32& key) {
    if (keyed == key) return;
    keyed.reset();
    nonce_maker.reset();
    REDRESS_ASSERT(EVP_CipherInit_ex2(cipher.get(), nullptr, octets(key.view()), nullptr, 1, nullptr) == 1);
    keyed = key;
  }
  [[nodiscard]] std::array<std::byte, nonce_size> nonce_for(std::string_view domain, ByteView associated,
                                                            ByteView plain, Random& random) {
    std::array<std::byte, 32> drawn{};
    random.fill(drawn);
    const Digest content = sha256(plain);
    if (!nonce_maker) nonce_maker.emplace(derive(*keyed, "redress/nonce/1").view());
    const Key32 mixed = nonce_maker->of({drawn, content.bytes, view_of(domain), associated});
    std::array<std::byte, nonce_size> nonce{};
    if (!REDRESS_MUTANT(123)) std::copy_n(mixed.view().begin(), nonce.size(), nonce.begin());  // 123: always the same
    return nonce;
  }
  // `encrypt` is 1 or 0. The key is the last one taken.
  void start(ByteView nonce, int encrypt) {
    REDRESS_ASSERT(EVP_CipherInit_ex2(cipher.get(), nullptr, nullptr, octets(nonce), encrypt, nullptr) == 1);
  }
  void bind(ByteView part) {
    REDRESS_ASSERT(part.size() < input_bytes_max);
    int done = 0;
    if (part.empty()) return;
    REDRESS_ASSERT(EVP_CipherUpdate(cipher.get(), nullptr, &done, octets(part), static_cast<int>(part.size())) == 1);
  }
  void turn(ByteView in, std::span<std::byte> out) {
    REDRESS_ASSERT(in.size() < input_bytes_max && in.size() == out.size());
    int done = 0;
    if (in.empty()) return;
    REDRESS_ASSERT(
        EVP_CipherUpdate(cipher.get(), writable_octets(out), &done, octets(in), static_cast<int>(in.size())) == 1);
    REDRESS_ASSERT(static_cast<std::size_t>(done) == in.size());
  }
  [[nodiscard]] bool finish() {
    unsigned char unused[16];
    int done = 0;
    return EVP_CipherFinal_ex(cipher.get(), unused, &done) == 1;
  }
};

Gcm::Gcm() : context_{std::make_unique<Context>()} {}
Gcm::~Gcm() = default;

void Gcm::seal(const Key32& key, std::string_view domain, ByteView associated, ByteView plain, Random& random,
               Bytes& out) {
  const std::size_t begin = out.size();
  out.resize(begin + overhead + plain.size());
  const std::span<std::byte> sealed = std::span{out}.subspan(begin);
  context_->take(key);
  const auto nonce = context_->nonce_for(domain, associated, plain, random);
  std::copy(nonce.begin(), nonce.end(), sealed.begin());

  context_->start(nonce, 1);
  context_->bind(view_of(domain));
  context_->bind(associated);
  context_->turn(plain, sealed.subspan(nonce_size, plain.size()));
  REDRESS_ASSERT(context_->finish());
  REDRESS_ASSERT(
      EVP_CIPHER_CTX_ctrl(context_->cipher.get(), EVP_CTRL_AEAD_GET_TAG, tag_size, sealed.last(tag_size).data()) == 1);
}

bool Gcm::open(const Key32& key, std::string_view domain, ByteView associated, ByteView sealed,
               std::span<std::byte> out) {
  REDRESS_ASSERT(sealed.size() == out.size() + overhead);
  std::array<std::byte, tag_size> tag{};
  std::copy(sealed.end() - tag_size, sealed.end(), tag.begin());

  context_->take(key);
  context_->start(sealed.first(nonce_size), 0);
  REDRESS_ASSERT(EVP_CIPHER_CTX_ctrl(context_->cipher.get(), EVP_CTRL_AEAD_SET_TAG, tag_size, tag.data()) == 1);
  context_->bind(view_of(domain));
  context_->bind(associated);
  context_->turn(sealed.subspan(nonce_size, out.size()), out);
  if (context_->finish()) return true;
  wipe(out);
  ERR_clear_error();
  return false;
}

}  // namespace redress::crypto
