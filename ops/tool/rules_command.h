// rules: the policy profiles that this home knows, and what one of them leaves open or gets wrong.
#pragma once

#include "ops/shell/rulebook.h"
#include "ops/tool/session.h"

namespace redress::tool {

// The rules that the home goes by, or what is shipped where there is no home.
[[nodiscard]] Result<shell::Rulebook> rulebook_of(const Options& options);

// Lists the profiles; or checks one, as it holds on `day` ("yyyy-mm-dd", empty: today), against itself and the profile
// `law`. Reads the home's configuration and rules files, or what is shipped where there is no home; asks no daemon.
// Findings are told with exit_attention.
[[nodiscard]] int rules(const Options& options, const std::string& profile, const std::string& law,
                        const std::string& day);

}  // namespace redress::tool
