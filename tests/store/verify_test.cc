#include "store/verify.h"

#include <catch2/catch.hpp>
#include <set>

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
      node.truth, node.options(), [&](SiteId site) { return std::vector{pair.node(site).keys.signing.public_key}; },
      node.random);
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
  node.truth.rows(Table::entries).at(copy_of(key_of(Position{1}))).back() ^= std::byte{1};
  const Verified out = verified(*pair, node);
  const auto names = [&](const std::string& part) {
    return std::any_of(out.findings.begin(), out.findings.end(),
                       [&](const Finding& finding) { return finding.where.find(part) != std::string::npos; });
  };
  CHECK(names("ledger=1"));
  CHECK(names("site=2 epoch=" + std::to_string(node.site->epoch().value()) + " reader=0 seq=1"));
}

TEST_CASE("Verify: of a damaged entry it is said who holds it too, as far as somebody sent or signed for it") {
  const auto holders = [](Pair& pair, Node& node, std::uint64_t position) {
    Bytes& row = node.truth.rows(Table::entries).at(copy_of(key_of(Position{position})));
    row.back() ^= std::byte{1};
    std::set<SiteId> out;
    for (const Finding& finding : verified(pair, node).findings) {
      if (finding.holder) out.insert(*finding.holder);
    }
    row.back() ^= std::byte{1};
    return out;
  };
  auto pair = lived_in();
  Node& branch = pair->branch();
  Node& office = pair->gateway();
  for (const std::uint64_t position : {1, 2, 3}) {
    CHECK(holders(*pair, branch, position) == std::set{head_office});
    CHECK(holders(*pair, office, position) == std::set{branch.id});
  }
  // What nobody has signed for stands here alone, as far as is known here.
  pair->cut(sim::Cut::both);
  REQUIRE(pair->register_case(branch, "desk/3").has_value());
  CHECK(holders(*pair, branch, branch.site->ledger().position.value()) == std::set{SiteId{}});
  for (const Finding& finding : verified(*pair, branch).findings) FAIL_CHECK(finding.where);
}

TEST_CASE("Verify: an entry taken out of the middle, or the end, is missed") {
  for (const std::uint64_t position : {1, 2, 3}) {
    auto pair = lived_in();
    pair->gateway().truth.rows(Table::entries).erase(copy_of(key_of(Position{position})));
    const Verified out = verified(*pair, pair->gateway());
    CHECK(out.errors > 0);
  }
}

TEST_CASE("Verify: an entry whose key never came is counted, not blamed; a key that is gone is named") {
  Pair pair{141};
  std::size_t withheld = 0;
  pair.tap = [&](SiteId from, Bytes& frame) {
    const auto parsed = wire::decode(frame);
    const auto* batch = parsed ? std::get_if<wire::Batch>(&*parsed) : nullptr;
    if (from != head_office && batch != nullptr && !batch->grants.empty()) {
      wire::Batch without = *batch;
      without.grants.clear();
      frame = wire::encode(without);
      ++withheld;
    }
    return true;
  };
  REQUIRE(pair.register_case(pair.branch(), "desk/1").has_value());
  REQUIRE(pair.drive_bounded());
  REQUIRE(withheld > 0);
  const Verified never = verified(pair, pair.gateway());
  CHECK(never.errors == 0);
  CHECK(never.unreadable == 1);

  const Bytes key = pair.branch().truth.rows(Table::keyring).begin()->first;
  pair.branch().truth.rows(Table::keyring).clear();
  const Verified gone = verified(pair, pair.branch());
  CHECK(gone.errors == 1);
  CHECK(gone.unreadable == 1);
  REQUIRE_FALSE(gone.findings.empty());
  CHECK(gone.findings.front().where == "table=keyring key=" + to_hex(key));
}

TEST_CASE("Verify: proofs of an earlier enrolment are checked with the key of then; without any key they are counted") {
  auto pair = lived_in();
  Node& office = pair->gateway();
  const PublicKey then = pair->branch().keys.signing.public_key;
  PublicKey since = then;
  since.bytes[0] ^= std::byte{1};
  const auto with = [&](const std::vector<PublicKey>& branch_keys) {
    const auto out = verify(
        office.truth, office.options(),
        [&](SiteId site) { return site == head_office ? std::vector{office.keys.signing.public_key} : branch_keys; },
        office.random);
    REQUIRE(out.has_value());
    return *out;
  };
  CHECK(with({then, since}).errors == 0);
  CHECK(with({then, since}).unchecked == 0);
  CHECK(with({since}).errors > 0);
  CHECK(with({}).errors == 0);
  CHECK(with({}).unchecked > 0);
}

}  // namespace redress::store
