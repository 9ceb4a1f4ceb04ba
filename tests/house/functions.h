// Finds the functions of a file by counting braces, to see which are too long for a screen.
#pragma once

#include <string>
#include <vector>

#include "tests/house/source.h"

namespace redress::house {

struct Function {
  std::string head;    // what stands before the body, on one line
  int line = 0;        // of the head
  int line_count = 0;  // head to closing brace, data tables not counted
};

// In the order of the file. Rough, and meant so: it knows namespaces, classes, initialiser lists and tables, but no
// macros that hide braces.
std::vector<Function> functions_of(const Source& file);

}  // namespace redress::house
