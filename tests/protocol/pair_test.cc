// Head office and branches over a bad line: nothing lost, nothing double, one order, one case at every end.
#include <catch2/catch.hpp>

#include "tests/sim/forge.h"

namespace redress::sim {
namespace {

struct Run {
  std::vector<CaseId> cases;
  int rows = 0;
  [[nodiscard]] std::string key() { return "run/" + std::to_string(++rows); }
};

// One thing that people do, or that happens to machines and lines.
void happen(Pair& pair, Run& run, SeededRandom& random) {
  const auto some = [&](std::size_t count) {
    return static_cast<std::size_t>(random.below(static_cast<std::int64_t>(count)));
  };
  Node& branch = pair.branch(some(pair.branch_count()));
  switch (random.below(10)) {
    case 0:
    case 1:
    case 2: {
      const std::string key = run.key();
      auto opened = pair.register_case(branch, key);
      if (!opened) opened = pair.register_case(branch, key);
      if (opened) run.cases.push_back(opened->case_id);
      break;
    }
    case 3:
    case 4: {
      if (run.cases.empty()) break;
      const std::string key = run.key();
      const CaseId id = run.cases[some(run.cases.size())];
      if (!pair.dispose(id, key)) (void)pair.dispose(id, key);
      break;
    }
    case 5:
      if (!run.cases.empty()) {
        (void)pair.act(branch, run.cases[some(run.cases.size())], "replied", run.key(), {{"content", "Spoken to."}});
      }
      break;
    case 6:
      if (!run.cases.empty()) {
        const std::string unit = std::to_string(2 + some(pair.branch_count()));
        (void)pair.act(pair.gateway(), run.cases[some(run.cases.size())], "handed_over", run.key(), {{"unit", unit}});
      }
      break;
    case 7:
      pair.cut(static_cast<Cut>(random.below(4)), some(pair.branch_count()));
      break;
    case 8:
      pair.crash(random.chance(400) ? pair.gateway() : branch);
      break;
    default:
      branch.clock_ahead_ms += random.below(7'200'000) - 3'600'000;
      break;
  }
  pair.drive(random.below(6'000));
}

}  // namespace

TEST_CASE("Pair: a quiet line brings a case up and its disposal down") {
  Pair pair{1};
  const auto opened = pair.register_case(pair.branch(), "desk/1");
  REQUIRE(opened.has_value());
  REQUIRE(pair.drive_bounded());
  CHECK(pair.gateway().file_of(opened->case_id).has_value());
  REQUIRE(pair.dispose(opened->case_id, "ho/1").has_value());
  REQUIRE(pair.drive_bounded());
  const auto file = pair.branch().file_of(opened->case_id);
  REQUIRE(file.has_value());
  CHECK(file->view.state.disposed.has_value());
  CHECK(file->ways[0].at_head_office.has_value());
  CHECK(file->ways[0].read.has_value());
  CHECK(lines_of(pair.judge()) == "");
}

TEST_CASE("Pair: same seed, same run") {
  const auto run = [](std::uint64_t seed) {
    Pair pair{seed};
    pair.weather = {30, 100, 50, 20};
    Run acts;
    SeededRandom random{seed};
    for (int i = 0; i < 20; ++i) happen(pair, acts, random);
    Bytes all;
    for (const store::StoredEntry& entry : entries_in(pair.gateway().truth)) {
      all.insert(all.end(), entry.item.header.begin(), entry.item.header.end());
    }
    return std::pair{pair.frames_sent, all};
  };
  const auto first = run(5);
  CHECK(first == run(5));
  CHECK(first != run(6));
}

TEST_CASE("Pair: through loss, duplicates, cuts, crashes and wrong clocks every promise holds") {
  for (std::uint64_t seed = 100; seed < 124; ++seed) {
    PairOptions options{seed, 1 + seed % 3};
    options.chained = seed % 2 == 0;
    Pair pair{options};
    SeededRandom random{seed};
    pair.weather = {random.below(80), static_cast<unsigned>(random.below(200)), static_cast<unsigned>(random.below(60)),
                    static_cast<unsigned>(random.below(60))};
    INFO("seed " << seed);
    Run run;
    for (int i = 0; i < 40; ++i) {
      happen(pair, run, random);
      if (i % 8 == 0) REQUIRE(lines_of(pair.judge(false)) == "");
    }
    // Two phases: what was broken is mended, and all of it must come through in a bounded time.
    pair.weather = {};
    pair.cut_all(Cut::none);
    REQUIRE(pair.drive_bounded(200'000));
    REQUIRE(lines_of(pair.judge()) == "");
  }
}

TEST_CASE("Pair: a receipt lost in a crash comes again, and the branch knows what is safe") {
  Pair pair{7};
  REQUIRE(pair.drive_bounded());
  pair.drive(1'000);
  REQUIRE(pair.register_case(pair.branch(), "desk/1").has_value());
  pair.gateway().crash_after_commit = true;
  pair.drive(1'000);
  REQUIRE(pair.gateway().crashes == 1);
  REQUIRE(pair.gateway().site->mark_of(pair.branch().site->journal())->seq == Seq{1});
  REQUIRE(pair.branch().site->receipted(pair.branch().site->journal()) == Seq{});
  CHECK(pair.drive_bounded());
  CHECK(pair.branch().site->receipted(pair.branch().site->journal()) == Seq{1});
  CHECK(lines_of(pair.judge()) == "");
}

TEST_CASE("Pair: a crash between commit and answer loses no case, and the same key finds it") {
  Pair pair{8};
  pair.branch().crash_after_commit = true;
  const auto told = pair.register_case(pair.branch(), "desk/1");
  REQUIRE_FALSE(told.has_value());
  CHECK(told.error().code == Code::unknown_outcome);
  const auto again = pair.register_case(pair.branch(), "desk/1");
  REQUIRE(again.has_value());
  CHECK(again->repeated);
  REQUIRE(pair.drive_bounded());
  CHECK(entries_in(pair.gateway().truth).size() == 1);
  CHECK(lines_of(pair.judge()) == "");
}

TEST_CASE("Pair: thirty days without a line, then all of it arrives") {
  Pair pair{9};
  pair.cut(Cut::both);
  for (int i = 1; i <= 300; ++i) {
    REQUIRE(pair.register_case(pair.branch(), "desk/" + std::to_string(i)).has_value());
    pair.drive(30LL * 86'400'000 / 300);
  }
  pair.cut(Cut::none);
  CHECK(pair.drive_bounded());
  CHECK(lines_of(pair.judge()) == "");
}

TEST_CASE("Pair: head office without room refuses in words, and takes everything when there is room") {
  Pair pair{10};
  for (int i = 1; i <= 5; ++i) REQUIRE(pair.register_case(pair.branch(), "desk/" + std::to_string(i)).has_value());
  MemoryTruth& truth = pair.gateway().truth;
  truth.set_limit(truth.space().used_bytes + 600);  // for a token, not for an entry
  pair.drive(5'000);
  truth.set_limit(std::uint64_t{1} << 30);
  CHECK(pair.drive_bounded());
  CHECK(refused_with(pair.gateway()) == Code::retry_later);
  CHECK(event_of(pair.branch(), sync::Happening::peer_refused) != nullptr);
  CHECK(lines_of(pair.judge()) == "");
}

TEST_CASE("Pair: a branch without room for a disposal asks for it again") {
  Pair pair{11};
  const auto opened = pair.register_case(pair.branch(), "desk/1");
  REQUIRE(pair.drive_bounded());
  REQUIRE(pair.dispose(opened->case_id, "ho/1").has_value());
  pair.branch().truth.fail_commit(Code::store_full);
  CHECK(pair.drive_bounded());
  CHECK(refused_with(pair.branch()) == Code::retry_later);
  CHECK(lines_of(pair.judge()) == "");
}

TEST_CASE("Pair: a commit of unknown fate at head office counts once either way") {
  for (const auto applied : {MemoryTruth::Applied::no, MemoryTruth::Applied::yes}) {
    Pair pair{12};
    REQUIRE(pair.drive_bounded());
    pair.drive(3'000);
    REQUIRE(pair.register_case(pair.branch(), "desk/1").has_value());
    pair.gateway().truth.unknown_commit(applied);
    CHECK(pair.drive_bounded());
    CHECK(pair.gateway().crashes == 1);
    CHECK(entries_in(pair.gateway().truth).size() == 1);
    CHECK(lines_of(pair.judge()) == "");
  }
}

TEST_CASE("Pair: a supervisor sees its outlet's cases, a stranger does not") {
  PairOptions options{13, 3};
  options.chained = true;
  Pair pair{options};
  const auto opened = pair.register_case(pair.branch(1), "desk/1");
  REQUIRE(opened.has_value());
  REQUIRE(pair.drive_bounded());
  CHECK(pair.branch(0).file_of(opened->case_id).has_value());
  CHECK_FALSE(pair.branch(2).file_of(opened->case_id).has_value());
  CHECK(lines_of(pair.judge()) == "");
}

TEST_CASE("Pair: a unit that takes a case over can read all of it and act on it") {
  Pair pair{PairOptions{14, 2}};
  const auto opened = pair.register_case(pair.branch(0), "desk/1");
  REQUIRE(opened.has_value());
  REQUIRE(pair.act(pair.branch(0), opened->case_id, "started", "desk/2", {}).has_value());
  REQUIRE(pair.drive_bounded());
  REQUIRE(pair.act(pair.gateway(), opened->case_id, "handed_over", "ho/1", {{"unit", "3"}}).has_value());
  REQUIRE(pair.drive_bounded());
  const auto file = pair.branch(1).file_of(opened->case_id);
  REQUIRE(file.has_value());
  REQUIRE(file->told.size() == 3);
  for (const casework::Told& told : file->told) CHECK(told.event.has_value());
  CHECK(file->view.state.handler == SiteId{3});
  REQUIRE(pair.act(pair.branch(1), opened->case_id, "replied", "desk/1", {{"content", "Settled."}}).has_value());
  REQUIRE(pair.drive_bounded());
  CHECK(pair.branch(0).file_of(opened->case_id)->view.state.replied.has_value());
  CHECK(lines_of(pair.judge()) == "");
}

TEST_CASE("Pair: a new kind is one row in the table") {
  PairOptions options{15};
  casework::KindRow row;
  row.kind = Kind{500};
  row.version = 1;
  row.name = "apologised";
  row.effect = casework::Effect::none;
  row.who = casework::who_handler;
  row.rule = "TEST: the handling unit apologises";
  row.fields = {{1, "letter", "", "", casework::FieldType::text, true}};
  options.kinds.push_back(row);
  Pair pair{options};
  const auto opened = pair.register_case(pair.branch(), "desk/1");
  REQUIRE(opened.has_value());
  REQUIRE(pair.act(pair.branch(), opened->case_id, "apologised", "desk/2", {{"letter", "Sorry."}}).has_value());
  CHECK(pair.act(pair.gateway(), opened->case_id, "apologised", "ho/1", {{"letter", "Sorry."}}).error().code ==
        Code::not_found);
  REQUIRE(pair.drive_bounded());
  const auto file = pair.gateway().file_of(opened->case_id);
  REQUIRE(file.has_value());
  REQUIRE(file->told.back().event.has_value());
  CHECK(*file->told.back().event->value("letter") == "Sorry.");
  CHECK(file->view.timeline.back().verdict == casework::Verdict::stands);
  const auto refused = pair.act(pair.gateway(), opened->case_id, "apologised", "ho/1", {{"letter", "Sorry."}});
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().what == row.rule);
  CHECK(lines_of(pair.judge()) == "");
}

}  // namespace redress::sim
