// Numbered deliberate bugs. They exist only in programs built to test the tests (REDRESS_MUTANTS).
#pragma once

#if defined(REDRESS_MUTANTS)
namespace redress {
[[nodiscard]] int& mutant_in_force() noexcept;  // 0: none. Set once, before anything runs.
}
#define REDRESS_MUTANT(number) (::redress::mutant_in_force() == (number))
#else
#define REDRESS_MUTANT(number) false
#endif
