// Text from a terminal, and text onto one: what people type becomes UTF-8, and what is shown cannot give the terminal
// orders or pass for a line of the tool's own.
//
// Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace redress::tool {

// Of a locale's name: the language that it says, "zh" or "en"; empty: none that is spoken here ("C", "POSIX", "").
[[nodiscard]] std::string_view language_in(std::string_view locale);
// "zh_CN.GB18030", "zh_CN.gbk", "zh_CN": a terminal that writes Chinese in GB18030, or in a part of it.
[[nodiscard]] bool writes_gb18030(std::string_view locale);

// What was typed, as UTF-8; nothing if it is not, nor GB18030 where `gb18030` says that this is to be expected. There a
// text that could be both is UTF-8 only with a Chinese character in it: short words of GB18030 are often two-byte
// characters of UTF-8 by chance.
[[nodiscard]] std::optional<std::string> utf8_of(std::string typed, bool gb18030);

// On one line: controls, line ends and marks that turn the direction of writing become U+FFFD, a tab a blank, each byte
// that is not UTF-8 U+FFFD.
[[nodiscard]] std::string one_line(std::string_view text);
// The same on as many lines as it has, `indent` in front of each but the first.
[[nodiscard]] std::string lines_of(std::string_view text, const std::string& indent);
// one_line() would change it.
[[nodiscard]] bool has_controls(std::string_view text);

}  // namespace redress::tool
