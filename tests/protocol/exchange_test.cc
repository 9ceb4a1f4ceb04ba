#include "protocol/sync/exchange.h"

#include <catch2/catch.hpp>

#include "tests/sim/forge.h"

namespace redress::sync {
namespace {

using sim::Pair;
using sim::refused_with;

// A pair that talks and is level, with one entry each way.
std::unique_ptr<Pair> talking(std::uint64_t seed) {
  auto pair = std::make_unique<Pair>(seed);
  const auto opened = pair->register_case(pair->branch(), "desk/1");
  REQUIRE(opened.has_value());
  REQUIRE(pair->drive_bounded());
  REQUIRE(pair->dispose(opened->case_id, "ho/1").has_value());
  REQUIRE(pair->drive_bounded());
  pair->drive(3'000);
  return pair;
}

template <typename Kind>
std::vector<Kind> frames_of(const std::vector<Bytes>& frames) {
  std::vector<Kind> out;
  for (const Bytes& frame : frames) {
    auto decoded = wire::decode(frame);
    REQUIRE(decoded.has_value());
    if (const auto* one = std::get_if<Kind>(&*decoded)) out.push_back(*one);
  }
  return out;
}

}  // namespace

TEST_CASE("Exchange: a duplicate is answered with the last receipt and not stored again") {
  auto pair = talking(110);
  std::vector<Bytes> frames;
  pair->tap = [&](SiteId from, Bytes& frame) {
    if (from == head_office) frames.push_back(frame);
    return true;
  };
  const std::size_t entries = sim::entries_in(pair->gateway().truth).size();
  const auto batch = batch_of(pair->branch(), pair->served()->exchange().session(), Seq{1});
  pair->inject_to_gateway(wire::encode(batch));
  const auto receipts = frames_of<wire::Receipted>(frames);
  REQUIRE(receipts.size() == 1);
  CHECK(receipts[0].receipt.to.seq == Seq{1});
  CHECK(event_of(pair->gateway(), Happening::duplicate) != nullptr);
  CHECK(sim::entries_in(pair->gateway().truth).size() == entries);
}

TEST_CASE("Exchange: a receipt leaves only after its commit") {
  Pair pair{111};
  pair.drive(3'000);
  std::size_t commits_at_receipt = 0;
  pair.tap = [&](SiteId from, Bytes& frame) {
    const auto decoded = wire::decode(frame);
    if (from == head_office && decoded && std::holds_alternative<wire::Receipted>(*decoded)) {
      commits_at_receipt = pair.gateway().truth.commits().size();
    }
    return true;
  };
  const std::size_t before = pair.gateway().truth.commits().size();
  REQUIRE(pair.register_case(pair.branch(), "desk/1").has_value());
  REQUIRE(pair.drive_bounded());
  CHECK(commits_at_receipt == before + 1);
}

TEST_CASE("Exchange: receipts that do not hold end the session by their reason") {
  const auto judge = [](const std::function<void(journal::Receipt&, const Pair&)>& change, bool sign_after) {
    auto pair = talking(112);
    const StreamName journal = pair->branch().site->journal();
    journal::Receipt receipt = *pair->gateway().site->last_receipt(journal);
    change(receipt, *pair);
    if (sign_after) receipt = journal::sign(sim::sim_domain(), pair->gateway().signer, receipt);
    const SessionId session = pair->agent().exchange().session();
    pair->inject_to_branch(wire::encode(wire::Receipted{session, receipt, 1'000'000}));
    return refused_with(pair->branch());
  };
  CHECK(judge([](journal::Receipt& r, const Pair&) { r.to.seq = Seq{2}; }, false) == Code::bad_signature);
  CHECK(judge([](journal::Receipt& r, const Pair&) { r.to.seq = Seq{2}; }, true) == Code::old_image);
  CHECK(judge([](journal::Receipt& r, const Pair&) { r.to.digest.bytes[0] ^= std::byte{1}; }, true) == Code::fork);
  CHECK(judge([](journal::Receipt& r, const Pair&) { r.stream.owner = SiteId{9}; }, true) == Code::unexpected_frame);
  CHECK(judge([](journal::Receipt&, const Pair&) {}, true) == std::nullopt);
}

TEST_CASE("Exchange: a hole at an entry that is not held here is a fork") {
  auto pair = talking(113);
  const StreamName journal = pair->branch().site->journal();
  const SessionId session = pair->agent().exchange().session();
  pair->inject_to_branch(wire::encode(wire::Hole{session, journal, {Seq{1}, Digest{}}}));
  CHECK(refused_with(pair->branch()) == Code::fork);
}

TEST_CASE("Exchange: streams that were not agreed on are unexpected") {
  for (const int which : {0, 1}) {
    auto pair = talking(114);
    const SessionId session = pair->served()->exchange().session();
    wire::Batch batch = batch_of(pair->branch(), session, Seq{1});
    batch.stream.owner = SiteId{9};
    const wire::Hole hole{session, batch.stream, {}};
    pair->inject_to_gateway(which == 0 ? wire::encode(batch) : wire::encode(hole));
    CHECK(refused_with(pair->gateway()) == Code::unexpected_frame);
  }
}

TEST_CASE("Exchange: heartbeats tell where both streams stand, every two seconds") {
  auto pair = talking(115);
  std::vector<Bytes> frames;
  pair->tap = [&](SiteId from, Bytes& frame) {
    if (from != head_office) frames.push_back(frame);
    return true;
  };
  pair->drive(10'000);
  const auto beats = frames_of<wire::Beat>(frames);
  CHECK(beats.size() == 5);
  CHECK(frames.size() == beats.size());
  REQUIRE(beats.front().heads.size() == 1);
  CHECK(beats.front().heads[0].stream == pair->branch().site->journal());
  CHECK(beats.front().heads[0].mark.seq == Seq{1});
  REQUIRE(beats.front().received.size() == 1);
  CHECK(beats.front().received[0].mark.seq == Seq{1});
  CHECK(pair->served()->exchange().peer_heads().size() == 1);
}

TEST_CASE("Exchange: entries that nobody receipts are sent again after five seconds, and it is told") {
  Pair pair{116};
  pair.drive(3'000);
  pair.tap = [](SiteId from, Bytes& frame) {
    const auto decoded = wire::decode(frame);
    return from != head_office || !decoded || !std::holds_alternative<wire::Receipted>(*decoded);
  };
  REQUIRE(pair.register_case(pair.branch(), "desk/1").has_value());
  pair.drive(4'900);
  CHECK(event_of(pair.branch(), Happening::rewound) == nullptr);
  pair.drive(200);
  CHECK(event_of(pair.branch(), Happening::rewound) != nullptr);
  pair.tap = nullptr;
  CHECK(pair.drive_bounded());
  CHECK(sim::lines_of(pair.judge()) == "");
}

}  // namespace redress::sync
