// A head office that is false, broken or old: what a branch answers it, word for word. Nothing of it is kept, and with
// an honest one the branch goes on.
#include <catch2/catch.hpp>

#include "tests/sim/forge.h"

namespace redress::hostile {
namespace {

using sim::Pair;
using sync::Happening;

std::string at(const StreamName& stream, int seq) {
  return ": site=" + std::to_string(stream.owner.value()) + " epoch=" + std::to_string(stream.epoch.value()) +
         " seq=" + std::to_string(seq);
}

// A branch in a session, with one entry that head office has receipted.
struct Branch {
  explicit Branch(std::uint64_t seed) : pair{seed} {
    const auto registered = pair.register_case(pair.branch(), "desk/1");
    REQUIRE(registered.has_value());
    case_id = registered->case_id;
    REQUIRE(pair.drive_bounded());
    pair.drive(3'000);
    REQUIRE(pair.agent().state() == sync::AgentSession::State::up);
    told = pair.branch().events.size();
  }
  [[nodiscard]] SessionId session() { return pair.agent().exchange().session(); }
  [[nodiscard]] StreamName journal() { return pair.branch().site->journal(); }

  // The branch's refusal; nothing was kept since `before`, and it comes back and does its work.
  void check_refused(Position before, Code code, const std::string& what) {
    const sync::Event* refused = sim::event_of(pair.branch(), Happening::refused, told);
    REQUIRE(refused != nullptr);
    INFO(what << " / " << refused->why);
    CHECK(refused->code == code);
    CHECK(refused->why == what);
    CHECK(pair.branch().site->ledger().position == before);
    pair.tap = nullptr;
    REQUIRE(pair.register_case(pair.branch(), "desk/2").has_value());
    CHECK(pair.drive_bounded());
    CHECK(sim::lines_of(pair.judge()).empty());
  }
  // Said in the middle of the session.
  void check_ends(const Bytes& said, Code code, const std::string& what) {
    const Position before = pair.branch().site->ledger().position;
    pair.inject_to_branch(said);
    check_refused(before, code, what);
  }
  void check_ends(const wire::Frame& said, Code code, const std::string& what) {
    check_ends(wire::encode(said), code, what);
  }

  Pair pair;
  CaseId case_id;
  std::size_t told = 0;
};

// The next frame of a kind that head office sends is changed on its way.
template <typename Frame>
void change_next(Branch& branch, std::function<void(Frame&)> change) {
  branch.pair.tap = [change = std::move(change), done = false](SiteId from, Bytes& bytes) mutable {
    auto frame = wire::decode(bytes);
    auto* one = from == head_office && frame && !done ? std::get_if<Frame>(&*frame) : nullptr;
    if (one == nullptr) return true;
    change(*one);
    bytes = wire::encode(*one);
    done = true;
    return true;
  };
}

}  // namespace

TEST_CASE("Hostile: a head office that says no frame, too much of one, or what only a branch says is refused") {
  Branch{320}.check_ends(Bytes(40), Code::bad_frame, "decode frame: length: size=40");
  Branch{321}.check_ends(Bytes(limits::frame_bytes_max + 1), Code::too_large, "decode frame: size=1048577");
  Branch hello{322};
  const wire::Frame own{wire::Hello{}};
  hello.check_ends(own, Code::unexpected_frame, "frame of kind " + std::to_string(own.index()));
  Branch welcome{323};
  welcome.check_ends(wire::Frame{wire::Welcome{}}, Code::unexpected_frame, "welcome without hello");
}

TEST_CASE("Hostile: a head office whose batch is forged, or of a stream that was not agreed on, is refused") {
  Branch foreign{324};
  wire::Batch stolen = sim::batch_of(foreign.pair.branch(), foreign.session(), Seq{1});
  stolen.stream.owner = SiteId{77};
  foreign.check_ends(wire::Frame{stolen}, Code::unexpected_frame, "batch of a stream that was not agreed on");

  const auto disposed = [](Branch& branch, const std::function<void(wire::Batch&)>& change, Code code,
                           const std::string& what) {
    const Position before = branch.pair.branch().site->ledger().position;
    const StreamName feed = feed_for(branch.pair.gateway().site->epoch(), branch.pair.branch().id);
    change_next<wire::Batch>(branch, change);
    REQUIRE(branch.pair.dispose(branch.case_id, "office/1").has_value());
    branch.pair.drive(200);
    branch.check_refused(before, code, what + at(feed, 1));
  };
  Branch body{325};
  disposed(
      body, [](wire::Batch& b) { b.items.at(0).body.back() ^= std::byte{1}; }, Code::bad_chain,
      "body does not match its header");
  Branch checkpoint{326};
  disposed(
      checkpoint, [](wire::Batch& b) { b.checkpoint.signature.bytes[5] ^= std::byte{1}; }, Code::bad_signature,
      "checkpoint does not hold");
}

TEST_CASE("Hostile: a head office's receipt that is forged, or for more than was sent, is refused and not shown") {
  Branch forged{327};
  journal::Receipt receipt = *forged.pair.branch().site->last_receipt(forged.journal());
  receipt.to.seq = Seq{2};
  forged.check_ends(wire::Frame{wire::Receipted{forged.session(), receipt, 1 << 20}}, Code::bad_signature,
                    "receipt does not hold: to=2");
  Branch beyond{328};
  journal::Receipt more = *beyond.pair.branch().site->last_receipt(beyond.journal());
  more.to.seq = Seq{99};
  more = journal::sign(sim::sim_domain(), beyond.pair.gateway().signer, more);
  beyond.check_ends(wire::Frame{wire::Receipted{beyond.session(), more, 1 << 20}}, Code::old_image,
                    "receipt for an entry that is not the one held here: to=99");
  Branch standing{329};
  const wire::Hole hole{standing.session(), standing.journal(), {Seq{1}, Digest{}}};
  standing.check_ends(wire::Frame{hole}, Code::fork, "the peer stands at an entry that is not held here");
}

TEST_CASE("Hostile: a head office that claims another past without our signature is refused, and no epoch is begun") {
  Branch own{330};
  const Epoch epoch = own.journal().epoch;
  const wire::Fork fork{own.journal(), {Seq{1}, Digest{}}, Code::fork, "you forked", {}};
  own.check_ends(wire::Frame{fork}, Code::bad_signature, "head office cannot show what we signed");
  CHECK(own.journal().epoch == epoch);
  Branch foreign{331};
  wire::Fork other = fork;
  other.stream.owner = SiteId{77};
  foreign.check_ends(wire::Frame{other}, Code::fork, "head office names a stream that is not written or read here");
}

TEST_CASE("Hostile: a head office of a version unknown here is refused by number") {
  Branch branch{332};
  const Position before = branch.pair.branch().site->ledger().position;
  change_next<wire::Welcome>(branch, [](wire::Welcome& w) { w.protocol = 90; });
  branch.pair.crash(branch.pair.branch());
  branch.told = branch.pair.branch().events.size();
  branch.pair.drive(1'000);
  branch.check_refused(before, Code::version, "protocol=90");
}

}  // namespace redress::hostile
