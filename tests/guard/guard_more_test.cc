// The promises of signatures, secrecy and lag, each shown to hold, and each shown to be missed if it does not.
#include <catch2/catch.hpp>

#include "tests/sim/forge.h"

namespace redress::sim {
namespace {

// A batch of the branch's that head office has not seen yet, as the branch would send it.
wire::Batch next_batch(Pair& pair) {
  REQUIRE(pair.register_case(pair.branch(), "desk/1").has_value());
  REQUIRE(pair.drive_bounded());
  pair.drive(3'000);
  pair.cut(Cut::up);
  REQUIRE(pair.register_case(pair.branch(), "desk/2").has_value());
  pair.cut(Cut::none);
  return batch_of(pair.branch(), pair.served()->exchange().session(), Seq{2});
}

}  // namespace

TEST_CASE("P2: a frame of another session changes nothing", "[P2]") {
  Pair pair{26};
  wire::Batch batch = next_batch(pair);
  batch.session = SessionId{batch.session.value() + 2};
  pair.inject_to_gateway(wire::encode(batch));
  CHECK(entries_in(pair.gateway().truth).size() == 1);
  CHECK(event_of(pair.gateway(), sync::Happening::stale) != nullptr);
}

TEST_CASE("P7: what its author did not sign is not taken", "[P7]") {
  Pair pair{71};
  wire::Batch batch = next_batch(pair);
  batch.checkpoint.signature.bytes[0] ^= std::byte{1};
  pair.inject_to_gateway(wire::encode(batch));
  CHECK(refused_with(pair.gateway()) == Code::bad_signature);
  CHECK(entries_in(pair.gateway().truth).size() == 1);
}

TEST_CASE("P7: a body that its header does not name is not taken", "[P7]") {
  Pair pair{72};
  wire::Batch batch = next_batch(pair);
  batch.items.front().body.back() ^= std::byte{1};
  pair.inject_to_gateway(wire::encode(batch));
  CHECK(refused_with(pair.gateway()) == Code::bad_chain);
  CHECK(pair.gateway().site->mark_of(pair.branch().site->journal())->seq == Seq{1});
}

}  // namespace redress::sim
