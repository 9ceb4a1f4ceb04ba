// What redress-bench does as a process of a contender: a hub or a branch of a reference, or the product's branch.
//
// The plan is a JSON object: part ("hub", "reference", "product"), texts, and what each needs. Reports are objects, a
// line each, on standard output.
#pragma once

#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <string>

namespace redress::measure {

// The exit status.
[[nodiscard]] int run_part(const std::string& plan, const std::function<void(const nlohmann::json&)>& tell);

}  // namespace redress::measure
