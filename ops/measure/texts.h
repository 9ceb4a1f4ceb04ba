// What complainants wrote: the texts that every contender of a measurement carries, the same ones in the same order.
//
// Values. Made from the project's samples, or from a table given by the user; each differs from all others.
#pragma once

#include <string>
#include <vector>

#include "protocol/base/result.h"

namespace redress::measure {

using Texts = std::vector<std::string>;

inline constexpr std::size_t texts_min = 1000;
// Of a text, about; with the short fields beside it, a record has 1.5 KiB.
inline constexpr std::size_t text_bytes = 1440;

// `count` texts of the tree's samples, Chinese and English: the samples' sentences in ever new choices and orders, no
// sentence twice in a text, so that a text packs as a real one does. Fails with what the samples' readers say.
[[nodiscard]] Result<Texts> sample_texts(const std::string& tree, std::size_t count);

// The narratives of a table in the cfpb layout, joined and cut to the same size. Fails with bad_value if that makes
// fewer than texts_min different ones.
[[nodiscard]] Result<Texts> table_texts(const std::string& tree, const std::string& path);

// Keeps them for another process. Fail with io; read_texts with damaged as well.
[[nodiscard]] Status write_texts(const std::string& path, const Texts& texts);
[[nodiscard]] Result<Texts> read_texts(const std::string& path);

// The short fields that stand beside a text, the same everywhere: name and value.
[[nodiscard]] const std::vector<std::pair<std::string, std::string>>& short_fields();
// A text and the values beside it as plain bytes: what a reference carries.
[[nodiscard]] std::string plain_record(const std::string& text);

}  // namespace redress::measure
