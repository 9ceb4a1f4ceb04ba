// Free TCP ports of loopback, outside the range from which the system takes the ports of outgoing connections: a daemon
// that is killed finds its port free again.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "protocol/base/result.h"

namespace redress::demo {

// Fails with io if there are not so many. Another process may still take one before it is used.
[[nodiscard]] Result<std::vector<std::uint16_t>> free_ports(std::size_t count);

}  // namespace redress::demo
