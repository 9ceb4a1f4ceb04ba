// A case as an answer shows it: whole, with its timeline, or as a line of a list.
//
// Pure.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "protocol/casework/grades.h"
#include "store/summary.h"

namespace redress::shell {

// `rules`: what a grade is proposed by. `here`: the site that answers. What did not stand of the reader's own entries
// is said in `lost`.
[[nodiscard]] nlohmann::json case_json(const casework::Kinds& kinds, const casework::GradeRules& rules, SiteId here,
                                       const store::CaseFile& file, const casework::Actor& reader);
// What is due is late as of `now`.
[[nodiscard]] nlohmann::json summary_json(const casework::Kinds& kinds, const store::Summary& summary, WallTime now);

}  // namespace redress::shell
