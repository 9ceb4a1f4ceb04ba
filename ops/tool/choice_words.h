// What people call the choices of a field in Chinese: the table of kinds has their codes alone.
//
// Pure.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

namespace redress::tool {

struct Choice {
  std::string code;
  std::string zh;  // the code itself if it has no other name
};

// Of a field of the table of kinds, in its order; empty: any value will do.
[[nodiscard]] std::vector<Choice> choices_of(const nlohmann::json& field);

}  // namespace redress::tool
