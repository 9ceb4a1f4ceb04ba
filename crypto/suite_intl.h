// The suite `intl` of a journal: SHA-256 and Ed25519.
//
// One constant table of pure, thread-safe functions.
#pragma once

#include "protocol/journal/suite.h"

namespace redress::crypto {

// Suite 1. Lives as long as the program.
[[nodiscard]] const journal::Suite& intl();

}  // namespace redress::crypto
