#include "store/search_text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>

#include "crypto/digest.h"
#include "store/search_folds.h"

namespace redress::store {
namespace {

constexpr char32_t ascii_end = 0x80;
constexpr char32_t none = 0xFFFF'FFFF;
constexpr std::size_t wide_term_min = 2;
constexpr std::size_t narrow_term_min = 3;

// A line of the table: a character, "first-last" all alike or shifted alike, "first/last" every other one; then what
// each becomes, the first of a row given, or nothing.
struct FoldRow {
  char32_t first = 0;
  char32_t last = 0;
  char32_t step = 1;
  std::u32string to;
};

char32_t hex_at(std::string_view& line) {
  std::uint32_t value = 0;
  const auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), value, 16);
  line.remove_prefix(static_cast<std::size_t>(end - line.data()));
  return error == std::errc{} ? char32_t{value} : none;
}

FoldRow row_of(std::string_view line) {
  FoldRow row;
  row.first = hex_at(line);
  row.last = row.first;
  if (!line.empty() && line.front() != ' ') {
    row.step = line.front() == '/' ? 2 : 1;
    line.remove_prefix(1);
    row.last = hex_at(line);
  }
  while (!line.empty()) {
    line.remove_prefix(1);
    row.to.push_back(hex_at(line));
  }
  return row;
}

class FoldTable {
 public:
  FoldTable() {
    std::string_view rest = search_folds;
    while (!rest.empty()) {
      const std::string_view line = rest.substr(0, rest.find('\n'));
      rest.remove_prefix(std::min(rest.size(), line.size() + 1));
      if (line.empty()) continue;
      rows_.push_back(row_of(line));
      for (char32_t page = rows_.back().first >> 8; page <= rows_.back().last >> 8; ++page) pages_[page] = true;
    }
  }
  void append(char32_t c, Folded& out) const {
    const FoldRow* row = pages_[c >> 8] ? find(c) : nullptr;
    if (row == nullptr) return put(c, out);
    if (row->to.size() == 1) return put(row->to.front() + (c - row->first), out);
    for (const char32_t one : row->to) put(one, out);
  }

 private:
  [[nodiscard]] const FoldRow* find(char32_t c) const {
    auto it = std::upper_bound(rows_.begin(), rows_.end(), c,
                               [](char32_t value, const FoldRow& row) { return value < row.first; });
    // Rows of every other character hold others between them: the nearest that covers it is at most two back.
    for (int back = 0; back < 2 && it != rows_.begin(); ++back) {
      --it;
      if (c <= it->last && (c - it->first) % it->step == 0) return &*it;
    }
    return nullptr;
  }
  static void put(char32_t c, Folded& out) {
    if (c == U' ' && (out.empty() || out.back() == U' ')) return;
    out.push_back(c);
  }

  std::vector<FoldRow> rows_;
  std::array<bool, 0x1100> pages_{};
};

// The character at `at`, which moves behind it; `none` for a byte that begins none.
char32_t take_character(std::string_view text, std::size_t& at) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(at++);
  if (lead < ascii_end) return lead;
  const std::size_t more = lead >= 0xF0 && lead < 0xF5   ? 3
                           : lead >= 0xE0 && lead < 0xF0 ? 2
                           : lead >= 0xC2 && lead < 0xE0 ? 1
                                                         : 0;
  if (more == 0 || at + more > text.size()) return none;
  char32_t c = lead & (0x3FU >> more);
  for (std::size_t i = 0; i < more; ++i) {
    if ((byte(at + i) & 0xC0U) != 0x80) return none;
    c = c << 6 | (byte(at + i) & 0x3FU);
  }
  at += more;
  return c < 0x11'0000 ? c : none;
}

bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

}  // namespace

Folded fold_text(std::string_view utf8) {
  static const FoldTable table;
  Folded out;
  out.reserve(utf8.size());
  for (std::size_t at = 0; at < utf8.size();) {
    const char c = utf8[at];
    if (static_cast<unsigned char>(c) < ascii_end) {
      ++at;
      if (is_space(c)) {
        if (!out.empty() && out.back() != U' ') out.push_back(U' ');
      } else {
        out.push_back(static_cast<char32_t>(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c));
      }
      continue;
    }
    if (const char32_t wide = take_character(utf8, at); wide != none) table.append(wide, out);
  }
  if (!out.empty() && out.back() == U' ') out.pop_back();
  return out;
}

std::uint64_t folds_digest() {
  static const std::uint64_t digest = Reader{crypto::sha256(view_of(search_folds)).bytes}.u64();
  return digest;
}

bool is_indexable(const Folded& term) noexcept {
  const bool narrow = std::all_of(term.begin(), term.end(), [](char32_t c) { return c < ascii_end; });
  return term.size() >= (narrow ? narrow_term_min : wide_term_min);
}

Result<SearchQuery> parse_query(std::string_view text) {
  if (text.empty()) return fail(Code::missing_field, "what to search for (请输入要查找的内容)", "q");
  if (text.size() > query_bytes_max) return fail(Code::too_large, "over 256 bytes (超过 256 字节)", "q");
  SearchQuery query;
  Folded term;
  const auto finish = [&] {
    while (!term.empty() && term.front() == U' ') term.erase(term.begin());
    while (!term.empty() && term.back() == U' ') term.pop_back();
    if (!term.empty()) query.terms.push_back(std::move(term));
    term.clear();
  };
  bool quoted = false;
  for (const char32_t c : fold_text(text)) {
    if (c == U'"') {
      finish();
      quoted = !quoted;
    } else if (c == U' ' && !quoted) {
      finish();
    } else {
      term.push_back(c);
    }
  }
  finish();
  if (query.terms.size() > query_terms_max) return fail(Code::too_large, "more than 8 words (超过 8 个词)", "q");
  if (std::none_of(query.terms.begin(), query.terms.end(), is_indexable))
    return fail(Code::bad_value, "two characters at least, or three letters or digits (至少两个汉字，或三个字母或数字)",
                "q");
  return query;
}

}  // namespace redress::store
