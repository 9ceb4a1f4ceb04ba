// The assertion for what *we* promise: arguments, states, relations of constants.
//
// Always on, in every build. Never used on anything a peer, a file, a person or a configuration says:
// that is answered with a Result.
#pragma once

namespace redress {

// Writes one line to standard error and aborts.
[[noreturn]] void assert_failed(const char* condition, const char* file, int line) noexcept;

}  // namespace redress

#define REDRESS_ASSERT(condition) \
  ((condition) ? static_cast<void>(0) : ::redress::assert_failed(#condition, __FILE__, __LINE__))
