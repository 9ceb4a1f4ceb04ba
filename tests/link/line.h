// A gateway's door and its branches on the loopback interface, in one thread, for the tests of this folder.
#pragma once

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>
#include <zmq.hpp>

#include "gateway/zap.h"
#include "ops/shell/process.h"
#include "ops/shell/zmq_socket.h"

namespace redress::link_test {

inline constexpr std::int64_t patience_ms = 10'000;
inline constexpr const char* any_port = "tcp://127.0.0.1:*";

// What a Result holds; fails the test if there is nothing.
template <typename T>
[[nodiscard]] T value_of(Result<T> result) {
  INFO((result ? "" : result.error().what));
  REQUIRE(result.has_value());
  return *std::move(result);
}

[[nodiscard]] inline shell::CurvePair fresh_pair() { return value_of(shell::make_stranger_pair()); }

struct Line {
  std::unique_ptr<shell::LinkContext> context = value_of(shell::LinkContext::open());
  shell::CurvePair gateway = fresh_pair();
  std::map<PublicKey, std::string> known;
  std::unique_ptr<gateway::Zap> zap = value_of(gateway::Zap::open(*context));
  std::unique_ptr<shell::Router> router = value_of(shell::Router::open(*context, any_port, gateway));

  [[nodiscard]] gateway::UserIdOf user_id_of() const {
    return [this](const PublicKey& key) -> std::optional<std::string> {
      const auto found = known.find(key);
      if (found == known.end()) return std::nullopt;
      return found->second;
    };
  }
  [[nodiscard]] shell::CurvePair enrol(const std::string& user_id) {
    const auto pair = fresh_pair();
    known[pair.public_key] = user_id;
    return pair;
  }
  [[nodiscard]] std::unique_ptr<shell::Dealer> dial(const shell::CurvePair& own) {
    return value_of(shell::Dealer::open(*context, router->endpoint(), own, gateway.public_key));
  }

  // Answers ZAP and waits for something to happen until `holds`; false if it does not in time.
  [[nodiscard]] bool until(const std::vector<const shell::Dealer*>& dealers, const std::function<bool()>& holds) {
    const auto last = after_ms(shell::mono_now(), patience_ms);
    shell::Poller poller;
    for (;;) {
      if (zap) zap->answer_pending(user_id_of());
      if (holds()) return true;
      const auto left = last.value() - shell::mono_now().value();
      if (left <= 0) return false;
      poller.clear();
      if (zap) poller.watch(zap->door());
      if (router) poller.watch(*router);
      for (const auto* dealer : dealers) poller.watch(*dealer);
      // Sockets of the test itself are not in the set: look at them too, every now and then.
      REQUIRE(poller.wait(std::min<std::int64_t>(left, 20)).has_value());
    }
  }
  [[nodiscard]] std::optional<shell::LinkChange> next_change(shell::Dealer& dealer) {
    std::optional<shell::LinkChange> change;
    static_cast<void>(until({&dealer}, [&] { return (change = dealer.link_change()).has_value(); }));
    return change;
  }
  [[nodiscard]] std::optional<shell::Received> next_received() {
    std::optional<shell::Received> received;
    static_cast<void>(until({}, [&] { return (received = router->receive()).has_value(); }));
    return received;
  }
  [[nodiscard]] std::optional<Bytes> next_frame(shell::Dealer& dealer) {
    std::optional<Bytes> frame;
    static_cast<void>(until({&dealer}, [&] { return (frame = dealer.receive()).has_value(); }));
    return frame;
  }
};

// A loopback port that stays taken and refuses connections: bound, never listening.
class DeadPort {
 public:
  DeadPort() {
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof at;
    REQUIRE(bind(descriptor_, reinterpret_cast<const sockaddr*>(&at), size) == 0);
    REQUIRE(getsockname(descriptor_, reinterpret_cast<sockaddr*>(&at), &size) == 0);
    endpoint_ = "tcp://127.0.0.1:" + std::to_string(ntohs(at.sin_port));
  }
  ~DeadPort() { close(descriptor_); }
  [[nodiscard]] const std::string& endpoint() const { return endpoint_; }

 private:
  const int descriptor_ = socket(AF_INET, SOCK_STREAM, 0);
  std::string endpoint_;
};

// A socket of plain cppzmq: the unsafe defaults, or a peer that does not keep to our ways.
struct PlainZmq {
  zmq::context_t context;

  PlainZmq() { context.set(zmq::ctxopt::blocky, false); }  // No lingering at the end of the test.
  [[nodiscard]] zmq::socket_t socket(zmq::socket_type type) { return zmq::socket_t{context, type}; }
  // A CURVE client of `gateway`; a text for routing_id makes it claim that id.
  [[nodiscard]] zmq::socket_t client(const shell::CurvePair& own, const PublicKey& gateway,
                                     const std::string& routing_id = {}) {
    auto made = socket(zmq::socket_type::dealer);
    made.set(zmq::sockopt::curve_serverkey, zmq::buffer(gateway.bytes));
    made.set(zmq::sockopt::curve_publickey, zmq::buffer(own.public_key.bytes));
    made.set(zmq::sockopt::curve_secretkey, zmq::buffer(own.secret_key));
    if (!routing_id.empty()) made.set(zmq::sockopt::routing_id, routing_id);
    return made;
  }
  // A CURVE server with libzmq's defaults.
  [[nodiscard]] zmq::socket_t server(const shell::CurvePair& own) {
    auto made = socket(zmq::socket_type::router);
    made.set(zmq::sockopt::curve_server, true);
    made.set(zmq::sockopt::curve_secretkey, zmq::buffer(own.secret_key));
    made.bind(any_port);
    return made;
  }
};

[[nodiscard]] inline std::string endpoint_of(const zmq::socket_t& socket) {
  return socket.get(zmq::sockopt::last_endpoint);
}

// True if the socket has something to take within the time given.
[[nodiscard]] inline bool is_readable(zmq::socket_t& socket, std::int64_t timeout_ms = patience_ms) {
  zmq_pollitem_t item{socket.handle(), 0, ZMQ_POLLIN, 0};
  return zmq_poll(&item, 1, static_cast<long>(timeout_ms)) == 1;
}

// All parts of the next message.
[[nodiscard]] inline std::vector<std::string> take_parts(zmq::socket_t& socket) {
  std::vector<std::string> parts;
  zmq::message_t part;
  do {
    REQUIRE(socket.recv(part, zmq::recv_flags::dontwait).has_value());
    parts.push_back(part.to_string());
  } while (part.more());
  return parts;
}

[[nodiscard]] inline bool try_send(zmq::socket_t& socket, std::string_view text,
                                   zmq::send_flags flags = zmq::send_flags::none) {
  return socket.send(zmq::buffer(text), flags | zmq::send_flags::dontwait).has_value();
}

}  // namespace redress::link_test
