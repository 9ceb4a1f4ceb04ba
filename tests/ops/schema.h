// Holds a JSON value to a schema: the small part of JSON Schema that ops/shell/api.json uses.
//
// type, nullable, required, properties, items, enum, $ref. A property that a schema with properties does not name is a
// finding too: what is served is described.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace redress::shell {

class Schema {
 public:
  // `document` outlives this.
  explicit Schema(const nlohmann::json& document) : document_{document} {}

  // The first disagreement, with its place; "" if there is none.
  [[nodiscard]] std::string objection(const nlohmann::json& schema, const nlohmann::json& value,
                                      const std::string& at = "$") const {
    const nlohmann::json& rule = resolved(schema);
    if (value.is_null() && rule.value("nullable", false)) return "";
    if (rule.contains("type") && !has_type(value, rule["type"].get<std::string>()))
      return at + " is not of type " + rule["type"].get<std::string>() + ": " + value.dump();
    if (rule.contains("enum") && std::find(rule["enum"].begin(), rule["enum"].end(), value) == rule["enum"].end())
      return at + " is none of the listed values: " + value.dump();
    if (value.is_object()) return objection_to_object(rule, value, at);
    if (value.is_array() && rule.contains("items")) {
      for (std::size_t i = 0; i < value.size(); ++i) {
        const std::string found = objection(rule["items"], value[i], at + "[" + std::to_string(i) + "]");
        if (!found.empty()) return found;
      }
    }
    return "";
  }

  [[nodiscard]] const nlohmann::json& resolved(const nlohmann::json& part) const {
    if (!part.contains("$ref")) return part;
    return resolved(document_.at(nlohmann::json::json_pointer{part["$ref"].get<std::string>().substr(1)}));
  }

 private:
  [[nodiscard]] std::string objection_to_object(const nlohmann::json& rule, const nlohmann::json& value,
                                                const std::string& at) const {
    for (const auto& name : rule.value("required", nlohmann::json::array())) {
      if (!value.contains(name.get<std::string>())) return at + " lacks " + name.get<std::string>();
    }
    if (!rule.contains("properties")) return "";
    for (const auto& [name, inner] : value.items()) {
      if (!rule["properties"].contains(name)) return at + " has " + name + ", which is not described";
      const std::string found = objection(rule["properties"][name], inner, at + "." + name);
      if (!found.empty()) return found;
    }
    return "";
  }
  static bool has_type(const nlohmann::json& value, const std::string& type) {
    if (type == "object") return value.is_object();
    if (type == "array") return value.is_array();
    if (type == "string") return value.is_string();
    if (type == "boolean") return value.is_boolean();
    if (type == "integer") return value.is_number_integer();
    return false;
  }

  const nlohmann::json& document_;
};

}  // namespace redress::shell
