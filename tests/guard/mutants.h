// The deliberate bugs that the shipped code carries for its tests, and the promise that each one breaks.
//
// One line each; tests.cmake makes a test of each line, guard_test.cc holds the table against the code and the README.
#pragma once

#include <array>
#include <string_view>

namespace redress::guard {

struct Mutant {
  int number;
  std::string_view promise;
  std::string_view what;
};

// clang-format off
inline constexpr std::array mutants{
    Mutant{11, "P1", "a failed commit is answered as saved"},
    Mutant{12, "P1", "a receipt is given for an entry that its case does not get"},
    Mutant{21, "P2", "what is lost at the end of a talk is never sent again"},
    Mutant{22, "P2", "a branch does not notice that its line is dead"},
    Mutant{23, "P2", "nobody gains standing in a case"},
    Mutant{32, "P3", "an entry at a held place is taken for a duplicate without comparing"},
    Mutant{34, "P3", "a command sent again acts again"},
    Mutant{41, "P4", "entries after a hole are judged as if there were none"},
    Mutant{51, "P5", "the order of cause does not count in the fold"},
    Mutant{52, "P5", "the author's clock decides the order"},
    Mutant{54, "P5", "an entry that is placed twice counts twice"},
    Mutant{61, "P6", "acts beyond their author's authority take effect"},
    Mutant{62, "P6", "a journal takes another site's entries"},
    Mutant{63, "P6", "a branch may speak for another site"},
    Mutant{101, "P10", "new entries fill the share kept for receipts and cursors"},
    Mutant{102, "P10", "the window is ignored"},
    Mutant{111, "P11", "an entry that cannot be read hides the rest of its case"},
    Mutant{112, "P11", "a piece of work that fails takes the others along"},
    Mutant{141, "P14", "an older receipt replaces a newer one"},
    Mutant{142, "P14", "every start empties the lists"},
};
// clang-format on

}  // namespace redress::guard
