#include "protocol/sync/gateway_session.h"

#include <catch2/catch.hpp>

#include "tests/sim/forge.h"

namespace redress::sync {
namespace {

using sim::Cut;
using sim::event_of;
using sim::Node;
using sim::Pair;
using sim::refused_with;

// Runs with every hello of the branch changed; the code of head office's refusal.
std::optional<Code> refused_hello(const std::function<void(wire::Hello&)>& change) {
  Pair pair{40};
  pair.tap = [&](SiteId from, Bytes& frame) {
    auto decoded = wire::decode(frame);
    auto* hello = from != head_office && decoded ? std::get_if<wire::Hello>(&*decoded) : nullptr;
    if (hello == nullptr) return true;
    change(*hello);
    frame = wire::encode(*hello);
    return true;
  };
  pair.drive(1'000);
  CHECK(pair.agent().state() == AgentSession::State::waiting);
  const auto code = refused_with(pair.gateway());
  // The branch is told the same.
  REQUIRE(pair.agent().trouble().has_value());
  CHECK(pair.agent().trouble()->code == code);
  return code;
}

wire::Frame frame_of(const Bytes& bytes) {
  auto decoded = wire::decode(bytes);
  REQUIRE(decoded.has_value());
  return std::move(*decoded);
}

// A pair that talks, one case each way.
std::unique_ptr<Pair> talking(std::uint64_t seed) {
  auto pair = std::make_unique<Pair>(seed);
  REQUIRE(pair->register_case(pair->branch(), "desk/1").has_value());
  REQUIRE(pair->drive_bounded());
  pair->drive(3'000);
  REQUIRE(pair->served()->state() == GatewaySession::State::up);
  return pair;
}

}  // namespace

TEST_CASE("GatewaySession: a hello that does not fit is refused with its reason") {
  using wire::Hello;
  CHECK(refused_hello([](Hello& h) { h.network.bytes[0] ^= std::byte{1}; }) == Code::network);
  CHECK(refused_hello([](Hello& h) { h.suite = SuiteId{2}; }) == Code::suite);
  CHECK(refused_hello([](Hello& h) { h.protocol_min = h.protocol_max = wire::protocol_max + 1; }) == Code::version);
  CHECK(refused_hello([](Hello& h) { h.protocol_min = h.protocol_max = 0; }) == Code::version);
  CHECK(refused_hello([](Hello& h) { h.site = SiteId{3}; }) == Code::foreign_site);
  CHECK(refused_hello([](Hello& h) { h.journals[0].head.stream.owner = SiteId{3}; }) == Code::foreign_site);
  CHECK(refused_hello([](Hello& h) { h.journals[0].head.stream.reader = SiteId{2}; }) == Code::foreign_site);
  CHECK(refused_hello([](Hello& h) { h.journals[0].head.stream.epoch = Epoch{}; }) == Code::foreign_site);
  CHECK(refused_hello([](Hello& h) { h.journals.clear(); }) == Code::bad_frame);
}

TEST_CASE("GatewaySession: a wider range of versions agrees on ours") {
  Pair pair{41};
  std::optional<std::uint16_t> agreed;
  pair.tap = [&](SiteId from, Bytes& frame) {
    auto decoded = frame_of(frame);
    if (auto* hello = std::get_if<wire::Hello>(&decoded); hello != nullptr && from != head_office) {
      hello->protocol_max = 9;
      frame = wire::encode(decoded);
    }
    if (const auto* welcome = std::get_if<wire::Welcome>(&decoded)) agreed = welcome->protocol;
    return true;
  };
  pair.drive(1'000);
  CHECK(agreed == wire::protocol_max);
  CHECK(pair.agent().state() == AgentSession::State::up);
}

// What the branch was told on the way to its repair, from the `from`-th event on.
std::optional<Code> parted_with(const Node& node, std::size_t from = 0) {
  const Event* event = event_of(node, Happening::forked, from);
  return event == nullptr ? std::nullopt : event->code;
}

TEST_CASE("GatewaySession: a store restored from an old image is found out before anything is taken from it") {
  Pair pair{42};
  REQUIRE(pair.register_case(pair.branch(), "desk/1").has_value());
  REQUIRE(pair.drive_bounded());
  const auto image = pair.branch().truth.snapshot();
  REQUIRE(pair.register_case(pair.branch(), "desk/2").has_value());
  REQUIRE(pair.drive_bounded());
  const StreamName journal = pair.branch().site->journal();
  pair.restore(pair.branch(), image);
  pair.drive(20'000);
  CHECK(parted_with(pair.gateway()) == Code::old_image);
  CHECK(pair.branch().site->journal() != journal);
  CHECK(pair.gateway().site->mark_of(journal)->seq == Seq{2});
}

TEST_CASE("GatewaySession: a branch of version 1, which cannot repair, is refused in words") {
  Pair pair{42};
  REQUIRE(pair.register_case(pair.branch(), "desk/1").has_value());
  REQUIRE(pair.drive_bounded());
  const auto image = pair.branch().truth.snapshot();
  REQUIRE(pair.register_case(pair.branch(), "desk/2").has_value());
  REQUIRE(pair.drive_bounded());
  pair.tap = [&](SiteId from, Bytes& frame) {
    auto decoded = frame_of(frame);
    auto* hello = from != head_office ? std::get_if<wire::Hello>(&decoded) : nullptr;
    if (hello == nullptr) return true;
    hello->protocol_max = 1;
    frame = wire::encode(*hello);
    return true;
  };
  pair.restore(pair.branch(), image);
  pair.drive(20'000);
  CHECK(refused_with(pair.gateway()) == Code::old_image);
  CHECK(sim::entries_in(pair.gateway().truth).size() == 2);
}

TEST_CASE("GatewaySession: a copy that went on by itself is found out by its token, or by its entries") {
  for (const int own_entries : {0, 1, 2}) {
    Pair pair{43};
    REQUIRE(pair.register_case(pair.branch(), "desk/1").has_value());
    REQUIRE(pair.drive_bounded());
    pair.drive(3'000);
    const auto image = pair.branch().truth.snapshot();
    // The one that stays: a new session, so a new token, and one entry more.
    pair.crash(pair.branch());
    REQUIRE(pair.register_case(pair.branch(), "desk/2").has_value());
    REQUIRE(pair.drive_bounded());
    pair.drive(3'000);
    pair.cut(Cut::both);
    pair.restore(pair.branch(), image);
    for (int i = 0; i < own_entries; ++i) {
      REQUIRE(pair.register_case(pair.branch(), "copy/" + std::to_string(i)).has_value());
    }
    pair.cut(Cut::none);
    const std::size_t before = pair.gateway().events.size();
    CHECK(pair.drive_bounded());
    INFO(own_entries);
    CHECK(parted_with(pair.gateway(), before) == (own_entries == 1 ? Code::fork : Code::old_image));
    CHECK(sim::entries_in(pair.gateway().truth).size() == 2 + static_cast<std::size_t>(own_entries));
  }
}

TEST_CASE("GatewaySession: a store that was only behind on its token is found out too") {
  Pair pair{44};
  REQUIRE(pair.register_case(pair.branch(), "desk/1").has_value());
  REQUIRE(pair.drive_bounded());
  pair.drive(3'000);
  const auto image = pair.branch().truth.snapshot();
  pair.crash(pair.branch());
  pair.drive(30'000);
  REQUIRE(pair.agent().state() == AgentSession::State::up);
  const std::size_t before = pair.gateway().events.size();
  pair.restore(pair.branch(), image);
  pair.drive(20'000);
  CHECK(parted_with(pair.gateway(), before) == Code::old_image);
}

// With nothing of its own lost and the token of the very session, only the feed shows it.
TEST_CASE("GatewaySession: an image of the same session that lacks what it signed for is found out", "[P8]") {
  for (const int own_entries : {0, 2}) {
    INFO(own_entries);
    Pair pair{47};
    const auto told = pair.register_case(pair.branch(), "desk/1");
    REQUIRE(told.has_value());
    REQUIRE(pair.drive_bounded());
    pair.drive(3'000);
    const auto image = pair.branch().truth.snapshot();
    const StreamName journal = pair.branch().site->journal();
    REQUIRE(pair.dispose(told->case_id, "ho/1").has_value());
    REQUIRE(pair.drive_bounded());
    pair.drive(120'000);
    pair.cut(Cut::both);
    pair.restore(pair.branch(), image);
    for (int i = 0; i < own_entries; ++i) {
      const std::vector<casework::FieldText> fields{{"amount_fen", "100"}, {"amendment_reason", "misread"}};
      REQUIRE(pair.act(pair.branch(), told->case_id, "amended", "image/" + std::to_string(i), fields).has_value());
    }
    pair.cut(Cut::none);
    CHECK(pair.drive_bounded());
    CHECK(parted_with(pair.gateway()) == Code::old_image);
    CHECK(pair.branch().site->journal() != journal);
    CHECK(pair.gateway().site->mark_of(journal)->seq == Seq{1});
    CHECK(sim::entries_in(pair.gateway().truth).size() == 2 + static_cast<std::size_t>(own_entries));
    for (const store::Alarm& alarm : pair.gateway().site->alarms()) CHECK(alarm.code != Code::bad_value);
  }
}

TEST_CASE("GatewaySession: what another store of the site signed for accuses none of having forgotten it", "[P8]") {
  Pair pair{48};
  const auto told = pair.register_case(pair.branch(), "desk/1");
  REQUIRE(told.has_value());
  REQUIRE(pair.drive_bounded());
  pair.drive(3'000);
  const auto image = pair.branch().truth.snapshot();
  const StreamName journal = pair.branch().site->journal();
  // Another disk in its place: it greets, reads on and signs, and writes nothing of its own.
  pair.restore(pair.branch(), {});
  REQUIRE(pair.dispose(told->case_id, "ho/1").has_value());
  REQUIRE(pair.drive_bounded());
  pair.drive(3'000);
  const StreamName feed = feed_for(pair.gateway().site->epoch(), pair.branch().id);
  REQUIRE(pair.gateway().site->last_receipt(feed)->to.seq > Seq{});
  const std::size_t before = pair.gateway().events.size();
  pair.restore(pair.branch(), image);
  REQUIRE(pair.branch().site->mark_of(feed).value_or(journal::Mark{}).seq <
          pair.gateway().site->last_receipt(feed)->to.seq);
  CHECK(pair.drive_bounded());
  CHECK(parted_with(pair.gateway(), before) == std::nullopt);
  CHECK(pair.branch().site->journal() == journal);
}

TEST_CASE("GatewaySession: a welcome that is lost leaves both the old and the new token good") {
  Pair pair{45};
  int lost = 0;
  pair.tap = [&](SiteId from, Bytes& frame) {
    return from != head_office || !std::holds_alternative<wire::Welcome>(frame_of(frame)) || ++lost > 3;
  };
  REQUIRE(pair.register_case(pair.branch(), "desk/1").has_value());
  CHECK(pair.drive_bounded());
  CHECK(lost > 3);
  CHECK(refused_with(pair.gateway()) == std::nullopt);
}

TEST_CASE("GatewaySession: a hello that comes again after its token was replaced changes nothing") {
  Pair pair{52};
  std::optional<Bytes> hello;
  pair.tap = [&](SiteId from, Bytes& frame) {
    if (from != head_office && std::holds_alternative<wire::Hello>(frame_of(frame))) hello = frame;
    return true;
  };
  REQUIRE(pair.register_case(pair.branch(), "desk/1").has_value());
  REQUIRE(pair.drive_bounded());
  pair.drive(5'000);
  const Epoch epoch = pair.branch().site->epoch();
  const SessionId session = pair.served()->exchange().session();
  REQUIRE(hello.has_value());
  pair.inject_to_gateway(*hello);
  CHECK(event_of(pair.gateway(), Happening::stale) != nullptr);
  pair.drive(10'000);
  CHECK(pair.branch().site->epoch() == epoch);
  CHECK(pair.served()->exchange().session() == session);
}

TEST_CASE("GatewaySession: a hello that comes late, on a line given up, makes no copy of the branch") {
  Pair pair{45};
  REQUIRE(pair.register_case(pair.branch(), "desk/1").has_value());
  REQUIRE(pair.drive_bounded());
  pair.drive(3'000);
  // Both hellos of one store are answered before either offer is confirmed; the branch keeps the first.
  const store::Site& office = *pair.gateway().site;
  const Epoch epoch = pair.branch().site->epoch();
  const LinkToken known = office.tokens(SiteId{2}, epoch).known;
  LinkToken first, late;
  first.bytes.fill(std::byte{1});
  late.bytes.fill(std::byte{2});
  for (const LinkToken& offer : {first, late}) {
    const std::vector<store::Work> offered{KeepTokens{SiteId{2}, epoch, known, offer}};
    REQUIRE(pair.gateway().site->commit(offered, WallTime{}).front().has_value());
  }
  CHECK(office.tokens(SiteId{2}, epoch).offered == std::vector<LinkToken>{first, late});
  const std::vector<store::Work> kept{KeepTokens{SiteId{2}, epoch, first, {}}};
  REQUIRE(pair.branch().site->commit(kept, WallTime{}).front().has_value());
  const std::size_t before = pair.gateway().events.size();
  pair.crash(pair.branch());
  REQUIRE(pair.drive_bounded());
  pair.drive(5'000);
  CHECK(event_of(pair.gateway(), Happening::forked, before) == nullptr);
  CHECK(pair.branch().site->epoch() == epoch);
}

TEST_CASE("GatewaySession: a hello that comes twice does not lock the branch out") {
  Pair pair{46};
  std::optional<Bytes> hello;
  pair.tap = [&](SiteId from, Bytes& frame) {
    if (from != head_office && !hello && std::holds_alternative<wire::Hello>(frame_of(frame))) hello = frame;
    return true;
  };
  while (!hello) pair.step();
  pair.drive(45);  // the welcome is on its way or just in
  pair.inject_to_gateway(*hello);
  REQUIRE(pair.register_case(pair.branch(), "desk/1").has_value());
  CHECK(pair.drive_bounded());
  CHECK(refused_with(pair.gateway()) != Code::old_image);
}

TEST_CASE("GatewaySession: a branch that reads another epoch's feed shows head office what it has lost") {
  auto pair = talking(47);
  REQUIRE(pair->dispose(pair->told().front().appended.case_id, "ho/1").has_value());
  REQUIRE(pair->drive_bounded());
  // Head office begins anew, with nothing.
  const std::size_t before = pair->gateway().events.size();
  pair->restore(pair->gateway(), {});
  CHECK(pair->drive_bounded());
  CHECK(event_of(pair->gateway(), Happening::recovering, before) != nullptr);
  CHECK(sim::entries_in(pair->gateway().truth).size() == 2);
}

TEST_CASE("GatewaySession: a frame before the hello, and none at all, end the session in words") {
  for (const bool garbage : {false, true}) {
    Pair pair{48};
    const Bytes beat = wire::encode(wire::Beat{SessionId{1}, {}, {}, WallTime{}});
    pair.inject_to_gateway(garbage ? view_of("garbage that is no frame") : ByteView{beat});
    CHECK(refused_with(pair.gateway()) == (garbage ? Code::bad_frame : Code::unexpected_frame));
    CHECK(pair.served()->state() == GatewaySession::State::ended);
  }
}

TEST_CASE("GatewaySession: frames of another session are dropped, told, and change nothing") {
  auto pair = talking(49);
  const std::size_t entries = sim::entries_in(pair->gateway().truth).size();
  const SessionId old{pair->served()->exchange().session().value() + 2};
  pair->inject_to_gateway(wire::encode(batch_of(pair->branch(), old, Seq{1})));
  pair->inject_to_gateway(wire::encode(wire::Beat{SessionId{}, {}, {}, WallTime{}}));
  CHECK(event_of(pair->gateway(), Happening::stale) != nullptr);
  CHECK(refused_with(pair->gateway()) == std::nullopt);
  CHECK(pair->served()->state() == GatewaySession::State::up);
  CHECK(sim::entries_in(pair->gateway().truth).size() == entries);
}

TEST_CASE("GatewaySession: a frame that only head office sends is unexpected") {
  auto pair = talking(50);
  pair->inject_to_gateway(wire::encode(wire::Welcome{}));
  CHECK(refused_with(pair->gateway()) == Code::unexpected_frame);
  CHECK(pair->drive_bounded());
}

TEST_CASE("GatewaySession: refuse() ends the session and tells the branch when to come back") {
  auto pair = talking(51);
  GatewaySession& served = *pair->served();
  served.refuse({Code::draining, "the gateway is stopping", {}}, 10'000);
  const Step step = served.take_step();
  REQUIRE(step.sends.size() == 1);
  pair->inject_to_branch(step.sends.front());
  CHECK(pair->agent().state() == AgentSession::State::waiting);
  CHECK(pair->agent().trouble()->code == Code::draining);
  CHECK(pair->agent().next_deadline() > after_ms(pair->now(pair->branch()).mono, 10'000));
  CHECK_FALSE(served.on_sendable(pair->now(pair->gateway())));
  CHECK(served.next_deadline() == never);
}

TEST_CASE("GatewaySession: a branch that falls silent is given up after four heartbeats") {
  auto pair = talking(52);
  pair->cut(Cut::both);
  pair->drive(9'000);
  CHECK(pair->served()->state() == GatewaySession::State::ended);
  const Event* down = event_of(pair->gateway(), Happening::down);
  REQUIRE(down != nullptr);
  CHECK(down->code == Code::silent);
}

TEST_CASE("GatewaySession: the branch's clock and version are shown") {
  Pair pair{53};
  pair.branch().clock_ahead_ms = 90'000;
  pair.drive(1'000);
  CHECK(pair.served()->clock_skew_ms() >= 89'900);
  CHECK(pair.served()->clock_skew_ms() <= 90'000);
  CHECK(pair.served()->peer_version() == "sim");
  CHECK(pair.served()->site() == SiteId{2});
  CHECK(pair.served()->journal() == pair.branch().site->journal());
}

}  // namespace redress::sync
