#include "ops/tool/field_arguments.h"

#include <array>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "ops/tool/terminal.h"

namespace redress::tool {
namespace {

using nlohmann::json;

constexpr std::string_view utf8_mark = "\xEF\xBB\xBF";
constexpr const char* wanted = "expected name=value (应为 名称=值)";

Result<std::string> whole_text(std::istream& in, const std::string& name) {
  std::string text;
  std::array<char, 4096> chunk{};
  while (in && text.size() <= field_file_bytes_max) {
    in.read(chunk.data(), chunk.size());
    text.append(chunk.data(), static_cast<std::size_t>(in.gcount()));
  }
  if (in.bad()) return fail(Code::io, "read fields: cannot be read", name);
  if (text.size() > field_file_bytes_max) return fail(Code::too_large, "read fields: over 256 KiB", name);
  if (text.starts_with(utf8_mark)) text.erase(0, utf8_mark.size());
  return text;
}

Result<json> fields_in(std::istream& in, const std::string& name, bool gb18030) {
  const auto text = whole_text(in, name);
  if (!text) return fail(text.error());
  json fields = json::object();
  std::string* above = nullptr;
  std::istringstream lines{*text};
  std::size_t number = 0;
  for (std::string said; std::getline(lines, said);) {
    const std::string where = name + ":" + std::to_string(++number);
    if (said.ends_with('\r')) said.pop_back();
    if (said.empty()) continue;
    const auto as_utf8 = utf8_of(said, gb18030);
    if (!as_utf8) return fail(Code::malformed, "read fields: not UTF-8 (不是 UTF-8)", where);
    const std::string& line = *as_utf8;
    if (line.front() == ' ' || line.front() == '\t') {
      if (above == nullptr) return fail(Code::malformed, wanted, where);
      *above += (above->empty() ? "" : "\n") + line.substr(1);
      continue;
    }
    const auto equals = line.find('=');
    if (equals == std::string::npos || equals == 0) return fail(Code::malformed, wanted, where);
    json& field = fields[line.substr(0, equals)];
    if (!field.is_null()) return fail(Code::malformed, "read fields: given twice (重复)", where);
    field = line.substr(equals + 1);
    above = field.get_ptr<std::string*>();
  }
  return fields;
}

Result<json> fields_of(const std::string& argument, std::istream& standard_input, bool gb18030) {
  if (argument == "-") return fields_in(standard_input, "-", gb18030);
  if (argument.starts_with('@')) {
    const std::string path = argument.substr(1);
    std::ifstream file{path, std::ios::binary};
    if (!file) return fail(Code::io, "read fields: cannot be opened", path);
    return fields_in(file, path, gb18030);
  }
  const auto equals = argument.find('=');
  if (equals == std::string::npos || equals == 0) return fail(Code::malformed, wanted, argument);
  json field = json::object();
  field[argument.substr(0, equals)] = argument.substr(equals + 1);
  return field;
}

}  // namespace

Result<json> fields_from(const std::vector<std::string>& arguments, std::istream& standard_input, bool gb18030) {
  json fields = json::object();
  for (const std::string& argument : arguments) {
    const auto some = fields_of(argument, standard_input, gb18030);
    if (!some) return fail(some.error());
    fields.update(*some);
  }
  return fields;
}

}  // namespace redress::tool
