// Reads a table of comma-separated values (RFC 4180) record by record, in UTF-8 or GB18030.
//
// A resource: owns the open file, made in place behind a pointer; one thread. Holds about half a mebibyte however long
// the file is. Cells come out byte for byte as they were written, decoded to UTF-8: nothing is trimmed or folded.
#pragma once

#include <cstddef>
#include <istream>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "protocol/base/limits.h"
#include "protocol/base/result.h"

namespace redress::tool {

inline constexpr std::size_t csv_record_bytes_max = 256 * limits::kib;

enum class Encoding { detect, utf8, gb18030 };

// One good record. `line`: 1-based, where the record starts.
struct CsvRow {
  std::size_t line = 0;
  std::vector<std::string> cells;
};

// One record that breaks the format. `column`: 1-based, where it breaks; 0 if it is about the whole record. `raw`: the
// record's text, each byte that is not of the file's encoding as U+FFFD; at most csv_record_bytes_max of the file.
struct CsvReject {
  std::size_t line = 0;
  std::size_t column = 0;
  std::string reason;
  std::string reason_zh;
  std::string raw;
};

struct CsvEnd {};
using CsvRecord = std::variant<CsvRow, CsvReject, CsvEnd>;

// What is rejected, and nothing else: an unterminated quote, text after a closing quote, a bare quote inside an
// unquoted cell, another number of columns than expected, bytes that are not of the encoding, NUL, a cell over
// limits::text_bytes_max, a record over csv_record_bytes_max. An empty line is a record of one empty cell.
//
// Reading goes on at the next line end outside quotes. A broken record that spans lines may be a lost closing quote
// that swallowed good records: then reading goes on at its first line that is by itself a whole record of the expected
// width, if that is two columns or more. Without such a line the reject ends where the file or the quote does.
class CsvReader {
 public:
  // Fails with io if the file cannot be read, malformed if its byte order mark contradicts `encoding`.
  //
  // `detect` reads the whole file once before: UTF-8 by its mark, or if more characters beyond ASCII are whole in it
  // than broken (one damaged byte must not turn a UTF-8 file into another text), or if there are none; else GB18030.
  [[nodiscard]] static Result<std::unique_ptr<CsvReader>> open(const std::string& path, Encoding encoding);
  // The same on a seekable stream.
  [[nodiscard]] static Result<std::unique_ptr<CsvReader>> over(std::unique_ptr<std::istream> from, Encoding encoding);

  CsvReader(const CsvReader&) = delete;
  CsvReader& operator=(const CsvReader&) = delete;
  ~CsvReader();

  // `text` as UTF-8. Nothing if a byte is not of the encoding, or if the system knows no GB18030. Requires: not
  // `detect`.
  [[nodiscard]] static std::optional<std::string> decoded(std::string text, Encoding encoding);

  // From the next record on, records of another width are rejected. 0, as at the start: any width will do.
  void expect_width(std::size_t columns) noexcept { width_ = columns; }

  // The next record. CsvEnd again and again after the last. Fails with io, then for good.
  [[nodiscard]] Result<CsvRecord> next();

  // utf8 or gb18030.
  [[nodiscard]] Encoding encoding() const noexcept { return encoding_; }

 private:
  class Decoder;
  CsvReader(std::unique_ptr<std::istream> from, Encoding encoding, std::unique_ptr<Decoder> decoder);

  [[nodiscard]] bool fill();
  [[nodiscard]] std::string_view rest() const noexcept { return std::string_view{buffer_}.substr(pos_); }
  void take(std::size_t size);
  [[nodiscard]] bool is_row(std::string_view line) const;
  [[nodiscard]] std::size_t resume_offset(std::string_view record, bool whole) const;
  [[nodiscard]] std::string raw_of(std::string_view record) const;
  [[nodiscard]] CsvRecord oversize(std::string_view window, bool in_quotes);
  void skip_lines(bool until_row, bool mid_line);
  [[nodiscard]] CsvRecord checked(std::vector<std::string> cells, std::string_view record);

  std::unique_ptr<std::istream> from_;
  const Encoding encoding_;
  const std::unique_ptr<Decoder> decoder_;
  std::string buffer_;
  std::size_t pos_ = 0;   // In buffer_: the first byte not taken.
  std::size_t line_ = 1;  // Of pos_.
  std::size_t width_ = 0;
  bool eof_ = false;  // buffer_ reaches to the end of the file.
};

// The cells as one record that CsvReader reads back as the same cells, with CRLF.
[[nodiscard]] std::string csv_line(std::span<const std::string> cells);

// UTF-8 in this encoding. Requires: not `detect`. Fails with malformed if it is not UTF-8, io if the system has
// no GB18030. GB18030 has every character.
[[nodiscard]] Result<std::string> encoded(std::string utf8, Encoding encoding);

}  // namespace redress::tool
