// Sealing: event bodies under case keys, case keys under wrapping keys, small records, and letters to one key holder.
//
// Byte formats stand in crypto/README.md. `associated` is bound, not stored: the same bytes must be given to open.
// Free functions are thread-safe if their Random is.
#pragma once

#include <memory>

#include "crypto/secret.h"
#include "protocol/base/bytes.h"
#include "protocol/base/limits.h"
#include "protocol/base/random.h"
#include "protocol/base/result.h"

namespace redress::crypto {

// One key of one case and audience, and the id that commits to it.
struct CaseKey {
  KeyId id;
  Key32 key;
};

// The first 16 bytes of SHA-256("redress/key/1" ‖ case id ‖ key).
[[nodiscard]] KeyId key_id_of(const CaseId& case_id, const Key32& key);
[[nodiscard]] CaseKey make_case_key(const CaseId& case_id, Random& random);

// Compresses and seals event bodies. A resource of one thread: keeps compression and cipher contexts.
class Sealer {
 public:
  // `random` must outlive the sealer.
  explicit Sealer(Random& random);
  ~Sealer();
  Sealer(const Sealer&) = delete;
  Sealer& operator=(const Sealer&) = delete;

  // At most plain.size() + limits::seal_overhead_max bytes. Fails with too_large above limits::plain_bytes_max.
  [[nodiscard]] Result<Bytes> seal(const CaseKey& key, ByteView associated, ByteView plain);

  // The plain bytes, at most limits::plain_bytes_max. Fails with newer_format if the first byte names a later format,
  // with damaged on every other disagreement: key, associated data, tag, packing, length, anything left over.
  [[nodiscard]] Result<Bytes> open(const CaseKey& key, ByteView associated, ByteView sealed);

 private:
  struct Contexts;
  Random& random_;
  const std::unique_ptr<Contexts> contexts_;
};

inline constexpr std::size_t wrapped_key_bytes = 60;

// `key` sealed under `wrapping`: wrapped_key_bytes bytes.
[[nodiscard]] Bytes wrap(const Key32& wrapping, ByteView associated, const CaseKey& key, Random& random);

// The inverse. Fails with wrong_key if the tag does not hold under `wrapping` and `associated`; with damaged if the
// size is wrong, or if what was wrapped is not the key that `case_id` and `key_id` name.
[[nodiscard]] Result<CaseKey> unwrap(const Key32& wrapping, ByteView associated, const CaseId& case_id,
                                     const KeyId& key_id, ByteView wrapped);

// A small record sealed under `key`: plain.size() + 28 bytes.
[[nodiscard]] Bytes seal_bytes(const Key32& key, ByteView associated, ByteView plain, Random& random);
// The inverse. Fails with damaged if too short or if the tag does not hold.
[[nodiscard]] Result<Bytes> open_bytes(const Key32& key, ByteView associated, ByteView sealed);

// A letter that only the holder of the X25519 key `to` can open: plain.size() + 60 bytes. It does not say who wrote it.
// Fails with bad_value if `to` is not a usable point.
[[nodiscard]] Result<Bytes> seal_to(const PublicKey& to, ByteView associated, ByteView plain, Random& random);
// The inverse. Fails with damaged if too short, not for this key, or changed.
[[nodiscard]] Result<Bytes> open_to(const Key32& secret, ByteView associated, ByteView sealed);

}  // namespace redress::crypto
