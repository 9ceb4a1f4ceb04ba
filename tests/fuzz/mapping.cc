// Any text as a mapping; one that is taken is bound to a header and asked for a row's fields. Input: a line with the
// header's names between commas, then the mapping.
#include "ops/tool/mapping.h"

#include "tests/fuzz/target.h"

namespace redress::tool {
namespace {

std::vector<std::string> names_in(std::string_view line) {
  std::vector<std::string> names;
  fuzz::Input in{line};
  do {
    names.emplace_back(in.line(','));
  } while (!in.empty());
  return names;
}

void use(const Mapping& mapping, const std::optional<std::vector<std::string>>& header) {
  const auto bound = mapping.bind(header);
  if (!bound) return;
  const std::vector<std::string> cells(bound->width(), "2023年8月25日");
  REDRESS_ASSERT(bound->id(cells) == cells[0]);
  for (const auto& [field, value] : bound->fields(cells, WallTime{})) {
    REDRESS_ASSERT(!field.empty() && field.size() <= limits::field_name_bytes_max);
  }
}

}  // namespace
}  // namespace redress::tool

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  redress::fuzz::Input in{data, size};
  const auto names = redress::tool::names_in(in.line());
  const auto mapping = redress::tool::Mapping::parse(redress::text_of(in.rest()));
  if (!mapping) {
    REDRESS_ASSERT(!mapping.error().what.empty());
    return 0;
  }
  redress::tool::use(*mapping, std::nullopt);
  redress::tool::use(*mapping, names);
  return 0;
}
