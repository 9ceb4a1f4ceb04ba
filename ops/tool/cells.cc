#include "ops/tool/cells.h"

#include <nlohmann/json.hpp>

#include "ops/tool/terminal.h"

namespace redress::tool {

std::string text(const nlohmann::json& object, const char* name) {
  return object.contains(name) && object[name].is_string() ? object[name].get<std::string>() : std::string{};
}

std::string shown(const nlohmann::json& object, const char* name) { return one_line(text(object, name)); }

std::string padded(const std::string& cell, std::size_t width) {
  std::size_t columns = 0;
  for (const char c : cell) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x80 || byte >= 0xE0) columns += byte < 0x80 ? 1 : 2;
    if (byte >= 0xC0 && byte < 0xE0) columns += 1;
  }
  return cell + std::string(columns < width ? width - columns : 1, ' ');
}

}  // namespace redress::tool
