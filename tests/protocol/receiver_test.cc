#include "protocol/sync/receiver.h"

#include <catch2/catch.hpp>

#include "tests/sim/forge.h"

namespace redress::sync {
namespace {

// Head office's place for one branch's journal, and the branch's batches.
struct Feeder {
  explicit Feeder(int entries) : pair{90} {
    pair.cut(sim::Cut::both);
    for (int i = 1; i <= entries; ++i) {
      REQUIRE(pair.register_case(pair.branch(), "desk/" + std::to_string(i)).has_value());
    }
  }
  [[nodiscard]] StreamName stream() { return pair.branch().site->journal(); }
  [[nodiscard]] Receiver receiver(const journal::Mark& durable) {
    return {sim::sim_domain(), stream(), durable, std::nullopt, pair.branch().keys.signing.public_key};
  }
  [[nodiscard]] Receiver receiver() {
    return receiver({Seq{}, journal::genesis(sim::sim_domain(), stream(), std::nullopt)});
  }
  [[nodiscard]] wire::Batch batch(std::uint64_t first, std::size_t count) {
    return batch_of(pair.branch(), SessionId{1}, Seq{first}, count);
  }
  [[nodiscard]] const Streams& held() { return *pair.gateway().site; }
  sim::Pair pair;
};

Verdict judged(Receiver& receiver, wire::Batch batch, const Streams& held) { return receiver.on_batch(batch, held); }

Code refused(const Verdict& verdict) {
  REQUIRE(verdict.kind == Verdict::Kind::refuse);
  return verdict.error->code;
}

}  // namespace

TEST_CASE("Receiver: takes what is next, and stands at its end") {
  Feeder line{3};
  Receiver receiver = line.receiver();
  const Verdict verdict = judged(receiver, line.batch(1, 2), line.held());
  REQUIRE(verdict.kind == Verdict::Kind::next);
  CHECK(verdict.accept->entries.size() == 2);
  CHECK(receiver.accepted().seq == Seq{2});
  CHECK(receiver.durable().seq == Seq{});
  receiver.on_durable(receiver.accepted());
  CHECK(receiver.durable().seq == Seq{2});
  CHECK(judged(receiver, line.batch(3, 1), line.held()).kind == Verdict::Kind::next);
}

TEST_CASE("Receiver: what is early is a hole and changes nothing") {
  Feeder line{3};
  Receiver receiver = line.receiver();
  CHECK(judged(receiver, line.batch(2, 1), line.held()).kind == Verdict::Kind::hole);
  CHECK(receiver.accepted().seq == Seq{});
}

TEST_CASE("Receiver: what is held is a duplicate, what goes beyond it is taken from there") {
  Feeder line{3};
  line.pair.cut(sim::Cut::none);
  REQUIRE(line.pair.drive_bounded());
  Receiver receiver = line.receiver(*line.held().mark_of(line.stream()));
  CHECK(judged(receiver, line.batch(1, 3), line.held()).kind == Verdict::Kind::duplicate);
  CHECK(judged(receiver, line.batch(2, 1), line.held()).kind == Verdict::Kind::duplicate);
  line.pair.cut(sim::Cut::both);
  REQUIRE(line.pair.register_case(line.pair.branch(), "desk/4").has_value());
  const Verdict verdict = judged(receiver, line.batch(2, 3), line.held());
  REQUIRE(verdict.kind == Verdict::Kind::next);
  CHECK(verdict.accept->entries.size() == 1);
  CHECK(verdict.accept->before.seq == Seq{3});
}

TEST_CASE("Receiver: after a failed commit it stands where it durably stood") {
  Feeder line{2};
  Receiver receiver = line.receiver();
  REQUIRE(judged(receiver, line.batch(1, 2), line.held()).kind == Verdict::Kind::next);
  receiver.on_failed();
  CHECK(receiver.accepted().seq == Seq{});
  CHECK(judged(receiver, line.batch(1, 2), line.held()).kind == Verdict::Kind::next);
}

TEST_CASE("Receiver: a batch changed in any part is refused by its reason") {
  Feeder line{2};
  const auto judge = [&](const std::function<void(wire::Batch&)>& change) {
    Receiver receiver = line.receiver();
    wire::Batch batch = line.batch(1, 2);
    change(batch);
    const Code code = refused(judged(receiver, batch, line.held()));
    CHECK(receiver.accepted().seq == Seq{});
    return code;
  };
  CHECK(judge([](wire::Batch& b) { b.items[0].body[0] ^= std::byte{1}; }) == Code::bad_chain);
  CHECK(judge([](wire::Batch& b) { b.items[0].body.push_back(std::byte{1}); }) == Code::bad_chain);
  CHECK(judge([](wire::Batch& b) { b.items[1].header.resize(20); }) == Code::bad_frame);
  CHECK(judge([](wire::Batch& b) { std::swap(b.items[0], b.items[1]); }) == Code::bad_chain);
  CHECK(judge([](wire::Batch& b) { b.items.erase(b.items.begin()); }) == Code::bad_chain);
  CHECK(judge([](wire::Batch& b) { b.items.pop_back(); }) == Code::bad_signature);
  CHECK(judge([](wire::Batch& b) { b.checkpoint.time = WallTime{5}; }) == Code::bad_signature);
  CHECK(judge([](wire::Batch& b) { b.checkpoint.signature.bytes[0] ^= std::byte{1}; }) == Code::bad_signature);
  CHECK(judge([](wire::Batch& b) { b.items[1].header[journal::place_bytes + 20] ^= std::byte{1}; }) ==
        Code::bad_signature);
}

TEST_CASE("Receiver: entries that somebody else signed for are not taken") {
  Feeder line{1};
  Receiver receiver = line.receiver();
  wire::Batch batch = line.batch(1, 1);
  sim::sign_again(line.pair.gateway(), batch, receiver.accepted());
  CHECK(refused(judged(receiver, batch, line.held())) == Code::bad_signature);
}

}  // namespace redress::sync
