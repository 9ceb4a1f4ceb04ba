#include "ops/demonstration/tcp_relay.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <string>

#include "ops/shell/process.h"

namespace redress::link_test {
namespace {

using demo::RelayState;

// A socket that never waits.
class Peer {
 public:
  explicit Peer(int descriptor) : descriptor_{descriptor} {
    REQUIRE(descriptor_ >= 0);
    fcntl(descriptor_, F_SETFL, fcntl(descriptor_, F_GETFL) | O_NONBLOCK);
  }
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;
  ~Peer() { close(descriptor_); }

  [[nodiscard]] std::size_t write(std::string_view text) {
    const auto sent = ::send(descriptor_, text.data(), text.size(), MSG_NOSIGNAL);
    return sent < 0 ? 0 : static_cast<std::size_t>(sent);
  }
  // Adds what has come to `got`; notices the end.
  void read() {
    char buffer[65536];
    const auto size = recv(descriptor_, buffer, sizeof buffer, 0);
    if (size > 0) got.append(buffer, static_cast<std::size_t>(size));
    if (size == 0) has_ended = true;
    if (size < 0 && errno != EAGAIN) is_reset = true;
  }
  void end() { shutdown(descriptor_, SHUT_WR); }
  [[nodiscard]] int descriptor() const { return descriptor_; }

  std::string got;
  bool has_ended = false;
  bool is_reset = false;

 private:
  const int descriptor_;
};

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in at{};
  at.sin_family = AF_INET;
  at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  at.sin_port = htons(port);
  return at;
}

std::string make_folder() {
  std::string name = (std::filesystem::temp_directory_path() / "relay-XXXXXX").string();
  REQUIRE(mkdtemp(name.data()) != nullptr);
  return name;
}

// A relay before a listening server, all in one thread.
struct Stage {
  const std::string folder = make_folder();
  Peer server{socket(AF_INET, SOCK_STREAM, 0)};
  Instant now{1000};
  std::unique_ptr<demo::TcpRelay> relay;

  Stage() {
    auto at = loopback(0);
    socklen_t size = sizeof at;
    REQUIRE(bind(server.descriptor(), reinterpret_cast<const sockaddr*>(&at), size) == 0);
    REQUIRE(listen(server.descriptor(), 16) == 0);
    REQUIRE(getsockname(server.descriptor(), reinterpret_cast<sockaddr*>(&at), &size) == 0);
    auto opened = demo::TcpRelay::open(
        {"127.0.0.1:0", "127.0.0.1:" + std::to_string(ntohs(at.sin_port)), control_path()}, [this] { return now; });
    INFO((opened ? "" : opened.error().what));
    REQUIRE(opened.has_value());
    relay = *std::move(opened);
  }
  ~Stage() {
    relay.reset();
    std::filesystem::remove_all(folder);
  }
  [[nodiscard]] std::string control_path() const { return folder + "/control"; }

  [[nodiscard]] std::unique_ptr<Peer> connect_client() const {
    auto client = std::make_unique<Peer>(socket(AF_INET, SOCK_STREAM, 0));
    const auto at = loopback(relay->port());
    const int done = connect(client->descriptor(), reinterpret_cast<const sockaddr*>(&at), sizeof at);
    REQUIRE((done == 0 || errno == EINPROGRESS));
    return client;
  }
  [[nodiscard]] std::unique_ptr<Peer> connect_controller() const {
    auto controller = std::make_unique<Peer>(socket(AF_UNIX, SOCK_STREAM, 0));
    sockaddr_un at{};
    at.sun_family = AF_UNIX;
    control_path().copy(at.sun_path, sizeof at.sun_path - 1);
    REQUIRE(connect(controller->descriptor(), reinterpret_cast<const sockaddr*>(&at), sizeof at) == 0);
    return controller;
  }
  // Runs the relay until `holds`; false if it does not in time.
  [[nodiscard]] bool until(const std::function<bool()>& holds) const {
    const auto last = after_ms(shell::mono_now(), 10'000);
    while (!holds()) {
      if (shell::mono_now() > last) return false;
      relay->turn(5);
    }
    return true;
  }
  [[nodiscard]] bool reads(Peer& peer, const std::string& text) const {
    return until([&] {
      peer.read();
      return peer.got == text;
    });
  }
  // Writes until all is written or nothing moves any more; says how much that was.
  [[nodiscard]] std::size_t fill(Peer& client, std::size_t at_most) const {
    const std::string block(64 * 1024, 'x');
    std::size_t written = 0;
    std::uint64_t taken = 0;
    int idle_turns = 0;
    CHECK(until([&] {
      const auto size = client.write(std::string_view{block}.substr(0, at_most - written));
      written += size;
      const bool is_idle = size == 0 && taken == relay->status().bytes_up;
      taken = relay->status().bytes_up;
      idle_turns = is_idle ? idle_turns + 1 : 0;
      return idle_turns > 10;
    }));
    return written;
  }
  // Reads to the end; says how much there was.
  [[nodiscard]] std::size_t drain(Peer& peer) const {
    std::size_t arrived = 0;
    CHECK(until([&] {
      peer.read();
      arrived += peer.got.size();
      peer.got.clear();
      return peer.has_ended || peer.is_reset;
    }));
    return arrived;
  }
  // The server's end of the newest connection.
  [[nodiscard]] std::unique_ptr<Peer> accept_one() const {
    int descriptor = -1;
    REQUIRE(until([&] { return (descriptor = accept(server.descriptor(), nullptr, nullptr)) >= 0; }));
    return std::make_unique<Peer>(descriptor);
  }
};

}  // namespace

TEST_CASE("Relay: forwards both ways and counts", "[link][relay]") {
  Stage stage;
  const auto client = stage.connect_client();
  REQUIRE(client->write("question") == 8);
  const auto server = stage.accept_one();
  CHECK(stage.reads(*server, "question"));
  REQUIRE(server->write("an answer") == 9);
  CHECK(stage.reads(*client, "an answer"));
  const auto second = stage.connect_client();
  const auto second_server = stage.accept_one();
  CHECK(demo::to_json(stage.relay->status()) ==
        R"({"state":"open","connections":2,"accepted":2,"bytes_up":8,"bytes_down":9,"cuts":0,"cut_ms":0})");
}

TEST_CASE("Relay: with nothing to pass on it waits", "[link][relay]") {
  Stage stage;
  const auto client = stage.connect_client();
  REQUIRE(client->write("question") == 8);
  const auto server = stage.accept_one();
  REQUIRE(stage.reads(*server, "question"));
  // It may have something to do a few times more, but not for ever.
  CHECK(stage.until([&] {
    const Instant before = shell::mono_now();
    stage.relay->turn(50);
    return shell::mono_now() >= after_ms(before, 45);
  }));
}

TEST_CASE("Relay: an end is passed on after all that came before it, and the other way stays open", "[link][relay]") {
  Stage stage;
  const auto client = stage.connect_client();
  REQUIRE(client->write("question") == 8);
  client->end();
  const auto server = stage.accept_one();
  CHECK(stage.reads(*server, "question"));
  CHECK(stage.until([&] { return server->read(), server->has_ended; }));
  REQUIRE(server->write("answer") == 6);
  CHECK(stage.reads(*client, "answer"));
  CHECK(stage.relay->status().connections == 1);
  server->end();
  CHECK(stage.until([&] { return client->read(), client->has_ended; }));
  CHECK(stage.until([&] { return stage.relay->status().connections == 0; }));
}

TEST_CASE("Relay: a cut resets both ends and everyone who comes, until healed", "[link][relay]") {
  Stage stage;
  const auto client = stage.connect_client();
  REQUIRE(client->write("question") == 8);
  const auto server = stage.accept_one();
  REQUIRE(stage.reads(*server, "question"));

  stage.relay->cut();
  CHECK(stage.until([&] { return client->read(), client->is_reset; }));
  CHECK(stage.until([&] { return server->read(), server->is_reset; }));
  const auto refused = stage.connect_client();
  CHECK(stage.until([&] { return refused->read(), refused->is_reset; }));
  CHECK(accept(stage.server.descriptor(), nullptr, nullptr) < 0);
  stage.now = Instant{1250};
  CHECK(demo::to_json(stage.relay->status()) ==
        R"({"state":"cut","connections":0,"accepted":1,"bytes_up":8,"bytes_down":0,"cuts":1,"cut_ms":250})");

  stage.relay->cut();
  stage.relay->heal();
  stage.now = Instant{2000};
  CHECK(demo::to_json(stage.relay->status()) ==
        R"({"state":"open","connections":0,"accepted":1,"bytes_up":8,"bytes_down":0,"cuts":1,"cut_ms":250})");
  const auto again = stage.connect_client();
  REQUIRE(again->write("again") == 5);
  CHECK(stage.reads(*stage.accept_one(), "again"));
}

TEST_CASE("Relay: a stall keeps connections and moves nothing, not even their ends", "[link][relay]") {
  Stage stage;
  const auto client = stage.connect_client();
  const auto server = stage.accept_one();
  stage.relay->stall();
  REQUIRE(client->write("held") == 4);
  client->end();
  const auto late = stage.connect_client();
  REQUIRE(late->write("late") == 4);
  const auto late_server = stage.accept_one();
  // Whatever the relay would forward it would have forwarded with the turns that brought the late connection.
  stage.relay->turn(0);
  server->read();
  late_server->read();
  CHECK(server->got.empty());
  CHECK_FALSE(server->has_ended);
  CHECK(late_server->got.empty());
  CHECK(stage.relay->status().connections == 2);
  CHECK(stage.relay->status().bytes_up == 0);
  CHECK(stage.relay->status().state == RelayState::stalled);

  stage.relay->heal();
  CHECK(stage.reads(*server, "held"));
  CHECK(stage.until([&] { return server->read(), server->has_ended; }));
  CHECK(stage.reads(*late_server, "late"));
}

TEST_CASE("Relay: who sends faster than the other end takes is not read from, and nothing of it is lost",
          "[link][relay]") {
  constexpr std::size_t flood = 64 * 1024 * 1024;
  Stage stage;
  const auto first = stage.connect_client();
  const auto first_server = stage.accept_one();
  const auto written = stage.fill(*first, flood);
  CHECK(written < flood);
  const auto taken = stage.relay->status().bytes_up;
  first->end();
  CHECK(stage.drain(*first_server) == written);

  // So much that the relay has read it all and holds some of it back: the end must wait for that.
  const auto second = stage.connect_client();
  const auto second_server = stage.accept_one();
  const auto less = static_cast<std::size_t>(taken) - demo::TcpRelay::buffered_bytes_max / 2;
  CHECK(stage.fill(*second, less) == less);
  second->end();
  for (int turn = 0; turn < 3; ++turn) stage.relay->turn(5);
  CHECK(stage.drain(*second_server) == less);
}

TEST_CASE("Relay: where nobody listens at the other end, who connects is reset", "[link][relay]") {
  Stage stage;
  shutdown(stage.server.descriptor(), SHUT_RDWR);
  const auto client = stage.connect_client();
  CHECK(stage.until([&] { return client->read(), client->is_reset; }));
  CHECK(stage.until([&] { return stage.relay->status().connections == 0; }));
}

TEST_CASE("Relay: a controller says cut, stall, heal and status, a line each", "[link][relay]") {
  Stage stage;
  const auto controller = stage.connect_controller();
  const auto answer_to = [&](const std::string& line) {
    controller->got.clear();
    REQUIRE(controller->write(line) == line.size());
    REQUIRE(stage.until([&] { return controller->read(), controller->got.ends_with("\n"); }));
    return controller->got;
  };
  const std::string rest = R"("connections":0,"accepted":0,"bytes_up":0,"bytes_down":0,"cuts":)";
  CHECK(answer_to("status\n") == R"({"state":"open",)" + rest + "0,\"cut_ms\":0}\n");
  CHECK(answer_to("cut\r\n") == R"({"state":"cut",)" + rest + "1,\"cut_ms\":0}\n");
  CHECK(answer_to("stall\n") == R"({"state":"stalled",)" + rest + "1,\"cut_ms\":0}\n");
  CHECK(answer_to("heal\n") == R"({"state":"open",)" + rest + "1,\"cut_ms\":0}\n");
  CHECK(answer_to("burn\n").starts_with(R"({"error":)"));
  CHECK(stage.relay->status().state == RelayState::open);

  SECTION("a line without end closes the connection") {
    const std::string endless(demo::TcpRelay::command_bytes_max + 1, 'c');
    REQUIRE(controller->write(endless) == endless.size());
    CHECK(stage.until([&] { return controller->read(), controller->has_ended || controller->is_reset; }));
  }
}

TEST_CASE("Relay: the control socket is its owner's, replaces a stale one and nothing else, and goes at the end",
          "[link][relay]") {
  Stage stage;
  struct stat found {};
  REQUIRE(stat(stage.control_path().c_str(), &found) == 0);
  CHECK((found.st_mode & 0777) == 0700);
  stage.relay.reset();
  CHECK_FALSE(std::filesystem::exists(stage.control_path()));

  std::ofstream{stage.control_path()} << "precious";
  const auto clock = [] { return Instant{}; };
  const auto on_file = demo::TcpRelay::open({"127.0.0.1:0", "127.0.0.1:1", stage.control_path()}, clock);
  REQUIRE_FALSE(on_file);
  CHECK(on_file.error().code == Code::bad_config);
  CHECK(std::filesystem::file_size(stage.control_path()) == 8);
  std::filesystem::remove(stage.control_path());

  const Peer stale{socket(AF_UNIX, SOCK_STREAM, 0)};
  sockaddr_un at{};
  at.sun_family = AF_UNIX;
  stage.control_path().copy(at.sun_path, sizeof at.sun_path - 1);
  REQUIRE(bind(stale.descriptor(), reinterpret_cast<const sockaddr*>(&at), sizeof at) == 0);
  CHECK(demo::TcpRelay::open({"127.0.0.1:0", "127.0.0.1:1", stage.control_path()}, clock).has_value());
}

TEST_CASE("Relay: an address or path that is none is named", "[link][relay]") {
  const auto field_of = [](const demo::RelayPlan& plan) {
    const auto opened = demo::TcpRelay::open(plan, [] { return Instant{}; });
    REQUIRE_FALSE(opened);
    CHECK(opened.error().code == Code::bad_config);
    return opened.error().field;
  };
  CHECK(field_of({"localhost:0", "127.0.0.1:1", "control"}) == "listen");
  CHECK(field_of({"127.0.0.1:0", "127.0.0.1:70000", "control"}) == "to");
  CHECK(field_of({"127.0.0.1:0", "127.0.0.1:1", ""}) == "control");
  CHECK(field_of({"127.0.0.1:0", "127.0.0.1:1", std::string(200, 'x')}) == "control");
}

TEST_CASE("Relay: run ends when its descriptor becomes readable", "[link][relay]") {
  Stage stage;
  int ends[2];
  REQUIRE(pipe(ends) == 0);
  REQUIRE(stage.relay->end_when_readable(ends[0]).has_value());
  REQUIRE(write(ends[1], "x", 1) == 1);
  stage.relay->run();
  SUCCEED("it came back");
  close(ends[0]);
  close(ends[1]);
}

TEST_CASE("Relay: a hole lets one way through and keeps the other until healed", "[link][relay]") {
  Stage stage;
  const auto client = stage.connect_client();
  REQUIRE(client->write("a") == 1);
  const auto server = stage.accept_one();
  CHECK(stage.reads(*server, "a"));
  CHECK(stage.relay->obey("hole up").find("\"state\":\"hole_up\"") != std::string::npos);
  REQUIRE(client->write("b") == 1);
  REQUIRE(server->write("answer") == 6);
  CHECK(stage.reads(*client, "answer"));
  server->read();
  CHECK(server->got == "a");
  CHECK(stage.relay->status().bytes_up == 1);
  static_cast<void>(stage.relay->obey("hole down"));
  REQUIRE(server->write("!") == 1);
  CHECK(stage.reads(*server, "ab"));
  client->read();
  CHECK(client->got == "answer");
  stage.relay->heal();
  CHECK(stage.reads(*client, "answer!"));
}

TEST_CASE("Relay: with a delay everything comes in order, not before its time, and its end after it", "[link][relay]") {
  Stage stage;
  const auto client = stage.connect_client();
  const auto server = stage.accept_one();
  static_cast<void>(stage.relay->obey("delay 50"));
  REQUIRE(client->write("early ") == 6);
  CHECK(stage.until([&] { return stage.relay->status().bytes_up == 6; }));
  stage.now = after_ms(stage.now, 49);
  REQUIRE(client->write("late") == 4);
  CHECK(stage.until([&] { return stage.relay->status().bytes_up == 10; }));
  client->end();
  // More turns than the delay takes in real time: what is due is for the clock to say.
  for (int i = 0; i < 30; ++i) stage.relay->turn(5);
  server->read();
  CHECK(server->got.empty());
  stage.now = after_ms(stage.now, 1);
  CHECK(stage.reads(*server, "early "));
  CHECK_FALSE(server->has_ended);
  stage.now = after_ms(stage.now, 49);
  CHECK(stage.reads(*server, "early late"));
  CHECK(stage.until([&] { return server->read(), server->has_ended; }));
}

TEST_CASE("Relay: a rate holds back, a drip comes byte by byte", "[link][relay]") {
  Stage stage;
  const auto client = stage.connect_client();
  const auto server = stage.accept_one();
  const auto begin = shell::mono_now();
  SECTION("rate") {
    static_cast<void>(stage.relay->obey("rate 20000"));
    REQUIRE(client->write(std::string(6'000, 'x')) == 6'000);
    CHECK(stage.reads(*server, std::string(6'000, 'x')));
    CHECK(shell::mono_now().value() - begin.value() >= 200);  // a quarter second and a tick at most less
  }
  SECTION("drip") {
    static_cast<void>(stage.relay->obey("drip 100"));
    REQUIRE(client->write("0123456789") == 10);
    std::size_t largest = 0;
    CHECK(stage.until([&] {
      const std::size_t before = server->got.size();
      server->read();
      largest = std::max(largest, server->got.size() - before);
      return server->got.size() == 10;
    }));
    CHECK(largest <= 2);
  }
}

TEST_CASE("Relay: flapping cuts and opens by itself; a reset ends what there is and takes what comes",
          "[link][relay]") {
  Stage stage;
  const auto client = stage.connect_client();
  const auto server = stage.accept_one();
  stage.relay->reset();
  CHECK(stage.until([&] { return client->read(), client->is_reset; }));
  CHECK(stage.relay->status().state == RelayState::open);
  const auto second = stage.connect_client();
  const auto second_server = stage.accept_one();
  static_cast<void>(stage.relay->obey("flap 10"));
  CHECK(stage.until([&] { return second->read(), second->is_reset; }));
  CHECK(stage.until([&] { return stage.relay->status().cuts >= 3; }));
  static_cast<void>(stage.relay->obey("heal"));
  const auto cuts = stage.relay->status().cuts;
  for (int i = 0; i < 10; ++i) stage.relay->turn(5);
  CHECK(stage.relay->status().cuts == cuts);
  CHECK(stage.relay->status().state == RelayState::open);
}

TEST_CASE("Relay: a number that is none changes nothing", "[link][relay]") {
  Stage stage;
  for (const char* command :
       {"delay", "delay ", "delay x", "delay -1", "rate 5 5", "hole", "hole sideways", "flap 1s"}) {
    INFO(command);
    CHECK(stage.relay->obey(command).starts_with("{\"error\""));
  }
}

}  // namespace redress::link_test
