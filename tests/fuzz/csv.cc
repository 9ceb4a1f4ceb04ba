// Any bytes as a table. Input: a byte for encoding and width, then the file.
#include "ops/tool/csv.h"

#include <sstream>

#include "tests/fuzz/target.h"

namespace redress::tool {
namespace {

void check_row(const CsvRow& row, std::size_t width) {
  REDRESS_ASSERT(!row.cells.empty() && (width == 0 || row.cells.size() == width));
  for (const std::string& cell : row.cells) {
    REDRESS_ASSERT(cell.size() <= limits::text_bytes_max);
    REDRESS_ASSERT(is_plain_utf8(cell));
  }
}

void read_all(CsvReader& reader, std::size_t width, std::size_t file_bytes) {
  std::size_t line = 0;
  // A record takes a byte at least, and the last one may be empty.
  for (std::size_t records = 0; records <= file_bytes + 1; ++records) {
    const auto record = reader.next();
    REDRESS_ASSERT(record.has_value());
    if (const auto* row = std::get_if<CsvRow>(&*record)) {
      REDRESS_ASSERT(row->line > line);
      line = row->line;
      check_row(*row, width);
    } else if (const auto* reject = std::get_if<CsvReject>(&*record)) {
      REDRESS_ASSERT(reject->line > line);
      line = reject->line;
      REDRESS_ASSERT(!reject->reason.empty() && is_plain_utf8(reject->reason));
      REDRESS_ASSERT(reject->raw.size() <= 3 * csv_record_bytes_max);
    } else {
      const auto after = reader.next();
      REDRESS_ASSERT(after && std::holds_alternative<CsvEnd>(*after));
      return;
    }
  }
  REDRESS_ASSERT(false);
}

}  // namespace
}  // namespace redress::tool

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using redress::tool::Encoding;
  redress::fuzz::Input in{data, size};
  const unsigned choice = in.u8();
  const Encoding encoding = choice % 3 == 0 ? Encoding::detect : choice % 3 == 1 ? Encoding::utf8 : Encoding::gb18030;
  const std::size_t width = choice / 3 % 8;
  const std::string file{redress::text_of(in.rest())};
  auto reader = redress::tool::CsvReader::over(std::make_unique<std::istringstream>(file), encoding);
  if (!reader) return 0;
  REDRESS_ASSERT((*reader)->encoding() != Encoding::detect);
  (*reader)->expect_width(width);
  redress::tool::read_all(**reader, width, file.size());
  return 0;
}
