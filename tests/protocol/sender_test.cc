#include "protocol/sync/sender.h"

#include <catch2/catch.hpp>

#include "protocol/base/limits.h"
#include "tests/sim/forge.h"

namespace redress::sync {
namespace {

constexpr Instant at(std::int64_t ms) { return Instant{ms}; }
constexpr std::size_t plenty = limits::window_bytes_max;

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
  CHECK_FALSE(sender.next(at(0), author.site(), author.head(), head_office).has_value());
  sender.connect(at(0), Seq{}, plenty);
  const auto out = sender.next(at(0), author.site(), author.head(), head_office);
  REQUIRE(out.has_value());
  CHECK(out->items.size() == 2);
  CHECK(out->last.seq == Seq{2});
  CHECK_FALSE(sender.next(at(0), author.site(), author.head(), head_office).has_value());
  sender.disconnect();
  CHECK(sender.deadline() == never);
}

TEST_CASE("Sender: begins after what the peer holds") {
  Author author{3};
  Sender sender{author.site().journal()};
  sender.connect(at(0), Seq{2}, plenty);
  const auto out = sender.next(at(0), author.site(), author.head(), head_office);
  REQUIRE(out.has_value());
  CHECK(out->items.size() == 1);
  CHECK(out->last.seq == Seq{3});
}

TEST_CASE("Sender: stays within the window and goes on with each receipt") {
  Author author{40};
  Sender sender{author.site().journal()};
  const std::size_t one = author.site().read({author.site().journal(), Seq{1}, 1, plenty, head_office, false}).bytes;
  const std::size_t window = one * 5;
  sender.connect(at(0), Seq{}, window);
  std::size_t bytes = 0;
  Seq sent;
  while (auto out = sender.next(at(0), author.site(), author.head(), head_office)) {
    bytes += out->bytes;
    sent = out->last.seq;
  }
  CHECK(bytes <= window + limits::entry_bytes_max);
  CHECK(sent >= Seq{4});
  CHECK(sent < Seq{9});
  sender.on_receipt(at(1), sent, window);
  CHECK(sender.receipted() == sent);
  CHECK(sender.next(at(1), author.site(), author.head(), head_office).has_value());
}

TEST_CASE("Sender: a receipt never goes back, but its window counts") {
  Author author{3};
  Sender sender{author.site().journal()};
  sender.connect(at(0), Seq{}, plenty);
  REQUIRE(sender.next(at(0), author.site(), author.head(), head_office).has_value());
  sender.on_receipt(at(1), Seq{2}, plenty);
  sender.on_receipt(at(2), Seq{1}, 0);
  CHECK(sender.receipted() == Seq{2});
  REQUIRE(author.pair.register_case(author.pair.branch(), "desk/9").has_value());
  CHECK_FALSE(sender.next(at(2), author.site(), author.head(), head_office).has_value());
  sender.on_receipt(at(3), Seq{1}, plenty);
  CHECK(sender.next(at(3), author.site(), author.head(), head_office).has_value());
}

TEST_CASE("Sender: after a hole it goes on from there, and an old hole changes nothing") {
  Author author{6};
  Sender sender{author.site().journal()};
  sender.connect(at(0), Seq{}, plenty);
  REQUIRE(sender.next(at(0), author.site(), author.head(), head_office).has_value());
  sender.on_receipt(at(1), Seq{4}, plenty);
  sender.on_hole(at(2), Seq{2});
  CHECK_FALSE(sender.next(at(2), author.site(), author.head(), head_office).has_value());
  sender.on_hole(at(3), Seq{5});
  const auto out = sender.next(at(3), author.site(), author.head(), head_office);
  REQUIRE(out.has_value());
  CHECK(out->items.size() == 1);
  CHECK(out->last.seq == Seq{6});
  sender.on_hole(at(4), Seq{9});
  CHECK_FALSE(sender.next(at(4), author.site(), author.head(), head_office).has_value());
}

TEST_CASE("Sender: what nobody receipts is sent again, the same bytes, from the last receipt") {
  Author author{4};
  Sender sender{author.site().journal()};
  sender.connect(at(0), Seq{}, plenty);
  CHECK(sender.deadline() == never);
  const auto first = sender.next(at(100), author.site(), author.head(), head_office);
  REQUIRE(first.has_value());
  CHECK(sender.deadline() == at(5'100));
  CHECK_FALSE(sender.rewind_if_stuck(at(5'099)));
  CHECK(sender.rewind_if_stuck(at(5'100)));
  const auto again = sender.next(at(5'100), author.site(), author.head(), head_office);
  REQUIRE(again.has_value());
  CHECK(again->items == first->items);
  sender.on_receipt(at(5'200), Seq{3}, plenty);
  CHECK(sender.deadline() == at(10'200));
  sender.on_receipt(at(5'300), Seq{4}, plenty);
  CHECK(sender.deadline() == never);
}

}  // namespace redress::sync
