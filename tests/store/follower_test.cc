#include "store/follower.h"

#include <catch2/catch.hpp>

#include "store/verify_views.h"
#include "tests/sim/forge.h"

namespace redress::store {
namespace {

using sim::Node;
using sim::Pair;

// A node's lists, followed to the end.
struct Lists {
  explicit Lists(Pair& pair, Node& node, const DueRules& rules = {})
      : follower{node.truth,      truth,        node.options(), node.site->epoch(),
                 node.keys.views, pair.kinds(), node.random,    Keeps{nullptr, &catalogue, rules}},
        views{truth, sim::sim_domain(), node.keys.views, catalogue} {
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
    const auto out = views.list({}, Sorted::newest, {}, 1'000);
    REQUIRE(out.has_value());
    return out->cases;
  }
  sim::MemoryTruth truth;
  Catalogue catalogue;
  Follower follower;
  Views views;
};

// Views that say when they are looked at.
class Watched final : public Truth {
 public:
  using Truth::update;
  [[nodiscard]] Status update(const std::function<Status(Writing&)>& change,
                              const std::function<void()>& saved) override {
    return truth.update(change, saved);
  }
  [[nodiscard]] Status view(const std::function<Status(const Reading&)>& look) const override {
    if (on_view) on_view();
    return truth.view(look);
  }
  [[nodiscard]] Space space() const override { return truth.space(); }
  [[nodiscard]] Status copy_to(const std::string& folder) const override { return truth.copy_to(folder); }
  sim::MemoryTruth truth;
  std::function<void()> on_view;
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
  for (std::optional<ListMark> after{ListMark{}}; after;) {
    const auto page = lists.views.list({}, Sorted::newest, *after, 3);
    REQUIRE(page.has_value());
    CHECK(page->cases.size() <= 3);
    paged.insert(paged.end(), page->cases.begin(), page->cases.end());
    after = page->next;
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
  const auto shown = lists.views.summary(id);
  REQUIRE(shown.has_value());
  const Summary& row = *shown;
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
  Follower other{node.truth,      lists.truth,  node.options(), Epoch{1},
                 node.keys.views, pair.kinds(), node.random,    Keeps{nullptr, &lists.catalogue}};
  REQUIRE(other.open().has_value());
  CHECK(other.position() == Position{});
  CHECK(lists.all().empty());
}

TEST_CASE("Follower: signatures of texts that were folded otherwise are made anew, and no other views") {
  Pair pair{163};
  fill(pair);
  Node& node = pair.gateway();
  const auto followed_to = [&](bool with_signs, std::uint64_t make) {
    sim::MemoryTruth rows;
    const Status kept = rows.update([&](Writing& views) -> Status {
      const Progress progress{casework_version, node.site->epoch(), Position{3}, make};
      RowCheck{node.options().kek}.put(views, Table::progress, view_of(progress_key), encode(progress));
      return Done{};
    });
    REQUIRE(kept.has_value());
    SignTail signs{node.keys.views};
    Follower follower{node.truth,      rows,         node.options(), node.site->epoch(),
                      node.keys.views, pair.kinds(), node.random,    Keeps{with_signs ? &signs : nullptr}};
    REQUIRE(follower.open().has_value());
    return follower.position();
  };
  const std::uint64_t rules = DueRules{}.digest;
  CHECK(followed_to(true, make_of(true, rules)) == Position{3});
  CHECK(followed_to(true, (rules ^ folds_digest() ^ 2) << 1 | 1) == Position{});
  // As they were made before the table was bound to them.
  CHECK(followed_to(true, rules << 1 | 1) == Position{});
  CHECK(followed_to(false, rules << 1) == Position{3});
}

TEST_CASE("Follower: of views put in the place of others it says nothing before the lists show it") {
  Pair pair{158};
  fill(pair);
  Node& node = pair.gateway();
  Watched views;
  Catalogue catalogue;
  Follower follower{node.truth,      views,        node.options(), node.site->epoch(),
                    node.keys.views, pair.kinds(), node.random,    Keeps{nullptr, &catalogue}};
  REQUIRE(follower.open().has_value());
  REQUIRE(follower.advance(3).has_value());
  Lists others{pair, node};
  others.follow();
  views.truth.restore(others.truth.snapshot());
  std::size_t looked = 0;
  views.on_view = [&] {
    ++looked;
    CHECK(follower.position().value() <= catalogue.size());  // an entry a case
  };
  REQUIRE(follower.open().has_value());
  CHECK(looked > 1);
  CHECK(follower.position() == Position{7});
  CHECK(catalogue.size() == 7);
}

TEST_CASE("Follower: a changed row, or one under another key, is damaged and named") {
  Pair pair{155};
  fill(pair);
  Lists lists{pair, pair.branch()};
  lists.follow();
  lists.truth.rows(Table::cases).begin()->second.back() ^= std::byte{1};
  const auto damaged = lists.views.list({}, Sorted::newest, {}, 100);
  REQUIRE_FALSE(damaged.has_value());
  CHECK(damaged.error().code == Code::damaged);
  const Views wrong{lists.truth, sim::sim_domain(), pair.gateway().keys.views, lists.catalogue};
  CHECK(wrong.list({}, Sorted::newest, {}, 100).error().code == Code::damaged);
  // A start lists it too, so that whoever comes to it is told.
  Lists& again = lists;
  REQUIRE(again.follower.open().has_value());
  CHECK(again.catalogue.size() == 7);
  CHECK_FALSE(again.views.list({}, Sorted::newest, {}, 100).has_value());
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

TEST_CASE("Follower: rows that are gone, the last too, are passed over and named") {
  Pair pair{159};
  fill(pair);
  Node& node = pair.gateway();
  Lists lists{pair, node};
  for (const std::uint64_t gone : {3, 4, 7}) node.truth.rows(Table::entries).erase(copy_of(key_of(Position{gone})));
  CHECK(*lists.follower.advance(3) == 3);
  CHECK(*lists.follower.advance(3) == 3);
  CHECK(*lists.follower.advance(3) == 1);
  CHECK(*lists.follower.advance(3) == 0);
  CHECK(lists.follower.position() == node.site->ledger().position);
  CHECK(lists.all().size() == 4);
  std::vector<std::uint64_t> named;
  for (const auto& one : node.options().damage->all()) named.push_back(one.ledger.value());
  CHECK(named == std::vector<std::uint64_t>{3, 4, 7});
}

TEST_CASE("Follower: a case of which a damaged entry came back is shown whole, whenever it was followed") {
  const bool followed_before = GENERATE(false, true);
  const std::size_t flipped = GENERATE(0, 20, 70, 400);  // of the row: none (it is gone), place, what, body
  Pair pair{158};
  fill(pair);
  Node& node = pair.gateway();
  SignTail signs{node.keys.views};
  Catalogue catalogue;
  sim::MemoryTruth rows;
  const auto make = [&] {
    return std::make_unique<Follower>(node.truth, rows, node.options(), node.site->epoch(), node.keys.views,
                                      pair.kinds(), node.random, Keeps{&signs, &catalogue});
  };
  auto follower = make();
  REQUIRE(follower->open().has_value());
  if (followed_before) REQUIRE(*follower->advance(100) == 7);
  Bytes& row = node.truth.rows(Table::entries).at(copy_of(key_of(Position{3})));
  if (flipped > 0) row[std::min(flipped, row.size() - 1)] ^= std::byte{1};
  if (flipped == 0) node.truth.rows(Table::entries).erase(copy_of(key_of(Position{3})));
  const CaseId id = pair.told()[2].appended.case_id;
  static_cast<void>(node.file_of(id));
  const store::SigningKeysOf keys_of = [&](SiteId site) { return std::vector{pair.node(site).signer.public_key()}; };
  REQUIRE(verify(node.truth, node.options(), keys_of, node.random)->errors > 0);
  if (!followed_before && flipped > 0) REQUIRE(*follower->advance(100) == 7);
  pair.drive(5'000);
  REQUIRE(node.site->healed() == 1);
  const auto verified = [&] {
    return *verify_views(node.truth, rows, node.options(), node.keys.views, pair.kinds(), {}, node.random);
  };
  CHECK(verified().errors == 0);
  // It may end before it has followed that.
  follower = make();
  REQUIRE(follower->open().has_value());
  while (*follower->advance(100) > 0) {
  }
  CHECK(verified().errors == 0);
  CHECK(verified().waiting == 0);
  CHECK(verified().cases == 7);
  CHECK(catalogue.size() == 7);
  const Views views{rows, sim::sim_domain(), node.keys.views, catalogue};
  Lists anew{pair, node};
  anew.follow();
  CHECK(views.list({}, Sorted::newest, {}, 100)->cases == anew.all());
}

TEST_CASE("Follower: lists are told apart by state and unit, and what is due comes in its order, after a start too") {
  Pair pair{157};
  fill(pair);
  const CaseId id = pair.told()[3].appended.case_id;
  REQUIRE(pair.dispose(id, "ho/1").has_value());
  DueRules rules;
  // The later it was registered, the sooner it is due; what head office decided is due no more.
  rules.ahead = [&](const CaseFile& file) -> Ahead {
    if (file.told.size() > 1) return {};
    const std::int64_t registered = file.told.front().header.what.time.value();
    const WallTime at{3'600'000'000'000 - registered};
    return {DueNext{at, "bank/1 T1"}, at};
  };
  rules.digest = 7;
  Lists lists{pair, pair.gateway(), rules};
  lists.follow();
  for (int starts = 0; starts < 2; ++starts) {
    const auto due = lists.views.list({}, Sorted::due, {}, 100);
    REQUIRE(due.has_value());
    REQUIRE(due->cases.size() == 6);
    CHECK(due->cases.front().id == pair.told()[6].appended.case_id);
    CHECK(due->cases.back().id == pair.told()[0].appended.case_id);
    CHECK(due->cases.front().due_limit == "bank/1 T1");
    Wanted wanted;
    wanted.state = pair.kinds().find("disposed")->kind;
    const auto disposed = lists.views.list(wanted, Sorted::newest, {}, 100);
    REQUIRE(disposed->cases.size() == 1);
    CHECK(disposed->cases.front().id == id);
    CHECK_FALSE(disposed->cases.front().due);
    CHECK(lists.views.count({}, WallTime{1}).due == 6);
    CHECK(lists.views.count(wanted, WallTime{1}).cases == 1);
    REQUIRE(lists.follower.open().has_value());
  }
  // Other rules, other dates: what was made by these is thrown away.
  rules.digest = 8;
  Follower other{
      pair.gateway().truth,      lists.truth,  pair.gateway().options(), pair.gateway().site->epoch(),
      pair.gateway().keys.views, pair.kinds(), pair.gateway().random,    Keeps{nullptr, &lists.catalogue, rules}};
  REQUIRE(other.open().has_value());
  CHECK(other.position() == Position{});
  CHECK(lists.catalogue.size() == 0);
}

}  // namespace redress::store
