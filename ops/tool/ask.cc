#include "ops/tool/ask.h"

#include <algorithm>
#include <iostream>
#include <nlohmann/json.hpp>

#include "ops/tool/cells.h"

namespace redress::tool {
namespace {

using nlohmann::json;

std::string ask_text(std::istream& in) {
  std::string text;
  for (std::string line; std::getline(in, line) && line != ".";) text += (text.empty() ? "" : "\n") + line;
  return text;
}

// What to ask a person; what a table or the program fills in is left out.
bool is_for_people(const std::string& name) {
  return name != "source" && name != "source_id" && name != "received_assumed" && name != "sent_on";
}

}  // namespace

json ask_fields(const json& kinds, const std::string& kind, bool zh, std::istream& in, std::ostream& out) {
  json answers = json::object();
  for (const json& row : kinds["kinds"]) {
    const bool wanted = kind.empty() ? row["opens"].get<bool>() : row["kind"] == kind;
    if (!wanted) continue;
    out << (zh ? "逐项填写；不填请直接回车。\n" : "Field by field; press Enter to leave one out.\n");
    for (const json& field : row["fields"]) {
      const auto name = field["name"].get<std::string>();
      if (!is_for_people(name)) continue;
      const bool is_text = field["type"] == "text";
      for (bool again = true; again && in;) {
        out << (zh ? field["zh"] : field["en"]).get<std::string>() << (field["required"].get<bool>() ? " *" : "")
            << (is_text ? (zh ? "（可多行，单独一个“.”结束）" : " (several lines; a single '.' ends)") : "")
            << (is_text ? ":\n" : ": ") << std::flush;
        std::string value;
        if (is_text) {
          value = ask_text(in);
        } else {
          std::getline(in, value);
        }
        again = value.empty() && field["required"].get<bool>();
        if (!value.empty()) answers[name] = value;
      }
    }
  }
  return answers;
}

bool is_plain(const std::string& name) {
  return std::all_of(name.begin(), name.end(), [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; });
}

std::string kind_named(const json& kinds, const std::string& said) {
  for (const json& row : kinds["kinds"]) {
    if (text(row, "kind") == said || text(row, "zh") == said || text(row, "en") == said) return text(row, "kind");
  }
  return said;
}

Result<std::string> kind_asked_for(Client& client, const std::string& said) {
  if (is_plain(said)) return said;
  const auto kinds = client.get("/api/v1/kinds");
  if (!kinds) return fail(kinds.error());
  return kind_named(*kinds, said);
}

}  // namespace redress::tool
