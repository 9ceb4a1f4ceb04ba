// Named places where a program that was built for tests may die (REDRESS_FAILPOINTS). In what ships they are nothing.
#pragma once

#if defined(REDRESS_FAILPOINTS)
#include <string_view>
namespace redress {
void failpoint(std::string_view name) noexcept;  // tests/rough/failpoint.cc
}
#define REDRESS_FAILPOINT(name) ::redress::failpoint(name)
#else
#define REDRESS_FAILPOINT(name) static_cast<void>(0)
#endif
