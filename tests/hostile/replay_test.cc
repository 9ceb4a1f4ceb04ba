// Replayed traffic: frames of an earlier session, and the very bytes of the wire.
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>

#include "tests/link/line.h"
#include "tests/sim/forge.h"

namespace redress::hostile {
namespace {

using link_test::Line;

int connected_to(const std::string& endpoint) {
  sockaddr_in at{};
  at.sin_family = AF_INET;
  at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  at.sin_port = htons(static_cast<std::uint16_t>(std::stoi(endpoint.substr(endpoint.rfind(':') + 1))));
  const int descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  REQUIRE(::connect(descriptor, reinterpret_cast<const sockaddr*>(&at), sizeof at) == 0);
  return descriptor;
}

// Passes one connection on, and keeps what its client said.
class Wiretap {
 public:
  explicit Wiretap(std::string to) : to_{std::move(to)} {
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof at;
    REQUIRE(::bind(listener_, reinterpret_cast<const sockaddr*>(&at), sizeof at) == 0);
    REQUIRE(::listen(listener_, 1) == 0);
    REQUIRE(::getsockname(listener_, reinterpret_cast<sockaddr*>(&at), &size) == 0);
    endpoint = "tcp://127.0.0.1:" + std::to_string(ntohs(at.sin_port));
  }
  ~Wiretap() {
    for (const int descriptor : {listener_, client_, server_}) {
      if (descriptor >= 0) ::close(descriptor);
    }
  }
  Wiretap(const Wiretap&) = delete;
  Wiretap& operator=(const Wiretap&) = delete;

  // Moves what is there to move.
  void turn() {
    if (client_ < 0) {
      client_ = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
      if (client_ < 0) return;
      server_ = connected_to(to_);
    }
    heard += pass(client_, server_);
    static_cast<void>(pass(server_, client_));
  }

  std::string endpoint;
  std::string heard;

 private:
  static std::string pass(int from, int to) {
    std::string bytes(65'536, '\0');
    const ssize_t got = ::recv(from, bytes.data(), bytes.size(), MSG_DONTWAIT);
    bytes.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
    if (!bytes.empty()) REQUIRE(::send(to, bytes.data(), bytes.size(), MSG_NOSIGNAL) == got);
    return bytes;
  }
  const std::string to_;
  const int listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  int client_ = -1;
  int server_ = -1;
};

}  // namespace

TEST_CASE("Hostile: frames of an earlier session, said again in any order, are stale and change nothing") {
  sim::Pair pair{310};
  std::vector<Bytes> recorded;
  pair.tap = [&](SiteId from, Bytes& frame) {
    const auto decoded = wire::decode(frame);
    // A hello asks for a session; what it may say is the copy's business (P8). All else belongs to one.
    if (from != head_office && decoded && !std::holds_alternative<wire::Hello>(*decoded)) recorded.push_back(frame);
    return true;
  };
  for (int i = 0; i < 10; ++i) {
    REQUIRE(pair.register_case(pair.branch(), "desk/" + std::to_string(i)).has_value());
    REQUIRE(pair.drive_bounded());
  }
  pair.drive(5'000);
  pair.crash(pair.branch());
  REQUIRE(pair.drive_bounded());
  pair.drive(5'000);
  pair.tap = nullptr;
  REQUIRE(recorded.size() > 10);
  REQUIRE(pair.served() != nullptr);
  const SessionId session = pair.served()->exchange().session();
  // Of the session now, none was recorded as far as it matters: keep those of the earlier one.
  std::erase_if(recorded, [&](const Bytes& frame) {
    const auto decoded = wire::decode(frame);
    const auto* beat = decoded ? std::get_if<wire::Beat>(&*decoded) : nullptr;
    const auto* batch = decoded ? std::get_if<wire::Batch>(&*decoded) : nullptr;
    const auto* receipted = decoded ? std::get_if<wire::Receipted>(&*decoded) : nullptr;
    const SessionId of = beat != nullptr        ? beat->session
                         : batch != nullptr     ? batch->session
                         : receipted != nullptr ? receipted->session
                                                : session;
    return of == session;
  });
  REQUIRE(recorded.size() > 10);
  const journal::LedgerMark before = pair.gateway().site->ledger();
  const std::size_t events_before = pair.gateway().events.size();
  sim::SeededRandom random{3};
  constexpr int replays = 2'000;
  for (int i = 0; i < replays; ++i) {
    pair.inject_to_gateway(
        recorded[static_cast<std::size_t>(random.below(static_cast<std::int64_t>(recorded.size())))]);
  }
  pair.drive(1'000);
  CHECK(pair.gateway().site->ledger() == before);
  CHECK(pair.served()->exchange().session() == session);
  CHECK(pair.served()->state() == sync::GatewaySession::State::up);
  const auto& events = pair.gateway().events;
  const auto stale = std::count_if(events.begin() + static_cast<std::ptrdiff_t>(events_before), events.end(),
                                   [](const sync::Event& event) {
                                     return event.what == sync::Happening::stale && event.code == Code::stale_session;
                                   });
  CHECK(stale == replays);
  CHECK(sim::lines_of(pair.judge()).empty());
}

TEST_CASE("Hostile: the bytes of a whole connection, said again by somebody else, are not heard") {
  Line line;
  const auto own = line.enrol("site-11");
  Wiretap tap{line.router->endpoint()};
  const auto branch =
      link_test::value_of(shell::Dealer::open(*line.context, tap.endpoint, own, line.gateway.public_key));
  bool is_up = false;
  REQUIRE(line.until({branch.get()}, [&] {
    tap.turn();
    if (const auto change = branch->link_change()) is_up = *change == shell::LinkChange::up;
    return is_up;
  }));
  REQUIRE(branch->send(view_of("a complaint")));
  std::optional<shell::Received> got;
  REQUIRE(line.until({branch.get()}, [&] {
    tap.turn();
    return (got = line.router->receive()).has_value();
  }));
  CHECK(text_of(got->frame) == "a complaint");
  CHECK(tap.heard.find("a complaint") == std::string::npos);
  REQUIRE(line.zap->accepted_count() == 1);

  const int replay = connected_to(line.router->endpoint());
  REQUIRE(::send(replay, tap.heard.data(), tap.heard.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(tap.heard.size()));
  // The answer: the connection is closed, at the first thing that is sealed to the connection of then.
  CHECK(line.until({}, [&] {
    CHECK_FALSE(line.router->receive());
    std::array<char, 4096> bytes{};
    const ssize_t said = ::recv(replay, bytes.data(), bytes.size(), MSG_DONTWAIT);
    return said == 0 || (said < 0 && errno == ECONNRESET);
  }));
  ::close(replay);
  CHECK(line.zap->accepted_count() == 1);
  CHECK(line.router->dropped_count() == 0);
  REQUIRE(branch->send(view_of("still here")));
  REQUIRE(line.until({branch.get()}, [&] {
    tap.turn();
    return (got = line.router->receive()).has_value();
  }));
  CHECK(text_of(got->frame) == "still here");
}

}  // namespace redress::hostile
