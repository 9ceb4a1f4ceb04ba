// Text as a search sees it, and what is asked of it: the same for what was typed on a wide or a narrow keyboard, in
// capitals or not, with accents or without.
//
// Pure. What was typed is kept as it was typed; only the search folds it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/base/result.h"

namespace redress::store {

// One element a character, those beyond the BMP too.
using Folded = std::u32string;

// Compatibility forms (full and half width, ligatures, squared words, radicals, compatibility ideographs) and letters
// of either case become one (NFKD and case folding of Unicode 14); accents of letters and what has no width are left
// out; a run of white space is one space. Bytes that are not UTF-8 are left out.
[[nodiscard]] Folded fold_text(std::string_view utf8);
// Names the table that fold_text() goes by: what was kept by another one does not fit what is asked by this.
[[nodiscard]] std::uint64_t folds_digest();

// What is searched for: every term must stand in the entry, each in one field.
struct SearchQuery {
  std::vector<Folded> terms;
};

inline constexpr std::size_t query_bytes_max = 256;
inline constexpr std::size_t query_terms_max = 8;

// Terms are separated by white space; "double quotes" keep it inside. At least one term must be long enough to be found
// by an index: two characters, or three if all of them are ASCII. Fails with missing_field, too_large or bad_value,
// with the field "q".
[[nodiscard]] Result<SearchQuery> parse_query(std::string_view text);

// True if the index can look for this term.
[[nodiscard]] bool is_indexable(const Folded& term) noexcept;

}  // namespace redress::store
