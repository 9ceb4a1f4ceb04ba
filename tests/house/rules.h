// The rules of the house that a compiler does not know: arrows between rooms, banned words, sizes, registration.
//
// Pure functions of file contents, so that each rule is shown to fail on a planted file (house_test.cc) before
// it is trusted on the tree. A finding says what to do instead.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tests/house/source.h"

namespace redress::house {

struct Finding {
  std::string path;
  int line = 0;  // 0: the file as a whole
  std::string what;
};
using Findings = std::vector<Finding>;

// One "path:line: what" a line; empty when there is nothing to say.
std::string to_text(const Findings& findings);

// The folders with product code. Rules about product code leave other files alone.
const std::vector<std::string_view>& product_folders();

// Arrows: a room includes only from the rooms it may use, a third-party header only where it belongs, own headers
// by their path from the root.
Findings check_includes(const Source& file);

// Words that the house does not use, in code, comments or literals.
Findings check_words(const Source& file);

// Names of files and folders that say nothing.
Findings check_name(std::string_view path);

// Paths of one machine, in any text file.
Findings check_machine_paths(const TextFile& file);

// Files over 800 lines; functions of product code over 70, data tables inside them not counted.
Findings check_sizes(const Source& file);

// Names of event kinds as literals, in rooms that must not tell one kind from another.
Findings check_event_kinds(const Source& file);

// Test files that no tests.cmake names. `registers`: the texts of all tests.cmake files.
Findings check_registered(const std::vector<std::string>& test_paths, const std::vector<std::string>& registers);

}  // namespace redress::house
