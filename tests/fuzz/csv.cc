// Any bytes as a table; its first rows are read back from the lines that are written for them. Input: a byte for
// encoding and width, then the file; if that byte is 128 or more, a 0x1A in it, a count and a byte stand for that byte
// so many times 4 KiB, or 64 if it ends a cell: limits are reached by short inputs.
#include "ops/tool/csv.h"

#include <algorithm>
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

// Rows that were read, as a table of their own.
class Copies {
 public:
  void add(const CsvRow& row) {
    const std::string line = csv_line(row.cells);
    if (line.size() > csv_record_bytes_max) return;
    table_ += line;
    rows_.push_back(row.cells);
  }
  void check() const {
    if (rows_.empty()) return;
    auto reader = CsvReader::over(std::make_unique<std::istringstream>(table_), Encoding::utf8);
    REDRESS_ASSERT(reader && (*reader)->next().has_value());
    for (const auto& cells : rows_) {
      const auto again = (*reader)->next();
      REDRESS_ASSERT(again && std::holds_alternative<CsvRow>(*again) && std::get<CsvRow>(*again).cells == cells);
    }
    const auto after = (*reader)->next();
    REDRESS_ASSERT(after && std::holds_alternative<CsvEnd>(*after));
  }

 private:
  std::string table_ = "x\r\n";  // A mark of byte order in front of the first line would be one.
  std::vector<std::vector<std::string>> rows_;
};

void read_all(CsvReader& reader, std::size_t width, std::size_t file_bytes) {
  Copies copies;
  std::size_t line = 0;
  // A record takes a byte at least, and the last one may be empty.
  for (std::size_t records = 0; records <= file_bytes + 1; ++records) {
    const auto record = reader.next();
    REDRESS_ASSERT(record.has_value());
    if (const auto* row = std::get_if<CsvRow>(&*record)) {
      REDRESS_ASSERT(row->line > line);
      line = row->line;
      check_row(*row, width);
      if (records < 4) copies.add(*row);
    } else if (const auto* reject = std::get_if<CsvReject>(&*record)) {
      REDRESS_ASSERT(reject->line > line);
      line = reject->line;
      REDRESS_ASSERT(!reject->reason.empty() && is_plain_utf8(reject->reason));
      REDRESS_ASSERT(reject->raw.size() <= 3 * csv_record_bytes_max);
    } else {
      const auto after = reader.next();
      REDRESS_ASSERT(after && std::holds_alternative<CsvEnd>(*after));
      copies.check();
      return;
    }
  }
  REDRESS_ASSERT(false);
}

std::string unfolded(fuzz::Input in) {
  constexpr std::size_t most = 2 * csv_record_bytes_max;
  std::string out;
  while (!in.empty()) {
    out += in.line('\x1A');
    if (in.empty()) break;
    const std::size_t count = in.u8() % 128;
    const char byte = static_cast<char>(in.u8());
    // A hundred thousand cells or records show nothing that a few thousand do not.
    const std::size_t unit = byte == '\n' || byte == ',' ? 64 : 4 * limits::kib;
    out.append(std::min(count * unit, most - std::min(most, out.size())), byte);
  }
  return out;
}

}  // namespace
}  // namespace redress::tool

// libFuzzer's own; there is none where a corpus is only replayed.
extern "C" [[gnu::weak]] std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t size_max);

// An input that stands for hundreds of kibibytes takes a hundred times as long as another: it stays one only sometimes.
extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t size_max,
                                               unsigned seed) {
  constexpr unsigned seldom = 64;
  const std::size_t mutated = LLVMFuzzerMutate(data, size, size_max);
  if (mutated != 0 && seed % seldom != 0) data[0] %= 128;
  return mutated;
}

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using redress::tool::Encoding;
  redress::fuzz::Input in{data, size};
  const unsigned first = in.u8();
  const unsigned choice = first % 128;
  const Encoding encoding = choice % 3 == 0 ? Encoding::detect : choice % 3 == 1 ? Encoding::utf8 : Encoding::gb18030;
  const std::size_t width = choice / 3 % 8;
  const std::string file = first < 128 ? std::string{redress::text_of(in.rest())} : redress::tool::unfolded(in);
  auto reader = redress::tool::CsvReader::over(std::make_unique<std::istringstream>(file), encoding);
  if (!reader) return 0;
  REDRESS_ASSERT((*reader)->encoding() != Encoding::detect);
  (*reader)->expect_width(width);
  redress::tool::read_all(**reader, width, file.size());
  return 0;
}
