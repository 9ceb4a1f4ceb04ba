#include "ops/shell/case_fields.h"

#include <nlohmann/json.hpp>

namespace redress::shell {

using nlohmann::json;

Result<std::vector<casework::FieldText>> fields_of(const json& body) {
  std::vector<casework::FieldText> out;
  if (!body.contains("fields")) return out;
  const json& fields = body["fields"];
  if (!fields.is_object()) return fail(Code::malformed, "fields is not an object", "fields");
  for (const auto& [name, value] : fields.items()) {
    if (value.is_string()) {
      out.emplace_back(name, value.get<std::string>());
    } else if (value.is_boolean()) {
      out.emplace_back(name, value.get<bool>() ? "true" : "false");
    } else if (value.is_number_integer()) {
      out.emplace_back(name, value.dump());
    } else if (!value.is_null()) {
      return fail(Code::bad_value, "a value is neither text, whole number nor true/false", name);
    }
  }
  return out;
}

}  // namespace redress::shell
