// The routes that say what may be recorded: the table of kinds, which forms are made from, and the code tables.
//
// Used on the door's thread.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "ops/shell/api.h"
#include "ops/shell/rulebook.h"
#include "protocol/casework/extensions.h"

namespace redress::shell {

// What the profiles say, now, beside the table of kinds.
struct FormRules {
  std::vector<rules::ExtraField> extra_fields;  // of a registration
  std::vector<NamedRole> roles;                 // whose acts are theirs
};

// GET /api/v1/kinds and /api/v1/codes. `kinds` and `editions` outlive `api`. `form_rules` is called on the door's
// thread.
void add_kind_routes(Api& api, const casework::Kinds& kinds, std::span<const casework::CodeEdition> editions,
                     std::function<FormRules()> form_rules);

// Where free text of a form holds what identifies a person or an account: field, what it is, place in bytes; never the
// value. A form is not refused for it.
[[nodiscard]] nlohmann::json pointed_out(const casework::KindRow& row, const std::vector<casework::FieldText>& fields);

}  // namespace redress::shell
