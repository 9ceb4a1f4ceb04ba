// A site's transport key as the sockets take it: an X25519 pair is a CURVE pair.
#pragma once

#include <algorithm>

#include "crypto/identity.h"
#include "ops/shell/zmq_socket.h"

namespace redress::shell {

[[nodiscard]] inline CurvePair curve_of(const crypto::KeyPair& pair) {
  CurvePair out;
  out.public_key = pair.public_key;
  const ByteView secret = pair.secret.view();
  std::copy(secret.begin(), secret.end(), out.secret_key.begin());
  return out;
}

}  // namespace redress::shell
