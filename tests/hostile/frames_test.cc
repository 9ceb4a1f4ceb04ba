// Frames of an enrolled site that is broken or hostile: each is refused in its own words, ends its own session, and
// nobody else notices.
#include <flatbuffers/flatbuffers.h>

#include "protocol/wire/frames_generated.h"
#include "tests/hostile/attacker.h"
#include "tests/sim/forge.h"

namespace redress::hostile {
namespace {

namespace fb = wire::fb;
using flatbuffers::FlatBufferBuilder;

Bytes finished(FlatBufferBuilder& out, fb::Body kind, flatbuffers::Offset<void> body) {
  fb::FinishSizePrefixedFrameBuffer(out, fb::CreateFrame(out, kind, body));
  const auto* data = reinterpret_cast<const std::byte*>(out.GetBufferPointer());
  return {data, data + out.GetSize()};
}

// One item named as often as `count` says: small on the wire.
Bytes batch_naming(std::size_t count, std::size_t body_bytes) {
  FlatBufferBuilder out;
  const auto header = out.CreateVector(std::vector<std::uint8_t>(1'000, 7));
  const auto body = out.CreateVector(std::vector<std::uint8_t>(body_bytes, 7));
  const std::vector<flatbuffers::Offset<fb::Item>> items(count, fb::CreateItem(out, header, body));
  const auto checkpoint = out.CreateVector(std::vector<std::uint8_t>(186, 1));
  const fb::Stream stream{2, 0, 9};
  return finished(out, fb::Body_Batch,
                  fb::CreateBatch(out, 1, &stream, 1, out.CreateVector(items), 0, checkpoint).Union());
}

wire::Beat beat(SessionId session) { return {session, {}, {}, WallTime{1}}; }

std::string sized(const std::string& what, const Bytes& frame) {
  return "decode frame: " + what + ": size=" + std::to_string(frame.size());
}

// Head office with an honest branch at work beside the attacker.
struct Scene {
  gateway::Office office{3};
  Attacker attacker{office};
  gateway::Dialled& honest = office.dial(1);

  Scene() {
    office.settle();
    static_cast<void>(office.register_case(honest));
  }
  // Whatever happened, the branch beside it was not disturbed, and the attacker's site can still talk.
  void check_unharmed() {
    const Position before = office.office.site->ledger().position;
    static_cast<void>(office.register_case(honest));
    CHECK(office.office.site->ledger().position == before.next());
    CHECK_FALSE(gateway::refused_with(honest).has_value());
    CHECK_FALSE(office.last.stop.has_value());
    attacker.greet();
  }
  // In the middle of a session: the exact refusal, and after it silence.
  template <typename Said>
  void check_ends(const Said& said, Code code, const std::string& what) {
    attacker.greet();
    const Position before = office.office.site->ledger().position;
    const wire::Refusal told = attacker.refused(said);
    INFO(what << " / " << told.what);
    CHECK(told == wire::Refusal{attacker.session, code, what, 0});
    CHECK(office.office.site->ledger().position == before);
    check_unharmed();
  }
};

}  // namespace

TEST_CASE("Hostile: malformed and truncated frames are bad_frame, with what is wrong and the size") {
  Scene scene;
  const Bytes whole = wire::encode(beat(SessionId{1}));
  const Bytes noise(64, std::byte{0x5A});
  scene.check_ends(Bytes{}, Code::bad_frame, "decode frame: truncated: size=0");
  scene.check_ends(noise, Code::bad_frame, sized("length", noise));
  const Bytes cut{whole.begin(), whole.end() - 1};
  scene.check_ends(cut, Code::bad_frame, sized("length", cut));
  Bytes longer = whole;
  longer.resize(longer.size() + 1'000);
  scene.check_ends(longer, Code::bad_frame, sized("length", longer));
  Bytes pointing = whole;
  for (std::size_t i = 4; i < 8; ++i) pointing[i] = std::byte{0xFF};
  scene.check_ends(pointing, Code::bad_frame, sized("not a frame", pointing));
  Bytes other = whole;
  other[8] = std::byte{'X'};  // of the file identifier
  scene.check_ends(other, Code::bad_frame, sized("not a frame", other));
}

TEST_CASE("Hostile: oversize is too_large, by the frame and, before the hello, by 64 KiB") {
  Scene scene;
  scene.check_ends(Bytes(limits::frame_bytes_max + 1), Code::too_large, "decode frame: size=1048577");
  scene.attacker.dial();
  const wire::Refusal told = scene.attacker.refused(Bytes(limits::hello_bytes_max + 1));
  CHECK(told == wire::Refusal{SessionId{}, Code::too_large, "a hello of 65537 bytes", 0});
  scene.check_unharmed();
}

TEST_CASE("Hostile: what costs more than it weighs is refused: shared tables, shared bytes, long lists") {
  Scene scene;
  const Bytes tables = batch_naming(100'000, 0);
  scene.check_ends(tables, Code::bad_frame, sized("not a frame", tables));
  const Bytes unfolding = batch_naming(limits::batch_entries_max, 40'000);
  REQUIRE(unfolding.size() < 50'000);
  scene.check_ends(unfolding, Code::bad_frame, sized("a part is over its limit", unfolding));
  const Bytes crowded = batch_naming(limits::batch_entries_max + 1, 10);
  scene.check_ends(crowded, Code::bad_frame, sized("too many items", crowded));
}

TEST_CASE("Hostile: buffers nested in a body are bytes; what they claim to be is refused as an entry that is none") {
  Scene scene;
  Bytes inner = wire::encode(beat(SessionId{1}));
  for (int level = 0; level < 40; ++level)
    inner = wire::encode(wire::Enrolled{SiteId{2}, inner.size() < 2'000 ? inner : Bytes{}});
  scene.attacker.greet();
  wire::Batch batch;
  batch.session = scene.attacker.session;
  batch.stream = scene.attacker.node.site->journal();
  batch.first = Seq{1};
  batch.items = {{inner, inner}};
  batch.checkpoint = journal::sign(sim::sim_domain(), scene.attacker.node.signer,
                                   {{}, {}, batch.stream, {Seq{1}, Digest{}}, WallTime{1}, {}, {}});
  const wire::Refusal told = scene.attacker.refused(wire::Frame{batch});
  INFO(told.what);
  CHECK(told.code == Code::bad_frame);
  CHECK(told.what.find("site=2") != std::string::npos);
  CHECK(told.what.find("seq=1") != std::string::npos);
  scene.check_unharmed();
}

TEST_CASE("Hostile: a frame that this state does not take is unexpected_frame, and says which") {
  Scene scene;
  scene.attacker.dial();
  const wire::Refusal early = scene.attacker.refused(wire::Frame{beat(SessionId{5})});
  CHECK(early == wire::Refusal{SessionId{}, Code::unexpected_frame, "a frame before the hello", 0});
  scene.check_unharmed();
  // What only head office says, and what only an invited site says.
  const std::vector<wire::Frame> out_of_place{
      wire::Welcome{},
      wire::Enrol{1, 1, SuiteId{1}, {}, SiteId{2}, {}, {}, ""},
      wire::Enrolled{SiteId{2}, Bytes(10)},
  };
  for (const wire::Frame& frame : out_of_place) {
    scene.check_ends(frame, Code::unexpected_frame, "frame of kind " + std::to_string(frame.index()));
  }
  // A union member from a later version.
  FlatBufferBuilder out;
  const Bytes later = finished(out, static_cast<fb::Body>(200), fb::CreateBeat(out, 4).Union());
  scene.check_ends(later, Code::bad_frame, sized("a frame of a kind unknown here", later));
}

TEST_CASE("Hostile: who names another site is foreign_site, or is not heard about its streams") {
  Scene scene;
  const auto greeted = [&](const std::function<void(wire::Hello&)>& change) {
    scene.attacker.dial();
    wire::Hello hello = scene.attacker.hello();
    change(hello);
    const wire::Refusal told = scene.attacker.refused(wire::Frame{hello});
    CHECK(told.session == SessionId{});
    return std::pair{told.code, told.what};
  };
  using Told = std::pair<Code, std::string>;
  const StreamName theirs = scene.honest.node.site->journal();
  CHECK(greeted([](wire::Hello& h) { h.site = SiteId{3}; }) == Told{Code::foreign_site, "hello names site=3"});
  CHECK(greeted([&](wire::Hello& h) { h.journals[0].head.stream = theirs; }) ==
        Told{Code::foreign_site, "hello names another's journal"});
  CHECK(greeted([&](wire::Hello& h) {
          h.feeds = {{{feed_for(scene.office.office.site->epoch(), SiteId{3}), {}, Seq{1}}, std::nullopt, {}}};
        }) == Told{Code::foreign_site, "hello names another's feed"});
  scene.check_unharmed();
  for (const StreamName& stream : {theirs, feed_for(scene.office.office.site->epoch(), SiteId{3})}) {
    scene.check_ends(wire::Frame{wire::Probe{stream, Seq{1}, std::nullopt}}, Code::foreign_site,
                     "a probe of another's stream");
  }
  for (const StreamName& stream : {theirs, feed_for(scene.office.office.site->epoch(), SiteId{3})}) {
    scene.attacker.greet();
    const SessionId session = scene.attacker.session;
    CHECK(scene.attacker.refused(wire::Frame{wire::Want{session, stream, Seq{1}}}) ==
          wire::Refusal{session, Code::foreign_site, "an entry of another's stream is asked for", 0});
    scene.check_unharmed();
  }
  // In the middle of a session: the neighbour's own, genuine batch.
  const wire::Batch genuine = sim::batch_of(scene.honest.node, SessionId{}, Seq{1});
  scene.attacker.greet();
  wire::Batch stolen = genuine;
  stolen.session = scene.attacker.session;
  const wire::Refusal told = scene.attacker.refused(wire::Frame{stolen});
  CHECK(told ==
        wire::Refusal{scene.attacker.session, Code::unexpected_frame, "batch of a stream that was not agreed on", 0});
  scene.check_unharmed();
}

TEST_CASE("Hostile: another deployment, suite or protocol range is refused by name, with both ranges") {
  Scene scene;
  const auto greeted = [&](const std::function<void(wire::Hello&)>& change) {
    scene.attacker.dial();
    wire::Hello hello = scene.attacker.hello();
    change(hello);
    return scene.attacker.refused(wire::Frame{hello});
  };
  CHECK(greeted([](wire::Hello& h) { h.network.bytes[3] ^= std::byte{1}; }) ==
        wire::Refusal{SessionId{}, Code::network, "hello of another deployment", 0});
  CHECK(greeted([](wire::Hello& h) { h.suite = SuiteId{2}; }) == wire::Refusal{SessionId{}, Code::suite, "suite=2", 0});
  const std::string ours = std::to_string(wire::protocol_min) + " to " + std::to_string(wire::protocol_max);
  CHECK(greeted([](wire::Hello& h) { h.protocol_min = 90, h.protocol_max = 99; }) ==
        wire::Refusal{SessionId{}, Code::version, "branch speaks 90 to 99, gateway " + ours, 0});
  CHECK(greeted([](wire::Hello& h) { h.protocol_min = h.protocol_max = 0; }) ==
        wire::Refusal{SessionId{}, Code::version, "branch speaks 0 to 0, gateway " + ours, 0});
  CHECK(greeted([](wire::Hello& h) { h.journals.clear(); }) ==
        wire::Refusal{SessionId{}, Code::bad_frame, "hello without a journal", 0});
  scene.check_unharmed();
}

TEST_CASE("Hostile: entries that are forged, moved or signed by another are refused, and none is kept") {
  Scene scene;
  sim::Node& node = scene.attacker.node;
  // Something genuine to forge: written here, not sent yet.
  auto composed = scene.office.registration(node, "own");
  REQUIRE(composed.has_value());
  REQUIRE(node.site->commit({std::get<store::Append>(*composed)}, scene.office.now().wall)[0].has_value());
  const auto batch = [&] { return sim::batch_of(node, scene.attacker.session, Seq{1}); };
  const auto refused = [&](const std::function<void(wire::Batch&)>& change) {
    scene.attacker.greet();
    wire::Batch forged = batch();
    change(forged);
    const Position before = scene.office.office.site->ledger().position;
    const wire::Refusal told = scene.attacker.refused(wire::Frame{forged});
    CHECK(scene.office.office.site->ledger().position == before);
    CHECK(told.session == scene.attacker.session);
    return std::pair{told.code, told.what};
  };
  const std::string at = " site=2 epoch=" + std::to_string(node.site->journal().epoch.value()) + " seq=1";
  const auto told = [&](Code code, const std::string& what) { return std::pair{code, what + ":" + at}; };
  CHECK(refused([](wire::Batch& b) { b.items[0].body.back() ^= std::byte{1}; }) ==
        told(Code::bad_chain, "body does not match its header"));
  CHECK(refused([](wire::Batch& b) { b.checkpoint.signature.bytes[0] ^= std::byte{1}; }) ==
        told(Code::bad_signature, "checkpoint does not hold"));
  CHECK(refused([&](wire::Batch& b) {
          b.checkpoint = journal::sign(sim::sim_domain(), scene.honest.node.signer, b.checkpoint);
        }) == told(Code::bad_signature, "checkpoint does not hold"));
  // The header of the neighbour's entry, under the attacker's own signature.
  const wire::Batch theirs = sim::batch_of(scene.honest.node, SessionId{}, Seq{1});
  CHECK(refused([&](wire::Batch& b) {
          b.items[0] = theirs.items[0];
          sim::sign_again(node, b, {});
        }) == told(Code::bad_author, "not the journal's owner"));
  scene.check_unharmed();
  // And the genuine one is taken.
  const auto answers = scene.attacker.say(wire::Frame{batch()});
  REQUIRE(answers.size() == 1);
  CHECK(std::holds_alternative<wire::Receipted>(answers[0]));
}

TEST_CASE("Hostile: a forged receipt is bad_signature, and nothing counts as arrived") {
  Scene scene;
  scene.attacker.greet();
  const StreamName feed = feed_for(scene.office.office.site->epoch(), SiteId{2});
  journal::Receipt receipt{{}, {}, feed, Seq{1}, {Seq{1}, Digest{}}, WallTime{1}, {}, {}};
  receipt = journal::sign(sim::sim_domain(), scene.honest.node.signer, receipt);
  const wire::Refusal told = scene.attacker.refused(wire::Frame{wire::Receipted{scene.attacker.session, receipt, 1}});
  CHECK(told == wire::Refusal{scene.attacker.session, Code::bad_signature, "receipt does not hold: to=1", 0});
  scene.check_unharmed();
}

TEST_CASE("Hostile: a site with more than eight sessions at once loses an older one, and is told why") {
  Scene scene;
  std::vector<gateway::Connection> lines;
  std::vector<wire::Refusal> told;
  for (std::uint64_t epoch = 1; epoch <= 9; ++epoch) {
    scene.attacker.dial();
    lines.push_back(scene.attacker.line);
    wire::Hello hello = scene.attacker.hello();
    hello.journals = {{{journal_of(SiteId{2}, Epoch{epoch}), {}, Seq{1}}, std::nullopt, {}}};
    hello.token = {};
    REQUIRE(std::holds_alternative<wire::Welcome>(scene.attacker.say(wire::Frame{hello}).at(0)));
    for (const gateway::Outgoing& out : scene.office.last.sends) {
      const auto frame = wire::decode(out.frame);
      const auto* refusal = frame ? std::get_if<wire::Refusal>(&*frame) : nullptr;
      if (refusal == nullptr) continue;
      CHECK(out.to != scene.attacker.line);
      told.push_back(*refusal);
    }
    CHECK(told.empty() == (epoch <= 8));
  }
  REQUIRE(!told.empty());
  for (const wire::Refusal& one : told) {
    CHECK(one.code == Code::stale_session);
    CHECK(one.what == "too many connections of one site");
  }
  scene.check_unharmed();
}

TEST_CASE("Hostile: a site that was revoked is told so at each message, on any line") {
  Scene scene;
  scene.attacker.greet();
  REQUIRE(scene.office.directory.members->revoke(SiteId{2}).has_value());
  const wire::Refusal wanted{SessionId{}, Code::revoked, "the site's key is not bound any more", 0};
  CHECK(scene.attacker.refused(wire::Frame{beat(scene.attacker.session)}) == wanted);
  scene.attacker.dial();
  CHECK(scene.attacker.refused(wire::Frame{scene.attacker.hello()}) == wanted);
  CHECK(scene.attacker.refused(Bytes(10)) == wanted);
}

}  // namespace redress::hostile
