// One C++ file of the tree, split into what is code, what is comment and what is text in quotes.
//
// A value. The rules of the house look at one layer each, so that a comment may say why something is banned
// and a test may quote it. Only as exact as these rules need: no preprocessing, no trigraphs.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace redress::house {

struct Source {
  std::string path;     // from the repository's root, with '/'
  std::string code;     // comments and the insides of literals are blanks; as long as the file, same lines
  std::string remarks;  // only the insides of comments; as long as the file, same lines
  std::vector<std::pair<int, std::string>> literals;  // line and inside of each string literal, escapes as written
  int line_count = 0;
};

// Splits `text`. Never fails: an unclosed comment or literal runs to the end.
Source split(std::string path, std::string_view text);

// The line, from 1, of `offset` in `text`.
int line_of(std::string_view text, std::size_t offset);

struct TextFile {
  std::string path;
  std::string text;
};

// Every file under `root`/`folder` whose name ends in one of `endings` ("" takes all), sorted by path.
// An absent folder has no files.
std::vector<TextFile> read_tree(const std::filesystem::path& root, std::string_view folder,
                                const std::vector<std::string_view>& endings);

}  // namespace redress::house
