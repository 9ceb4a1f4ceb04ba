// Who knocks at the gateway's link: keys, mechanisms, floods of handshakes, slow peers.
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstring>

#include "tests/gateway/directory.h"
#include "tests/link/line.h"

namespace redress::hostile {
namespace {

using link_test::any_port;
using link_test::fresh_pair;
using link_test::Line;
using link_test::PlainZmq;
using link_test::try_send;
using shell::LinkChange;

// A TCP connection that says single bytes, or nothing.
class Slow {
 public:
  explicit Slow(const std::string& endpoint) {
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    at.sin_port = htons(static_cast<std::uint16_t>(std::stoi(endpoint.substr(endpoint.rfind(':') + 1))));
    REQUIRE(::connect(descriptor_, reinterpret_cast<const sockaddr*>(&at), sizeof at) == 0);
  }
  ~Slow() { ::close(descriptor_); }
  Slow(const Slow&) = delete;
  Slow& operator=(const Slow&) = delete;
  void say(std::string_view bytes) const {
    static_cast<void>(::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT));
  }
  [[nodiscard]] bool is_closed() const {
    std::array<char, 1024> bytes{};
    ssize_t got = 0;
    while ((got = ::recv(descriptor_, bytes.data(), bytes.size(), MSG_DONTWAIT)) > 0) {
    }
    return got == 0 || errno == ECONNRESET;
  }

 private:
  const int descriptor_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
};

// The 64 bytes with which a CURVE client of ZMTP 3.1 begins.
std::string greeting() {
  std::string out(64, '\0');
  out[0] = '\xFF';
  out[8] = '\x01';
  out[9] = '\x7F';
  out[10] = 3;
  out[11] = 1;
  out.replace(12, 5, "CURVE");
  return out;
}

// A branch beside whatever goes on: it comes in and is heard.
void check_served(Line& line, const std::string& name) {
  const auto branch = line.dial(line.enrol(name));
  REQUIRE(line.next_change(*branch) == LinkChange::up);
  REQUIRE(branch->send(view_of(name)));
  const auto got = line.next_received();
  REQUIRE(got);
  CHECK(got->user_id == name);
}

}  // namespace

TEST_CASE("Hostile: an unknown, a revoked and an expired key are refused at the handshake") {
  gateway::Directory directory;
  gateway::Members& members = *directory.members;
  Line line;
  const auto keys_of = [&](std::uint32_t site) {
    const auto pair = fresh_pair();
    gateway::Member invited = gateway::Directory::invited(site);
    invited.one_time = fresh_pair().public_key;
    REQUIRE(members.invite(invited).has_value());
    const gateway::Invitation by{SiteId{site}, *invited.one_time};
    REQUIRE(members.enrol(by, pair.public_key, gateway::key_number(site), gateway::noon).has_value());
    return pair;
  };
  const auto honest = keys_of(11);
  const auto revoked = keys_of(12);
  REQUIRE(members.revoke(SiteId{12}).has_value());
  const auto expired = fresh_pair();
  gateway::Member late = gateway::Directory::invited(13);
  late.one_time = expired.public_key;
  REQUIRE(members.invite(late).has_value());
  const WallTime later = gateway::plus_ms(gateway::noon, 2 * gateway::day_ms);
  // What ZAP answers from, as the programs have it.
  const auto user_id_of = [&](const PublicKey& key) { return members.user_id_of(key, later); };
  for (const auto* pair : {&revoked, &expired}) CHECK_FALSE(user_id_of(pair->public_key).has_value());
  const auto knock = [&](const shell::CurvePair& pair) {
    const auto dealer = line.dial(pair);
    std::optional<LinkChange> change;
    const auto until = after_ms(shell::mono_now(), link_test::patience_ms);
    while (!change && shell::mono_now() < until) {
      shell::Poller poller;
      poller.watch(line.zap->door());
      poller.watch(*dealer);
      REQUIRE(poller.wait(50).has_value());
      line.zap->answer_pending(user_id_of);
      change = dealer->link_change();
    }
    CHECK((change == LinkChange::up || !dealer->send(view_of("let me in"))));
    return change;
  };
  CHECK(knock(fresh_pair()) == LinkChange::refused);
  CHECK(knock(revoked) == LinkChange::refused);
  CHECK(knock(expired) == LinkChange::refused);
  CHECK(knock(honest) == LinkChange::up);
  CHECK(line.zap->refused_count() == 3);
  CHECK(line.zap->accepted_count() == 1);
  CHECK_FALSE(line.router->receive());
}

TEST_CASE("Hostile: clients of the mechanisms NULL and PLAIN are cut off without a word and without a question") {
  Line line;
  PlainZmq plain;
  auto naked = plain.socket(zmq::socket_type::dealer);
  auto worded = plain.socket(zmq::socket_type::dealer);
  worded.set(zmq::sockopt::plain_username, "site-11");
  worded.set(zmq::sockopt::plain_password, "word");
  int number = 0;
  for (auto* client : {&naked, &worded}) {
    const std::string name = "inproc://client-" + std::to_string(++number);
    client->set(zmq::sockopt::reconnect_ivl, -1);
    REQUIRE(zmq_socket_monitor(client->handle(), name.c_str(),
                               ZMQ_EVENT_DISCONNECTED | ZMQ_EVENT_HANDSHAKE_SUCCEEDED | ZMQ_EVENT_CLOSED |
                                   ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL | ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL) == 0);
    auto report = plain.socket(zmq::socket_type::pair);
    report.connect(name);
    client->connect(line.router->endpoint());
    // A word that finds no connection any more: it was cut off before it could speak.
    const auto is_told = [&] { return link_test::is_readable(report, 0); };
    REQUIRE((try_send(*client, "hello") || line.until({}, is_told)));
    REQUIRE(line.until({}, is_told));
    std::uint16_t event = 0;
    std::memcpy(&event, link_test::take_parts(report).at(0).data(), sizeof event);
    CHECK(event != ZMQ_EVENT_HANDSHAKE_SUCCEEDED);
    zmq_socket_monitor(client->handle(), nullptr, 0);
  }
  check_served(line, "site-11");
  CHECK_FALSE(line.router->receive());
  CHECK(line.router->dropped_count() == 0);
  CHECK(line.zap->accepted_count() == 1);
  CHECK(line.zap->refused_count() == 0);
}

TEST_CASE("Hostile: hundreds of handshakes that never end, or end refused, keep no branch out") {
  Line line;
  constexpr int flood = 300;
  std::vector<std::unique_ptr<Slow>> mute;
  std::vector<std::unique_ptr<Slow>> begun;
  std::vector<std::unique_ptr<shell::Dealer>> strangers;
  for (int i = 0; i < flood; ++i) {
    mute.push_back(std::make_unique<Slow>(line.router->endpoint()));
    begun.push_back(std::make_unique<Slow>(line.router->endpoint()));
    begun.back()->say(greeting());
  }
  for (int i = 0; i < 100; ++i) strangers.push_back(line.dial(fresh_pair()));
  check_served(line, "site-11");
  int refused = 0;
  for (auto& stranger : strangers) refused += line.next_change(*stranger) == LinkChange::refused ? 1 : 0;
  CHECK(refused == 100);
  CHECK(line.zap->refused_count() == 100);
  // The answer to those that say nothing more: closed, after the five seconds that a handshake may take.
  CHECK(line.until({}, [&] {
    std::erase_if(mute, [](const auto& one) { return one->is_closed(); });
    std::erase_if(begun, [](const auto& one) { return one->is_closed(); });
    return mute.empty() && begun.empty();
  }));
  CHECK_FALSE(line.router->receive());
  check_served(line, "site-12");
}

TEST_CASE("Hostile: a peer that says its handshake byte by byte is closed after five seconds, however lively") {
  Line line;
  const Slow slow{line.router->endpoint()};
  const auto began = shell::mono_now();
  // And of the command that comes next, as long as there are bytes of it.
  const std::string bytes = greeting() + "\x04\xC8\x05HELLO" + std::string(194, '\0');
  std::size_t said = 0;
  int rounds = 0;
  CHECK(line.until({}, [&] {
    // A byte each second time round, 40 ms or so: they last for ten seconds.
    if (++rounds % 2 == 0 && said < bytes.size()) slow.say(bytes.substr(said++, 1));
    return slow.is_closed();
  }));
  CHECK(said < bytes.size());
  CHECK(shell::mono_now().value() - began.value() < 9'000);
  CHECK(line.zap->accepted_count() + line.zap->refused_count() == 0);
  check_served(line, "site-11");
}

}  // namespace redress::hostile
