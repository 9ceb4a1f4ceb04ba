// How the rows of the table of kinds are written: one function a group, and the words that its fields are made with.
//
// Private to this folder.
#pragma once

#include <initializer_list>
#include <string_view>
#include <utility>
#include <vector>

#include "protocol/casework/kinds.h"

namespace redress::casework {

inline constexpr bool must = true;

inline Field formed(Form form, Field field) {
  field.form = form;
  return field;
}
inline Field chosen(std::string_view choices, Field field) {
  field.choices = choices;
  return field;
}
inline Field with_flag(std::string_view flag, Field field) {
  field.needed_with = flag;
  return field;
}

// What a registration says; an amendment says any of it again, under the same numbers.
[[nodiscard]] std::vector<Field> registration_fields();

}  // namespace redress::casework
