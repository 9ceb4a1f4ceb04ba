// The rules that a refusal names by their tags ("LIFE-42"), as the shipped table of kinds says them.
//
// Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "protocol/casework/kinds.h"

namespace redress::tool {

struct RuleWords {
  std::string rule;                               // its tag, what it asks, and the same in Chinese
  std::vector<const casework::KindRow*> kinds{};  // whose acts it is about; empty: any
};

// Each text that stands under the tag, once, in the table's order. The rows are those of `kinds`. Empty: no such rule.
[[nodiscard]] std::vector<RuleWords> rules_tagged(std::string_view tag, const casework::Kinds& kinds);

}  // namespace redress::tool
