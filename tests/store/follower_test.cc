#include "store/follower.h"

#include <catch2/catch.hpp>

#include "tests/sim/forge.h"

namespace redress::store {
namespace {

using sim::Node;
using sim::Pair;

const auto everything = [](const Summary&) { return true; };

// A node's lists, followed to the end.
struct Lists {
  explicit Lists(Pair& pair, Node& node)
      : follower{node.truth, truth, node.options(), node.site->epoch(), node.keys.views, pair.kinds(), node.random},
        views{truth, sim::sim_domain(), node.keys.views} {
    REQUIRE(follower.open().has_value());
  }
  void follow(std::size_t at_once = 1'000) {
    while (true) {
      const auto count = follower.advance(at_once);
      REQUIRE(count.has_value());
      REQUIRE(*count <= at_once);
      if (*count == 0) return;
    }
  }
  [[nodiscard]] std::vector<Summary> all() {
    const auto out = views.list(CaseId{}, 1'000, 10'000, everything);
    REQUIRE(out.has_value());
    return *out;
  }
  sim::MemoryTruth truth;
  Follower follower;
  Views views;
};

// Seven cases, an hour apart.
void fill(Pair& pair) {
  for (int i = 1; i <= 7; ++i) {
    REQUIRE(pair.register_case(pair.branch(), "desk/" + std::to_string(i), {{"narrative", "n"}, {"channel", "web"}})
                .has_value());
    pair.drive(3'600'000);
  }
  REQUIRE(pair.drive_bounded());
}

}  // namespace

TEST_CASE("Follower: lists the newest first, page by page, each case once") {
  Pair pair{150};
  fill(pair);
  Lists lists{pair, pair.gateway()};
  lists.follow(2);
  const std::vector<Summary> all = lists.all();
  REQUIRE(all.size() == 7);
  CHECK(std::is_sorted(all.begin(), all.end(), [](const Summary& a, const Summary& b) { return a.id > b.id; }));
  std::vector<Summary> paged;
  for (CaseId before;;) {
    const auto page = lists.views.list(before, 3, 100, everything);
    REQUIRE(page.has_value());
    if (page->empty()) break;
    paged.insert(paged.end(), page->begin(), page->end());
    before = page->back().id;
  }
  CHECK(paged == all);
}

TEST_CASE("Follower: a summary says what people ask first") {
  Pair pair{151};
  fill(pair);
  const CaseId id = pair.told()[3].appended.case_id;
  REQUIRE(pair.dispose(id, "ho/1").has_value());
  Lists lists{pair, pair.gateway()};
  lists.follow();
  const auto wanted = lists.views.list(CaseId{}, 10, 100, [&](const Summary& row) { return row.id == id; });
  REQUIRE(wanted.has_value());
  REQUIRE(wanted->size() == 1);
  const Summary& row = wanted->front();
  CHECK(row.state == pair.kinds().find("disposed")->kind);
  CHECK(row.status == casework::Status::open);
  CHECK(row.registrar == SiteId{2});
  CHECK(row.entries == 2);
  CHECK(row.unread == 0);
  CHECK(row.channel == "web");
  CHECK(row.offset_minutes == 480);
  CHECK(row.number.starts_with("2-2026112"));
}

TEST_CASE("Follower: a case is found by its number, as people type it") {
  Pair pair{152};
  fill(pair);
  Lists lists{pair, pair.gateway()};
  lists.follow();
  for (const Summary& row : lists.all()) {
    std::string lower = row.number;
    for (char& c : lower) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    CHECK(lists.views.find(row.number) == row.id);
    CHECK(lists.views.find(lower) == row.id);
  }
  // Two stores of a site may count alike: another day or other check characters are another case.
  std::string other = lists.all().front().number;
  other.back() = other.back() == 'A' ? 'B' : 'A';
  CHECK_FALSE(lists.views.find(other).has_value());
  CHECK_FALSE(lists.views.find("2-20261122-999-AB").has_value());
  CHECK_FALSE(lists.views.find("not a number").has_value());
}

TEST_CASE("Follower: lists made anew are the same, however the entries came") {
  Pair pair{153};
  fill(pair);
  Lists stepwise{pair, pair.gateway()};
  stepwise.follow(1);
  REQUIRE(pair.dispose(pair.told()[0].appended.case_id, "ho/1").has_value());
  stepwise.follow(1);
  Lists anew{pair, pair.gateway()};
  anew.follow();
  CHECK(anew.all() == stepwise.all());
  CHECK(anew.follower.position() == stepwise.follower.position());
}

TEST_CASE("Follower: lists of another store's life are thrown away") {
  Pair pair{154};
  fill(pair);
  Lists lists{pair, pair.branch()};
  lists.follow();
  REQUIRE(lists.all().size() == 7);
  Node& node = pair.branch();
  Follower other{node.truth, lists.truth, node.options(), Epoch{1}, node.keys.views, pair.kinds(), node.random};
  REQUIRE(other.open().has_value());
  CHECK(other.position() == Position{});
  CHECK(lists.all().empty());
}

TEST_CASE("Follower: a changed row, or one under another key, is damaged and named") {
  Pair pair{155};
  fill(pair);
  Lists lists{pair, pair.branch()};
  lists.follow();
  lists.truth.rows(Table::cases).begin()->second.back() ^= std::byte{1};
  const auto damaged = lists.views.list(CaseId{}, 100, 100, everything);
  REQUIRE_FALSE(damaged.has_value());
  CHECK(damaged.error().code == Code::damaged);
  const Views wrong{lists.truth, sim::sim_domain(), pair.gateway().keys.views};
  CHECK(wrong.list(CaseId{}, 100, 100, everything).error().code == Code::damaged);
}

TEST_CASE("Follower: a commit that fails is tried again, and nothing is skipped") {
  Pair pair{156};
  fill(pair);
  Lists lists{pair, pair.branch()};
  lists.truth.fail_commit(Code::store_full);
  CHECK_FALSE(lists.follower.advance(3).has_value());
  CHECK(lists.follower.position() == Position{});
  lists.follow();
  CHECK(lists.all().size() == 7);
}

TEST_CASE("Follower: a search stops at its bound") {
  Pair pair{157};
  fill(pair);
  Lists lists{pair, pair.branch()};
  lists.follow();
  int seen = 0;
  const auto none = lists.views.list(CaseId{}, 10, 4, [&](const Summary&) {
    ++seen;
    return false;
  });
  REQUIRE(none.has_value());
  CHECK(none->empty());
  CHECK(seen == 4);
}

}  // namespace redress::store
