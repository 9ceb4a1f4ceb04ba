// What a case's answer says of acts that do not stand, in words for whoever wrote them.
//
// Pure: from the answer of GET /api/v1/cases/{id}.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

namespace redress::tool {

// Of a line of the timeline that does not stand: the rule that it breaks, or what took its place and whose that is.
[[nodiscard]] std::string why_not(const nlohmann::json& answer, const nlohmann::json& line, bool zh);

// What the reader wrote in vain, an act each with its time and why.
[[nodiscard]] std::vector<std::string> lost_words(const nlohmann::json& answer, bool zh);

}  // namespace redress::tool
