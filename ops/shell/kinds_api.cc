#include "ops/shell/kinds_api.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "protocol/casework/codes.h"
#include "protocol/casework/forms.h"

namespace redress::shell {
namespace {

using nlohmann::json;

std::string_view name_of(casework::FieldType type) {
  switch (type) {
    case casework::FieldType::text:
      return "text";
    case casework::FieldType::label:
      return "label";
    case casework::FieldType::moment:
      return "moment";
    case casework::FieldType::integer:
      return "integer";
    case casework::FieldType::money:
      return "money";
    case casework::FieldType::flag:
      return "flag";
    case casework::FieldType::site:
      return "site";
  }
  return "";
}

json choices_json(std::string_view choices) {
  json out = json::array();
  while (!choices.empty()) {
    const auto end = std::min(choices.find('|'), choices.size());
    out.push_back(std::string{choices.substr(0, end)});
    choices.remove_prefix(std::min(end + 1, choices.size()));
  }
  return out;
}

json field_json(const casework::Field& field) {
  return {{"name", field.name},
          {"zh", field.zh},
          {"en", field.en},
          {"type", std::string{name_of(field.type)}},
          {"required", field.required || field.must_hold},
          {"unless", field.unless},
          {"needed_with", field.needed_with},
          {"choices", choices_json(field.choices)},
          {"axis", field.axis}};
}

json extra_json(const rules::ExtraField& extra) {
  return {{"name", casework::name_of(extra)},
          {"zh", extra.zh},
          {"en", extra.en},
          {"type", std::string{name_of(casework::type_of(extra))}},
          {"required", extra.required},
          {"unless", std::string{casework::source_field}},
          {"needed_with", ""},
          {"choices", extra.choices},
          {"axis", ""}};
}

json who_json(casework::Who who) {
  constexpr std::array<std::pair<casework::Who, std::string_view>, 6> names{
      {{casework::who_anyone, "anyone"},
       {casework::who_registrar, "registrar"},
       {casework::who_handler, "handler"},
       {casework::who_assistant, "assistant"},
       {casework::who_supervisor, "supervisor"},
       {casework::who_head_office, "head_office"}}};
  json out = json::array();
  for (const auto& [bit, name] : names) {
    if ((who & bit) != 0) out.push_back(std::string{name});
  }
  return out;
}

json when_json(casework::When when) {
  json out = json::array();
  if ((when & casework::when_new) != 0) out.push_back("new");
  if ((when & casework::when_open) != 0) out.push_back("open");
  if ((when & casework::when_ended) != 0) out.push_back("ended");
  return out;
}

bool contains(const std::vector<std::string>& all, std::string_view one) {
  return std::find(all.begin(), all.end(), one) != all.end();
}

// Whose act it is by the profiles, and whether nobody else's.
json roles_json(const casework::KindRow& row, const std::vector<NamedRole>& roles) {
  json out = json::array();
  for (const auto& [profile, role] : roles) {
    if (!contains(role.acts, row.name)) continue;
    out.push_back({{"role", role.id},
                   {"zh", role.zh},
                   {"en", role.en},
                   {"profile", profile},
                   {"source", role.source},
                   {"units", role.units},
                   {"alone", contains(role.alone, row.name)}});
  }
  return out;
}

json kind_json(const casework::KindRow& row, const std::vector<NamedRole>& roles) {
  json fields = json::array();
  json minted = json::array();
  for (const casework::Field& field : row.fields) {
    if (field.minted) {
      minted.push_back({{"name", field.name}, {"zh", field.zh}, {"en", field.en}});
    } else {
      fields.push_back(field_json(field));
    }
  }
  return {{"kind", row.name},
          {"zh", row.zh},
          {"en", row.en},
          {"opens", row.effect == casework::Effect::open},
          {"who", who_json(row.who)},
          {"when", when_json(row.when)},
          {"after_reply", row.needs_reply},
          {"roles", roles_json(row, roles)},
          {"by_program", (row.guards & casework::guard_no_person) != 0},
          {"rule", row.rule},
          {"fields", std::move(fields)},
          {"minted", std::move(minted)}};
}

json edition_json(const casework::CodeEdition& edition) {
  json codes = json::array();
  for (const casework::CodeRow& row : edition.rows) {
    codes.push_back({{"axis", row.axis}, {"code", row.code}, {"parent", row.parent}, {"zh", row.zh}, {"en", row.en}});
  }
  return {{"edition", edition.name},
          {"from", edition.from},
          {"zh", edition.zh},
          {"en", edition.en},
          {"codes", std::move(codes)}};
}

}  // namespace

void add_kind_routes(Api& api, const casework::Kinds& kinds, std::span<const casework::CodeEdition> editions,
                     std::function<FormRules()> form_rules) {
  api.add("GET", "/api/v1/kinds", Access::any_token, [&kinds, form_rules = std::move(form_rules)](const Call& call) {
    const FormRules now = form_rules();
    json body{{"kinds", json::array()}};
    for (const casework::KindRow& row : kinds.rows()) {
      body["kinds"].push_back(kind_json(row, now.roles));
      if (row.effect != casework::Effect::open) continue;
      for (const rules::ExtraField& one : now.extra_fields) body["kinds"].back()["fields"].push_back(extra_json(one));
    }
    call.respond(json_response(200, body));
  });
  api.add("GET", "/api/v1/codes", Access::any_token, [editions](const Call& call) {
    json body{{"editions", json::array()}};
    for (const casework::CodeEdition& edition : editions) {
      body["editions"].push_back(edition_json(edition));
    }
    call.respond(json_response(200, body));
  });
}

json pointed_out(const casework::KindRow& row, const std::vector<casework::FieldText>& fields) {
  json out = json::array();
  for (const auto& [name, value] : fields) {
    const casework::Field* field = row.field(name);
    if (field != nullptr && field->type != casework::FieldType::text) continue;
    for (const casework::Spot& spot : casework::personal_data_in(value)) {
      out.push_back({{"field", name},
                     {"zh", std::string{casework::zh_of(spot.what)}},
                     {"en", std::string{casework::en_of(spot.what)}},
                     {"at", spot.at},
                     {"bytes", spot.bytes}});
    }
  }
  return out;
}

}  // namespace redress::shell
