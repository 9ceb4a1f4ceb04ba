// What a reference does when a library refuses: it says so and ends.
#pragma once

#include <unistd.h>

#include <iostream>

namespace redress::reference {

inline void must(bool good, const char* act) {
  if (good) return;
  std::cerr << "reference: failed: " << act << std::endl;
  _exit(3);
}

}  // namespace redress::reference
