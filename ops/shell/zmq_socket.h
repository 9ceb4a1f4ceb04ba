// The line between a branch and head office: ZeroMQ sockets that can only be opened with the safe options.
//
// Everything here belongs to one thread, the loop: made, used and destroyed there. LinkContext outlives every socket
// made from it; whoever watches a socket with a Poller keeps the socket alive until the next clear(). Nothing throws.
//
// A socket promises nothing about arrival: a frame that was taken may still be lost. Only a receipt from the other
// end's store advances anything. Every endpoint is "tcp://address:port", always under CURVE.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ops/shell/hoards.h"
#include "protocol/base/bytes.h"
#include "protocol/base/ids.h"
#include "protocol/base/result.h"

namespace zmq {
class message_t;
}

namespace redress::shell {

class Socket;

// A CURVE (X25519) key pair, raw.
struct CurvePair {
  PublicKey public_key;
  std::array<std::byte, 32> secret_key{};
};
// A pair that nobody knows, for self-tests and tests; sites get theirs from crypto. Fails with io.
[[nodiscard]] Result<CurvePair> make_stranger_pair();

// Where a CURVE server's questions about keys go (RFC 27), and the domain that they name.
inline constexpr std::string_view zap_endpoint = "inproc://zeromq.zap.01";
inline constexpr std::string_view zap_domain = "redress";

// The one I/O thread and what all sockets share. Destroyed after all of its sockets.
class LinkContext {
 public:
  // Fails with io.
  [[nodiscard]] static Result<std::unique_ptr<LinkContext>> open();
  LinkContext(const LinkContext&) = delete;
  LinkContext& operator=(const LinkContext&) = delete;
  ~LinkContext();

 private:
  friend class Socket;
  friend class Dealer;
  friend class Router;
  explicit LinkContext(void* context) noexcept : context_{context} {}
  [[nodiscard]] std::string next_monitor_endpoint();

  void* const context_;
  std::uint64_t monitors_made_ = 0;
};

enum class LinkChange {
  up,       // the CURVE handshake is done: the gateway holds its key and knows ours
  refused,  // the gateway answered that it does not take our key; the answer itself is not authenticated
  down,     // not connected: refused by TCP, timed out, cut, or a handshake that failed otherwise
};

// A branch's end: one connection, tried once. When it is lost, open another: back-off and jitter are the session's.
class Dealer {
 public:
  // Begins to connect and returns at once. Fails with bad_config if the endpoint is not a tcp one, else with io.
  [[nodiscard]] static Result<std::unique_ptr<Dealer>> open(LinkContext& context, const std::string& endpoint,
                                                            const CurvePair& own, const PublicKey& gateway);
  Dealer(const Dealer&) = delete;
  Dealer& operator=(const Dealer&) = delete;
  ~Dealer();

  // Takes one frame. False: not taken, because the link is not up or 64 frames wait.
  // Requires: frame.size() <= limits::frame_bytes_max.
  [[nodiscard]] bool send(ByteView frame);
  // The next frame; nothing if none is pending or `up` was not taken yet. A message of several parts is dropped and
  // counted.
  [[nodiscard]] std::optional<Bytes> receive();
  // The next change, in order: at most one `up`, then at most one `refused` or `down`, after which this end is spent.
  // A host name that cannot be resolved brings no change: the caller keeps a deadline for `up`.
  [[nodiscard]] std::optional<LinkChange> link_change();
  [[nodiscard]] std::uint64_t dropped_count() const noexcept { return dropped_count_; }

 private:
  friend class Poller;
  Dealer(std::unique_ptr<Socket> socket, std::unique_ptr<Socket> monitor) noexcept;

  const std::unique_ptr<Socket> socket_;
  const std::unique_ptr<Socket> monitor_;
  std::uint64_t dropped_count_ = 0;
  enum class State { connecting, up, spent } state_ = State::connecting;  // as far as the caller was told
};

struct Received {
  Bytes from;           // names the connection, for the answer; made here, never by the peer
  std::string user_id;  // who it is: what the ZAP answer called the key of this connection; never empty
  Bytes frame;
};

// The gateway's end. Admits nobody unless a ZAP handler in the same context says so. A connection ends for good only
// when that handler's socket is looked at again: watch and answer it for as long as there are connections.
class Router {
 public:
  // Listens on the endpoint ("tcp://127.0.0.1:*" picks a port). Bind the ZAP handler first.
  // Fails with bad_config if the endpoint is not a tcp one, else with io.
  [[nodiscard]] static Result<std::unique_ptr<Router>> open(LinkContext& context, const std::string& endpoint,
                                                            const CurvePair& own);
  Router(const Router&) = delete;
  Router& operator=(const Router&) = delete;
  ~Router();  // The I/O thread lets go of the port and the connections a moment later.

  // Where it listens, with the port that was picked.
  [[nodiscard]] const std::string& endpoint() const noexcept { return endpoint_; }

  enum class Sent {
    yes,   // queued for a connection that is there; not: arrived
    full,  // 64 frames wait for this connection already
    gone,  // there is no such connection
  };
  // Never waits. Requires: frame.size() <= limits::frame_bytes_max.
  [[nodiscard]] Sent send(const Bytes& to, ByteView frame);
  // The next frame; nothing if none is pending. Dropped and counted: a message of several parts, one without a user
  // id, and one of a peer that chose its own routing id.
  [[nodiscard]] std::optional<Received> receive();
  [[nodiscard]] std::uint64_t dropped_count() const noexcept { return dropped_count_; }
  // Cuts the connections that have brought 32 MiB more than receive() gave: their message has no end. Call it a few
  // times a second while there are connections. Returns how many were cut.
  std::size_t cut_hoarders();
  [[nodiscard]] std::size_t connection_count() const noexcept { return hoards_.count(); }

 private:
  friend class Poller;
  Router(std::unique_ptr<Socket> socket, std::unique_ptr<Socket> monitor) noexcept;
  void note_connections();
  [[nodiscard]] bool take_rest(zmq::message_t& first);

  const std::unique_ptr<Socket> socket_;
  const std::unique_ptr<Socket> monitor_;
  Hoards hoards_;
  std::string endpoint_;
  std::uint64_t dropped_count_ = 0;
};

// The answering end of an in-process conversation; the asking end is inside libzmq (ZAP).
class Replier {
 public:
  static constexpr std::size_t parts_max = 16;

  // Binds "inproc://…" in this context. Fails with io, also if somebody else has bound the name.
  [[nodiscard]] static Result<std::unique_ptr<Replier>> open(LinkContext& context, std::string_view endpoint);
  Replier(const Replier&) = delete;
  Replier& operator=(const Replier&) = delete;
  ~Replier();

  // The parts of the next question, at most parts_max of them; nothing if none is pending.
  // Requires: the question before was answered.
  [[nodiscard]] std::optional<std::vector<Bytes>> receive();
  // Requires: a question was received and is not answered; parts is not empty.
  void answer(const std::vector<Bytes>& parts);

 private:
  friend class Poller;
  explicit Replier(std::unique_ptr<Socket> socket) noexcept;

  const std::unique_ptr<Socket> socket_;
  bool owes_answer_ = false;
};

// Waits for sockets and plain descriptors together. The set is small and made anew each turn: clear, watch…, wait.
class Poller {
 public:
  Poller();
  Poller(const Poller&) = delete;
  Poller& operator=(const Poller&) = delete;
  ~Poller();

  void clear() noexcept;
  void watch(const Dealer& dealer);  // its frames and its link changes
  void watch(const Router& router);
  void watch(const Replier& replier);
  void watch_descriptor(int descriptor);  // readable, hung up or in error

  // Returns when something watched has something to take, a signal came, or timeout_ms (-1: never) has passed; says
  // which plain descriptors are ready. Fails with io.
  [[nodiscard]] Result<std::vector<int>> wait(std::int64_t timeout_ms);

 private:
  void watch_socket(const Socket& socket);

  struct Set;
  const std::unique_ptr<Set> set_;
};

}  // namespace redress::shell
