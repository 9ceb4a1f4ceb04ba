// The live demonstration: a gateway and three branches, complaints coming in, dispositions going back, and a line that
// is cut and healed again and again, until it is told to stop.
//
// A function; one thread.
#pragma once

#include <ostream>
#include <string>

#include "ops/demonstration/processes.h"

namespace redress::demo {

struct LiveOptions {
  std::string programs;  // the folder of the programs
  std::string folder;    // for the homes; exists
  std::string tree;      // where ops/samples and ops/mappings are
  Surroundings around;
};

// Shows it on `to`: in place on a terminal, else a line every few seconds. Returns draining when told to stop, or what
// went wrong.
[[nodiscard]] Status show_live(const LiveOptions& options, std::ostream& to, bool is_terminal);

}  // namespace redress::demo
