// Names of fields, and values, as people say them, become those that the daemon takes; and a value is judged before the
// daemon sees it.
//
// Functions of the table of kinds that the daemon serves; a moment without a zone is one of the zone of the process.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "protocol/base/result.h"

namespace redress::tool {

// The row of a kind; of the one that opens a case if `kind` is empty; null: the table has none.
[[nodiscard]] const nlohmann::json* row_of(const nlohmann::json& kinds, const std::string& kind);
// A field of a row; null: it has none of this name.
[[nodiscard]] const nlohmann::json* field_of(const nlohmann::json& row, const std::string& name);

// What a value of the field looks like, its choices included; empty: any text will do.
[[nodiscard]] std::string hint_of(const nlohmann::json& field, bool zh);

// The name of the field that people call so in either language, or what was said if it has the form of a name; the
// daemon refuses that if there is none. Fails with unknown_field, listing the candidates, if several are called so or
// have it in their name.
[[nodiscard]] Result<std::string> field_named(const nlohmann::json& row, const std::string& said);

// The code of a choice or of a code table, "true" or "false", a moment with its zone; else what was said. `others`:
// what else was given. Fails with bad_value, listing the candidates, if several are called so.
[[nodiscard]] Result<std::string> value_said(const nlohmann::json& field, const nlohmann::json& others,
                                             const std::string& said);

// Every name and value of `given`. Fails as these two do; with malformed if a field is given under two names.
[[nodiscard]] Result<nlohmann::json> fields_said(const nlohmann::json& row, const nlohmann::json& given);

// Fails with bad_value or too_large if the daemon would not take the value beside `others`. What is missing is no
// fault.
[[nodiscard]] Status check_value(const nlohmann::json& row, const nlohmann::json& field, const std::string& value,
                                 const nlohmann::json& others);

}  // namespace redress::tool
