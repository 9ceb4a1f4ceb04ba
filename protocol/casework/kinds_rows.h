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
inline constexpr Who who_has_it = who_registrar | who_handler | who_supervisor | who_head_office;
inline constexpr Who who_above = who_supervisor | who_head_office;
inline constexpr Who who_leads = who_handler | who_supervisor | who_head_office;
inline constexpr Who who_speaks = who_registrar | who_handler | who_head_office;
inline constexpr When when_begun = when_open | when_ended;

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

inline Field coded(std::string_view axis, Field field) {
  field.axis = axis;
  return field;
}
inline Field held(Field field) {
  field.must_hold = true;
  return field;
}

// The rows, by what they are about. What each number means never changes.
[[nodiscard]] std::vector<KindRow> rows_of_the_road();   // 1 … 9: from registering to the end
[[nodiscard]] std::vector<KindRow> rows_of_intake();     // 10 … 19: acceptance, material, amendments, links
[[nodiscard]] std::vector<KindRow> rows_of_rulings();    // 20 … 29: classification, validity, responsibility
[[nodiscard]] std::vector<KindRow> rows_of_transfer();   // 30 … 39: receipts, notices, assisting units
[[nodiscard]] std::vector<KindRow> rows_of_work();       // 40 … 59: investigation, proposals, time
[[nodiscard]] std::vector<KindRow> rows_of_superiors();  // 60 … 79: instructions, orders, regulator, media
[[nodiscard]] std::vector<KindRow> rows_of_the_end();    // 80 … 99: review, withdrawal, closing

// What a registration says; an amendment says any of it again, under the same numbers.
[[nodiscard]] std::vector<Field> registration_fields();

}  // namespace redress::casework
