#include "ops/measure/reference_line.h"

#include <poll.h>
#include <zmq.h>

#include <array>

#include "ops/measure/reference_must.h"
#include "ops/measure/stopwatch.h"

namespace redress::reference {
namespace {

constexpr std::size_t key_chars = 41;
using Z85 = std::array<char, key_chars>;

void set(void* socket, int option, const void* value, std::size_t size) {
  must(zmq_setsockopt(socket, option, value, size) == 0, "set a socket's option");
}

}  // namespace

Socket::Socket(int type) : context_{zmq_ctx_new()}, socket_{zmq_socket(context_, type)} {
  must(socket_ != nullptr, "open a socket");
  const int linger = 0;
  set(socket_, ZMQ_LINGER, &linger, sizeof linger);
  std::size_t size = sizeof descriptor_;
  must(zmq_getsockopt(socket_, ZMQ_FD, &descriptor_, &size) == 0, "ask for a socket's descriptor");
}

Socket::~Socket() {
  zmq_close(socket_);
  zmq_ctx_term(context_);
}

bool Socket::wait(std::int64_t till_ns) {
  for (;;) {
    int events = 0;
    std::size_t size = sizeof events;
    must(zmq_getsockopt(socket_, ZMQ_EVENTS, &events, &size) == 0, "look at a socket");
    if ((events & ZMQ_POLLIN) != 0) return true;
    const std::int64_t left = till_ns < 0 ? measure::ns_a_s : till_ns - measure::ns_now();
    if (left <= 0) return false;
    pollfd readable{descriptor_, POLLIN, 0};
    const timespec time{left / measure::ns_a_s, left % measure::ns_a_s};
    ::ppoll(&readable, 1, &time, nullptr);
  }
}

HubSocket::HubSocket(const std::string& endpoint) : Socket{ZMQ_ROUTER} {
  Z85 open_key{};
  Z85 secret_key{};
  must(zmq_curve_keypair(open_key.data(), secret_key.data()) == 0, "make keys");
  const int yes = 1;
  set(socket_, ZMQ_CURVE_SERVER, &yes, sizeof yes);
  set(socket_, ZMQ_CURVE_SECRETKEY, secret_key.data(), key_chars);
  must(zmq_bind(socket_, endpoint.c_str()) == 0, "listen");
  std::array<char, 128> bound{};
  std::size_t size = bound.size();
  must(zmq_getsockopt(socket_, ZMQ_LAST_ENDPOINT, bound.data(), &size) == 0, "ask where it listens");
  address_ = {bound.data(), open_key.data()};
}

std::optional<Arrived> HubSocket::receive() {
  Arrived arrived;
  zmq_msg_t part;
  zmq_msg_init(&part);
  const bool any = zmq_msg_recv(&part, socket_, ZMQ_DONTWAIT) >= 0;
  if (any) {
    arrived.from.assign(static_cast<const char*>(zmq_msg_data(&part)), zmq_msg_size(&part));
    must(zmq_msg_recv(&part, socket_, 0) >= 0, "receive a frame");
    const auto* first = static_cast<const std::byte*>(zmq_msg_data(&part));
    arrived.frame.assign(first, first + zmq_msg_size(&part));
  }
  zmq_msg_close(&part);
  return any ? std::optional{std::move(arrived)} : std::nullopt;
}

void HubSocket::ack(const std::string& to, std::uint64_t record) {
  Writer out;
  out.u64(record);
  must(zmq_send(socket_, to.data(), to.size(), ZMQ_SNDMORE) >= 0, "address an answer");
  must(zmq_send(socket_, out.bytes().data(), out.bytes().size(), 0) >= 0, "answer");
}

BranchSocket::BranchSocket(const Address& hub) : Socket{ZMQ_DEALER} {
  Z85 open_key{};
  Z85 secret_key{};
  must(zmq_curve_keypair(open_key.data(), secret_key.data()) == 0, "make keys");
  set(socket_, ZMQ_CURVE_SERVERKEY, hub.key.c_str(), key_chars);
  set(socket_, ZMQ_CURVE_PUBLICKEY, open_key.data(), key_chars);
  set(socket_, ZMQ_CURVE_SECRETKEY, secret_key.data(), key_chars);
  must(zmq_connect(socket_, hub.endpoint.c_str()) == 0, "connect");
}

void BranchSocket::send(ByteView frame) { must(zmq_send(socket_, frame.data(), frame.size(), 0) >= 0, "send"); }

std::optional<std::uint64_t> BranchSocket::receive() {
  std::array<std::byte, 8> bytes{};
  const int size = zmq_recv(socket_, bytes.data(), bytes.size(), ZMQ_DONTWAIT);
  if (size != static_cast<int>(bytes.size())) return std::nullopt;
  return Reader{bytes}.u64();
}

}  // namespace redress::reference
