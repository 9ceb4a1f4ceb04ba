// Who may come in: answers libzmq's question about every CURVE key that knocks (ZAP, RFC 27), and the self-test that
// a stranger is refused.
//
// Owned by the loop's thread and answered from its turn, from memory only: while an answer is owed, all handshakes
// wait. Opened before the Router of the same context, outlives it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "ops/shell/zmq_socket.h"
#include "protocol/base/bytes.h"
#include "protocol/base/ids.h"
#include "protocol/base/result.h"

namespace redress::gateway {

// The user id of a key that may come in; nothing, or an empty text, for any other. Must not block.
using UserIdOf = std::function<std::optional<std::string>(const PublicKey&)>;

// The parts of the answer to one question of libzmq, each given as its parts: CURVE, our domain and a known key get 200
// and the user id; everything else 400; what is malformed 500.
[[nodiscard]] std::vector<Bytes> zap_answer(const std::vector<Bytes>& question, const UserIdOf& user_id_of);

class Zap {
 public:
  // Fails with io, also if this context has a handler already.
  [[nodiscard]] static Result<std::unique_ptr<Zap>> open(shell::LinkContext& context);
  Zap(const Zap&) = delete;
  Zap& operator=(const Zap&) = delete;

  // Answers what is asked at this moment, at most 256 questions, with zap_answer(), and returns how many.
  std::size_t answer_pending(const UserIdOf& user_id_of);

  // For the Poller.
  [[nodiscard]] const shell::Replier& door() const noexcept { return *door_; }
  [[nodiscard]] std::uint64_t accepted_count() const noexcept { return accepted_count_; }
  [[nodiscard]] std::uint64_t refused_count() const noexcept { return refused_count_; }

 private:
  explicit Zap(std::unique_ptr<shell::Replier> door) noexcept : door_{std::move(door)} {}

  const std::unique_ptr<shell::Replier> door_;
  std::uint64_t accepted_count_ = 0;
  std::uint64_t refused_count_ = 0;
};

// Connects to `endpoint` with a key that nobody knows and pumps `zap` here until the handshake has an end, at most 3 s.
// Done only if `zap` was asked about that key and the stranger was told that it is refused. Otherwise fails with
// forbidden (let in, or able to send) or unreachable (no verdict), and the gateway must not serve.
// Sites that knock meanwhile are answered as usual.
[[nodiscard]] Status refuse_strangers_check(shell::LinkContext& context, const std::string& endpoint,
                                            const PublicKey& gateway, Zap& zap, const UserIdOf& user_id_of);

}  // namespace redress::gateway
