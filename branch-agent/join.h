// Joining: the agent shows its own new keys with the one-time key, and keeps what head office writes back (D32).
//
// Blocks until it is enrolled, refused for good, or told to stop; before the loop, on main's thread. The keys are in
// the keystore before anything is sent, so a lost answer is asked for again with the same keys.
#pragma once

#include "crypto/random.h"
#include "ops/shell/home.h"
#include "ops/shell/log.h"
#include "ops/shell/process.h"
#include "ops/shell/zmq_socket.h"

namespace redress::agent {

// Requires: home.keys has an invite and no enrolment. On success the keystore on disk and in `home` has the enrolment.
// Fails with the gateway's refusal, invite_expired, draining if told to stop, or what the keystore says.
[[nodiscard]] Status join(shell::Home& home, shell::LinkContext& context, shell::StopSignal& stop, Random& random,
                          shell::Log& log);

}  // namespace redress::agent
