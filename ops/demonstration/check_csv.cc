#include "ops/demonstration/check_csv.h"

#include <iconv.h>

#include <algorithm>
#include <charconv>
#include <fstream>
#include <iterator>
#include <optional>

#include "protocol/base/bytes.h"

namespace redress::demo {
namespace {

constexpr std::string_view utf8_mark = "\xEF\xBB\xBF";
constexpr std::string_view gb18030_mark = "\x84\x31\x95\x33";
constexpr std::string_view replacement = "\xEF\xBF\xBD";

// More whole characters beyond ASCII than bytes that are none: one damaged byte does not make it another text.
bool looks_like_utf8(std::string_view text) {
  std::size_t whole = 0;
  std::size_t broken = 0;
  for (std::size_t at = 0; at < text.size();) {
    const auto lead = static_cast<unsigned char>(text[at]);
    if (lead < 0x80) {
      ++at;
      continue;
    }
    const std::size_t size = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
    const bool good = at + size <= text.size() && is_plain_utf8(text.substr(at, size));
    ++(good ? whole : broken);
    at += good ? size : 1;
  }
  return broken == 0 || whole > broken;
}

Result<std::string> from_gb18030(std::string_view text) {
  const iconv_t to = iconv_open("UTF-8", "GB18030");
  if (to == reinterpret_cast<iconv_t>(-1)) return fail(Code::io, "this machine does not convert GB18030");
  std::string out;
  std::string buffer(64 * 1024, '\0');
  std::string copy{text};
  char* from = copy.data();
  std::size_t left = copy.size();
  while (left > 0) {
    char* into = buffer.data();
    std::size_t room = buffer.size();
    const bool stuck = iconv(to, &from, &left, &into, &room) == static_cast<std::size_t>(-1) && room == buffer.size();
    out.append(buffer.data(), buffer.size() - room);
    if (!stuck) continue;
    out += replacement;
    ++from;
    --left;
  }
  iconv_close(to);
  return out;
}

struct Taken {
  std::vector<std::string> cells;
  std::size_t size = 0;  // its line end included
};

// One record off the front; nothing if it breaks the format.
class Cutter {
 public:
  explicit Cutter(std::string_view text) : text_{text} {}

  std::optional<Taken> run() {
    do {
      if (!cell()) return std::nullopt;
    } while (take(","));
    if (at_ < text_.size() && !take("\n") && !take("\r\n")) return std::nullopt;
    taken_.size = at_;
    return std::move(taken_);
  }

 private:
  bool take(std::string_view what) {
    if (text_.substr(at_, what.size()) != what) return false;
    at_ += what.size();
    return true;
  }

  bool cell() {
    if (take("\"")) return quoted();
    std::string out;
    while (at_ < text_.size() && text_[at_] != ',' && text_[at_] != '\n' && text_.substr(at_, 2) != "\r\n") {
      if (text_[at_] == '"') return false;
      out += text_[at_++];
    }
    taken_.cells.push_back(std::move(out));
    return true;
  }

  bool quoted() {
    std::string out;
    while (at_ < text_.size()) {
      if (take("\"\"")) {
        out += '"';
      } else if (take("\"")) {
        taken_.cells.push_back(std::move(out));
        return true;
      } else {
        out += text_[at_++];
      }
    }
    return false;
  }

  const std::string_view text_;
  std::size_t at_ = 0;
  Taken taken_;
};

std::size_t lines_in(std::string_view text) {
  return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

// The text up to and with its `count`-th line end.
std::size_t size_of_lines(std::string_view text, std::size_t count) {
  std::size_t at = 0;
  for (; count > 0 && at < text.size(); --count) {
    const auto end = text.find('\n', at);
    at = end == std::string_view::npos ? text.size() : end + 1;
  }
  return at;
}

bool is_good(const std::optional<Taken>& taken, std::size_t width) {
  if (!taken || (width != 0 && taken->cells.size() != width)) return false;
  return std::all_of(taken->cells.begin(), taken->cells.end(),
                     [](const std::string& cell) { return is_plain_utf8(cell); });
}

}  // namespace

Result<std::string> read_file(const std::string& path) {
  std::ifstream file{path, std::ios::binary};
  std::string bytes{std::istreambuf_iterator<char>{file}, {}};
  if (!file) return fail(Code::io, "read file: path=" + path);
  return bytes;
}

Result<std::string> decoded(const std::string& bytes, const std::string& encoding) {
  const std::string_view text{bytes};
  if (text.starts_with(utf8_mark)) return std::string{text.substr(utf8_mark.size())};
  if (text.starts_with(gb18030_mark)) return from_gb18030(text.substr(gb18030_mark.size()));
  if (encoding == "utf-8" || (encoding != "gb18030" && looks_like_utf8(text))) return bytes;
  return from_gb18030(text);
}

Result<Table> read_table(std::string_view text, std::size_t header_rows, const Rejected& rejected) {
  Table table;
  std::size_t width = 0;
  std::size_t line = 1;
  while (!text.empty()) {
    const bool is_head = table.head.size() < header_rows;
    auto taken = Cutter{text}.run();
    const bool good = is_good(taken, is_head ? 0 : width);
    const auto refused = is_head ? rejected.end() : rejected.find(line);
    if (refused == rejected.end() && !good)
      return fail(Code::malformed, "a record breaks the format, and was not rejected: line=" + std::to_string(line));
    std::size_t size = good ? taken->size : 0;
    if (refused != rejected.end()) {
      ++table.rejected;
      // A whole record may have been refused for what it says; a broken one ends where the importer let it end.
      if (!good) size = size_of_lines(text, lines_in(refused->second) + (refused->second.ends_with('\n') ? 0 : 1));
    } else if (is_head) {
      width = taken->cells.size();
      table.head.push_back({line, std::move(taken->cells)});
    } else {
      if (width == 0) width = taken->cells.size();
      table.rows.push_back({line, std::move(taken->cells)});
    }
    line += lines_in(text.substr(0, size));
    text.remove_prefix(size);
  }
  return table;
}

Status read_rejects(const std::string& path, Rejected& to) {
  const auto bytes = read_file(path);
  if (!bytes) return fail(bytes.error());
  const auto text = decoded(*bytes, "utf-8");
  const auto table = text ? read_table(*text, 1, {}) : Result<Table>{fail(text.error())};
  if (!table) return fail(table.error().code, table.error().what + " path=" + path);
  for (const TableRow& row : table->rows) {
    std::size_t line = 0;
    const std::string& number = row.cells.front();
    std::from_chars(number.data(), number.data() + number.size(), line);
    if (row.cells.size() < 6 || line == 0) return fail(Code::malformed, "not a file of rejects: path=" + path);
    to[line] = row.cells[5];
  }
  return Done{};
}

}  // namespace redress::demo
