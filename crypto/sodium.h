// libsodium, which ZeroMQ brings along, for what it does more than twice as fast as OpenSSL 3.0: Ed25519.
//
// For this folder only.
#pragma once

#include <sodium.h>

#include "protocol/base/assert.h"

namespace redress::crypto {

// To be called before anything else of it, from any thread.
inline void start_sodium() {
  static const bool started = sodium_init() >= 0;
  REDRESS_ASSERT(started);
}

}  // namespace redress::crypto
