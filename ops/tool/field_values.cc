#include "ops/tool/field_values.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <vector>

#include "ops/tool/cells.h"
#include "ops/tool/choice_words.h"
#include "ops/tool/local_moment.h"
#include "protocol/casework/event.h"

namespace redress::tool {
namespace {

using nlohmann::json;

struct Type {
  std::string_view name;
  casework::FieldType type;
  std::string_view zh;  // what a value looks like; empty: anything
  std::string_view en;
};

constexpr std::array<Type, 7> types{
    {{"text", casework::FieldType::text, "", ""},
     {"label", casework::FieldType::label, "", ""},
     {"moment", casework::FieldType::moment, "2026-11-30 或 2026-11-30 09:30", "2026-11-30 or 2026-11-30 09:30"},
     {"integer", casework::FieldType::integer, "整数，从 0 起", "a whole number from 0"},
     {"money", casework::FieldType::money, "以分为单位的整数：50000 即 500 元", "whole fen: 50000 is 500 yuan"},
     {"flag", casework::FieldType::flag, "是 或 否", "y or n"},
     {"site", casework::FieldType::site, "机构号", "a site's number"}}};

const Type& type_of(const json& field) {
  const auto* found =
      std::find_if(types.begin(), types.end(), [&](const Type& one) { return one.name == text(field, "type"); });
  return found == types.end() ? types[0] : *found;
}

std::string listed(const std::vector<std::string>& names) {
  std::string out;
  for (const std::string& name : names) out += (out.empty() ? "" : ", ") + name;
  return out;
}

Unexpected<Error> fail_between(Code code, const std::vector<std::string>& candidates, const std::string& where) {
  return fail(code, "one of these is meant (请指明是哪一个): " + listed(candidates), where);
}

std::string both_names(const json& field) {
  return text(field, "name") + " (" + text(field, "zh") + ", " + text(field, "en") + ")";
}

bool is_ascii(const std::string& text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

std::string flag_said(const std::string& said) {
  for (const char* yes : {"是", "y", "Y", "yes"}) {
    if (said == yes) return "true";
  }
  for (const char* no : {"否", "n", "N", "no"}) {
    if (said == no) return "false";
  }
  return said;
}

// What may be said for a field: its choices, or the codes on its axis of the edition that was given.
std::vector<std::pair<Choice, std::string>> sayable(const json& field, const json& others) {
  std::vector<std::pair<Choice, std::string>> out;
  for (Choice& choice : choices_of(field)) out.emplace_back(std::move(choice), std::string{});
  if (text(field, "axis").empty()) return out;
  const std::string edition_name = text(others, std::string{casework::edition_field}.c_str());
  const auto* edition = casework::find_edition(casework::shipped_code_editions(), edition_name);
  if (edition == nullptr) return out;
  for (const casework::CodeRow& row : edition->rows) {
    if (row.axis == text(field, "axis")) out.emplace_back(Choice{row.code, row.zh}, row.en);
  }
  return out;
}

Result<std::string> choice_said(const json& field, const json& others, const std::string& said) {
  std::vector<std::string> codes;
  for (const auto& [choice, en] : sayable(field, others)) {
    if (choice.code == said) return said;
    if (choice.zh == said || en == said) codes.push_back(choice.code);
  }
  if (codes.size() > 1) return fail_between(Code::bad_value, codes, text(field, "name"));
  return codes.empty() ? said : codes.front();
}

// The shipped row that asks for nothing, so that what is not typed yet does not hide what is wrong with `field`.
casework::KindRow undemanding(const casework::KindRow& shipped, const std::string& field) {
  std::vector<casework::Field> fields{shipped.fields.begin(), shipped.fields.end()};
  for (casework::Field& one : fields) {
    one.required = false;
    one.needed_with = {};
    one.must_hold = one.must_hold && one.name == field;
  }
  casework::KindRow row = shipped;
  row.fields = casework::Fields{std::move(fields)};
  return row;
}

}  // namespace

const json* row_of(const json& kinds, const std::string& kind) {
  for (const json& row : kinds["kinds"]) {
    if (kind.empty() ? row.value("opens", false) : text(row, "kind") == kind) return &row;
  }
  return nullptr;
}

const json* field_of(const json& row, const std::string& name) {
  for (const json& field : row["fields"]) {
    if (text(field, "name") == name) return &field;
  }
  return nullptr;
}

std::string hint_of(const json& field, bool zh) {
  std::string choices;
  for (const Choice& choice : choices_of(field)) {
    choices += choices.empty() ? "" : " | ";
    choices += zh ? choice.zh : choice.code;
  }
  return choices.empty() ? std::string{zh ? type_of(field).zh : type_of(field).en} : choices;
}

Result<std::string> field_named(const json& row, const std::string& said) {
  if (field_of(row, said) != nullptr || said.starts_with(casework::extension_prefix)) return said;
  std::vector<std::string> called;
  std::vector<std::string> candidates;
  std::vector<std::string> near;
  for (const json& field : row["fields"]) {
    if (text(field, "zh") == said || text(field, "en") == said) {
      called.push_back(text(field, "name"));
      candidates.push_back(both_names(field));
    }
    if (!is_ascii(said) && text(field, "zh").find(said) != std::string::npos) near.push_back(both_names(field));
  }
  if (called.size() == 1) return called.front();
  if (called.empty() && near.empty()) return said;
  return fail_between(Code::unknown_field, called.empty() ? near : candidates, said);
}

Result<std::string> value_said(const json& field, const json& others, const std::string& said) {
  const std::string type = text(field, "type");
  if (type == "flag") return flag_said(said);
  if (type == "moment") return with_zone(said).value_or(said);
  return choice_said(field, others, said);
}

Result<json> fields_said(const json& row, const json& given) {
  json named = json::object();
  for (const auto& [said, value] : given.items()) {
    const auto name = field_named(row, said);
    if (!name) return fail(name.error());
    if (named.contains(*name)) return fail(Code::malformed, "given under two names (同一字段重复)", *name);
    named[*name] = value;
  }
  json out = json::object();
  for (const auto& [name, value] : named.items()) {
    const json* field = field_of(row, name);
    const auto meant = field == nullptr ? Result<std::string>{text(named, name.c_str())}
                                        : value_said(*field, named, text(named, name.c_str()));
    if (!meant) return fail(meant.error());
    out[name] = *meant;
  }
  return out;
}

Status check_value(const json& row, const json& field, const std::string& value, const json& others) {
  const std::string name = text(field, "name");
  const auto wrong = casework::complaint_about(type_of(field).type, value);
  if (wrong) return fail(Code::bad_value, "expected " + *wrong, name);
  const std::vector<Choice> choices = choices_of(field);
  const bool is_one = std::any_of(choices.begin(), choices.end(), [&](const Choice& one) { return one.code == value; });
  if (!choices.empty() && !is_one) return fail(Code::bad_value, "expected one of the choices", name);
  const casework::Kinds shipped{casework::shipped_kinds()};
  const casework::KindRow* known = shipped.find(text(row, "kind"));
  if (known == nullptr) return Done{};
  std::vector<casework::FieldText> fields{{name, value}};
  for (const auto& [other, said] : others.items()) {
    if (other != name) fields.emplace_back(other, said.get<std::string>());
  }
  const auto event = casework::parse_event(undemanding(*known, name), fields);
  // The daemon may know more kinds and fields than this program: what is not known here is for it to judge.
  const bool is_fault = !event && event.error().field == name && event.error().code != Code::unknown_field;
  return is_fault ? Status{fail(event.error())} : Status{Done{}};
}

}  // namespace redress::tool
