#include "ops/shell/zmq_socket.h"

#include <cerrno>
#include <charconv>
#include <cstring>
#include <utility>
#include <zmq.hpp>

#include "protocol/base/limits.h"

namespace redress::shell {
namespace {

constexpr int max_sockets = 16384;  // A dealer takes three; load tests hold thousands in one process.
constexpr int frames_waiting_max = 64;
constexpr int handshake_ms_max = 5000;
constexpr int connect_ms_max = 5000;
constexpr int listen_backlog = 1024;
constexpr int drops_per_receive_max = 64;  // A peer that sends rubbish must not hold the loop inside one receive().

// A CURVE MESSAGE command is longer than the frame inside it: command name 8, nonce 8, tag 16, flags 1. The limit of
// the socket counts the command.
constexpr std::size_t curve_overhead_bytes = 33;
constexpr std::size_t framing_bytes_max = curve_overhead_bytes + 9;
constexpr std::uint64_t hoard_bytes_max = 8 * limits::window_bytes_max;  // more than any branch has under way
constexpr auto wire_bytes_max = static_cast<std::int64_t>(limits::frame_bytes_max + curve_overhead_bytes);

// ZMQ_ZAP_ENFORCE_DOMAIN: zmq.h names it only in draft builds, the library has it in all. Without it a CURVE server
// whose ZAP handler is missing admits everybody.
constexpr int zap_enforce_domain = 93;

// A routing id that ROUTER makes itself: a zero byte and a counter of four.
constexpr std::size_t made_routing_id_bytes = 5;

Unexpected<Error> zmq_failure(const std::string& act, int number) {
  const bool is_endpoint_bad = number == EINVAL || number == EPROTONOSUPPORT;
  return fail(is_endpoint_bad ? Code::bad_config : Code::io, act + ": " + zmq_strerror(number));
}

// The port of "tcp://address:port", where "*" is 0; nothing if it is another thing. Looked at here, because libzmq
// takes a port modulo 65536, and because inproc has no security mechanism at all, whatever the options say.
std::optional<std::uint16_t> port_of(std::string_view endpoint) {
  constexpr std::string_view scheme = "tcp://";
  const auto colon = endpoint.rfind(':');
  if (!endpoint.starts_with(scheme) || colon <= scheme.size()) return std::nullopt;
  const auto text = endpoint.substr(colon + 1);
  if (text == "*") return std::uint16_t{0};
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return port;
}

Unexpected<Error> endpoint_failure() {
  return fail(Code::bad_config, "open link socket: endpoint is not tcp://address:port", "endpoint");
}

}  // namespace

// One libzmq socket. Only this file knows it.
class Socket {
 public:
  static Result<std::unique_ptr<Socket>> open(LinkContext& context, int type) {
    void* const handle = zmq_socket(context.context_, type);
    if (handle == nullptr) return zmq_failure("open socket", zmq_errno());
    std::unique_ptr<Socket> socket{new Socket{handle}};
    if (const auto set = socket->set(ZMQ_LINGER, 0); !set) return fail(set.error());
    return socket;
  }
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;
  ~Socket() { zmq_close(handle_); }

  Status set(int option, int value) { return set_raw(option, &value, sizeof value); }
  Status set(int option, std::int64_t value) { return set_raw(option, &value, sizeof value); }
  Status set(int option, ByteView value) { return set_raw(option, value.data(), value.size()); }

  // What both ends of the line have in common.
  Status set_line_options() {
    const std::pair<int, int> options[] = {
        {ZMQ_SNDHWM, frames_waiting_max}, {ZMQ_RCVHWM, frames_waiting_max}, {ZMQ_HANDSHAKE_IVL, handshake_ms_max},
        {ZMQ_TCP_KEEPALIVE, 1},           {ZMQ_HEARTBEAT_IVL, 0},
    };
    for (const auto& [option, value] : options) {
      if (const auto done = set(option, value); !done) return done;
    }
    // Counts before the handshake too: else strangers fill the memory.
    return set(ZMQ_MAXMSGSIZE, wire_bytes_max);
  }

  // Never waits. False: errno says why.
  bool send_part(ByteView part, int flags) {
    return zmq_send(handle_, part.data(), part.size(), flags | ZMQ_DONTWAIT) >= 0;
  }
  // Never waits. False: nothing pending.
  bool receive_part(zmq::message_t& part) { return zmq_msg_recv(part.handle(), handle_, ZMQ_DONTWAIT) >= 0; }
  // Takes what is left of a message whose last part read was `last`; says how many parts that was.
  std::size_t skip_rest(const zmq::message_t& last) {
    std::size_t skipped = 0;
    bool has_more = last.more();
    zmq::message_t part;
    for (; has_more && receive_part(part); ++skipped) has_more = part.more();
    return skipped;
  }
  // libzmq looks at what the I/O thread reports only now and then when sending: a connection that just came up or made
  // room is seen at once only after this.
  void catch_up() {
    int events = 0;
    std::size_t size = sizeof events;
    zmq_getsockopt(handle_, ZMQ_EVENTS, &events, &size);
  }
  [[nodiscard]] void* handle() const noexcept { return handle_; }

 private:
  explicit Socket(void* handle) noexcept : handle_{handle} {}
  Status set_raw(int option, const void* value, std::size_t size) {
    if (zmq_setsockopt(handle_, option, value, size) != 0) {
      return fail(Code::io, "set socket option: option=" + std::to_string(option) + ": " + zmq_strerror(zmq_errno()));
    }
    return Done{};
  }

  void* const handle_;
};

namespace {

Bytes bytes_of(const zmq::message_t& part) {
  const auto* const first = part.data<const std::byte>();
  return {first, first + part.size()};
}

Status set_client_options(Socket& socket, const CurvePair& own, const PublicKey& gateway) {
  if (auto done = socket.set_line_options(); !done) return done;
  if (auto done = socket.set(ZMQ_IMMEDIATE, 1); !done) return done;  // Else frames are taken with nobody there.
  if (auto done = socket.set(ZMQ_RECONNECT_IVL, -1); !done) return done;
  if (auto done = socket.set(ZMQ_CONNECT_TIMEOUT, connect_ms_max); !done) return done;
  if (auto done = socket.set(ZMQ_CURVE_SERVERKEY, view_of(gateway)); !done) return done;
  if (auto done = socket.set(ZMQ_CURVE_PUBLICKEY, view_of(own.public_key)); !done) return done;
  return socket.set(ZMQ_CURVE_SECRETKEY, ByteView{own.secret_key});
}

Status set_server_options(Socket& socket, const CurvePair& own) {
  if (auto done = socket.set_line_options(); !done) return done;
  if (auto done = socket.set(ZMQ_ROUTER_MANDATORY, 1); !done) return done;  // Else sends to nobody succeed.
  if (auto done = socket.set(ZMQ_ROUTER_HANDOVER, 0); !done) return done;
  if (auto done = socket.set(ZMQ_BACKLOG, listen_backlog); !done) return done;
  if (auto done = socket.set(ZMQ_CURVE_SERVER, 1); !done) return done;
  if (auto done = socket.set(ZMQ_CURVE_SECRETKEY, ByteView{own.secret_key}); !done) return done;
  if (auto done = socket.set(ZMQ_ZAP_DOMAIN, view_of(zap_domain)); !done) return done;
  return socket.set(zap_enforce_domain, 1);
}

constexpr int watched_events = ZMQ_EVENT_CLOSED | ZMQ_EVENT_DISCONNECTED | ZMQ_EVENT_HANDSHAKE_SUCCEEDED |
                               ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL | ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL |
                               ZMQ_EVENT_HANDSHAKE_FAILED_AUTH;

// The first part of a monitor's message: event number u16, value u32, in the machine's own order.
LinkChange change_of(const zmq::message_t& part) {
  std::uint16_t event = 0;
  if (part.size() >= sizeof event) std::memcpy(&event, part.data(), sizeof event);
  if (event == ZMQ_EVENT_HANDSHAKE_SUCCEEDED) return LinkChange::up;
  if (event == ZMQ_EVENT_HANDSHAKE_FAILED_AUTH) return LinkChange::refused;
  return LinkChange::down;
}

}  // namespace

Result<CurvePair> make_stranger_pair() {
  constexpr std::size_t text_bytes = 41;
  std::array<char, text_bytes> public_text{};
  std::array<char, text_bytes> secret_text{};
  if (zmq_curve_keypair(public_text.data(), secret_text.data()) != 0) {
    return fail(Code::io, "make curve key pair: libzmq has no curve");
  }
  CurvePair pair;
  zmq_z85_decode(reinterpret_cast<std::uint8_t*>(pair.public_key.bytes.data()), public_text.data());
  zmq_z85_decode(reinterpret_cast<std::uint8_t*>(pair.secret_key.data()), secret_text.data());
  return pair;
}

Result<std::unique_ptr<LinkContext>> LinkContext::open() {
  void* const context = zmq_ctx_new();
  if (context == nullptr) return zmq_failure("open zmq context", zmq_errno());
  std::unique_ptr<LinkContext> made{new LinkContext{context}};
  for (const auto& [option, value] : {std::pair{ZMQ_IO_THREADS, 1}, std::pair{ZMQ_MAX_SOCKETS, max_sockets}}) {
    if (zmq_ctx_set(context, option, value) != 0) return zmq_failure("set zmq context option", zmq_errno());
  }
  return made;
}

LinkContext::~LinkContext() {
  while (zmq_ctx_term(context_) != 0 && zmq_errno() == EINTR) {
  }
}

std::string LinkContext::next_monitor_endpoint() { return "inproc://link-monitor-" + std::to_string(++monitors_made_); }

Dealer::Dealer(std::unique_ptr<Socket> socket, std::unique_ptr<Socket> monitor) noexcept
    : socket_{std::move(socket)}, monitor_{std::move(monitor)} {}

Dealer::~Dealer() {
  // The I/O thread must have stopped reporting before the end that takes its reports closes, or it waits for good.
  zmq_socket_monitor(socket_->handle(), nullptr, 0);
}

Result<std::unique_ptr<Dealer>> Dealer::open(LinkContext& context, const std::string& endpoint, const CurvePair& own,
                                             const PublicKey& gateway) {
  if (port_of(endpoint).value_or(0) == 0) return endpoint_failure();
  auto socket = Socket::open(context, ZMQ_DEALER);
  if (!socket) return fail(socket.error());
  if (const auto set = set_client_options(**socket, own, gateway); !set) return fail(set.error());
  auto monitor = Socket::open(context, ZMQ_PAIR);
  if (!monitor) return fail(monitor.error());

  // In this order every event finds its taker: the monitor is heard before there is anything to report.
  const std::string reports = context.next_monitor_endpoint();
  if (zmq_socket_monitor((*socket)->handle(), reports.c_str(), watched_events) != 0) {
    return zmq_failure("watch link socket", zmq_errno());
  }
  std::unique_ptr<Dealer> dealer{new Dealer{*std::move(socket), *std::move(monitor)}};
  if (zmq_connect(dealer->monitor_->handle(), reports.c_str()) != 0) {
    return zmq_failure("watch link socket", zmq_errno());
  }
  if (zmq_connect(dealer->socket_->handle(), endpoint.c_str()) != 0) {
    return zmq_failure("connect link socket: endpoint=" + endpoint, zmq_errno());
  }
  return dealer;
}

bool Dealer::send(ByteView frame) {
  REDRESS_ASSERT(frame.size() <= limits::frame_bytes_max);
  // A lost connection is reported a little before libzmq stops taking frames for it.
  if (state_ == State::spent) return false;
  if (socket_->send_part(frame, 0)) return true;
  socket_->catch_up();
  return socket_->send_part(frame, 0);
}

std::optional<Bytes> Dealer::receive() {
  // `up` was reported before the first frame was, but both may come between the caller's two questions.
  if (state_ == State::connecting) return std::nullopt;
  for (int drops = 0; drops < drops_per_receive_max; ++drops) {
    zmq::message_t part;
    if (!socket_->receive_part(part)) return std::nullopt;
    if (socket_->skip_rest(part) == 0) return bytes_of(part);
    ++dropped_count_;
  }
  return std::nullopt;
}

std::optional<LinkChange> Dealer::link_change() {
  zmq::message_t part;
  while (monitor_->receive_part(part)) {
    const LinkChange change = change_of(part);
    monitor_->skip_rest(part);
    if (state_ == State::spent) continue;  // A refusal is followed by a disconnection, which says nothing new.
    state_ = change == LinkChange::up ? State::up : State::spent;
    return change;
  }
  return std::nullopt;
}

Router::Router(std::unique_ptr<Socket> socket, std::unique_ptr<Socket> monitor) noexcept
    : socket_{std::move(socket)}, monitor_{std::move(monitor)} {}

Router::~Router() { zmq_socket_monitor(socket_->handle(), nullptr, 0); }

Result<std::unique_ptr<Router>> Router::open(LinkContext& context, const std::string& endpoint, const CurvePair& own) {
  if (!port_of(endpoint)) return endpoint_failure();
  auto socket = Socket::open(context, ZMQ_ROUTER);
  if (!socket) return fail(socket.error());
  if (const auto set = set_server_options(**socket, own); !set) return fail(set.error());
  auto monitor = Socket::open(context, ZMQ_PAIR);
  if (!monitor) return fail(monitor.error());
  // Without a limit: the I/O thread must not wait for us to hear who came.
  if (const auto set = (*monitor)->set(ZMQ_RCVHWM, 0); !set) return fail(set.error());
  const std::string reports = context.next_monitor_endpoint();
  if (zmq_socket_monitor((*socket)->handle(), reports.c_str(), ZMQ_EVENT_ACCEPTED | ZMQ_EVENT_DISCONNECTED) != 0) {
    return zmq_failure("watch link socket", zmq_errno());
  }
  std::unique_ptr<Router> router{new Router{*std::move(socket), *std::move(monitor)}};
  if (zmq_connect(router->monitor_->handle(), reports.c_str()) != 0) {
    return zmq_failure("watch link socket", zmq_errno());
  }
  if (zmq_bind(router->socket_->handle(), endpoint.c_str()) != 0) {
    return zmq_failure("bind link socket: endpoint=" + endpoint, zmq_errno());
  }
  std::array<char, 256> bound{};
  std::size_t size = bound.size();
  if (zmq_getsockopt(router->socket_->handle(), ZMQ_LAST_ENDPOINT, bound.data(), &size) != 0) {
    return zmq_failure("ask link socket for its endpoint", zmq_errno());
  }
  router->endpoint_ = bound.data();
  return router;
}

void Router::note_connections() {
  zmq::message_t part;
  while (monitor_->receive_part(part)) {
    // Event number u16, descriptor u32, in the machine's own order; then the endpoint.
    std::uint16_t event = 0;
    std::uint32_t descriptor = 0;
    if (part.size() >= sizeof event + sizeof descriptor) {
      std::memcpy(&event, part.data(), sizeof event);
      std::memcpy(&descriptor, part.data<char>() + sizeof event, sizeof descriptor);
    }
    monitor_->skip_rest(part);
    if (event == ZMQ_EVENT_ACCEPTED) hoards_.on_accepted(static_cast<int>(descriptor));
    if (event == ZMQ_EVENT_DISCONNECTED) hoards_.on_closed(static_cast<int>(descriptor));
  }
}

std::size_t Router::cut_hoarders() {
  note_connections();
  return hoards_.cut(hoard_bytes_max);
}

Router::Sent Router::send(const Bytes& to, ByteView frame) {
  REDRESS_ASSERT(frame.size() <= limits::frame_bytes_max);
  if (!socket_->send_part(to, ZMQ_SNDMORE)) {
    socket_->catch_up();
    if (!socket_->send_part(to, ZMQ_SNDMORE)) return zmq_errno() == EAGAIN ? Sent::full : Sent::gone;
  }
  // Room was made certain with the first part.
  return socket_->send_part(frame, 0) ? Sent::yes : Sent::gone;
}

std::optional<Received> Router::receive() {
  note_connections();
  for (int drops = 0; drops < drops_per_receive_max; ++drops) {
    zmq::message_t from;
    if (!socket_->receive_part(from)) return std::nullopt;
    zmq::message_t part;
    if (!from.more() || !socket_->receive_part(part)) {
      ++dropped_count_;
      continue;
    }
    const bool is_one_frame = take_rest(part);
    const bool is_id_ours = from.size() == made_routing_id_bytes && *from.data<char>() == 0;
    const char* const user_id = zmq_msg_gets(part.handle(), "User-Id");
    if (is_one_frame && is_id_ours && user_id != nullptr && *user_id != 0) {
      return Received{bytes_of(from), user_id, bytes_of(part)};
    }
    ++dropped_count_;
  }
  return std::nullopt;
}

// Counts the message that begins with `first` as given by its connection. True if that was all of it.
bool Router::take_rest(zmq::message_t& first) {
  const int descriptor = zmq_msg_get(first.handle(), ZMQ_SRCFD);
  hoards_.on_taken(descriptor, first.size() + framing_bytes_max);
  bool has_more = first.more();
  const bool is_all = !has_more;
  zmq::message_t part;
  while (has_more && socket_->receive_part(part)) {
    hoards_.on_taken(descriptor, part.size() + framing_bytes_max);
    has_more = part.more();
  }
  return is_all;
}

Replier::Replier(std::unique_ptr<Socket> socket) noexcept : socket_{std::move(socket)} {}

Replier::~Replier() = default;

Result<std::unique_ptr<Replier>> Replier::open(LinkContext& context, std::string_view endpoint) {
  auto socket = Socket::open(context, ZMQ_REP);
  if (!socket) return fail(socket.error());
  const std::string name{endpoint};
  if (zmq_bind((*socket)->handle(), name.c_str()) != 0) {
    return fail(Code::io, "bind in-process socket: endpoint=" + name + ": " + zmq_strerror(zmq_errno()));
  }
  return std::unique_ptr<Replier>{new Replier{*std::move(socket)}};
}

std::optional<std::vector<Bytes>> Replier::receive() {
  REDRESS_ASSERT(!owes_answer_);
  std::vector<Bytes> parts;
  zmq::message_t part;
  do {
    if (!socket_->receive_part(part)) return std::nullopt;
    parts.push_back(bytes_of(part));
  } while (part.more() && parts.size() < parts_max);
  socket_->skip_rest(part);
  owes_answer_ = true;
  return parts;
}

void Replier::answer(const std::vector<Bytes>& parts) {
  REDRESS_ASSERT(owes_answer_ && !parts.empty());
  owes_answer_ = false;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    // Who asked may be gone; then nobody misses the answer.
    if (!socket_->send_part(parts[i], i + 1 < parts.size() ? ZMQ_SNDMORE : 0)) return;
  }
}

struct Poller::Set {
  std::vector<zmq_pollitem_t> items;
};

Poller::Poller() : set_{std::make_unique<Set>()} {}

Poller::~Poller() = default;

void Poller::clear() noexcept { set_->items.clear(); }

void Poller::watch_socket(const Socket& socket) { set_->items.push_back({socket.handle(), 0, ZMQ_POLLIN, 0}); }

void Poller::watch(const Dealer& dealer) {
  watch_socket(*dealer.socket_);
  watch_socket(*dealer.monitor_);
}

void Poller::watch(const Router& router) { watch_socket(*router.socket_); }

void Poller::watch(const Replier& replier) { watch_socket(*replier.socket_); }

void Poller::watch_descriptor(int descriptor) { set_->items.push_back({nullptr, descriptor, ZMQ_POLLIN, 0}); }

Result<std::vector<int>> Poller::wait(std::int64_t timeout_ms) {
  std::vector<int> ready;
  auto& items = set_->items;
  if (zmq_poll(items.data(), static_cast<int>(items.size()), static_cast<long>(timeout_ms)) < 0) {
    if (zmq_errno() == EINTR) return ready;
    return fail(Code::io, std::string{"poll sockets: "} + zmq_strerror(zmq_errno()));
  }
  for (const auto& item : items) {
    if (item.socket == nullptr && item.revents != 0) ready.push_back(item.fd);
  }
  return ready;
}

}  // namespace redress::shell
