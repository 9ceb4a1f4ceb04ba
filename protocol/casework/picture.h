// The life cycle as people read it: tables and a picture in Markdown, made from the table of kinds and nothing else.
//
// Pure. README.md of this folder holds the outcome; tests/trace compares and rewrites it.
#pragma once

#include <string>

#include "protocol/casework/kinds.h"

namespace redress::casework {

// One row a kind: number, name, in which state, who, what must have come before, what is asked of the person.
[[nodiscard]] std::string kinds_table(const Kinds& kinds);
// The main road and, a line each, what runs beside it.
[[nodiscard]] std::string life_cycle_picture(const Kinds& kinds);
// One row a rule that a denial can name, with the kinds that it guards.
[[nodiscard]] std::string rules_table(const Kinds& kinds);

}  // namespace redress::casework
