#include "ops/tool/csv.h"

#include <iconv.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <fstream>
#include <optional>
#include <utility>

#include "protocol/base/bytes.h"

namespace redress::tool {
namespace {

constexpr std::string_view utf8_mark = "\xEF\xBB\xBF";
constexpr std::string_view gb18030_mark = "\x84\x31\x95\x33";
constexpr std::string_view replacement = "\xEF\xBF\xBD";
constexpr std::size_t npos = std::string_view::npos;
constexpr std::size_t chunk_bytes = 64 * limits::kib;
// One byte more than a record may have, so that a record at the limit is seen with its line end.
constexpr std::size_t window_bytes = csv_record_bytes_max + 2;

enum class Fault { open_quote, after_quote, bare_quote, width, encoding, nul, cell_size, record_size };

struct Words {
  std::string_view en;
  std::string_view zh;
};

Words words_of(Fault fault) {
  switch (fault) {
    case Fault::open_quote:
      return {"a quoted cell is never closed", "引号没有闭合"};
    case Fault::after_quote:
      return {"text after a closing quote", "右引号之后还有文字"};
    case Fault::bare_quote:
      return {"a quote inside an unquoted cell", "未加引号的单元格里有引号"};
    case Fault::width:
      return {"wrong number of columns", "列数不对"};
    case Fault::encoding:
      return {"bytes that are not of the file's encoding", "含有不符合文件编码的字节"};
    case Fault::nul:
      return {"a NUL byte", "含有空字节（NUL）"};
    case Fault::cell_size:
      return {"a cell over 32 KiB", "单元格超过 32 KiB"};
    case Fault::record_size:
      return {"a record over 256 KiB", "整行超过 256 KiB"};
  }
  REDRESS_ASSERT(false);
  return {};
}
static_assert(limits::text_bytes_max == 32 * limits::kib && csv_record_bytes_max == 256 * limits::kib);

CsvReject reject(std::size_t line, std::size_t column, Fault fault, std::string raw) {
  const Words words = words_of(fault);
  return {line, column, std::string{words.en}, std::string{words.zh}, std::move(raw)};
}

// The bytes of the character that starts with `lead`, by UTF-8's first byte; 1 if it starts none.
std::size_t utf8_size(char lead) {
  const auto byte = static_cast<unsigned char>(lead);
  if (byte >= 0xF0) return 4;
  if (byte >= 0xE0) return 3;
  return byte >= 0xC0 ? 2 : 1;
}

// The size of the whole character at the front of `text`, which is not empty; 0 if there is none.
std::size_t whole_utf8(std::string_view text) {
  if (text.front() == '\0') return 1;
  const std::size_t size = utf8_size(text.front());
  return size <= text.size() && is_plain_utf8(text.substr(0, size)) ? size : 0;
}

struct Utf8Count {
  std::size_t whole = 0;   // Characters beyond ASCII.
  std::size_t broken = 0;  // Bytes that are part of no character.
};

// Counts up to the last `keep` bytes of `text`; returns where it stopped.
std::size_t count_utf8(std::string_view text, std::size_t keep, Utf8Count& count) {
  std::size_t at = 0;
  while (at + keep < text.size()) {
    if (static_cast<unsigned char>(text[at]) < 0x80) {
      ++at;
      continue;
    }
    const std::size_t size = whole_utf8(text.substr(at));
    ++(size == 0 ? count.broken : count.whole);
    at += size == 0 ? 1 : size;
  }
  return at;
}

// Reads to the end of the stream. Nothing if it cannot be read.
std::optional<Encoding> detect(std::istream& from) {
  std::string buffer;
  std::array<char, chunk_bytes> chunk{};
  Utf8Count count;
  while (from) {
    from.read(chunk.data(), chunk.size());
    if (from.bad()) return std::nullopt;
    buffer.append(chunk.data(), static_cast<std::size_t>(from.gcount()));
    buffer.erase(0, count_utf8(buffer, from ? 3 : 0, count));
  }
  return count.broken == 0 || count.whole > count.broken ? Encoding::utf8 : Encoding::gb18030;
}

// The encoding that a byte order mark says, and its size.
std::pair<std::optional<Encoding>, std::size_t> mark_of(std::istream& from) {
  std::array<char, 4> head{};
  from.read(head.data(), head.size());
  const std::string_view seen{head.data(), static_cast<std::size_t>(from.gcount())};
  if (seen.substr(0, 3) == utf8_mark) return {Encoding::utf8, 3};
  if (seen == gb18030_mark) return {Encoding::gb18030, 4};
  return {std::nullopt, 0};
}

// 0, or the size of the line end at `at`. A lone CR is text.
std::size_t line_end(std::string_view text, std::size_t at) {
  if (text[at] == '\n') return 1;
  return text[at] == '\r' && at + 1 < text.size() && text[at + 1] == '\n' ? 2 : 0;
}

struct Scanned {
  std::vector<std::string> cells{};  // Unquoted, still as encoded in the file.
  std::size_t size = 0;              // Of the record, its line end included.
  std::size_t column = 0;            // Of the fault.
  std::optional<Fault> fault{};      // The first one.
  bool ended = false;                // A line end was seen; else the text ended first.
  bool in_quotes = false;            // It ended inside a quoted cell.
};

// Takes one record off the front of `text`. Works on encoded bytes: no character of UTF-8 or GB18030 contains a quote,
// comma, CR or LF in a later byte. After a fault it goes on leniently, to find the line end outside quotes.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_{text} {}

  Scanned run() {
    std::size_t at = 0;
    while (at < text_.size() && !out_.ended) at += step(at);
    out_.size = at;
    out_.in_quotes = state_ == State::quoted;
    if (out_.in_quotes) fault(Fault::open_quote);
    push();
    return std::move(out_);
  }

 private:
  enum class State { start, plain, quoted, closed };

  // Returns how many bytes it took.
  std::size_t step(std::size_t at) {
    const char c = text_[at];
    if (state_ == State::quoted) {
      if (c == '"') {
        state_ = State::closed;
      } else {
        cell_ += c;
      }
      return 1;
    }
    if (const std::size_t end = line_end(text_, at); end != 0) {
      out_.ended = true;
      return end;
    }
    if (c == ',') {
      push();
    } else if (c == '"') {
      quote();
    } else {
      if (state_ == State::closed) fault(Fault::after_quote);
      state_ = State::plain;
      cell_ += c;
    }
    return 1;
  }

  void quote() {
    if (state_ == State::plain) fault(Fault::bare_quote);
    if (state_ != State::start) cell_ += '"';
    if (state_ != State::plain) state_ = State::quoted;
  }

  void push() {
    out_.cells.push_back(std::move(cell_));
    cell_.clear();
    state_ = State::start;
  }

  void fault(Fault what) {
    if (out_.fault) return;
    out_.fault = what;
    out_.column = out_.cells.size() + 1;
  }

  const std::string_view text_;
  Scanned out_;
  std::string cell_;
  State state_ = State::start;
};

}  // namespace

// Turns text of the file into UTF-8. Holds a conversion of the C library, or none for UTF-8.
class CsvReader::Decoder {
 public:
  static std::unique_ptr<Decoder> make(Encoding encoding) {
    if (encoding == Encoding::utf8) return std::make_unique<Decoder>(std::nullopt);
    const iconv_t conversion = iconv_open("UTF-8", "GB18030");
    if (conversion == reinterpret_cast<iconv_t>(-1)) return nullptr;
    return std::make_unique<Decoder>(conversion);
  }

  explicit Decoder(std::optional<iconv_t> conversion) : conversion_{conversion} {}
  Decoder(const Decoder&) = delete;
  Decoder& operator=(const Decoder&) = delete;
  ~Decoder() {
    if (conversion_) iconv_close(*conversion_);
  }

  // Nothing if a byte is not of the encoding.
  std::optional<std::string> exact(std::string&& text) {
    std::string out;
    if (!conversion_) return is_plain_utf8(text) ? std::optional{std::move(text)} : std::nullopt;
    if (convert(text, out) != text.size()) return std::nullopt;
    return out;
  }

  // Each byte that is not of the encoding becomes U+FFFD.
  std::string lenient(std::string_view text) {
    std::string out;
    while (!text.empty()) {
      const std::size_t good = conversion_ ? convert(text, out) : copy(text, out);
      text.remove_prefix(good);
      if (text.empty()) break;
      out += replacement;
      text.remove_prefix(1);
    }
    return out;
  }

 private:
  // Both append the decoded front of `text` and return the size of that front.
  static std::size_t copy(std::string_view text, std::string& out) {
    std::size_t at = 0;
    while (at < text.size()) {
      const std::size_t size = whole_utf8(text.substr(at));
      if (size == 0) break;
      at += size;
    }
    out += text.substr(0, at);
    return at;
  }

  std::size_t convert(std::string_view text, std::string& out) {
    iconv(*conversion_, nullptr, nullptr, nullptr, nullptr);
    // Two bytes become three at most, and a call stops where the block below is full.
    std::array<char, 4096> block{};
    char* in = const_cast<char*>(text.data());  // iconv takes it non-const and does not write to it.
    std::size_t left = text.size();
    for (;;) {
      char* to = block.data();
      std::size_t room = block.size();
      const std::size_t result = iconv(*conversion_, &in, &left, &to, &room);
      out.append(block.data(), block.size() - room);
      if (result != static_cast<std::size_t>(-1) || errno != E2BIG) return text.size() - left;
    }
  }

  const std::optional<iconv_t> conversion_;
};

std::optional<std::string> CsvReader::decoded(std::string text, Encoding encoding) {
  REDRESS_ASSERT(encoding != Encoding::detect);
  const auto decoder = Decoder::make(encoding);
  return decoder ? decoder->exact(std::move(text)) : std::nullopt;
}

CsvReader::CsvReader(std::unique_ptr<std::istream> from, Encoding encoding, std::unique_ptr<Decoder> decoder)
    : from_{std::move(from)}, encoding_{encoding}, decoder_{std::move(decoder)} {}

CsvReader::~CsvReader() = default;

Result<std::unique_ptr<CsvReader>> CsvReader::open(const std::string& path, Encoding encoding) {
  auto file = std::make_unique<std::ifstream>(path, std::ios::binary);
  if (!*file) return fail(Code::io, "open table: cannot be opened", path);
  auto reader = over(std::move(file), encoding);
  if (!reader) return fail(reader.error().code, reader.error().what, path);
  return reader;
}

Result<std::unique_ptr<CsvReader>> CsvReader::over(std::unique_ptr<std::istream> from, Encoding encoding) {
  const auto [mark, mark_bytes] = mark_of(*from);
  if (from->bad()) return fail(Code::io, "open table: cannot be read");
  if (mark && encoding != Encoding::detect && *mark != encoding) {
    return fail(Code::malformed, "open table: its byte order mark is of another encoding than the one given");
  }
  if (mark) encoding = *mark;
  if (encoding == Encoding::detect) {
    from->clear();
    from->seekg(0);
    const auto seen = detect(*from);
    if (!seen) return fail(Code::io, "open table: cannot be read");
    encoding = *seen;
  }
  from->clear();
  from->seekg(static_cast<std::istream::off_type>(mark_bytes));
  if (!*from) return fail(Code::io, "open table: cannot be read twice");
  auto decoder = Decoder::make(encoding);
  if (!decoder) return fail(Code::io, "open table: this system has no GB18030 conversion");
  return std::unique_ptr<CsvReader>{new CsvReader{std::move(from), encoding, std::move(decoder)}};
}

// Makes sure that a whole window, or all that is left, lies in the buffer. False if the stream fails.
bool CsvReader::fill() {
  if (eof_ || rest().size() >= window_bytes) return !from_->bad();
  buffer_.erase(0, pos_);
  pos_ = 0;
  std::array<char, chunk_bytes> chunk{};
  while (!eof_ && buffer_.size() < 2 * window_bytes) {
    from_->read(chunk.data(), chunk.size());
    if (from_->bad()) return false;
    buffer_.append(chunk.data(), static_cast<std::size_t>(from_->gcount()));
    eof_ = from_->eof();
  }
  return true;
}

void CsvReader::take(std::size_t size) {
  const std::string_view taken = rest().substr(0, size);
  line_ += static_cast<std::size_t>(std::count(taken.begin(), taken.end(), '\n'));
  pos_ += size;
}

bool CsvReader::is_row(std::string_view line) const {
  if (width_ < 2) return false;
  const Scanned scanned = Scanner{line}.run();
  return !scanned.fault && scanned.cells.size() == width_;
}

// Where, after its first line, reading can go on inside a broken record; npos if nowhere. `whole`: its last line is.
std::size_t CsvReader::resume_offset(std::string_view record, bool whole) const {
  std::size_t at = record.find('\n');
  while (at != npos && at + 1 < record.size()) {
    const std::size_t start = at + 1;
    at = record.find('\n', start);
    if (at == npos && !whole) return npos;
    if (is_row(record.substr(start, at == npos ? npos : at + 1 - start))) return start;
  }
  return npos;
}

void CsvReader::skip_lines(bool until_row, bool mid_line) {
  while (fill() && !rest().empty()) {
    const std::size_t lf = rest().find('\n');
    const std::string_view line = rest().substr(0, lf == npos ? npos : lf + 1);
    const bool whole = lf != npos || eof_;
    if (!mid_line && whole && (!until_row || is_row(line))) return;
    mid_line = lf == npos;
    take(line.size());
  }
}

// As CsvReject says; what is broken may be as long as the window, which is longer.
std::string CsvReader::raw_of(std::string_view record) const {
  return decoder_->lenient(record.substr(0, csv_record_bytes_max));
}

CsvRecord CsvReader::oversize(std::string_view window, bool in_quotes) {
  const std::size_t line = line_;
  std::string raw = raw_of(window);
  // The last line of the window is cut, so it is looked at again from its start.
  const std::size_t last = in_quotes ? window.rfind('\n') : npos;
  take(last == npos ? window.size() : last + 1);
  skip_lines(in_quotes, last == npos);
  return reject(line, 0, Fault::record_size, std::move(raw));
}

CsvRecord CsvReader::checked(std::vector<std::string> cells, std::string_view record) {
  const auto rejected = [&](std::size_t column, Fault fault) { return reject(line_, column, fault, raw_of(record)); };
  if (width_ != 0 && cells.size() != width_) {
    CsvReject out = rejected(std::min(cells.size(), width_) + 1, Fault::width);
    const std::string numbers = " columns=" + std::to_string(cells.size()) + " wanted=" + std::to_string(width_);
    out.reason += numbers;
    out.reason_zh += numbers;
    return out;
  }
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (cells[i].find('\0') != npos) return rejected(i + 1, Fault::nul);
    auto text = decoder_->exact(std::move(cells[i]));
    if (!text) return rejected(i + 1, Fault::encoding);
    if (text->size() > limits::text_bytes_max) return rejected(i + 1, Fault::cell_size);
    cells[i] = std::move(*text);
  }
  return CsvRow{line_, std::move(cells)};
}

Result<CsvRecord> CsvReader::next() {
  if (!fill()) return fail(Code::io, "read table: the file cannot be read line=" + std::to_string(line_));
  const std::string_view window = rest().substr(0, window_bytes);
  if (window.empty()) return CsvRecord{CsvEnd{}};
  Scanned scanned = Scanner{window}.run();
  const bool whole = scanned.ended || (eof_ && window.size() == rest().size());
  if (whole && !scanned.fault && scanned.size <= csv_record_bytes_max) {
    CsvRecord out = checked(std::move(scanned.cells), window.substr(0, scanned.size));
    take(scanned.size);
    return out;
  }
  std::string_view broken = window.substr(0, scanned.size);
  const std::size_t resume = scanned.fault ? resume_offset(broken, whole) : npos;
  if (!whole && resume == npos) return oversize(window, scanned.in_quotes);
  broken = broken.substr(0, resume);
  CsvRecord out = reject(line_, scanned.column, scanned.fault.value_or(Fault::record_size), raw_of(broken));
  take(broken.size());
  return out;
}

std::string csv_line(std::span<const std::string> cells) {
  std::string out;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (i != 0) out += ',';
    if (cells[i].find_first_of(",\"\r\n") == npos) {
      out += cells[i];
      continue;
    }
    out += '"';
    for (const char c : cells[i]) out.append(c == '"' ? 2 : 1, c);
    out += '"';
  }
  return out + "\r\n";
}

Result<std::string> encoded(std::string utf8, Encoding encoding) {
  REDRESS_ASSERT(encoding != Encoding::detect);
  if (encoding == Encoding::utf8) return utf8;
  const iconv_t conversion = iconv_open("GB18030", "UTF-8");
  if (conversion == reinterpret_cast<iconv_t>(-1)) return fail(Code::io, "this system knows no GB18030", "encoding");
  // Three bytes become four at most.
  std::string out(utf8.size() * 2, '\0');
  char* in = utf8.data();
  std::size_t left = utf8.size();
  char* to = out.data();
  std::size_t room = out.size();
  const bool done = iconv(conversion, &in, &left, &to, &room) != static_cast<std::size_t>(-1);
  iconv_close(conversion);
  if (!done) return fail(Code::malformed, "write GB18030: not UTF-8 at=" + std::to_string(utf8.size() - left));
  out.resize(out.size() - room);
  return out;
}

}  // namespace redress::tool
