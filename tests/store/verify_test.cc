#include "store/verify.h"

#include <catch2/catch.hpp>

#include "tests/sim/forge.h"

namespace redress::store {
namespace {

using sim::Node;
using sim::Pair;

std::unique_ptr<Pair> lived_in() {
  auto pair = std::make_unique<Pair>(140);
  const auto opened = pair->register_case(pair->branch(), "desk/1");
  REQUIRE(opened.has_value());
  REQUIRE(pair->drive_bounded());
  REQUIRE(pair->dispose(opened->case_id, "ho/1").has_value());
  REQUIRE(pair->act(pair->branch(), opened->case_id, "replied", "desk/2", {{"content", "c"}}).has_value());
  REQUIRE(pair->drive_bounded());
  return pair;
}

Verified verified(Pair& pair, Node& node) {
  const auto out = verify(
      node.truth, node.options(),
      [&](SiteId site) { return std::optional<PublicKey>{pair.node(site).keys.signing.public_key}; }, node.random);
  REQUIRE(out.has_value());
  return *out;
}

}  // namespace

TEST_CASE("Verify: a whole store has no errors, at both ends, and says what it walked") {
  auto pair = lived_in();
  for (Node* node : {&pair->gateway(), &pair->branch()}) {
    const Verified out = verified(*pair, *node);
    CHECK(out.errors == 0);
    CHECK(out.findings.empty());
    CHECK(out.entries == 3);
    CHECK(out.unreadable == 0);
    CHECK(out.places >= 3);
    CHECK(out.checkpoints >= 2);
    CHECK(out.receipts >= 2);
  }
}

TEST_CASE("Verify: a flipped byte in any row of any table is found and located") {
  auto pair = lived_in();
  for (Node* node : {&pair->gateway(), &pair->branch()}) {
    for (const Table table : {Table::entries, Table::places, Table::streams, Table::checkpoints, Table::receipts,
                              Table::keyring, Table::by_case, Table::standing, Table::marks, Table::local}) {
      const bool only_there = table == Table::standing && node->id != head_office;
      const auto keys = node->truth.rows(table);
      CHECK((!keys.empty() || only_there));
      for (const auto& [key, value] : keys) {
        for (std::size_t at = 0; at < value.size(); at += 1 + value.size() / 24) {
          node->truth.rows(table).at(key)[at] ^= std::byte{0x10};
          const Verified out = verified(*pair, *node);
          INFO("site " << node->id.value() << " table " << static_cast<int>(table) << " key " << to_hex(key) << " at "
                       << at);
          CHECK(out.errors > 0);
          REQUIRE_FALSE(out.findings.empty());
          CHECK_FALSE(out.findings.front().where.empty());
          node->truth.rows(table).at(key)[at] ^= std::byte{0x10};
        }
      }
    }
    CHECK(verified(*pair, *node).errors == 0);
  }
}

TEST_CASE("Verify: a damaged entry is named by its place in the ledger and in its stream") {
  auto pair = lived_in();
  Node& node = pair->branch();
  node.truth.rows(Table::entries).at(key_of(Position{1})).back() ^= std::byte{1};
  const Verified out = verified(*pair, node);
  const auto names = [&](const std::string& part) {
    return std::any_of(out.findings.begin(), out.findings.end(),
                       [&](const Finding& finding) { return finding.where.find(part) != std::string::npos; });
  };
  CHECK(names("ledger=1"));
  CHECK(names("site=2 epoch=" + std::to_string(node.site->epoch().value()) + " reader=0 seq=1"));
}

TEST_CASE("Verify: an entry taken out of the middle, or the end, is missed") {
  for (const std::uint64_t position : {1, 2, 3}) {
    auto pair = lived_in();
    pair->gateway().truth.rows(Table::entries).erase(key_of(Position{position}));
    const Verified out = verified(*pair, pair->gateway());
    CHECK(out.errors > 0);
  }
}

TEST_CASE("Verify: an entry whose key is not here is counted, not blamed") {
  auto pair = lived_in();
  pair->branch().truth.rows(Table::keyring).clear();
  const Verified out = verified(*pair, pair->branch());
  CHECK(out.errors == 0);
  CHECK(out.unreadable == 3);
}

}  // namespace redress::store
