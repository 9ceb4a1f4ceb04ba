#include "store/desk.h"

#include <catch2/catch.hpp>

#include "tests/sim/forge.h"

namespace redress::store {
namespace {

using sim::Cut;
using sim::Pair;

Code code_of(const Result<Appended>& result) {
  REQUIRE_FALSE(result.has_value());
  return result.error().code;
}

}  // namespace

TEST_CASE("Desk: numbers are given in order and survive a crash") {
  Pair pair{160};
  pair.cut(Cut::both);
  std::vector<std::string> numbers;
  for (int i = 1; i <= 4; ++i) {
    if (i == 3) pair.crash(pair.branch());
    const auto opened = pair.register_case(pair.branch(), "desk/" + std::to_string(i));
    REQUIRE(opened.has_value());
    numbers.push_back(pair.branch().file_of(opened->case_id)->view.number);
  }
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    INFO(numbers[i]);
    CHECK(numbers[i].starts_with("2-20261122-" + std::to_string(i + 1) + "-"));
  }
}

TEST_CASE("Desk: an act on no case, of no kind, or that opens one, is refused by name") {
  Pair pair{161};
  const auto opened = pair.register_case(pair.branch(), "desk/1");
  REQUIRE(opened.has_value());
  CHECK(code_of(pair.act(pair.branch(), CaseId{}, "replied", "desk/2", {{"content", "c"}})) == Code::not_found);
  CHECK(code_of(pair.act(pair.branch(), opened->case_id, "nonsense", "desk/2", {})) == Code::unknown_kind);
  CHECK(code_of(pair.act(pair.branch(), opened->case_id, "registered", "desk/2", {})) == Code::unknown_kind);
  CHECK(code_of(pair.act(pair.branch(), opened->case_id, "replied", "desk/2", {})) == Code::missing_field);
  CHECK(code_of(pair.act(pair.branch(), opened->case_id, "closed", "desk/2", {})) == Code::wrong_state);
  const auto forbidden =
      pair.act(pair.branch(), opened->case_id, "disposed", "desk/2", {{"decision", "d"}, {"opinion", "o"}});
  CHECK(code_of(forbidden) == Code::forbidden);
  CHECK(forbidden.error().what.starts_with("P6"));
  // Nothing was done under the key, so it is free.
  CHECK(pair.act(pair.branch(), opened->case_id, "replied", "desk/2", {{"content", "c"}}).has_value());
}

TEST_CASE("Desk: what the institution's profile adds is asked for at the door, kept, and travels") {
  Pair pair{164};
  rules::ExtraField house;
  house.id = "house_no";
  house.zh = "房号";
  house.profile = "own/1";
  house.type = rules::ExtraType::integer;
  house.required = true;
  sim::Node& node = pair.branch();
  DeskOptions options{node.options(), node.parent, 480, {}};
  options.extra_fields = [&](WallTime) { return std::vector{house}; };
  Desk desk{node.truth, options, pair.kinds(), *node.serial, node.random};
  const auto asked = [&](std::vector<casework::FieldText> fields) {
    fields.emplace_back("narrative", "n");
    return desk.register_case({StaffId{7}, "door/1", std::move(fields), pair.now(node).wall});
  };
  const auto without = asked({});
  REQUIRE_FALSE(without.has_value());
  CHECK(without.error().code == Code::missing_field);
  CHECK(without.error().field == "x:house_no");
  const auto wrong = asked({{"x:house_no", "seven"}});
  REQUIRE_FALSE(wrong.has_value());
  CHECK(wrong.error().code == Code::bad_value);
  CHECK(wrong.error().field == "x:house_no");
  auto made = asked({{"x:house_no", "7"}});
  REQUIRE(made.has_value());
  const auto done = node.site->commit({std::get<Append>(*made)}, pair.now(node).wall);
  REQUIRE(done[0].has_value());
  const CaseId id = std::get<Appended>(*done[0]).case_id;
  REQUIRE(pair.drive_bounded());
  const auto at_centre = pair.gateway().file_of(id);
  REQUIRE(at_centre.has_value());
  CHECK(*at_centre->told[0].event->value("x:house_no") == "7");
}

TEST_CASE("Desk: an act rests on the heads of the case, and says how much of the feed was known") {
  Pair pair{162};
  const auto opened = pair.register_case(pair.branch(), "desk/1");
  REQUIRE(pair.drive_bounded());
  const auto disposed = pair.dispose(opened->case_id, "ho/1");
  REQUIRE(pair.drive_bounded());
  const auto replied = pair.act(pair.branch(), opened->case_id, "replied", "desk/2", {{"content", "c"}});
  REQUIRE(replied.has_value());
  const auto entries = sim::entries_in(pair.branch().truth);
  const journal::What& what = entries.back().header.what;
  CHECK(what.after == std::vector<Cause>{journal::cause_of(disposed->identity)});
  CHECK(what.seen == journal::Seen{pair.gateway().site->epoch(), Seq{1}});
  CHECK(what.author == SiteId{2});
}

TEST_CASE("Desk: a registration names the outlet's parent, unless that is head office") {
  sim::PairOptions options{163, 2};
  options.chained = true;
  Pair pair{options};
  REQUIRE(pair.register_case(pair.branch(0), "desk/1").has_value());
  REQUIRE(pair.register_case(pair.branch(1), "desk/1").has_value());
  CHECK(sim::entries_in(pair.branch(0).truth).front().header.what.to.empty());
  CHECK(sim::entries_in(pair.branch(1).truth).front().header.what.to == std::vector<SiteId>{SiteId{2}});
}

TEST_CASE("Desk: a hand-over names the unit and its parent; a unit that is not enrolled is refused") {
  Pair pair{164};
  const auto opened = pair.register_case(pair.branch(), "desk/1");
  REQUIRE(pair.drive_bounded());
  sim::Node& centre = pair.gateway();
  DeskOptions options{centre.options(), SiteId{}, 480, [](SiteId site) -> std::optional<SiteId> {
                        if (site == SiteId{7}) return SiteId{6};
                        return std::nullopt;
                      }};
  Desk desk{centre.truth, options, pair.kinds(), *centre.serial, centre.random};
  const auto made = desk.act(opened->case_id, "handed_over", {StaffId{}, "ho/1", {{"unit", "7"}}, WallTime{}});
  REQUIRE(made.has_value());
  CHECK(std::get<Append>(*made).what.to == std::vector<SiteId>{SiteId{7}, SiteId{6}});
  const auto unknown = desk.act(opened->case_id, "handed_over", {StaffId{}, "ho/2", {{"unit", "8"}}, WallTime{}});
  REQUIRE_FALSE(unknown.has_value());
  CHECK(unknown.error().code == Code::bad_value);
  CHECK(unknown.error().field == "unit");
}

TEST_CASE("Desk: a branch hands a case only to who will get it: not to a sibling, nor to nobody (D12)") {
  Pair pair{171};
  const auto opened = pair.register_case(pair.branch(), "desk/1");
  REQUIRE(opened.has_value());
  for (const char* unit : {"3", "999"}) {
    const auto refused = pair.act(pair.branch(), opened->case_id, "handed_over", "desk/2", {{"unit", unit}});
    CHECK(code_of(refused) == Code::forbidden);
    CHECK(refused.error().what.starts_with("D12"));
  }
  CHECK(pair.act(pair.branch(), opened->case_id, "handed_over", "desk/2", {{"unit", "1"}}).has_value());
}

TEST_CASE("Desk: a primary branch hands a case down to an outlet of its own that never had it, and to no other (D12)") {
  sim::PairOptions options{174, 3};
  options.chained = true;
  Pair pair{options};
  sim::Node& primary = pair.branch(0);
  const auto opened = pair.register_case(primary, "desk/1");
  REQUIRE(opened.has_value());
  // Nobody has told the branch yet who its outlets are.
  CHECK(code_of(pair.act(primary, opened->case_id, "handed_over", "desk/2", {{"unit", "3"}})) == Code::forbidden);
  REQUIRE(pair.register_case(pair.branch(1), "desk/1").has_value());
  REQUIRE(pair.drive_bounded());
  REQUIRE(pair.act(primary, opened->case_id, "handed_over", "desk/2", {{"unit", "3"}}).has_value());
  CHECK(sim::entries_in(primary.truth).back().header.what.to == std::vector<SiteId>{SiteId{3}, SiteId{2}});
  REQUIRE(pair.drive_bounded());
  const auto there = pair.branch(1).file_of(opened->case_id);
  REQUIRE(there.has_value());
  CHECK(there->view.state.handler == SiteId{3});
  CHECK(there->view.state.supervisors == std::vector<SiteId>{SiteId{2}});
  CHECK(pair.act(pair.branch(1), opened->case_id, "started", "desk/2", {}).has_value());
  // Nor is everybody beneath whose case comes here: this one reports to another.
  const auto strange = pair.register_case(pair.branch(2), "desk/1");
  REQUIRE(pair.drive_bounded());
  REQUIRE(pair.act(pair.gateway(), strange->case_id, "handed_over", "ho/1", {{"unit", "2"}}).has_value());
  REQUIRE(pair.drive_bounded());
  REQUIRE(primary.file_of(strange->case_id).has_value());
  const auto other = pair.register_case(primary, "desk/3");
  for (const char* unit : {"4", "999"})
    CHECK(code_of(pair.act(primary, other->case_id, "handed_over", "desk/4", {{"unit", unit}})) == Code::forbidden);
}

TEST_CASE("Desk: without the case's key nothing is known of the case, and its entry says why") {
  Pair pair{165};
  const auto opened = pair.register_case(pair.branch(), "desk/1");
  REQUIRE(pair.drive_bounded());
  pair.gateway().truth.rows(Table::keyring).clear();
  CHECK(code_of(pair.act(pair.gateway(), opened->case_id, "replied", "ho/1", {{"content", "c"}})) == Code::wrong_state);
  const auto file = pair.gateway().file_of(opened->case_id);
  REQUIRE(file.has_value());
  CHECK(file->told.front().unread == Code::key_waiting);
}

TEST_CASE("Desk: numbered keys of a source ascend, and spell themselves in one way only") {
  const journal::Domain domain = sim::sim_domain();
  CHECK(command_of(domain, "file/7") < command_of(domain, "file/8"));
  CHECK(command_of(domain, "file/9") < command_of(domain, "file/10"));
  std::set<CommandId> all;
  for (const char* key : {"file/7", "file/07", "file/+7", "file/7 ", "other/7", "7", "file/", "file", "/7x", "a/b/7",
                          "file/18446744073709551616"}) {
    INFO(key);
    CHECK(all.insert(command_of(domain, key)).second);
  }
  CHECK(command_of(domain, "file/7") == command_of(domain, "file/7"));
}

}  // namespace redress::store
