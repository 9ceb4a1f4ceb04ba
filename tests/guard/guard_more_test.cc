// The promises of answers, identities, signatures, secrecy and lag, each shown to hold, and each shown to be missed if
// it does not.
#include <catch2/catch.hpp>

#include "crypto/seal.h"
#include "protocol/sync/lag.h"
#include "tests/sim/forge.h"
#include "tests/sim/story.h"

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

// The branch's next entry with something else in its header, signed by the branch itself.
wire::Batch changed_batch(Pair& pair, const Node& author, wire::Batch batch,
                          const std::function<void(journal::What&)>& change) {
  auto header = journal::decode_header(batch.items.front().header);
  REQUIRE(header.has_value());
  change(header->what);
  batch.items.front().header = journal::encode(*header);
  const StreamName journal = author.site->journal();
  const Seq before{batch.first.value() - 1};
  sign_again(author, batch, {before, *pair.gateway().site->digest_at(journal, before)});
  return batch;
}

constexpr Instant at(std::int64_t ms) { return Instant{ms}; }

}  // namespace

TEST_CASE("P1: a commit of unknown fate is said to be unknown", "[P1]") {
  Pair pair{14};
  pair.branch().truth.unknown_commit(MemoryTruth::Applied::yes);
  const auto told = pair.register_case(pair.branch(), "desk/1");
  REQUIRE_FALSE(told.has_value());
  CHECK(told.error().code == Code::unknown_outcome);
}

TEST_CASE("P3: two entries of one instant are two", "[P3]") {
  Pair pair{36};
  const auto opened = pair.register_case(pair.branch(), "desk/1");
  REQUIRE(opened.has_value());
  const auto started = pair.act(pair.branch(), opened->case_id, "started", "desk/2", {{"handler", "Li"}});
  REQUIRE(started.has_value());
  CHECK(started->time == opened->time);
  CHECK(pair.branch().file_of(opened->case_id)->view.timeline.size() == 2);
}

TEST_CASE("P3: cases that count alike are two", "[P3]") {
  Pair pair{PairOptions{37, 2}};
  const auto one = pair.register_case(pair.branch(0), "desk/1");
  const auto other = pair.register_case(pair.branch(1), "desk/1");
  REQUIRE((one.has_value() && other.has_value()));
  CHECK(one->case_id != other->case_id);
  CHECK(pair.drive_bounded());
  CHECK(lines_of(pair.judge()) == "");
}

TEST_CASE("P3: the same words of two authors are two entries", "[P3]") {
  journal::Header header;
  header.place = {SiteId{2}, Epoch{1}, Seq{1}, {}};
  header.what.author = SiteId{2};
  const Digest one = journal::identity_of(sim_domain(), journal::encode(header));
  header.what.author = SiteId{3};
  CHECK(journal::identity_of(sim_domain(), journal::encode(header)) != one);
}

TEST_CASE("P5: where an entry stands does not decide a tie", "[P5]") {
  const casework::Kinds kinds{casework::shipped_kinds()};
  Story story{kinds};
  const auto open = story.tell(SiteId{2}, "registered", {}, {{}, 0, {{"narrative", "x"}}});
  const auto moved = story.tell(head_office, "handed_over", {open}, {{SiteId{3}, SiteId{4}}, 0, {{"unit", "3"}}});
  const auto one = story.tell(SiteId{3}, "started", {moved}, {{}, 0, {{"handler", "A"}}});
  const auto other = story.tell(SiteId{2}, "replied", {moved}, {{}, 0, {{"content", "B"}}});
  story.entries[one].header.place.seq = Seq{7};
  story.entries[other].header.place.seq = Seq{8};
  const std::string before = portrait(kinds, story.entries);
  std::swap(story.entries[one].header.place.seq, story.entries[other].header.place.seq);
  CHECK(portrait(kinds, story.entries) == before);
}

TEST_CASE("P6: authority is judged on what its author knew", "[P6]") {
  const casework::Kinds kinds{casework::shipped_kinds()};
  Story story{kinds};
  const auto open = story.tell(SiteId{2}, "registered", {}, {{}, 0, {{"narrative", "x"}}});
  story.tell(head_office, "handed_over", {open}, {{SiteId{3}}, 0, {{"unit", "3"}}});
  const auto started = story.tell(SiteId{2}, "started", {open}, {{}, 0, {{"handler", "A"}}});
  for (const casework::Line& line : casework::fold(kinds, story.entries).timeline) {
    if (line.told == started) CHECK(line.verdict == casework::Verdict::stands);
  }
}

TEST_CASE("P6: who claims to know what is not written yet is told of", "[P6]") {
  Pair pair{65};
  const wire::Batch batch = next_batch(pair);
  const Epoch epoch = pair.gateway().site->epoch();
  pair.inject_to_gateway(wire::encode(changed_batch(pair, pair.branch(), batch, [&](journal::What& what) {
    what.seen = {epoch, Seq{99}};
  })));
  REQUIRE(pair.gateway().site->alarms().size() == 1);
  CHECK(pair.gateway().site->alarms().front().site == pair.branch().id);
}

TEST_CASE("P10: no room is an answer, and the next entry is taken", "[P10]") {
  Pair pair{103};
  pair.branch().truth.fail_commit(Code::store_full);
  const auto refused = pair.register_case(pair.branch(), "desk/1");
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().code == Code::store_full);
  CHECK(pair.register_case(pair.branch(), "desk/1").has_value());
}

TEST_CASE("P12: no site is fed what it does not stand in", "[P12]") {
  Pair pair{PairOptions{121, 2}};
  for (std::size_t i = 0; i < 2; ++i) REQUIRE(pair.register_case(pair.branch(i), "desk/1").has_value());
  REQUIRE(pair.drive_bounded());
  for (int i = 0; i < 2; ++i) {
    const std::string key = "ho/" + std::to_string(i);
    REQUIRE(pair.dispose(pair.told().at(static_cast<std::size_t>(i)).appended.case_id, key).has_value());
    REQUIRE(pair.drive_bounded());
  }
  CHECK(lines_of(pair.judge()) == "");
}

TEST_CASE("P12: a key opens for the site it was sent to", "[P12]") {
  Pair pair{PairOptions{122, 2}};
  const auto opened = pair.register_case(pair.branch(0), "desk/1");
  REQUIRE(opened.has_value());
  REQUIRE(pair.drive_bounded());
  REQUIRE(pair.act(pair.gateway(), opened->case_id, "handed_over", "ho/1", {{"unit", "3"}}).has_value());
  REQUIRE(pair.drive_bounded());
  const auto file = pair.branch(1).file_of(opened->case_id);
  REQUIRE(file.has_value());
  for (const casework::Told& told : file->told) CHECK(told.event.has_value());
}

TEST_CASE("P12: the same words sealed twice are not the same bytes", "[P12]") {
  SeededRandom random{123};
  const crypto::Key32 key{};
  const Bytes plain = copy_of(view_of("the same words"));
  CHECK(crypto::seal_bytes(key, {}, plain, random) != crypto::seal_bytes(key, {}, plain, random));
}

TEST_CASE("P12: a key is taken under its own name only", "[P12]") {
  SeededRandom random{124};
  const crypto::Key32 wrapping{};
  const crypto::CaseKey key = crypto::make_case_key(CaseId{}, random);
  const Bytes wrapped = crypto::wrap(wrapping, {}, key, random);
  KeyId other = key.id;
  other.bytes[0] ^= std::byte{1};
  CHECK(crypto::unwrap(wrapping, {}, CaseId{}, key.id, wrapped).has_value());
  CHECK_FALSE(crypto::unwrap(wrapping, {}, CaseId{}, other, wrapped).has_value());
}

TEST_CASE("P12: what is meant for head office alone is fed to nobody", "[P12]") {
  Pair pair{PairOptions{125, 2}};
  const auto opened = pair.register_case(pair.branch(0), "desk/1");
  REQUIRE(opened.has_value());
  REQUIRE(pair.drive_bounded());
  REQUIRE(pair.act(pair.gateway(), opened->case_id, "handed_over", "ho/1", {{"unit", "3"}}).has_value());
  REQUIRE(pair.drive_bounded());
  pair.drive(3'000);
  const StreamName feed = feed_for(pair.gateway().site->epoch(), SiteId{3});
  const auto before = pair.gateway().site->mark_of(feed);
  pair.cut(Cut::up, 0);
  REQUIRE(pair.act(pair.branch(0), opened->case_id, "replied", "desk/2", {{"content", "x"}}).has_value());
  pair.cut(Cut::none, 0);
  const wire::Batch batch = batch_of(pair.branch(0), pair.served(0)->exchange().session(), Seq{2});
  pair.inject_to_gateway(
      wire::encode(changed_batch(pair, pair.branch(0), batch, [](journal::What& what) { what.flags |= 2; })));
  REQUIRE(pair.gateway().site->mark_of(pair.branch(0).site->journal())->seq == Seq{2});
  CHECK(pair.gateway().site->mark_of(feed) == before);
}

TEST_CASE("P13: nothing counts as arrived before its receipt", "[P13]") {
  sync::LagMeter meter{1'000};
  meter.on_up(at(0));
  meter.on_head(at(0), Seq{3});
  CHECK(meter.lag(at(10)).entries == 3);
  meter.on_durable(at(20), Seq{2});
  CHECK(meter.lag(at(30)).entries == 1);
}

TEST_CASE("P13: when the other end was heard no clock on a wall can move", "[P13]") {
  Pair pair{133};
  pair.drive(3'000);
  REQUIRE(pair.served() != nullptr);
  const Now now = pair.now(pair.gateway());
  REQUIRE(now.wall.value() != now.mono.value());
  CHECK(pair.served()->exchange().heard_at() <= now.mono);
  CHECK(pair.served()->exchange().heard_at() > after_ms(now.mono, -60'000));
}

TEST_CASE("P13: without contact nothing is sure", "[P13]") {
  sync::LagMeter meter{1'000};
  meter.on_up(at(0));
  meter.on_head(at(0), Seq{3});
  meter.on_durable(at(0), Seq{3});
  CHECK(meter.lag(at(900)).state == sync::LagState::level);
  CHECK(meter.lag(at(1'100)).state == sync::LagState::unknown);
}

TEST_CASE("P14: when an entry came here stays as it was shown", "[P14]") {
  Pair pair{143};
  REQUIRE(pair.register_case(pair.branch(), "desk/1").has_value());
  REQUIRE(pair.drive_bounded());
  const MemoryTruth::Image image = pair.branch().truth.snapshot();
  REQUIRE(pair.register_case(pair.branch(), "desk/2").has_value());
  REQUIRE(pair.drive_bounded());
  pair.cut(Cut::both);
  pair.restore(pair.branch(), image);
  const auto written = pair.register_case(pair.branch(), "desk/3");
  REQUIRE(written.has_value());
  const WallTime shown = pair.branch().file_of(written->case_id)->ways.front().arrived;
  pair.drive(60'000);
  pair.cut(Cut::none);
  REQUIRE(pair.drive_bounded());
  CHECK(pair.branch().site->alarms().size() == 1);
  CHECK(pair.branch().file_of(written->case_id)->ways.front().arrived == shown);
}

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
