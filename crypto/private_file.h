// Small files that are replaced whole or not at all. Seen by the .cc files of this folder only.
#pragma once

#include <string>

#include "crypto/secret.h"
#include "protocol/base/bytes.h"
#include "protocol/base/result.h"

namespace redress::crypto {

enum class Access { owner_only, everyone_reads };  // mode 0600, 0644

// Writes `<path>.new`, syncs it, renames it over `path`, syncs the folder: after a crash either the old file or the new
// one is there, whole. Fails with io, leaving `path` as it was unless only the folder's sync failed.
[[nodiscard]] Status replace_file(const std::string& path, ByteView content, Access access);

// The content of a regular file. Fails with not_found, too_large above `bytes_max`, io, and, when `access` is
// owner_only, with bad_config if group or others have any right to it.
[[nodiscard]] Result<SecretBytes> read_file(const std::string& path, std::size_t bytes_max, Access access);

}  // namespace redress::crypto
