// How contenders in processes of their own are told when to begin: a file that appears.
//
// Any thread.
#pragma once

#include <string>

#include "ops/measure/slices.h"
#include "protocol/base/result.h"

namespace redress::measure {

// Fails with io.
[[nodiscard]] Status write_go(const std::string& path, const Slices& slices);
// Waits for it, at most a minute. `turn` is whose slices are asked for. Fails with unreachable.
[[nodiscard]] Result<Slices> await_go(const std::string& path, std::size_t turn);

}  // namespace redress::measure
