// A branch that floods at ten times the others' load: it is held to its quota, and the others hardly notice.
#include <atomic>
#include <chrono>
#include <thread>

#include "tests/hostile/enlisted.h"

namespace redress::hostile {
namespace {

constexpr int quota_kib_s = 256;
constexpr int quiet_branches = 4;
constexpr std::int64_t period_ms = 50;  // a quiet branch registers a case so often
constexpr int flood_factor = 10;
constexpr std::int64_t slice_ms = 10'000;
constexpr int rounds = 3;

// The monotonic clock, finer than the programs need it.
std::int64_t now_us() {
  return std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

// Text that does not pack: an entry of 3 KiB.
std::string narrative(Random& random) {
  std::string out;
  while (out.size() < 4'800) out += to_base32(random.fixed<Digest>().bytes);
  return out;
}

// A branch that registers in its rhythm and knows how long each receipt took.
class Quiet {
 public:
  explicit Quiet(const std::string& token, std::uint64_t seed) : branch{token, seed} {
    REQUIRE(branch.until([&] { return branch.is_up(); }));
  }
  void turn(Instant now, bool is_measured) {
    if (now >= due_) {
      due_ = after_ms(now, period_ms);
      branch.submit(narrative(branch.random));
      sent_us_.push_back(is_measured ? now_us() : 0);
    }
    branch.turn(0);
    const std::uint64_t receipted = branch.receipted().value();
    for (; known_ < receipted && known_ < sent_us_.size(); ++known_) {
      if (sent_us_[known_] != 0) times_us.push_back(now_us() - sent_us_[known_]);
    }
  }
  Enlisted branch;
  std::vector<std::int64_t> times_us;

 private:
  Instant due_{0};
  std::vector<std::int64_t> sent_us_;
  std::size_t known_ = 0;
};

// In a thread of its own, as fast as it is told to while `floods`.
class Flooder {
 public:
  explicit Flooder(const std::string& token) : branch_{token, 99} {
    REQUIRE(branch_.until([&] { return branch_.is_up(); }));
    thread_ = std::thread{[this] { run(); }};
  }
  ~Flooder() {
    ends_ = true;
    thread_.join();
  }
  Flooder(const Flooder&) = delete;
  Flooder& operator=(const Flooder&) = delete;

  std::atomic<bool> floods{false};
  std::atomic<std::uint64_t> offered{0};
  std::atomic<std::uint64_t> receipted{0};
  std::atomic<std::size_t> entry_bytes{0};

 private:
  void run() {
    Instant due{0};
    while (!ends_) {
      const Instant now = shell::mono_now();
      if (floods && now >= due) {
        due = after_ms(now, period_ms);
        for (int i = 0; i < flood_factor; ++i) branch_.submit(narrative(branch_.random));
        offered += flood_factor;
      }
      branch_.turn(5);
      receipted = branch_.receipted().value();
      if (entry_bytes == 0 && receipted > 0) {
        const auto item =
            branch_.site->read({branch_.site->journal(), Seq{1}, 1, std::size_t{1} << 20, head_office, false})
                .items.at(0);
        entry_bytes = item.header.size() + item.body.size();
      }
    }
  }
  Enlisted branch_;
  std::atomic<bool> ends_{false};
  std::thread thread_;
};

std::int64_t share(std::vector<std::int64_t>& times, double part) {
  REQUIRE(times.size() > 100);
  std::sort(times.begin(), times.end());
  return times[static_cast<std::size_t>(static_cast<double>(times.size() - 1) * part)];
}

}  // namespace

TEST_CASE("Drill: beside a branch that floods at ten times their load the others are receipted as ever") {
  HeadOffice office{quota_kib_s};
  std::vector<std::unique_ptr<Quiet>> quiet;
  for (std::uint32_t i = 0; i < quiet_branches; ++i)
    quiet.push_back(std::make_unique<Quiet>(office.invite(10 + i), 10 + i));
  Flooder flooder{office.invite(99)};

  std::array<std::vector<std::int64_t>, 2> times;
  const auto drive = [&](std::int64_t ms, bool is_measured) {
    for (const Instant end = after_ms(shell::mono_now(), ms); shell::mono_now() < end;) {
      for (auto& one : quiet) one->turn(shell::mono_now(), is_measured);
      ::poll(nullptr, 0, 1);
    }
  };
  drive(2'000, false);
  for (int round = 0; round < rounds; ++round) {
    for (const bool is_flooded : {false, true}) {
      // What is left of the flood before is not this slice's.
      while (!is_flooded && flooder.receipted < flooder.offered) drive(100, false);
      const std::uint64_t before = flooder.receipted;
      const std::uint64_t offered_before = flooder.offered;
      flooder.floods = is_flooded;
      drive(slice_ms, true);
      flooder.floods = false;
      const std::uint64_t taken = flooder.receipted - before;
      drive(500, false);
      for (auto& one : quiet) {
        auto& into = times[is_flooded ? 1 : 0];
        into.insert(into.end(), one->times_us.begin(), one->times_us.end());
        one->times_us.clear();
      }
      if (!is_flooded) continue;
      // Its second, what it had saved, and the one frame that it may owe.
      const std::uint64_t bytes_max = (10 + 4) * quota_kib_s * 1'024 + limits::frame_bytes_max;
      const std::uint64_t offered = flooder.offered - offered_before;
      INFO("offered=" << offered << " taken=" << taken << " entry=" << flooder.entry_bytes);
      CHECK(offered > 8 * slice_ms / period_ms);
      CHECK(taken * flooder.entry_bytes <= bytes_max);
      CHECK(taken < offered);
      CHECK(taken > 0);
    }
  }
  const auto p50 = std::pair{share(times[0], 0.5), share(times[1], 0.5)};
  const auto p95 = std::pair{share(times[0], 0.95), share(times[1], 0.95)};
  WARN("receipt time without and with the flood, us: p50 " << p50.first << " and " << p50.second << ", p95 "
                                                           << p95.first << " and " << p95.second);
  CHECK(p50.second * 2 <= p50.first * 3);
  CHECK(p95.second <= p95.first * 2);
  for (const auto& one : quiet) CHECK(one->branch.lines == 1);
}

}  // namespace redress::hostile
