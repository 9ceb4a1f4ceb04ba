// Where a mapping is that a person names.
#pragma once

#include <string>

namespace redress::tool {

// A path that is there as it is; else that of the shipped mapping of this name, beside the program's tree or where the
// package puts it; else `name`.
[[nodiscard]] std::string mapping_path(const std::string& name);

}  // namespace redress::tool
