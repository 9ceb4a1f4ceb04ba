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
    Mutant{13, "P1", "who appends is told before it is on the disk"},
    Mutant{14, "P1", "a commit of unknown fate is answered as not saved"},
    Mutant{21, "P2", "what is lost at the end of a talk is never sent again"},
    Mutant{22, "P2", "a branch does not notice that its line is dead"},
    Mutant{23, "P2", "nobody gains standing in a case"},
    Mutant{24, "P2", "the sender is edge-triggered: a backlog waits for a new entry"},
    Mutant{25, "P2", "other bytes are sent than were stored"},
    Mutant{26, "P2", "frames of another session are obeyed"},
    Mutant{32, "P3", "an entry at a held place is taken for a duplicate without comparing"},
    Mutant{34, "P3", "a command sent again acts again"},
    Mutant{35, "P3", "a command is forgotten when its entry is placed again or comes back"},
    Mutant{36, "P3", "two entries of one instant are taken for one"},
    Mutant{37, "P3", "a case's number is its id"},
    Mutant{41, "P4", "entries after a hole are judged as if there were none"},
    Mutant{51, "P5", "the order of cause does not count in the fold"},
    Mutant{52, "P5", "the author's clock decides the order"},
    Mutant{54, "P5", "an entry that is placed twice counts twice"},
    Mutant{55, "P5", "the place decides a tie"},
    Mutant{56, "P6", "of an answer and another that did not know it the last in the order holds, whoever gave it"},
    Mutant{57, "P6", "an author may claim to know less than it has signed for"},
    Mutant{61, "P6", "acts beyond their author's authority take effect"},
    Mutant{62, "P6", "a journal takes another site's entries"},
    Mutant{63, "P6", "a branch may speak for another site"},
    Mutant{64, "P6", "authority is judged on what came before, not on what the author knew"},
    Mutant{65, "P6", "what an author claims to have seen is not checked"},
    Mutant{66, "P6", "a case is opened by who comes first, whoever's it is"},
    Mutant{67, "P6", "an author may claim to know less than before"},
    Mutant{68, "P6", "who asked decides it"},
    Mutant{69, "P6", "what must come before is not asked for"},
    Mutant{60, "P6", "who is complained of goes on acting"},
    Mutant{71, "P7", "a checkpoint that nobody signed is taken"},
    Mutant{72, "P7", "a body that its header does not name is taken"},
    Mutant{73, "P3", "an identity does not bind its author"},
    Mutant{74, "P7", "what comes for a damaged entry is not compared"},
    Mutant{81, "P8", "a fork is not noticed"},
    Mutant{82, "P8", "an old image is not noticed"},
    Mutant{83, "P8", "the link token is not compared"},
    Mutant{84, "P8", "a site does not get back what it wrote"},
    Mutant{85, "P8", "an entry that is placed again gets another identity"},
    Mutant{86, "P8", "a fork is believed that nobody can show"},
    Mutant{91, "P9", "what head office lost is not returned"},
    Mutant{92, "P9", "the rest of the parent's feed is skipped at a new epoch"},
    Mutant{93, "P9", "head office believes that it lost what nobody signed"},
    Mutant{94, "P9", "head office's own entries that come back do not count"},
    Mutant{95, "P9", "third parties' entries that come back do not count"},
    Mutant{96, "P9", "head office decides before every site was heard"},
    Mutant{97, "P9", "an act that comes back before its opening is left out"},
    Mutant{98, "P9", "what rests on a returned entry may come before it"},
    Mutant{99, "P9", "what comes back comes without its keys"},
    Mutant{101, "P10", "new entries fill the share kept for receipts and cursors"},
    Mutant{102, "P10", "the window is ignored"},
    Mutant{103, "P10", "no room stops the program"},
    Mutant{104, "P10", "a full store keeps evidence of every fork"},
    Mutant{105, "P10", "a damaged entry is given as often as it is asked for"},
    Mutant{111, "P11", "an entry that cannot be read hides the rest of its case"},
    Mutant{112, "P11", "a piece of work that fails takes the others along"},
    Mutant{113, "P11", "what follows a damaged entry waits for it"},
    Mutant{114, "P11", "what was passed over is told to nobody when it has come back"},
    Mutant{121, "P12", "an entry is fed to a site without standing"},
    Mutant{122, "P12", "a key is wrapped for another site"},
    Mutant{123, "P12", "a nonce is used again"},
    Mutant{124, "P12", "a key is taken under another name"},
    Mutant{125, "P12", "an internal entry is fed"},
    Mutant{126, "P12", "a damaged entry is given to whoever asks"},
    Mutant{131, "P13", "what is on its way counts as arrived"},
    Mutant{132, "P13", "without contact the lag is still sure"},
    Mutant{133, "P13", "when the other end was heard is read from the wall clock"},
    Mutant{141, "P14", "an older receipt replaces a newer one"},
    Mutant{142, "P14", "every start empties the lists"},
    Mutant{143, "P14", "the time of arrival is written over"},
};
// clang-format on

}  // namespace redress::guard
