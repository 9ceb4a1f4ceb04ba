// A revoked site is out of its live session within five seconds, whether it sends or only listens, and stays out (A3).
#include <sys/inotify.h>

#include <atomic>
#include <thread>

#include "tests/system/programs.h"

namespace redress::system_test {
namespace {

constexpr std::int64_t effect_ms_max = 5'000;

// What a daemon writes to its log from now on. Waits for the file to grow, not for a clock.
class Followed {
 public:
  explicit Followed(const Site& site) : path_{site.home + "/stderr"}, read_{text_of_file(path_).size()} {
    REQUIRE(::inotify_add_watch(watch_, path_.c_str(), IN_MODIFY) >= 0);
  }
  ~Followed() { ::close(watch_); }
  Followed(const Followed&) = delete;
  Followed& operator=(const Followed&) = delete;

  // The next line that holds all of these. Fails the test if none comes.
  std::string next(const std::vector<std::string>& parts) {
    const Deadline deadline;
    for (;;) {
      const std::string log = text_of_file(path_);
      for (auto end = log.find('\n', read_); end != std::string::npos; end = log.find('\n', read_)) {
        const std::string line = log.substr(read_, end - read_);
        read_ = end + 1;
        const auto is_in = [&](const std::string& part) { return line.find(part) != std::string::npos; };
        if (std::all_of(parts.begin(), parts.end(), is_in)) return line;
      }
      pollfd look{watch_, POLLIN, 0};
      INFO(parts.front() << " does not come: " << log);
      REQUIRE(::poll(&look, 1, deadline.left_ms()) == 1);
      alignas(inotify_event) std::array<char, 4096> told{};
      REQUIRE(::read(watch_, told.data(), told.size()) > 0);
    }
  }

 private:
  const std::string path_;
  std::size_t read_;
  const int watch_ = ::inotify_init1(IN_CLOEXEC);
};

// Revokes from a terminal; returns the milliseconds from before that to the site's being told.
std::int64_t revoked_within_ms(const Network& network, const std::string& number, Followed& log) {
  const auto began = std::chrono::steady_clock::now();
  const json revoked = network.gateway.done({"revoke", "--site", number});
  const std::string told = log.next({"session: peer refused"});
  const auto took = std::chrono::steady_clock::now() - began;
  CHECK(revoked["standing"] == "revoked");
  CHECK(told.find("code=revoked") != std::string::npos);
  CHECK(told.find("the site's key is not bound any more") != std::string::npos);
  return std::chrono::duration_cast<std::chrono::milliseconds>(took).count();
}

// It knocks again, and its key opens nothing: once more from here on.
void check_stays_out(Followed& log) { static_cast<void>(log.next({"session: down", "code=unknown_site"})); }

// What head office says of a site.
json told_of(const Network& network, int number) {
  const auto lag = network.gateway.client().get("/api/v1/lag");
  REQUIRE(lag.has_value());
  for (const json& one : (*lag)["sites"]) {
    if (one["site"] == number) return one;
  }
  return {};
}

TEST_CASE("Revocation: a site that only listens is told within five seconds, hears nothing more and stays out") {
  Network network;
  REQUIRE(until([&] { return network.is_level() && told_of(network, 10)["line"] == "up"; }));
  Followed log{network.primary};
  const std::int64_t took_ms = revoked_within_ms(network, "10", log);
  WARN("measured: a site that listens is out after " << took_ms << " ms");
  CHECK(took_ms < effect_ms_max);

  // Its outlet's case would be its own too.
  const std::string id = network.outlet.register_case("after", "desk/1")["case"];
  REQUIRE(until([&] { return network.gateway.has(id, "registered"); }));
  check_stays_out(log);
  CHECK(network.primary.case_count() == 0);
  const json told = told_of(network, 10);
  CHECK(told["standing"] == "revoked");
  CHECK(told["line"] == "down");
  // The desk is not stopped: what it writes is kept, and says why it does not leave.
  const std::string own = network.primary.register_case("kept", "desk/1")["case"];
  CHECK(network.primary.has(own, "registered"));
  check_stays_out(log);
  CHECK(network.gateway.timeline(own).empty());
  const auto lag = network.primary.client().get("/api/v1/lag");
  REQUIRE(lag.has_value());
  CHECK((*lag)["sites"][0]["up"]["at_least"] == true);
  CHECK((*lag)["sites"][0]["trouble"]["code"] == "unknown_site");
}

TEST_CASE("Revocation: a site in the middle of sending is told within five seconds, and nothing more of it is kept") {
  Network network;
  REQUIRE(until([&] { return network.is_level(); }));
  std::atomic<bool> stop{false};
  std::atomic<int> saved{0};
  tool::Client desk = network.outlet.client();
  std::thread clerk{[&] {
    for (int i = 1; !stop; ++i) {
      const auto answer = desk.post("/api/v1/cases", {{"fields", {{"narrative", "n"}}}}, "desk/" + std::to_string(i));
      if (answer) ++saved;
    }
  }};
  std::int64_t took_ms = 0;
  std::uint64_t held = 0;
  int saved_then = 0;
  {
    struct Ending {
      std::atomic<bool>& stop;
      std::thread& clerk;
      ~Ending() {
        stop = true;
        clerk.join();
      }
    } const ending{stop, clerk};
    REQUIRE(until([&] { return told_of(network, 11)["journal_held"] >= 10; }));
    Followed log{network.outlet};
    took_ms = revoked_within_ms(network, "11", log);
    held = told_of(network, 11)["journal_held"];
    saved_then = saved;
    REQUIRE(until([&] { return saved > saved_then; }));  // the desk goes on
    check_stays_out(log);
  }
  WARN("measured: a site that sends is out after " << took_ms << " ms");
  CHECK(took_ms < effect_ms_max);
  CHECK(told_of(network, 11)["journal_held"] == held);
  CHECK(held < static_cast<std::uint64_t>(saved));
  // Who was not revoked is not disturbed.
  const std::string id = network.primary.register_case("other", "desk/1")["case"];
  REQUIRE(until([&] { return network.gateway.has(id, "registered"); }));
}

}  // namespace
}  // namespace redress::system_test
