#include "protocol/base/assert.h"

#include <cstdio>
#include <cstdlib>

namespace redress {

void assert_failed(const char* condition, const char* file, int line) noexcept {
  std::fprintf(stderr, "assertion failed: %s (%s:%d)\n", condition, file, line);
  std::abort();
}

}  // namespace redress
