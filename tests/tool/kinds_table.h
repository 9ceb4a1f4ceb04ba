// The table of kinds as the daemon serves it, made from the shipped rows.
#pragma once

#include <array>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "protocol/casework/kinds.h"

namespace redress::tool {

inline nlohmann::json split_choices(std::string_view choices) {
  nlohmann::json out = nlohmann::json::array();
  while (!choices.empty()) {
    out.push_back(std::string{choices.substr(0, choices.find('|'))});
    choices.remove_prefix(std::min(choices.find('|'), choices.size() - 1) + 1);
  }
  return out;
}

inline nlohmann::json kinds_table() {
  constexpr std::array<const char*, 7> types{"text", "label", "moment", "integer", "money", "flag", "site"};
  nlohmann::json kinds = nlohmann::json::array();
  for (const casework::KindRow& row : casework::shipped_kinds()) {
    nlohmann::json fields = nlohmann::json::array();
    for (const casework::Field& field : row.fields) {
      if (field.minted) continue;
      fields.push_back({{"name", field.name},
                        {"zh", field.zh},
                        {"en", field.en},
                        {"type", types[static_cast<std::size_t>(field.type)]},
                        {"required", field.required || field.must_hold},
                        {"unless", field.unless},
                        {"needed_with", field.needed_with},
                        {"choices", split_choices(field.choices)},
                        {"axis", field.axis}});
    }
    kinds.push_back({{"kind", row.name},
                     {"zh", row.zh},
                     {"en", row.en},
                     {"opens", row.effect == casework::Effect::open},
                     {"fields", std::move(fields)}});
  }
  return {{"kinds", std::move(kinds)}};
}

}  // namespace redress::tool
