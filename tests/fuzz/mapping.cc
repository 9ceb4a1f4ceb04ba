// Any text as a mapping; one that is taken is bound to a header and asked for the fields and the key of two rows, one
// of dates, one of the header's names, and for the columns of a table that is written by it. Input: a line with the
// header's names between commas, then the mapping.
#include "ops/tool/mapping.h"

#include <set>

#include "crypto/suite_intl.h"
#include "tests/fuzz/memory_file.h"
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
  RowKeys keys{"fuzz", crypto::intl().hash};
  const auto check = [&](const std::vector<std::string>& cells) {
    for (const auto& [field, value] : bound->fields(cells, WallTime{})) {
      REDRESS_ASSERT(!field.empty() && field.size() <= limits::field_name_bytes_max);
    }
    const std::string key = keys.next(bound->id(cells), cells);
    REDRESS_ASSERT(key.size() <= limits::idempotency_key_bytes_max);
    // Only a row with an id is the same row again.
    REDRESS_ASSERT((keys.next(bound->id(cells), cells) == key) == !bound->id(cells).empty());
  };
  check(std::vector<std::string>(bound->width(), "2023年8月25日"));
  if (header) check(*header);
}

void check_written(const Mapping& mapping) {
  const auto columns = mapping.written();
  if (!columns) {
    REDRESS_ASSERT(columns.error().code == Code::bad_config);
    return;
  }
  std::set<std::string> extensions;
  for (const WrittenColumn& column : *columns) {
    const bool is_of = column.what == WrittenColumn::What::field || column.what == WrittenColumn::What::shown;
    REDRESS_ASSERT(column.of.empty() != is_of);
    REDRESS_ASSERT(extensions.insert(column.extension).second);
  }
}

Result<Mapping> load(std::string_view text) {
  static fuzz::MemoryFile file;
  return Mapping::load(file.holding(view_of(text)));
}

}  // namespace
}  // namespace redress::tool

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  redress::fuzz::Input in{data, size};
  const auto names = redress::tool::names_in(in.line());
  const auto mapping = redress::tool::load(redress::text_of(in.rest()));
  if (!mapping) {
    REDRESS_ASSERT(!mapping.error().what.empty());
    return 0;
  }
  redress::tool::use(*mapping, std::nullopt);
  redress::tool::use(*mapping, names);
  redress::tool::check_written(*mapping);
  return 0;
}
