// What ZeroMQ 4.3.4 leaves to whoever uses it, and the sessions do: ZMQ-2, 6, 9 and 10.
#include <cstring>
#include <fstream>
#include <set>

#include "ops/demonstration/tcp_relay.h"
#include "tests/gateway/office.h"
#include "tests/link/line.h"
#include "tests/pitfalls/child.h"
#include "tests/sim/forge.h"
#include "tests/store/folder.h"

namespace redress::pitfalls {
namespace {

using link_test::any_port;
using link_test::endpoint_of;
using link_test::is_readable;
using link_test::Line;
using link_test::PlainZmq;
using link_test::take_parts;
using link_test::try_send;
using sim::Cut;
using sim::Pair;

// The number that a monitor reports with an event: u16 event, u32 value, in the machine's own order.
std::uint32_t reported_value(const std::string& part) {
  std::uint32_t value = 0;
  std::memcpy(&value, part.data() + sizeof(std::uint16_t), sizeof value);
  return value;
}

}  // namespace

TEST_CASE("pitfall ZMQ-2: what a killed program had sent is lost though it was taken; ours is sent again") {
  SECTION("bare") {
    constexpr int sent = 500;
    const store::Folder folder;
    const std::string endpoint_path = folder.at("endpoint");
    const Signal listens;
    const Signal has_sent;
    Child gateway{[&] {
      PlainZmq plain;
      auto router = plain.socket(zmq::socket_type::router);
      router.bind(any_port);
      std::ofstream{endpoint_path} << endpoint_of(router);
      listens.give();
      zmq::message_t from;
      zmq::message_t part;
      if (!router.recv(from) || !router.recv(part)) return 1;
      const std::string frame(64 * 1024, 'x');
      for (int i = 0; i < sent; ++i) {
        if (!router.send(zmq::buffer(from.to_string()), zmq::send_flags::sndmore)) return 2;
        if (!router.send(zmq::buffer(frame), zmq::send_flags::dontwait)) return 3;
      }
      has_sent.give();
      ::pause();
      return 0;
    }};
    listens.take();
    PlainZmq plain;
    auto branch = plain.socket(zmq::socket_type::dealer);
    branch.set(zmq::sockopt::rcvhwm, 1);
    branch.set(zmq::sockopt::reconnect_ivl, -1);
    REQUIRE(zmq_socket_monitor(branch.handle(), "inproc://gone", ZMQ_EVENT_DISCONNECTED) == 0);
    auto gone = plain.socket(zmq::socket_type::pair);
    gone.connect("inproc://gone");
    std::string endpoint;
    std::ifstream{endpoint_path} >> endpoint;
    branch.connect(endpoint);
    REQUIRE(try_send(branch, "here I am"));
    has_sent.take();
    gateway.signal(SIGKILL);
    REQUIRE(gateway.finish() == 128 + SIGKILL);
    int arrived = 0;
    for (bool is_gone = false; !is_gone || is_readable(branch, 0);) {
      is_gone = is_gone || is_readable(gone, 10);
      while (is_readable(branch, 0)) {
        REQUIRE(take_parts(branch).size() == 1);
        ++arrived;
      }
    }
    CHECK(arrived < sent);
  }
  SECTION("ours: both ends die between a commit and its sends, again and again") {
    Pair pair{201};
    constexpr int cases = 20;
    for (int i = 0; i < cases; ++i) {
      const auto registered = pair.register_case(pair.branch(), "desk/" + std::to_string(i));
      REQUIRE(registered.has_value());
      pair.gateway().crash_after_commit = true;
      pair.branch().crash_after_commit = i % 3 == 0;
      pair.drive(200);
      REQUIRE(pair.drive_bounded());
      const auto disposed = pair.dispose(registered->case_id, "office/" + std::to_string(i));
      CHECK((disposed || disposed.error().code == Code::unknown_outcome));
    }
    REQUIRE(pair.drive_bounded());
    CHECK(pair.gateway().crashes >= cases);
    CHECK(sim::lines_of(pair.judge()).empty());
  }
}

TEST_CASE("pitfall ZMQ-6: a key that is taken off goes on talking; ours asks at every message") {
  SECTION("bare: the connection was let in, and stays") {
    Line line;
    const auto branch = line.dial(line.enrol("site-11"));
    REQUIRE(line.next_change(*branch) == shell::LinkChange::up);
    line.known.clear();
    REQUIRE(branch->send(view_of("still in")));
    CHECK(text_of(line.next_received().value().frame) == "still in");
  }
  SECTION("ours") {
    gateway::Office office;
    gateway::Dialled& branch = office.dial();
    static_cast<void>(office.register_case(branch));
    REQUIRE(office.directory.members->revoke(SiteId{2}).has_value());
    office.submit(branch.agent, office.registration(branch.node, "after"));
    office.settle();
    CHECK(gateway::refused_with(branch) == Code::revoked);
    CHECK(office.office.site->ledger().position == Position{1});
  }
}

TEST_CASE("pitfall ZMQ-9: a line that died in silence looks alive, and takes; ours misses the heartbeats") {
  SECTION("bare") {
    const store::Folder folder;
    PlainZmq plain;
    auto gateway = plain.socket(zmq::socket_type::router);
    gateway.bind(any_port);
    const std::string to = endpoint_of(gateway).substr(std::string_view{"tcp://"}.size());
    auto relay = demo::TcpRelay::open({"127.0.0.1:0", to, folder.at("control")}, shell::mono_now);
    REQUIRE(relay.has_value());
    auto branch = plain.socket(zmq::socket_type::dealer);
    REQUIRE(zmq_socket_monitor(branch.handle(), "inproc://branch", ZMQ_EVENT_DISCONNECTED) == 0);
    auto noticed = plain.socket(zmq::socket_type::pair);
    noticed.connect("inproc://branch");
    branch.connect("tcp://127.0.0.1:" + std::to_string((*relay)->port()));
    REQUIRE(try_send(branch, "before"));
    while (!is_readable(gateway, 0)) (*relay)->turn(10);
    REQUIRE(take_parts(gateway).at(1) == "before");
    (*relay)->stall();
    for (int i = 0; i < 20; ++i) CHECK(try_send(branch, "into the dark"));
    const auto end = after_ms(shell::mono_now(), 600);
    while (shell::mono_now() < end) (*relay)->turn(20);
    CHECK_FALSE(is_readable(noticed, 0));
    CHECK_FALSE(is_readable(gateway, 0));
  }
  SECTION("ours: both ends say so within four heartbeats, and nothing is lost") {
    Pair pair{209};
    pair.drive(1'000);
    REQUIRE(pair.agent().state() == sync::AgentSession::State::up);
    pair.cut(Cut::both);
    const auto registered = pair.register_case(pair.branch(), "desk/1");
    REQUIRE(registered.has_value());
    pair.drive(8'500);
    CHECK(pair.agent().state() != sync::AgentSession::State::up);
    CHECK(pair.agent().trouble()->code == Code::silent);
    const auto* const served = pair.served();
    CHECK((served == nullptr || served->state() == sync::GatewaySession::State::ended));
    pair.cut(Cut::none);
    REQUIRE(pair.drive_bounded());
    CHECK(sim::lines_of(pair.judge()).empty());
  }
}

TEST_CASE("pitfall ZMQ-10: built-in back-off brings everybody back at once; ours spreads them over the whole time") {
  SECTION("bare: whatever the wait has grown to, all of them differ by less than the first") {
    constexpr std::uint32_t first_ms = 10;
    constexpr int tries = 5;
    const link_test::DeadPort nobody;
    PlainZmq plain;
    std::vector<zmq::socket_t> branches;
    std::vector<zmq::socket_t> reports;
    for (int i = 0; i < 10; ++i) {
      auto branch = plain.socket(zmq::socket_type::dealer);
      branch.set(zmq::sockopt::reconnect_ivl, static_cast<int>(first_ms));
      branch.set(zmq::sockopt::reconnect_ivl_max, 10'000);
      const std::string name = "inproc://branch-" + std::to_string(i);
      REQUIRE(zmq_socket_monitor(branch.handle(), name.c_str(), ZMQ_EVENT_CONNECT_RETRIED) == 0);
      reports.push_back(plain.socket(zmq::socket_type::pair));
      reports.back().connect(name);
      branch.connect(nobody.endpoint());
      branches.push_back(std::move(branch));
    }
    for (auto& report : reports) {
      for (int attempt = 0; attempt < tries; ++attempt) {
        REQUIRE(is_readable(report));
        const std::uint32_t wait_ms = reported_value(take_parts(report).at(0));
        CHECK(wait_ms >= first_ms << attempt);
        CHECK(wait_ms < (first_ms << attempt) + first_ms);
      }
    }
    for (auto& branch : branches) zmq_socket_monitor(branch.handle(), nullptr, 0);
  }
  SECTION("ours") {
    constexpr int branches = 300;
    constexpr std::size_t slot_ms = 100;
    const casework::Kinds kinds{casework::shipped_kinds()};
    sim::Node node{SiteId{2}, head_office, 1, kinds};
    std::map<std::size_t, int> slots;
    for (std::uint64_t seed = 1; seed <= branches; ++seed) {
      sim::SeededRandom random{seed};
      sync::AgentSession session{gateway::Office::self_of(node), {node.keys.signing.public_key}, random};
      Now now{Instant{1'000}, WallTime{1'795'305'600'000}};
      std::int64_t wait_ms = 0;
      for (int failure = 0; failure < 6; ++failure) {
        now.mono = session.next_deadline();
        session.on_tick(now);
        REQUIRE(session.state() == sync::AgentSession::State::opening);
        session.on_line_down(now, Code::unreachable);
        wait_ms = session.next_deadline().value() - now.mono.value();
      }
      CHECK(wait_ms <= 3'001);
      ++slots[static_cast<std::size_t>(wait_ms) / slot_ms];
    }
    int busiest = 0;
    for (const auto& [slot, count] : slots) busiest = std::max(busiest, count);
    CHECK(busiest <= branches / 12);
    CHECK(slots.size() >= 28);
  }
}

}  // namespace redress::pitfalls
