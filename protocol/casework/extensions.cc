#include "protocol/casework/extensions.h"

#include <algorithm>

namespace redress::casework {
namespace {

const std::string* value_in(const std::vector<FieldText>& fields, std::string_view name) {
  for (const auto& [field, value] : fields) {
    if (field == name && !value.empty()) return &value;
  }
  return nullptr;
}

redress::Status check_one(const rules::ExtraField& extra, const std::string* value) {
  const std::string name = name_of(extra);
  if (value == nullptr) {
    if (!extra.required) return Done{};
    return fail(Code::missing_field, "asked for by " + extra.profile + ": " + extra.zh + " (" + extra.en + ")", name);
  }
  if (const auto wrong = complaint_about(type_of(extra), *value))
    return fail(Code::bad_value, "expected " + *wrong, name);
  const auto& choices = extra.choices;
  if (choices.empty() || std::find(choices.begin(), choices.end(), *value) != choices.end()) return Done{};
  std::string known;
  for (const std::string& one : choices) known += (known.empty() ? "" : "|") + one;
  return fail(Code::bad_value, "expected one of " + known, name);
}

}  // namespace

std::string name_of(const rules::ExtraField& extra) { return std::string{extension_prefix} + extra.id; }

FieldType type_of(const rules::ExtraField& extra) {
  switch (extra.type.value_or(rules::ExtraType::text)) {
    case rules::ExtraType::label:
      return FieldType::label;
    case rules::ExtraType::moment:
      return FieldType::moment;
    case rules::ExtraType::integer:
      return FieldType::integer;
    case rules::ExtraType::money:
      return FieldType::money;
    case rules::ExtraType::flag:
      return FieldType::flag;
    case rules::ExtraType::text:
      break;
  }
  return FieldType::text;
}

redress::Status check_extensions(std::span<const rules::ExtraField> extras, const std::vector<FieldText>& fields) {
  if (value_in(fields, source_field) != nullptr) return Done{};
  for (const rules::ExtraField& extra : extras) {
    const redress::Status checked = check_one(extra, value_in(fields, name_of(extra)));
    if (!checked) return fail(checked.error());
  }
  return Done{};
}

}  // namespace redress::casework
