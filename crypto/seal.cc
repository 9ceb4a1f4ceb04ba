#include "crypto/seal.h"

#include <openssl/err.h>
#include <zstd.h>

#include <array>
#include <optional>

#include "crypto/derive.h"
#include "crypto/digest.h"
#include "crypto/gcm.h"
#include "crypto/identity.h"
#include "crypto/openssl.h"
#include "protocol/base/assert.h"
#include "protocol/base/mutant.h"

namespace redress::crypto {
namespace {

constexpr std::uint8_t body_format = 1;
constexpr std::string_view body_domain = "redress/body/1";
constexpr std::string_view wrap_domain = "redress/wrap/1";
constexpr std::string_view bytes_domain = "redress/bytes/1";
constexpr std::string_view letter_domain = "redress/letter/1";

enum class Packing : std::uint8_t { raw = 0, zstd = 1 };
constexpr std::size_t packing_bytes = 1 + 4;
constexpr int zstd_level = 1;

constexpr std::size_t body_overhead = 1 + Gcm::overhead + packing_bytes;
static_assert(body_overhead <= limits::seal_overhead_max);
static_assert(wrapped_key_bytes == Key32::size + Gcm::overhead);

Unexpected<Error> damaged_body(std::string_view reason) {
  return fail(Code::damaged, "open sealed body reason=" + std::string{reason});
}

// Few keys wrap and seal records, many times each: their contexts are kept, one a key, by each thread.
Gcm& context_of(const Key32& key) {
  struct Kept {
    std::optional<Key32> key;
    Gcm gcm;
  };
  thread_local std::array<Kept, 4> kept;
  thread_local std::size_t next = 0;
  for (Kept& one : kept) {
    if (one.key == key) return one.gcm;
  }
  Kept& oldest = kept[next++ % kept.size()];
  oldest.key = key;
  return oldest.gcm;
}

}  // namespace

KeyId key_id_of(const CaseId& case_id, const Key32& key) {
  const Digest digest = sha256_of({view_of("redress/key/1"), case_id.bytes, key.view()});
  return *fixed_from<KeyId>(view_of(digest).first(KeyId::size));
}

CaseKey make_case_key(const CaseId& case_id, Random& random) {
  CaseKey made;
  random.fill(made.key.bytes());
  made.id = key_id_of(case_id, made.key);
  return made;
}

struct Sealer::Contexts {
  Owned<ZSTD_CCtx, &ZSTD_freeCCtx> compress{ZSTD_createCCtx()};
  Owned<ZSTD_DCtx, &ZSTD_freeDCtx> decompress{ZSTD_createDCtx()};
  Gcm gcm;
  Bytes packed;

  // Leaves packing ‖ original length ‖ data in `packed`. Requires: plain.size() <= limits::plain_bytes_max.
  void pack(ByteView plain) {
    Writer head;
    packed.resize(packing_bytes + ZSTD_compressBound(plain.size()));
    const std::size_t size = ZSTD_compressCCtx(compress.get(), packed.data() + packing_bytes,
                                               packed.size() - packing_bytes, plain.data(), plain.size(), zstd_level);
    const bool smaller = ZSTD_isError(size) == 0 && size < plain.size();
    head.u8(static_cast<std::uint8_t>(smaller ? Packing::zstd : Packing::raw));
    head.u32(static_cast<std::uint32_t>(plain.size()));
    std::copy(head.bytes().begin(), head.bytes().end(), packed.begin());
    if (!smaller) std::copy(plain.begin(), plain.end(), packed.begin() + packing_bytes);
    packed.resize(packing_bytes + (smaller ? size : plain.size()));
  }

  // The inverse of one zstd frame, exactly: no second frame, no skippable one, nothing behind it.
  [[nodiscard]] Result<Bytes> unzip(ByteView data, std::size_t size) {
    if (data.size() >= size) return damaged_body("length");
    if (ZSTD_getFrameContentSize(data.data(), data.size()) != size) return damaged_body("length");
    if (ZSTD_findFrameCompressedSize(data.data(), data.size()) != data.size()) return damaged_body("frame");
    Bytes plain(size);
    const std::size_t got = ZSTD_decompressDCtx(decompress.get(), plain.data(), size, data.data(), data.size());
    if (ZSTD_isError(got) != 0 || got != size) return damaged_body("frame");
    return plain;
  }

  [[nodiscard]] Result<Bytes> unpack(ByteView from) {
    Reader reader{from};
    const std::uint8_t packing = reader.u8();
    const std::size_t size = reader.u32();
    if (reader.failed() || size > limits::plain_bytes_max) return damaged_body("length");
    switch (static_cast<Packing>(packing)) {
      case Packing::raw:
        if (reader.rest().size() != size) return damaged_body("length");
        return copy_of(reader.rest());
      case Packing::zstd:
        return unzip(reader.rest(), size);
    }
    return damaged_body("packing");
  }
};

Sealer::Sealer(Random& random) : random_{random}, contexts_{std::make_unique<Contexts>()} {
  REDRESS_ASSERT(contexts_->compress != nullptr && contexts_->decompress != nullptr);
}
Sealer::~Sealer() = default;

Result<Bytes> Sealer::seal(const CaseKey& key, ByteView associated, ByteView plain) {
  if (plain.size() > limits::plain_bytes_max) {
    return fail(Code::too_large,
                "seal body size=" + std::to_string(plain.size()) + " limit=" + std::to_string(limits::plain_bytes_max));
  }
  contexts_->pack(plain);
  Bytes sealed;
  sealed.reserve(contexts_->packed.size() + 1 + Gcm::overhead);
  sealed.push_back(std::byte{body_format});
  contexts_->gcm.seal(key.key, body_domain, associated, contexts_->packed, random_, sealed);
  return sealed;
}

Result<Bytes> Sealer::open(const CaseKey& key, ByteView associated, ByteView sealed) {
  if (sealed.empty()) return damaged_body("size");
  const auto format = std::to_integer<std::uint8_t>(sealed.front());
  if (format > body_format) return fail(Code::newer_format, "open sealed body format=" + std::to_string(format));
  if (format != body_format) return damaged_body("format");
  if (sealed.size() < body_overhead || sealed.size() > limits::plain_bytes_max + body_overhead) {
    return damaged_body("size");
  }
  Bytes& packed = contexts_->packed;
  packed.resize(sealed.size() - 1 - Gcm::overhead);
  if (!contexts_->gcm.open(key.key, body_domain, associated, sealed.subspan(1), packed)) return damaged_body("tag");
  return contexts_->unpack(packed);
}

Bytes wrap(const Key32& wrapping, ByteView associated, const CaseKey& key, Random& random) {
  Bytes wrapped;
  wrapped.reserve(wrapped_key_bytes);
  context_of(wrapping).seal(wrapping, wrap_domain, associated, key.key.view(), random, wrapped);
  return wrapped;
}

Result<CaseKey> unwrap(const Key32& wrapping, ByteView associated, const CaseId& case_id, const KeyId& key_id,
                       ByteView wrapped) {
  if (wrapped.size() != wrapped_key_bytes) {
    return fail(Code::damaged, "unwrap case key size=" + std::to_string(wrapped.size()));
  }
  CaseKey opened{key_id, {}};
  if (!context_of(wrapping).open(wrapping, wrap_domain, associated, wrapped, opened.key.bytes())) {
    return fail(Code::wrong_key, "unwrap case key reason=tag");
  }
  if (key_id_of(case_id, opened.key) != key_id && !REDRESS_MUTANT(124))
    return fail(Code::damaged, "unwrap case key reason=key_id");
  return opened;
}

Bytes seal_bytes(const Key32& key, ByteView associated, ByteView plain, Random& random) {
  Bytes sealed;
  context_of(key).seal(key, bytes_domain, associated, plain, random, sealed);
  return sealed;
}

Result<Bytes> open_bytes(const Key32& key, ByteView associated, ByteView sealed) {
  if (sealed.size() < Gcm::overhead) {
    return fail(Code::damaged, "open sealed record size=" + std::to_string(sealed.size()));
  }
  Bytes plain(sealed.size() - Gcm::overhead);
  if (!context_of(key).open(key, bytes_domain, associated, sealed, plain)) {
    return fail(Code::damaged, "open sealed record reason=tag");
  }
  return plain;
}

namespace {

// The key of one letter, bound to both public keys; nothing if `theirs` is a point of small order.
std::optional<Key32> letter_key(const Key32& own_secret, const PublicKey& theirs, const PublicKey& ephemeral,
                                const PublicKey& recipient) {
  const OwnedKey own{EVP_PKEY_new_raw_private_key(EVP_PKEY_X25519, nullptr, octets(own_secret.view()), Key32::size)};
  const OwnedKey peer{
      EVP_PKEY_new_raw_public_key(EVP_PKEY_X25519, nullptr, octets(ByteView{theirs.bytes}), PublicKey::size)};
  REDRESS_ASSERT(own != nullptr && peer != nullptr);
  const OwnedKeyContext context{EVP_PKEY_CTX_new(own.get(), nullptr)};
  REDRESS_ASSERT(context != nullptr && EVP_PKEY_derive_init(context.get()) == 1);
  Key32 shared;
  std::size_t size = Key32::size;
  if (EVP_PKEY_derive_set_peer(context.get(), peer.get()) != 1 ||
      EVP_PKEY_derive(context.get(), writable_octets(shared.bytes()), &size) != 1) {
    ERR_clear_error();
    return std::nullopt;
  }
  REDRESS_ASSERT(size == Key32::size);
  Writer info;
  info.raw(view_of(letter_domain));
  info.fixed(ephemeral);
  info.fixed(recipient);
  return hkdf_sha256(shared.view(), {}, info.bytes());
}

}  // namespace

Result<Bytes> seal_to(const PublicKey& to, ByteView associated, ByteView plain, Random& random) {
  const KeyPair ephemeral = make_transport_pair(random);
  const auto key = letter_key(ephemeral.secret, to, ephemeral.public_key, to);
  if (!key) return fail(Code::bad_value, "seal letter reason=public_key");
  Bytes sealed = copy_of(view_of(ephemeral.public_key));
  Gcm{}.seal(*key, letter_domain, associated, plain, random, sealed);
  return sealed;
}

Result<Bytes> open_to(const Key32& secret, ByteView associated, ByteView sealed) {
  if (sealed.size() < PublicKey::size + Gcm::overhead) {
    return fail(Code::damaged, "open letter size=" + std::to_string(sealed.size()));
  }
  const auto ephemeral = *fixed_from<PublicKey>(sealed.first(PublicKey::size));
  const ByteView rest = sealed.subspan(PublicKey::size);
  const auto key = letter_key(secret, ephemeral, ephemeral, transport_pair(secret).public_key);
  if (!key) return fail(Code::damaged, "open letter reason=public_key");
  Bytes plain(rest.size() - Gcm::overhead);
  if (!Gcm{}.open(*key, letter_domain, associated, rest, plain)) return fail(Code::damaged, "open letter reason=tag");
  return plain;
}

}  // namespace redress::crypto
