// ZeroMQ 4.3.4 on sockets: ZMQ-1, 3, 4, 5, 7, 8 and 11.
#include "ops/shell/zmq_socket.h"

#include <unistd.h>

#include <cstring>

#include "protocol/base/limits.h"
#include "protocol/wire/frames.h"
#include "tests/link/line.h"

namespace redress::link_test {
namespace {

using shell::LinkChange;
using Sent = shell::Router::Sent;

// A TCP connection to a socket's endpoint that never says a word.
class Mute {
 public:
  explicit Mute(const std::string& endpoint) {
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    at.sin_port = htons(static_cast<std::uint16_t>(std::stoi(endpoint.substr(endpoint.rfind(':') + 1))));
    REQUIRE(connect(descriptor_, reinterpret_cast<const sockaddr*>(&at), sizeof at) == 0);
  }
  ~Mute() { close(descriptor_); }
  Mute(const Mute&) = delete;
  Mute& operator=(const Mute&) = delete;
  // Whether the other end has closed it by now; its greeting is read on the way.
  [[nodiscard]] bool is_closed() const {
    std::array<char, 256> bytes{};
    ssize_t got = 0;
    while ((got = recv(descriptor_, bytes.data(), bytes.size(), MSG_DONTWAIT)) > 0) {
    }
    return got == 0 || errno == ECONNRESET;
  }

 private:
  const int descriptor_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
};

}  // namespace

TEST_CASE("pitfall ZMQ-1: a plain ROUTER drops in silence, ours says gone") {
  PlainZmq plain;
  auto unsafe = plain.socket(zmq::socket_type::router);
  unsafe.bind(any_port);
  CHECK(try_send(unsafe, "nobody", zmq::send_flags::sndmore));
  CHECK(try_send(unsafe, "lost"));  // success, and nothing was sent

  Line line;
  CHECK(line.router->send(copy_of(view_of("nobody")), view_of("kept")) == Sent::gone);

  auto branch = line.dial(line.enrol("site-11"));
  REQUIRE(line.next_change(*branch) == LinkChange::up);
  REQUIRE(branch->send(view_of("here I am")));
  const auto hello = line.next_received();
  REQUIRE(hello);
  CHECK(line.router->send(hello->from, view_of("welcome")) == Sent::yes);
  branch.reset();
  CHECK(line.until({}, [&] { return line.router->send(hello->from, view_of("too late")) == Sent::gone; }));
}

TEST_CASE("pitfall ZMQ-1: a plain ROUTER loses what a slow peer cannot take, ours says full and loses nothing") {
  constexpr std::size_t frame_bytes = 256 * limits::kib;
  constexpr int flood_max = 2000;  // Half a gigabyte: more than all buffers on the way.
  const std::string frame(frame_bytes, 'x');

  SECTION("plain") {
    PlainZmq plain;
    auto unsafe = plain.socket(zmq::socket_type::router);
    unsafe.set(zmq::sockopt::sndhwm, 64);
    unsafe.bind(any_port);
    auto slow = plain.socket(zmq::socket_type::dealer);
    slow.set(zmq::sockopt::rcvhwm, 64);
    slow.connect(endpoint_of(unsafe));
    REQUIRE(try_send(slow, "here I am"));
    REQUIRE(is_readable(unsafe));
    const auto from = take_parts(unsafe).at(0);
    int sent = 0;
    for (; sent < flood_max; ++sent) {
      REQUIRE(try_send(unsafe, from, zmq::send_flags::sndmore));
      REQUIRE(try_send(unsafe, frame));
    }
    // What was not lost arrives in order, so that once a mark arrives nothing before it can come any more.
    int arrived = 0;
    for (bool is_marked = false; !is_marked;) {
      REQUIRE(try_send(unsafe, from, zmq::send_flags::sndmore));
      REQUIRE(try_send(unsafe, "mark"));
      REQUIRE(is_readable(slow));
      is_marked = take_parts(slow).at(0) == "mark";
      if (!is_marked) ++arrived;
    }
    CHECK(arrived < sent);
  }
  SECTION("ours") {
    Line line;
    const auto slow = line.dial(line.enrol("site-11"));
    REQUIRE(line.next_change(*slow) == LinkChange::up);
    REQUIRE(slow->send(view_of("here I am")));
    const auto hello = line.next_received();
    REQUIRE(hello);
    int sent = 0;
    auto last = Sent::yes;
    for (; sent < flood_max; ++sent) {
      last = line.router->send(hello->from, view_of(frame));
      if (last != Sent::yes) break;
    }
    REQUIRE(last == Sent::full);
    CHECK(sent >= 64);
    int arrived = 0;
    CHECK(line.until({slow.get()}, [&] {
      while (slow->receive()) ++arrived;
      return arrived == sent;
    }));
    CHECK(line.router->send(hello->from, view_of("room again")) == Sent::yes);
    CHECK(text_of(line.next_frame(*slow).value()) == "room again");
  }
}

TEST_CASE("pitfall ZMQ-3: a plain DEALER swallows frames with no gateway there, ours takes none and says down") {
  const DeadPort nobody;
  PlainZmq plain;
  auto unsafe = plain.socket(zmq::socket_type::dealer);
  unsafe.connect(nobody.endpoint());
  CHECK(try_send(unsafe, "swallowed"));

  Line line;
  const auto own = line.enrol("site-11");
  const auto dealer = value_of(shell::Dealer::open(*line.context, nobody.endpoint(), own, line.gateway.public_key));
  CHECK_FALSE(dealer->send(view_of("kept")));
  CHECK(line.next_change(*dealer) == LinkChange::down);
  CHECK_FALSE(dealer->send(view_of("kept")));
  CHECK_FALSE(dealer->link_change());
}

TEST_CASE("pitfall ZMQ-3: a Dealer whose gateway goes says down once and takes no more") {
  Line line;
  const auto dealer = line.dial(line.enrol("site-11"));
  REQUIRE(line.next_change(*dealer) == LinkChange::up);
  line.router.reset();
  CHECK(line.next_change(*dealer) == LinkChange::down);
  CHECK_FALSE(dealer->send(view_of("kept")));
  CHECK_FALSE(dealer->link_change());
}

TEST_CASE("pitfall ZMQ-4: without a ZAP handler CURVE admits a stranger, with ours none") {
  SECTION("plain, domain set, no handler") {
    PlainZmq plain;
    const auto own = fresh_pair();
    auto unsafe = plain.server(own);
    unsafe.set(zmq::sockopt::zap_domain, "redress");
    auto stranger = plain.client(fresh_pair(), own.public_key);
    stranger.connect(endpoint_of(unsafe));
    REQUIRE(try_send(stranger, "let in"));
    REQUIRE(is_readable(unsafe));
    CHECK(take_parts(unsafe).at(1) == "let in");
  }
  SECTION("ours tells the stranger, and the branch beside it works") {
    Line line;
    const auto stranger = line.dial(fresh_pair());
    const auto branch = line.dial(line.enrol("site-11"));
    CHECK(line.next_change(*stranger) == LinkChange::refused);
    CHECK_FALSE(stranger->send(view_of("stranger")));
    CHECK(line.zap->refused_count() == 1);
    CHECK(line.next_change(*branch) == LinkChange::up);
    CHECK(branch->send(view_of("branch")));
    CHECK(text_of(line.next_received().value().frame) == "branch");
    CHECK_FALSE(line.router->receive());
    CHECK_FALSE(stranger->link_change());
  }
  SECTION("ours fails closed when nobody opened a handler") {
    Line line;
    const auto branch_keys = line.enrol("site-11");
    line.router.reset();
    line.zap.reset();
    line.router = value_of(shell::Router::open(*line.context, any_port, line.gateway));
    // A client that gives up sooner than ours would; had it been let in, that would come first.
    PlainZmq plain;
    auto branch = plain.client(branch_keys, line.gateway.public_key);
    branch.set(zmq::sockopt::handshake_ivl, 200);
    branch.set(zmq::sockopt::reconnect_ivl, -1);
    constexpr int watched = ZMQ_EVENT_HANDSHAKE_SUCCEEDED | ZMQ_EVENT_DISCONNECTED;
    REQUIRE(zmq_socket_monitor(branch.handle(), "inproc://branch", watched) == 0);
    auto changes = plain.socket(zmq::socket_type::pair);
    changes.connect("inproc://branch");
    branch.connect(line.router->endpoint());
    REQUIRE(try_send(branch, "let in"));
    REQUIRE(is_readable(changes));
    std::uint16_t event = 0;
    std::memcpy(&event, take_parts(changes).at(0).data(), sizeof event);
    CHECK(event == ZMQ_EVENT_DISCONNECTED);
    CHECK_FALSE(line.router->receive());
  }
}

TEST_CASE("pitfall ZMQ-4: who speaks without CURVE, or to another gateway's key, is not heard") {
  Line line;
  PlainZmq plain;
  auto naked = plain.socket(zmq::socket_type::dealer);
  naked.connect(line.router->endpoint());
  REQUIRE(try_send(naked, "naked"));
  const auto own = line.enrol("site-11");
  const auto misled =
      value_of(shell::Dealer::open(*line.context, line.router->endpoint(), own, fresh_pair().public_key));
  CHECK(line.next_change(*misled) == LinkChange::down);
  const auto branch = line.dial(own);
  REQUIRE(line.next_change(*branch) == LinkChange::up);
  REQUIRE(branch->send(view_of("branch")));
  CHECK(text_of(line.next_received().value().frame) == "branch");
  CHECK_FALSE(line.router->receive());
}

TEST_CASE("pitfall ZMQ-5: a routing id can be squatted in a plain ROUTER, in ours the key is the identity") {
  PlainZmq plain;
  Line line;
  const auto thief_keys = line.enrol("site-66");
  const auto branch_keys = line.enrol("site-11");

  SECTION("plain") {
    const auto own = fresh_pair();
    auto unsafe = plain.server(own);
    auto thief = plain.client(thief_keys, own.public_key, "site-11");
    thief.connect(endpoint_of(unsafe));
    REQUIRE(try_send(thief, "I am 11"));
    REQUIRE(is_readable(unsafe));
    REQUIRE(take_parts(unsafe).at(0) == "site-11");
    auto branch = plain.client(branch_keys, own.public_key, "site-11");
    branch.connect(endpoint_of(unsafe));
    REQUIRE(try_send(branch, "unheard"));
    REQUIRE(try_send(unsafe, "site-11", zmq::send_flags::sndmore));
    REQUIRE(try_send(unsafe, "a disposition for 11"));
    REQUIRE(is_readable(thief));
    CHECK(take_parts(thief).at(0) == "a disposition for 11");
  }
  SECTION("plain, with ROUTER_HANDOVER: who comes later takes over") {
    const auto own = fresh_pair();
    auto unsafe = plain.socket(zmq::socket_type::router);
    unsafe.set(zmq::sockopt::router_handover, true);
    unsafe.set(zmq::sockopt::curve_server, true);
    unsafe.set(zmq::sockopt::curve_secretkey, zmq::buffer(own.secret_key));
    unsafe.bind(any_port);
    auto branch = plain.client(branch_keys, own.public_key, "site-11");
    branch.connect(endpoint_of(unsafe));
    REQUIRE(try_send(branch, "I am 11"));
    REQUIRE(is_readable(unsafe));
    REQUIRE(take_parts(unsafe).at(0) == "site-11");
    auto thief = plain.client(thief_keys, own.public_key, "site-11");
    thief.connect(endpoint_of(unsafe));
    REQUIRE(try_send(thief, "I am 11 now"));
    REQUIRE(is_readable(unsafe));
    REQUIRE(take_parts(unsafe).at(1) == "I am 11 now");
    REQUIRE(try_send(unsafe, "site-11", zmq::send_flags::sndmore));
    REQUIRE(try_send(unsafe, "a disposition for 11"));
    REQUIRE(is_readable(thief));
    CHECK(take_parts(thief).at(0) == "a disposition for 11");
  }
  SECTION("ours") {
    auto thief = plain.client(thief_keys, line.gateway.public_key, "site-11");
    thief.connect(line.router->endpoint());
    REQUIRE(try_send(thief, "I am 11"));
    REQUIRE(line.until({}, [&] {
      CHECK_FALSE(line.router->receive());
      return line.router->dropped_count() == 1;
    }));
    const auto branch = line.dial(branch_keys);
    REQUIRE(line.next_change(*branch) == LinkChange::up);
    REQUIRE(branch->send(view_of("I am 11")));
    const auto got = line.next_received();
    REQUIRE(got);
    CHECK(got->user_id == "site-11");
    auto honest_thief = plain.client(thief_keys, line.gateway.public_key);
    honest_thief.connect(line.router->endpoint());
    REQUIRE(try_send(honest_thief, "I am 11"));
    const auto claimed = line.next_received();
    REQUIRE(claimed);
    CHECK(claimed->user_id == "site-66");
  }
}

TEST_CASE("pitfall ZMQ-7: a plain ROUTER takes any size, ours cuts the peer above 1 MiB") {
  const std::string too_large(limits::frame_bytes_max + 1, 'x');
  const std::string largest(limits::frame_bytes_max, 'x');
  PlainZmq plain;

  SECTION("plain") {
    const auto own = fresh_pair();
    auto unsafe = plain.server(own);
    auto peer = plain.client(fresh_pair(), own.public_key);
    peer.connect(endpoint_of(unsafe));
    REQUIRE(try_send(peer, too_large));
    REQUIRE(is_readable(unsafe));
    CHECK(take_parts(unsafe).at(1).size() == too_large.size());
  }
  SECTION("ours") {
    Line line;
    const auto branch = line.dial(line.enrol("site-11"));
    REQUIRE(line.next_change(*branch) == LinkChange::up);
    REQUIRE(branch->send(view_of(largest)));
    const auto got = line.next_received();
    REQUIRE(got);
    CHECK(got->frame.size() == limits::frame_bytes_max);
    CHECK(line.router->send(got->from, view_of(largest)) == Sent::yes);
    CHECK(line.next_frame(*branch).value().size() == limits::frame_bytes_max);

    auto peer = plain.client(line.enrol("site-66"), line.gateway.public_key);
    peer.set(zmq::sockopt::reconnect_ivl, -1);
    REQUIRE(zmq_socket_monitor(peer.handle(), "inproc://cut", ZMQ_EVENT_DISCONNECTED) == 0);
    auto cut = plain.socket(zmq::socket_type::pair);
    cut.connect("inproc://cut");
    peer.connect(line.router->endpoint());
    REQUIRE(try_send(peer, too_large));
    CHECK(line.until({}, [&] { return is_readable(cut, 0); }));
    CHECK_FALSE(line.router->receive());
    CHECK(branch->send(view_of("still here")));
    CHECK(text_of(line.next_received().value().frame) == "still here");
  }
}

TEST_CASE("pitfall ZMQ-8: a plain socket keeps a mute connection for half a minute, ours for five seconds") {
  PlainZmq plain;
  const auto own = fresh_pair();
  auto unsafe = plain.server(own);
  CHECK(unsafe.get(zmq::sockopt::handshake_ivl) == 30'000);
  Line line;
  const Mute at_plain{endpoint_of(unsafe)};
  const Mute at_ours{line.router->endpoint()};
  const auto branch = line.dial(line.enrol("site-11"));
  REQUIRE(line.next_change(*branch) == LinkChange::up);
  CHECK_FALSE(at_ours.is_closed());
  CHECK(line.until({}, [&] { return at_ours.is_closed(); }));
  CHECK_FALSE(at_plain.is_closed());
  // Nobody else notices.
  REQUIRE(branch->send(view_of("still here")));
  CHECK(text_of(line.next_received().value().frame) == "still here");
}

TEST_CASE("pitfall ZMQ-11: a message may begin at any address, ours reads it alike from there") {
  PlainZmq plain;
  const auto own = fresh_pair();
  auto gateway = plain.server(own);
  auto branch = plain.client(fresh_pair(), own.public_key);
  branch.connect(endpoint_of(gateway));
  int unaligned = 0;
  for (std::size_t size = 0; size < 64; ++size) {
    const wire::Frame frame = wire::Refusal{SessionId{7}, Code::hole, std::string(size, 'x'), 5};
    REQUIRE(try_send(branch, text_of(wire::encode(frame))));
    REQUIRE(is_readable(gateway));
    zmq::message_t part;
    REQUIRE(gateway.recv(part, zmq::recv_flags::dontwait).has_value());
    REQUIRE(gateway.recv(part, zmq::recv_flags::dontwait).has_value());
    const auto* const first = part.data<const std::byte>();
    if (reinterpret_cast<std::uintptr_t>(first) % 8 != 0) ++unaligned;
    const auto decoded = wire::decode({first, part.size()});
    REQUIRE(decoded.has_value());
    CHECK(*decoded == frame);
  }
  CHECK(unaligned > 0);
}

}  // namespace redress::link_test
