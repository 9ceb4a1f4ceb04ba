// The code tables of a site: what the program ships, and the bank's own editions out of its home's folder `codes/`.
//
// Used at start.
#pragma once

#include <string>
#include <vector>

#include "protocol/base/result.h"
#include "protocol/casework/codes.h"

namespace redress::shell {

inline constexpr const char* codes_folder = "codes";
inline constexpr const char* codes_suffix = ".codes";
inline constexpr std::size_t code_files_max = 64;
inline constexpr std::size_t code_file_bytes_max = 1024 * 1024;

// The shipped editions, then those of `folder` by file name; no folder, no more. Fails with bad_config, naming the
// file: it cannot be read, is too large, is no edition, or names one that is there already; or there are too many.
[[nodiscard]] Result<std::vector<casework::CodeEdition>> load_code_editions(const std::string& folder);

}  // namespace redress::shell
