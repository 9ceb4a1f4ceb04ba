#include "ops/tool/terminal.h"

#include <algorithm>
#include <array>

#include "ops/tool/csv.h"
#include "protocol/base/bytes.h"

namespace redress::tool {
namespace {

constexpr std::string_view replacement = "\xEF\xBF\xBD";

unsigned char byte_at(std::string_view text, std::size_t at) { return static_cast<unsigned char>(text[at]); }

// The size of the whole character at the front of `text`, which is not empty; 0 if there is none.
std::size_t whole_size(std::string_view text) {
  const unsigned char lead = byte_at(text, 0);
  if (lead < 0x80) return 1;
  const std::size_t size = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  return size <= text.size() && is_plain_utf8(text.substr(0, size)) ? size : 0;
}

// Of one whole character: C0, DEL, C1; U+2028 to U+202E and U+2066 to U+2069.
bool is_control(std::string_view one) {
  if (one.size() == 1) return byte_at(one, 0) < 0x20 || byte_at(one, 0) == 0x7F;
  if (one.size() == 2) return byte_at(one, 0) == 0xC2 && byte_at(one, 1) < 0xA0;
  if (one.size() != 3 || byte_at(one, 0) != 0xE2) return false;
  const unsigned char last = byte_at(one, 2);
  return (byte_at(one, 1) == 0x80 && last >= 0xA8 && last <= 0xAE) ||
         (byte_at(one, 1) == 0x81 && last >= 0xA6 && last <= 0xA9);
}

// `indent`: of further lines; null: there is one.
std::string made_safe(std::string_view text, const std::string* indent) {
  std::string out;
  while (!text.empty()) {
    const std::size_t size = whole_size(text);
    const std::string_view one = text.substr(0, std::max<std::size_t>(size, 1));
    text.remove_prefix(one.size());
    const bool before_line_end = indent != nullptr && one == "\r" && text.starts_with('\n');
    if (before_line_end) continue;
    if (indent != nullptr && one == "\n") {
      out += "\n" + *indent;
    } else if (one == "\t") {
      out += ' ';
    } else {
      out += size == 0 || is_control(one) ? replacement : one;
    }
  }
  return out;
}

// In UTF-8, Chinese begins with U+3000.
bool has_chinese(std::string_view utf8) {
  return std::any_of(utf8.begin(), utf8.end(), [](char c) { return static_cast<unsigned char>(c) >= 0xE3; });
}

bool is_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

}  // namespace

std::string_view language_in(std::string_view locale) {
  if (locale.empty() || locale == "C" || locale == "POSIX" || locale.starts_with("C.")) return {};
  return locale.starts_with("en") ? "en" : "zh";
}

bool writes_gb18030(std::string_view locale) {
  locale = locale.substr(0, locale.find('@'));
  const std::size_t dot = locale.find('.');
  // The C library takes these two without a charset for GB2312.
  if (dot == std::string_view::npos) return locale == "zh_CN" || locale == "zh_SG";
  std::string charset;
  for (const char c : locale.substr(dot + 1)) {
    if (c >= 'A' && c <= 'Z') charset += static_cast<char>(c - 'A' + 'a');
    if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) charset += c;
  }
  constexpr std::array<std::string_view, 5> known{"gb18030", "gbk", "gb2312", "euccn", "cp936"};
  return std::find(known.begin(), known.end(), charset) != known.end();
}

std::optional<std::string> utf8_of(std::string typed, bool gb18030) {
  const bool is_utf8 = is_plain_utf8(typed);
  if (is_utf8 && (!gb18030 || is_ascii(typed) || has_chinese(typed))) return typed;
  if (!gb18030) return std::nullopt;
  auto converted = CsvReader::decoded(typed, Encoding::gb18030);
  if (converted || !is_utf8) return converted;
  return typed;
}

std::string one_line(std::string_view text) { return made_safe(text, nullptr); }

std::string lines_of(std::string_view text, const std::string& indent) { return made_safe(text, &indent); }

bool has_controls(std::string_view text) { return one_line(text) != text; }

}  // namespace redress::tool
