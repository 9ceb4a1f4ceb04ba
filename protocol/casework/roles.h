// What the roles of a profile keep for themselves: the persons' side of who may do what, beside the table of kinds,
// which judges sites and what was done before (INT-20, ORG-64).
//
// Pure. Roles are a site's own: who holds which stands beside its tokens, and no other site knows it. So the door asks,
// and not the fold: a site vouches for what its persons are as it does for who they are.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/base/result.h"
#include "protocol/casework/kinds.h"
#include "protocol/rules/profile_check.h"

namespace redress::casework {

// The roles of which a person must hold one to do this at a site of `tier` (clocks.h: tier_of); none: whoever the table
// of kinds allows. Registering is kept for nobody: any line takes any complaint (ORG-07). Pointers into `profile`.
[[nodiscard]] std::vector<const rules::Role*> kept_for(const rules::Profile& profile, const KindRow& row,
                                                       std::string_view tier);

// Nothing if who holds the roles `held` may do it; else forbidden: act, profile in its version, roles and source, in
// both languages.
[[nodiscard]] std::optional<Error> role_objection(const rules::Profile& profile, const KindRow& row,
                                                  std::string_view tier, std::span<const std::string> held);

// What a profile says of acts, and of what a classification says, that the table of kinds has none of, or keeps that
// cannot be kept.
[[nodiscard]] std::vector<rules::Finding> check_words(const rules::Profile& profile, const Kinds& kinds);

}  // namespace redress::casework
