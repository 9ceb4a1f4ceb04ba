// Tampering behind the programs' back, straight in a stopped daemon's store, in such a way that chains, proofs and rows
// still hold: only the check can tell.
//
// Functions; the daemon of the home must not run. Each fails as opening the home and its store does, or with not_found.
#pragma once

#include <string>

#include "ops/demonstration/check_mapping.h"
#include "protocol/base/ids.h"

namespace redress::demo {

enum class Plant { none, loss, duplicate, misroute };

// Head office forgets to show a case: its rows in the views are gone.
[[nodiscard]] Status plant_loss(const std::string& home, const CaseId& case_id);
// A branch registers the same complaint once more, under another key.
[[nodiscard]] Status plant_duplicate(const std::string& home, const CaseFields& fields);
// Head office's feed for `reader` names every entry of a case that is none of its business.
[[nodiscard]] Status plant_misroute(const std::string& home, const CaseId& case_id, SiteId reader);

}  // namespace redress::demo
