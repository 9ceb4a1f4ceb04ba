#include "protocol/base/mutant.h"

#if defined(REDRESS_MUTANTS)
namespace redress {

int& mutant_in_force() noexcept {
  static int number = 0;
  return number;
}

}  // namespace redress
#endif
