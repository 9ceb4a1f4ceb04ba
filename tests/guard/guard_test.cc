// The promises of the exchange and of the fold, each shown to hold, and each shown to be missed if it does not: every
// test here fails under the mutants of its promise (mutants.h).
#include <catch2/catch.hpp>

#include "tests/sim/forge.h"
#include "tests/sim/story.h"

namespace redress::sim {
namespace {

const std::vector<casework::FieldText> reply{{"content", "We called the customer."}};

bool is_frame(const Bytes& frame, std::size_t kind) {
  const auto decoded = wire::decode(frame);
  return decoded && decoded->index() == kind;
}
constexpr std::size_t batch_kind = 3;
constexpr std::size_t receipted_kind = 4;

std::string key(std::string_view source, int row) { return std::string{source} + "/" + std::to_string(row); }

}  // namespace

TEST_CASE("P1: nobody is told saved when the commit failed", "[P1]") {
  Pair pair{11};
  pair.branch().truth.fail_commit(Code::store_full);
  REQUIRE_FALSE(pair.register_case(pair.branch(), "desk/1").has_value());
  pair.branch().truth.unknown_commit(MemoryTruth::Applied::no);
  REQUIRE_FALSE(pair.register_case(pair.branch(), "desk/1").has_value());
  CHECK(pair.register_case(pair.branch(), "desk/1").has_value());
  CHECK(pair.told().size() == 1);
  CHECK(lines_of(pair.judge(false)) == "");
}

TEST_CASE("P1: who is told before the commit is told of what is not undone", "[P1]") {
  Pair pair{13};
  store::Site& site = *pair.branch().site;
  int told = 0;
  const auto append_at = [&](std::int64_t ms) {
    auto made = pair.branch().desk->register_case({StaffId{1}, key("desk", 1), {{"narrative", "n"}}, WallTime{ms}});
    REQUIRE(made.has_value());
    const auto tell = [&](std::size_t, const store::Appended&) { ++told; };
    return site.commit({std::get<store::Append>(std::move(*made))}, WallTime{ms}, tell).front().has_value();
  };
  pair.branch().truth.fail_commit(Code::store_full);
  CHECK_FALSE(append_at(1'000));
  CHECK(told == 0);
  CHECK(append_at(2'000));
  CHECK(told == 1);
}

TEST_CASE("P1: what head office gives a receipt for is in its case", "[P1]") {
  Pair pair{12};
  for (int i = 1; i <= 3; ++i) REQUIRE(pair.register_case(pair.branch(), key("desk", i)).has_value());
  REQUIRE(pair.drive_bounded());
  for (const Told& told : pair.told()) CHECK(pair.gateway().file_of(told.appended.case_id).has_value());
}

TEST_CASE("P2: the last frame of a talk may be lost", "[P2]") {
  Pair pair{21};
  REQUIRE(pair.register_case(pair.branch(), "desk/1").has_value());
  REQUIRE(pair.drive_bounded());
  bool lost = false;
  pair.tap = [&](SiteId, Bytes& frame) {
    if (lost || !is_frame(frame, batch_kind)) return true;
    lost = true;
    return false;
  };
  REQUIRE(pair.register_case(pair.branch(), "desk/2").has_value());
  CHECK(pair.drive_bounded());
  CHECK(lost);
  CHECK(lines_of(pair.judge()) == "");
}

TEST_CASE("P2: a line that died without a word is built again", "[P2]") {
  Pair pair{22};
  REQUIRE(pair.drive_bounded());
  pair.drive(5'000);
  pair.cut(Cut::both);
  REQUIRE(pair.register_case(pair.branch(), "desk/1").has_value());
  pair.drive(60'000);
  pair.cut(Cut::none);
  CHECK(pair.drive_bounded());
  CHECK(lines_of(pair.judge()) == "");
}

TEST_CASE("P2: who gains standing gets all of the case", "[P2]") {
  Pair pair{PairOptions{23, 2}};
  const auto opened = pair.register_case(pair.branch(0), "desk/1");
  REQUIRE(opened.has_value());
  REQUIRE(pair.drive_bounded());
  const CaseId id = opened->case_id;
  REQUIRE(pair.act(pair.gateway(), id, "handed_over", "ho/1", {{"unit", "3"}}).has_value());
  REQUIRE(pair.drive_bounded());
  const auto file = pair.branch(1).file_of(id);
  REQUIRE(file.has_value());
  CHECK(file->told.size() == 2);
  CHECK(lines_of(pair.judge()) == "");
}

TEST_CASE("P3: another entry at a held place is a fork and no duplicate", "[P3]") {
  Pair pair{31};
  const MemoryTruth::Image image = pair.branch().truth.snapshot();
  Node clone{SiteId{2}, head_office, 31, pair.kinds()};
  clone.truth.restore(image);
  clone.start();
  REQUIRE(pair.register_case(pair.branch(), "desk/1").has_value());
  REQUIRE(pair.drive_bounded());
  const auto other =
      clone.desk->register_case({StaffId{}, "desk/2", {{"narrative", "Something else."}}, pair.now(clone).wall});
  REQUIRE(clone.site->commit({std::get<store::Append>(*other)}, pair.now(clone).wall).front().has_value());
  const std::size_t before = pair.gateway().events.size();
  pair.inject_to_gateway(wire::encode(batch_of(clone, pair.served()->exchange().session(), Seq{1})));
  CHECK(refused_with(pair.gateway(), before) == Code::fork);
  CHECK(entries_in(pair.gateway().truth).size() == 1);
}

TEST_CASE("P3: a command sent again gives the same answer and does nothing", "[P3]") {
  Pair pair{34};
  const auto first = pair.register_case(pair.branch(), "desk/1");
  const auto again = pair.register_case(pair.branch(), "desk/1");
  REQUIRE(first.has_value());
  REQUIRE(again.has_value());
  CHECK(again->repeated);
  CHECK(again->identity == first->identity);
  CHECK(entries_in(pair.branch().truth).size() == 1);
  CHECK(lines_of(pair.judge(false)) == "");
}

TEST_CASE("P4: a hole is answered with what is expected, and the talk goes on", "[P4]") {
  Pair pair{41};
  REQUIRE(pair.drive_bounded());
  pair.drive(1'000);
  bool lost = false;
  pair.tap = [&](SiteId, Bytes& frame) {
    if (lost || !is_frame(frame, batch_kind)) return true;
    lost = true;
    return false;
  };
  for (int i = 1; i <= 3; ++i) REQUIRE(pair.register_case(pair.branch(), key("desk", i)).has_value());
  REQUIRE(lost);
  pair.drive(1'000);
  CHECK(event_of(pair.gateway(), sync::Happening::hole) != nullptr);
  CHECK(refused_with(pair.gateway()) == std::nullopt);
  CHECK(pair.is_level());
  CHECK(lines_of(pair.judge()) == "");
}

TEST_CASE("P5: cause goes before rank", "[P5]") {
  Pair pair{51};
  const auto opened = pair.register_case(pair.branch(), "desk/1");
  REQUIRE(opened.has_value());
  REQUIRE(pair.drive_bounded());
  REQUIRE(pair.dispose(opened->case_id, "ho/1").has_value());
  REQUIRE(pair.drive_bounded());
  const auto file = pair.branch().file_of(opened->case_id);
  REQUIRE(file.has_value());
  REQUIRE(file->view.state.disposed.has_value());
  CHECK(file->told[*file->view.state.disposed].header.what.author == head_office);
  CHECK(lines_of(pair.judge()) == "");
}

TEST_CASE("P5: any order of arrival, and any clock, gives one case", "[P5]") {
  const casework::Kinds kinds{casework::shipped_kinds()};
  const SiteId branch{2};
  const auto tell = [&](const std::vector<std::int64_t>& clocks) {
    Story story{kinds};
    const std::size_t open = story.tell(branch, "registered", {}, {{SiteId{3}}, clocks[0]});
    const std::size_t replied = story.tell(branch, "replied", {open}, {{}, clocks[1]});
    story.tell(head_office, "withdrawn", {open}, {{}, clocks[2]});
    story.tell(branch, "closed", {replied}, {{}, clocks[3]});
    story.tell(head_office, "disposed", {open}, {{}, clocks[4]});
    return story;
  };
  Story story = tell({1, 2, 3, 4, 5});
  const std::string expected = portrait(kinds, story.entries);
  std::vector<std::size_t> order{0, 1, 2, 3, 4};
  do {
    std::vector<casework::Told> shuffled;
    for (const std::size_t i : order) shuffled.push_back(story.entries[i]);
    REQUIRE(portrait(kinds, shuffled) == expected);
  } while (std::next_permutation(order.begin(), order.end()));
  // The clock is part of what is signed, so the identities are kept by hand.
  Story other = tell({50, 40, 30, 20, 10});
  for (std::size_t i = 0; i < other.entries.size(); ++i) {
    story.entries[i].header.what.time = other.entries[i].header.what.time;
  }
  CHECK(portrait(kinds, story.entries) == expected);
}

TEST_CASE("P5: an entry that was placed twice counts once", "[P5]") {
  const casework::Kinds kinds{casework::shipped_kinds()};
  Story story{kinds};
  const std::size_t open = story.tell(SiteId{2}, "registered", {});
  story.tell(head_office, "disposed", {open});
  const std::string once = portrait(kinds, story.entries);
  casework::Told again = story.entries[1];
  again.header.place.epoch = Epoch{99};
  again.header.place.seq = Seq{7};
  story.entries.push_back(again);
  CHECK(portrait(kinds, story.entries) == once);
  std::swap(story.entries[1], story.entries[2]);
  CHECK(portrait(kinds, story.entries) == once);
}

TEST_CASE("P6: a branch's disposal is shown as refused and changes nothing", "[P6]") {
  const casework::Kinds kinds{casework::shipped_kinds()};
  Story story{kinds};
  const std::size_t open = story.tell(SiteId{2}, "registered", {});
  story.tell(SiteId{2}, "disposed", {open});
  const casework::CaseView view = casework::fold(kinds, story.entries);
  CHECK_FALSE(view.state.disposed.has_value());
  CHECK(view.timeline.back().verdict == casework::Verdict::refused);
  CHECK(view.timeline.back().rule == kinds.find("disposed")->rule);
}

TEST_CASE("P6: a branch cannot write into its journal what another site says", "[P6]") {
  Pair pair{62};
  REQUIRE(pair.register_case(pair.branch(), "desk/1").has_value());
  REQUIRE(pair.drive_bounded());
  const Node& node = pair.branch();
  const journal::Mark head = *node.site->mark_of(node.site->journal());
  const auto held = entries_in(node.truth);
  journal::Header header = held.front().header;
  header.place = {SiteId{3}, Epoch{5}, head.seq.next(), head.digest};
  header.what.author = SiteId{3};
  wire::Batch batch = batch_of(node, pair.served()->exchange().session(), Seq{1});
  batch.first = head.seq.next();
  batch.items = {{journal::encode(header), held.front().item.body}};
  sign_again(node, batch, head);
  pair.inject_to_gateway(wire::encode(batch));
  CHECK(refused_with(pair.gateway()) == Code::bad_author);
  CHECK(entries_in(pair.gateway().truth).size() == 1);
}

TEST_CASE("P6: a branch cannot greet as another site", "[P6]") {
  Pair pair{63};
  pair.tap = [](SiteId from, Bytes& frame) {
    auto decoded = wire::decode(frame);
    auto* hello = from == SiteId{2} && decoded ? std::get_if<wire::Hello>(&*decoded) : nullptr;
    if (hello == nullptr) return true;
    hello->site = SiteId{3};
    frame = wire::encode(*hello);
    return true;
  };
  pair.drive(2'000);
  CHECK(refused_with(pair.gateway()) == Code::foreign_site);
  CHECK(event_of(pair.gateway(), sync::Happening::up) == nullptr);
}

TEST_CASE("P10: what is in flight stays within the window", "[P10]") {
  PairOptions options{102};
  options.window_bytes = 12'000;  // less than goes at first
  Pair pair{options};
  REQUIRE(pair.drive_bounded());
  pair.drive(1'000);
  std::size_t in_flight = 0;
  pair.tap = [&](SiteId from, Bytes& frame) {
    if (from != head_office && is_frame(frame, batch_kind)) in_flight += frame.size();
    return !is_frame(frame, receipted_kind);
  };
  for (int i = 0; i < 60; ++i) {
    std::string text(16'000, ' ');
    for (char& c : text) c = static_cast<char>('a' + pair.branch().random.below(26));
    REQUIRE(pair.register_case(pair.branch(), key("desk", i), {{"narrative", text}}).has_value());
  }
  pair.drive(2'000);
  CHECK(in_flight > options.window_bytes / 2);
  CHECK(in_flight < options.window_bytes + limits::entry_bytes_max + 40 * 1'024);
}

TEST_CASE("P11: a frame that is none costs its session and nothing else", "[P11]") {
  Pair pair{PairOptions{11, 2}};
  REQUIRE(pair.drive_bounded());
  pair.drive(1'000);
  pair.inject_to_gateway(view_of("this is no frame at all, not even nearly"), 0);
  CHECK(refused_with(pair.gateway()) == Code::bad_frame);
  REQUIRE(pair.register_case(pair.branch(0), "desk/1").has_value());
  REQUIRE(pair.register_case(pair.branch(1), "desk/1").has_value());
  CHECK(pair.served(1)->state() == sync::GatewaySession::State::up);
  CHECK(pair.drive_bounded());
  CHECK(lines_of(pair.judge()) == "");
}

TEST_CASE("P14: a cut, a crash and a resend take nothing back", "[P14]") {
  Pair pair{14};
  const auto opened = pair.register_case(pair.branch(), "desk/1");
  REQUIRE(opened.has_value());
  REQUIRE(pair.drive_bounded());
  REQUIRE(pair.dispose(opened->case_id, "ho/1").has_value());
  REQUIRE(pair.drive_bounded());
  REQUIRE(lines_of(pair.judge()) == "");
  pair.weather = {50, 100, 100, 30};
  for (int i = 0; i < 4; ++i) {
    pair.crash(i % 2 == 0 ? pair.branch() : pair.gateway());
    (void)pair.act(pair.branch(), opened->case_id, "replied", key("desk", 10 + i), reply);
    pair.drive(15'000);
    CHECK(lines_of(pair.judge(false)) == "");
  }
  pair.weather = {};
  CHECK(pair.drive_bounded());
  CHECK(lines_of(pair.judge()) == "");
}

}  // namespace redress::sim
