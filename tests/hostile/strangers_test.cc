// A thousand strangers and a flood of headers, against the memory and the service of the real gateway.
#include <netinet/in.h>
#include <sys/socket.h>

#include "tests/hostile/enlisted.h"

namespace redress::hostile {
namespace {

constexpr std::size_t grown_bytes_max = std::size_t{64} << 20;
constexpr std::size_t strangers = 1'000;
constexpr std::size_t flooders = 64;
constexpr std::int64_t drill_ms = 20'000;

class Stranger {
 public:
  explicit Stranger(int port) {
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    at.sin_port = htons(static_cast<std::uint16_t>(port));
    is_open_ = ::connect(descriptor_, reinterpret_cast<const sockaddr*>(&at), sizeof at) == 0;
  }
  ~Stranger() { ::close(descriptor_); }
  Stranger(const Stranger&) = delete;
  Stranger& operator=(const Stranger&) = delete;
  // As much of it as is taken now.
  std::size_t say(std::string_view bytes) {
    const ssize_t sent = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0 && errno != EAGAIN) is_open_ = false;
    return sent < 0 ? 0 : static_cast<std::size_t>(sent);
  }
  [[nodiscard]] bool is_open() {
    std::array<char, 4096> bytes{};
    ssize_t got = 0;
    while (is_open_ && (got = ::recv(descriptor_, bytes.data(), bytes.size(), MSG_DONTWAIT)) > 0) {
    }
    if (is_open_ && (got == 0 || errno != EAGAIN)) is_open_ = false;
    return is_open_;
  }

 private:
  const int descriptor_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  bool is_open_ = false;
};

int port_of(const std::string& url) {
  const std::string text = url.substr(url.rfind(':') + 1);
  return std::stoi(text);
}

// Whoever was thrown out comes back at once.
void refill(std::vector<std::unique_ptr<Stranger>>& all, std::size_t count, int port) {
  std::erase_if(all, [](const auto& one) { return !one->is_open(); });
  while (all.size() < count) all.push_back(std::make_unique<Stranger>(port));
}

}  // namespace

TEST_CASE("Drill: a thousand idle strangers and a flood of headers cost 64 MiB at most, and no service") {
  HeadOffice office;
  Enlisted branch{office.invite(10), 10};
  branch.submit("warm");
  REQUIRE(branch.until([&] { return branch.receipted() == Seq{1}; }));
  REQUIRE(office.gateway.case_count() == 1);
  const std::size_t before = office.resident_bytes();
  REQUIRE(before > 0);

  const int link_port = port_of(office.endpoint());
  const int door_port = port_of(system_test::Site::line_of(office.gateway.home + "/door.url"));
  std::vector<std::unique_ptr<Stranger>> idle;
  std::vector<std::unique_ptr<Stranger>> loud;
  const std::string headers = [] {
    std::string out;
    while (out.size() < 16'384) out += "X-Header: a value that says nothing at all\r\n";
    return out;
  }();
  std::size_t most = before;
  std::uint64_t flooded_bytes = 0;
  std::uint64_t cases = 1;
  std::size_t asked = 0;
  std::int64_t slowest_ms = 0;
  const auto end = after_ms(shell::mono_now(), drill_ms);
  while (shell::mono_now() < end) {
    refill(idle, strangers, link_port);
    refill(loud, flooders, door_port);
    for (std::size_t i = 0; i < loud.size(); ++i) {
      if (i % 2 == 0) loud[i]->say("GET / HTTP/1.1\r\nHost: localhost\r\n");
      flooded_bytes += loud[i]->say(headers);
    }
    // The branch is receipted, and the officers' door answers.
    const auto began = shell::mono_now();
    branch.submit("under siege");
    ++cases;
    REQUIRE(branch.until([&] { return branch.receipted() == Seq{cases}; }));
    const auto listed = office.gateway.client().get("/api/v1/cases?limit=1");
    REQUIRE(listed.has_value());
    ++asked;
    slowest_ms = std::max(slowest_ms, shell::mono_now().value() - began.value());
    most = std::max(most, office.resident_bytes());
  }
  INFO("grown=" << (most - before) << " flooded=" << flooded_bytes << " asked=" << asked << " slowest=" << slowest_ms);
  CHECK(idle.size() == strangers);
  CHECK(flooded_bytes > (std::uint64_t{1} << 20));
  CHECK(most - before <= grown_bytes_max);
  CHECK(asked > 20);
  CHECK(slowest_ms < 5'000);
  CHECK(branch.lines == 1);
  CHECK(office.gateway.case_count() == std::min<std::uint64_t>(cases, 500));
  WARN("measured: grown " << (most - before) / 1024 << " KiB, " << asked << " rounds, slowest " << slowest_ms << " ms");
}

}  // namespace redress::hostile
