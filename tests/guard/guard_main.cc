// test_guard [--mutant N] [Catch's own arguments]: runs with the N-th deliberate bug in force.
#define CATCH_CONFIG_RUNNER
#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <string_view>

#include "protocol/base/mutant.h"
#include "tests/guard/mutants.h"

int main(int argc, char** argv) {
  int skip = 0;
  if (argc >= 3 && std::string_view{argv[1]} == "--mutant") {
    const int number = std::atoi(argv[2]);
    const auto& known = redress::guard::mutants;
    const bool listed =
        std::any_of(known.begin(), known.end(), [&](const auto& mutant) { return mutant.number == number; });
    if (!listed) return 3;
    redress::mutant_in_force() = number;
    skip = 2;
  }
  argv[skip] = argv[0];
  Catch::Session session;
  return session.run(argc - skip, argv + skip);
}
