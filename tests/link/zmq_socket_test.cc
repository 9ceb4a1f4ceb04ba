#include "ops/shell/zmq_socket.h"

#include <unistd.h>

#include "protocol/base/limits.h"
#include "tests/link/line.h"

namespace redress::link_test {
namespace {

using shell::LinkChange;
using Sent = shell::Router::Sent;

}  // namespace

TEST_CASE("Link: frames go both ways, and each names who sent it", "[link]") {
  Line line;
  const auto first = line.dial(line.enrol("site-11"));
  const auto second = line.dial(line.enrol("site-12"));
  CHECK(line.next_change(*first) == LinkChange::up);
  CHECK(line.next_change(*second) == LinkChange::up);
  CHECK(line.zap->accepted_count() == 2);

  CHECK(first->send(view_of("from 11")));
  const auto got = line.next_received();
  REQUIRE(got);
  CHECK(got->user_id == "site-11");
  CHECK(text_of(got->frame) == "from 11");

  CHECK(second->send(view_of("")));
  const auto empty = line.next_received();
  REQUIRE(empty);
  CHECK(empty->user_id == "site-12");
  CHECK(empty->frame.empty());
  CHECK(empty->from != got->from);

  CHECK(line.router->send(got->from, view_of("to 11")) == Sent::yes);
  CHECK(text_of(line.next_frame(*first).value()) == "to 11");
  CHECK_FALSE(second->receive());
  CHECK(line.router->dropped_count() == 0);
}

TEST_CASE("Link: nothing but tcp is opened, because inproc has no CURVE", "[link]") {
  Line line;
  for (const std::string endpoint : {"inproc://door", "ipc:///tmp/door", "tcp://", "", "tcp://127.0.0.1",
                                     "tcp://127.0.0.1:", "tcp://127.0.0.1:65536", "tcp://127.0.0.1:80x"}) {
    INFO(endpoint);
    const auto router = shell::Router::open(*line.context, endpoint, line.gateway);
    REQUIRE_FALSE(router);
    CHECK(router.error().code == Code::bad_config);
    const auto dealer = shell::Dealer::open(*line.context, endpoint, line.gateway, line.gateway.public_key);
    REQUIRE_FALSE(dealer);
    CHECK(dealer.error().code == Code::bad_config);
  }
  for (const std::string port : {"*", "0"}) {
    const auto endpoint = "tcp://127.0.0.1:" + port;
    CHECK(shell::Router::open(*line.context, endpoint, line.gateway).has_value());
    CHECK_FALSE(shell::Dealer::open(*line.context, endpoint, line.gateway, line.gateway.public_key).has_value());
  }
  const auto taken = shell::Router::open(*line.context, line.router->endpoint(), line.gateway);
  REQUIRE_FALSE(taken);
  CHECK(taken.error().code == Code::io);
}

TEST_CASE("Link: a message of several parts is dropped and counted, at both ends", "[link]") {
  Line line;
  PlainZmq plain;
  SECTION("router") {
    auto peer = plain.client(line.enrol("site-11"), line.gateway.public_key);
    peer.connect(line.router->endpoint());
    REQUIRE(try_send(peer, "one", zmq::send_flags::sndmore));
    REQUIRE(try_send(peer, "two"));
    REQUIRE(try_send(peer, "alone"));
    CHECK(text_of(line.next_received().value().frame) == "alone");
    CHECK(line.router->dropped_count() == 1);
  }
  SECTION("dealer") {
    const auto own = fresh_pair();
    auto gateway = plain.server(own);
    const auto branch =
        value_of(shell::Dealer::open(*line.context, endpoint_of(gateway), line.gateway, own.public_key));
    REQUIRE(line.next_change(*branch) == LinkChange::up);
    REQUIRE(branch->send(view_of("here I am")));
    REQUIRE(is_readable(gateway));
    const auto from = take_parts(gateway).at(0);
    for (const auto part : {"one", "two"}) {
      REQUIRE(try_send(gateway, from, zmq::send_flags::sndmore));
      REQUIRE(try_send(gateway, part, zmq::send_flags::sndmore));
      REQUIRE(try_send(gateway, "surplus"));
    }
    REQUIRE(try_send(gateway, from, zmq::send_flags::sndmore));
    REQUIRE(try_send(gateway, "alone"));
    CHECK(text_of(line.next_frame(*branch).value()) == "alone");
    CHECK(branch->dropped_count() == 2);
  }
}

TEST_CASE("Link: a message without an end in sight costs its sender the connection, and nobody else", "[link]") {
  Line line;
  PlainZmq plain;
  const auto branch = line.dial(line.enrol("site-11"));
  REQUIRE(line.next_change(*branch) == LinkChange::up);
  auto peer = plain.client(line.enrol("site-66"), line.gateway.public_key);
  peer.set(zmq::sockopt::reconnect_ivl, -1);
  REQUIRE(zmq_socket_monitor(peer.handle(), "inproc://cut", ZMQ_EVENT_DISCONNECTED) == 0);
  auto cut = plain.socket(zmq::socket_type::pair);
  cut.connect("inproc://cut");
  peer.connect(line.router->endpoint());
  // As much, but in frames that end: nothing is held back.
  const std::string part(512 * limits::kib, 'x');
  for (int i = 0; i < 80; ++i) {
    REQUIRE(try_send(peer, part));
    REQUIRE(line.next_received());
    CHECK(line.router->cut_hoarders() == 0);
  }
  // libzmq as a peer sends a message only when it has its last part; other peers need not. Here it has one, far off.
  constexpr int parts = 256;
  for (int i = 0; i + 1 < parts; ++i) REQUIRE(try_send(peer, part, zmq::send_flags::sndmore));
  REQUIRE(try_send(peer, part));
  std::size_t cuts = 0;
  CHECK(line.until({}, [&] {
    CHECK_FALSE(line.router->receive());
    cuts += line.router->cut_hoarders();
    return is_readable(cut, 0);
  }));
  CHECK(cuts >= 1);
  CHECK(line.router->dropped_count() == 0);
  REQUIRE(branch->send(view_of("still here")));
  CHECK(text_of(line.next_received().value().frame) == "still here");
  CHECK(line.until({}, [&] {
    static_cast<void>(line.router->cut_hoarders());
    return line.router->connection_count() == 1;
  }));
}

TEST_CASE("Dealer: no frame comes before its up was taken", "[link]") {
  Line line;
  const auto eager = line.dial(line.enrol("site-11"));
  const auto other = line.dial(line.enrol("site-12"));
  REQUIRE(line.next_change(*other) == LinkChange::up);
  REQUIRE(line.until({eager.get()}, [&] { return eager->send(view_of("here I am")); }));
  const auto hello = line.next_received();
  REQUIRE(hello);
  REQUIRE(line.router->send(hello->from, view_of("early")) == Sent::yes);
  // Both ends share the one I/O thread: after two rounds with the other, it has brought the early frame in.
  for (int round = 0; round < 2; ++round) {
    REQUIRE(other->send(view_of("ping")));
    REQUIRE(line.router->send(line.next_received().value().from, view_of("pong")) == Sent::yes);
    REQUIRE(line.next_frame(*other).has_value());
  }
  CHECK_FALSE(eager->receive());
  CHECK(eager->link_change() == LinkChange::up);
  CHECK(text_of(eager->receive().value()) == "early");
}

TEST_CASE("Poller: says which descriptors are ready, and returns when the time is over", "[link]") {
  int ends[2];
  REQUIRE(pipe(ends) == 0);
  shell::Poller poller;
  poller.watch_descriptor(ends[0]);
  CHECK(poller.wait(0).has_value());
  CHECK((*poller.wait(0)).empty());
  REQUIRE(write(ends[1], "x", 1) == 1);
  CHECK(*poller.wait(-1) == std::vector<int>{ends[0]});
  poller.clear();
  CHECK((*poller.wait(0)).empty());
  close(ends[0]);
  close(ends[1]);
}

}  // namespace redress::link_test
