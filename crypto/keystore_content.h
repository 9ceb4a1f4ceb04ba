// What a keystore file holds, as the bytes that are sealed in it; layout in crypto/README.md.
//
// Pure. Both are secrets from end to end.
#pragma once

#include <optional>

#include "crypto/keystore.h"

namespace redress::crypto {

// Requires: every text within keystore_text_bytes_max.
[[nodiscard]] SecretBytes encode_content(const KeystoreContent& content);
// Nothing if the bytes are not exactly one content.
[[nodiscard]] std::optional<KeystoreContent> decode_content(ByteView plain);

}  // namespace redress::crypto
