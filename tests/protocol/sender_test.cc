#include "protocol/sync/sender.h"

#include <catch2/catch.hpp>

#include "protocol/base/limits.h"
#include "tests/sim/forge.h"

namespace redress::sync {
namespace {

constexpr Instant at(std::int64_t ms) { return Instant{ms}; }
constexpr std::size_t plenty = limits::window_bytes_max;
constexpr std::int64_t heartbeat_ms = 2'000;

Pace pace_of(std::size_t window_bytes = plenty) {
  Pace pace;
  pace.begin(heartbeat_ms);
  pace.on_window(window_bytes);
  return pace;
}

// Compression leaves most of it.
std::string noise(Random& random) {
  std::string out(30'000, ' ');
  for (char& c : out) c = static_cast<char>('!' + random.below(94));
  return out;
}

// A branch without a line, with so many entries of its own.
struct Author {
  explicit Author(int entries) : pair{80} {
    pair.cut(sim::Cut::both);
    for (int i = 1; i <= entries; ++i) {
      REQUIRE(pair.register_case(pair.branch(), "desk/" + std::to_string(i)).has_value());
    }
  }
  [[nodiscard]] const store::Site& site() { return *pair.branch().site; }
  [[nodiscard]] Seq head() { return site().mark_of(site().journal())->seq; }
  sim::Pair pair;
};

}  // namespace

TEST_CASE("Sender: sends nothing before it is connected, nor beyond the head") {
  Author author{2};
  Sender sender{author.site().journal()};
  Pace pace = pace_of();
  CHECK_FALSE(sender.next(at(0), author.site(), author.head(), head_office, pace).has_value());
  sender.connect(at(0), Seq{});
  const auto out = sender.next(at(0), author.site(), author.head(), head_office, pace);
  REQUIRE(out.has_value());
  CHECK(out->items.size() == 2);
  CHECK(out->last.seq == Seq{2});
  CHECK_FALSE(sender.next(at(0), author.site(), author.head(), head_office, pace).has_value());
  sender.on_receipt(at(1), Seq{2}, pace);
  CHECK(sender.deadline(pace) == never);
}

TEST_CASE("Sender: begins after what the peer holds") {
  Author author{3};
  Sender sender{author.site().journal()};
  Pace pace = pace_of();
  sender.connect(at(0), Seq{2});
  const auto out = sender.next(at(0), author.site(), author.head(), head_office, pace);
  REQUIRE(out.has_value());
  CHECK(out->items.size() == 1);
  CHECK(out->last.seq == Seq{3});
}

TEST_CASE("Sender: stays within the window and goes on with each receipt") {
  Author author{40};
  Sender sender{author.site().journal()};
  const std::size_t one = author.site().read({author.site().journal(), Seq{1}, 1, plenty, head_office, false}).bytes;
  const std::size_t window = one * 5;
  Pace pace = pace_of(window);
  sender.connect(at(0), Seq{});
  std::size_t bytes = 0;
  Seq sent;
  while (auto out = sender.next(at(0), author.site(), author.head(), head_office, pace)) {
    bytes += out->bytes;
    sent = out->last.seq;
  }
  CHECK(bytes <= window + limits::entry_bytes_max);
  CHECK(sent >= Seq{4});
  CHECK(sent < Seq{9});
  sender.on_receipt(at(1), sent, pace);
  CHECK(sender.receipted() == sent);
  CHECK(sender.next(at(1), author.site(), author.head(), head_office, pace).has_value());
}

TEST_CASE("Sender: a receipt never goes back, but its window counts") {
  Author author{3};
  Sender sender{author.site().journal()};
  Pace pace = pace_of();
  sender.connect(at(0), Seq{});
  REQUIRE(sender.next(at(0), author.site(), author.head(), head_office, pace).has_value());
  sender.on_receipt(at(1), Seq{2}, pace);
  sender.on_receipt(at(2), Seq{1}, pace);
  pace.on_window(0);
  CHECK(sender.receipted() == Seq{2});
  REQUIRE(author.pair.register_case(author.pair.branch(), "desk/9").has_value());
  CHECK_FALSE(sender.next(at(2), author.site(), author.head(), head_office, pace).has_value());
  pace.on_window(plenty);
  CHECK(sender.next(at(3), author.site(), author.head(), head_office, pace).has_value());
}

TEST_CASE("Sender: after a hole it goes on from there, and an old hole changes nothing") {
  Author author{6};
  Sender sender{author.site().journal()};
  Pace pace = pace_of();
  sender.connect(at(0), Seq{});
  REQUIRE(sender.next(at(0), author.site(), author.head(), head_office, pace).has_value());
  sender.on_receipt(at(1), Seq{4}, pace);
  sender.on_hole(at(2), Seq{2}, pace);
  CHECK_FALSE(sender.next(at(2), author.site(), author.head(), head_office, pace).has_value());
  sender.on_hole(at(3), Seq{5}, pace);
  const auto out = sender.next(at(3), author.site(), author.head(), head_office, pace);
  REQUIRE(out.has_value());
  CHECK(out->items.size() == 1);
  CHECK(out->last.seq == Seq{6});
  sender.on_hole(at(4), Seq{9}, pace);
  CHECK_FALSE(sender.next(at(4), author.site(), author.head(), head_office, pace).has_value());
}

TEST_CASE("Sender: what nobody receipts is sent again, the same bytes, from the last receipt") {
  Author author{4};
  Sender sender{author.site().journal()};
  Pace pace = pace_of();
  sender.connect(at(0), Seq{});
  CHECK(sender.deadline(pace) == never);
  const auto first = sender.next(at(100), author.site(), author.head(), head_office, pace);
  REQUIRE(first.has_value());
  CHECK(sender.deadline(pace) == at(5'100));
  CHECK_FALSE(sender.rewind_if_stuck(at(5'099), pace));
  CHECK(sender.rewind_if_stuck(at(5'100), pace));
  const auto again = sender.next(at(5'100), author.site(), author.head(), head_office, pace);
  REQUIRE(again.has_value());
  CHECK(again->items == first->items);
  sender.on_receipt(at(5'200), Seq{3}, pace);
  CHECK(sender.deadline(pace) == at(10'200));
  sender.on_receipt(at(5'300), Seq{4}, pace);
  CHECK(sender.deadline(pace) == never);
}

TEST_CASE("Sender: whoever goes back again and again waits longer, until something is receipted") {
  Author author{4};
  Sender sender{author.site().journal()};
  Pace pace = pace_of();
  sender.connect(at(0), Seq{});
  std::int64_t now = 0;
  for (const std::int64_t wait : {5'000, 10'000, 20'000, 20'000}) {
    REQUIRE(sender.next(at(now), author.site(), author.head(), head_office, pace).has_value());
    CHECK(sender.deadline(pace) == at(now + wait));
    now += wait;
    REQUIRE(sender.rewind_if_stuck(at(now), pace));
  }
  REQUIRE(sender.next(at(now), author.site(), author.head(), head_office, pace).has_value());
  sender.on_receipt(at(now), Seq{2}, pace);
  CHECK(sender.deadline(pace) == at(now + 5'000));
}

TEST_CASE("Sender: an answer to what was sent twice shows that the line lives") {
  Author author{4};
  Sender sender{author.site().journal()};
  Pace pace = pace_of();
  sender.connect(at(0), Seq{2});
  REQUIRE(sender.next(at(0), author.site(), author.head(), head_office, pace).has_value());
  sender.on_receipt(at(4'000), Seq{1}, pace);
  CHECK(sender.receipted() == Seq{2});
  CHECK(sender.deadline(pace) == at(9'000));
}

TEST_CASE("Sender: a receipt for what was sent twice does not prove that the line is fast") {
  Author author{60};
  Sender sender{author.site().journal()};
  Pace pace = pace_of();
  sender.connect(at(0), Seq{});
  const auto send_all = [&](std::int64_t now) {
    while (sender.next(at(now), author.site(), author.head(), head_office, pace)) {
    }
  };
  send_all(0);
  const std::size_t allowed = pace.allowed_bytes();
  REQUIRE_FALSE(pace.has_room());
  REQUIRE(sender.rewind_if_stuck(at(10'000), pace));
  CHECK(pace.under_way_bytes() == 0);
  send_all(10'000);
  REQUIRE_FALSE(pace.has_room());
  // The answer to the first time, just after the second.
  sender.on_receipt(at(10'001), author.head(), pace);
  CHECK(pace.allowed_bytes() == allowed);
  CHECK(pace.under_way_bytes() == 0);
}

TEST_CASE("Sender: the streams of a session share what may be under way") {
  Author author{60};
  Sender first{author.site().journal()};
  Sender second{author.site().journal()};
  Pace pace = pace_of();
  first.connect(at(0), Seq{});
  second.connect(at(0), Seq{});
  while (first.next(at(0), author.site(), author.head(), head_office, pace)) {
  }
  CHECK_FALSE(second.next(at(0), author.site(), author.head(), head_office, pace).has_value());
  CHECK_FALSE(second.is_barred());
  first.on_receipt(at(1), author.head(), pace);
  CHECK(second.next(at(1), author.site(), author.head(), head_office, pace).has_value());
}

TEST_CASE("Sender: a batch is at most half of what may be under way, but an entry of any size goes") {
  Author author{1};
  REQUIRE(author.pair
              .register_case(author.pair.branch(), "desk/large",
                             {{"narrative", std::string(4'000, 'x')}, {"claim", noise(author.pair.branch().random)}})
              .has_value());
  Sender sender{author.site().journal()};
  Pace pace = pace_of();
  sender.connect(at(0), Seq{});
  const auto small = sender.next(at(0), author.site(), author.head(), head_office, pace);
  REQUIRE(small.has_value());
  CHECK(small->items.size() == 1);
  const auto large = sender.next(at(0), author.site(), author.head(), head_office, pace);
  REQUIRE(large.has_value());
  CHECK(large->bytes > Pace::first_bytes);
  // The time that it may take is the time of so much.
  CHECK(sender.deadline(pace) >= at(10'000));
}

}  // namespace redress::sync
