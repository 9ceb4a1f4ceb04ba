// The fields of a form out of a request's JSON body: {"fields": {name: value, …}}.
//
// Pure.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <vector>

#include "protocol/base/result.h"
#include "protocol/casework/event.h"

namespace redress::shell {

// Texts as they are, whole numbers and true/false spelled out, null left out; none if there are no fields. Fails with
// malformed (fields is not an object) or bad_value, naming the field.
[[nodiscard]] Result<std::vector<casework::FieldText>> fields_of(const nlohmann::json& body);

}  // namespace redress::shell
