// What a registration says beyond the table of kinds, held against the fields that an institution adds by its profile.
//
// Pure.
#pragma once

#include <span>
#include <vector>

#include "protocol/casework/event.h"
#include "protocol/rules/profile.h"

namespace redress::casework {

// "x:house_no": the name under which a body keeps it.
[[nodiscard]] std::string name_of(const rules::ExtraField& extra);
// As a field of a form; what the profile leaves untold is any text. Valid as long as `extra`, except its name.
[[nodiscard]] FieldType type_of(const rules::ExtraField& extra);

// Of people only, never of a row out of another system's table (`source`). Fails with missing_field or bad_value,
// naming the field as "x:ID". Extensions that no profile tells of are any text.
[[nodiscard]] redress::Status check_extensions(std::span<const rules::ExtraField> extras,
                                               const std::vector<FieldText>& fields);

}  // namespace redress::casework
