#include "store/case_file.h"

#include <catch2/catch.hpp>

#include "tests/sim/forge.h"

namespace redress::store {
namespace {

using sim::Pair;

}  // namespace

TEST_CASE("CaseFile: nothing for a case that is not here") {
  Pair pair{180};
  CHECK_FALSE(pair.branch().file_of(CaseId{}).has_value());
}

TEST_CASE("CaseFile: says when head office had an entry, and when it had read it") {
  Pair pair{181};
  const auto opened = pair.register_case(pair.branch(), "desk/1");
  REQUIRE(opened.has_value());
  const CaseId id = opened->case_id;
  CHECK_FALSE(pair.branch().file_of(id)->ways[0].at_head_office.has_value());
  REQUIRE(pair.drive_bounded());
  auto file = pair.branch().file_of(id);
  REQUIRE(file->ways[0].at_head_office.has_value());
  CHECK(*file->ways[0].at_head_office >= file->ways[0].arrived);
  CHECK_FALSE(file->ways[0].read.has_value());
  REQUIRE(pair.act(pair.branch(), id, "started", "desk/2", {}).has_value());
  REQUIRE(pair.dispose(id, "ho/1").has_value());
  REQUIRE(pair.drive_bounded());
  file = pair.branch().file_of(id);
  REQUIRE(file->told.size() == 3);
  CHECK(file->ways[0].read.has_value());
  // Head office disposed before this one came.
  CHECK_FALSE(file->ways[1].read.has_value());
  CHECK(file->ways[1].at_head_office.has_value());
}

TEST_CASE("CaseFile: an entry of a kind from a newer program is kept and told so") {
  sim::PairOptions options{182};
  casework::KindRow row;
  row.kind = Kind{600};
  row.version = 1;
  row.name = "later";
  row.who = casework::who_handler;
  row.rule = "TEST";
  options.kinds.push_back(row);
  Pair pair{options};
  const auto opened = pair.register_case(pair.branch(), "desk/1");
  REQUIRE(opened.has_value());
  REQUIRE(pair.act(pair.branch(), opened->case_id, "later", "desk/2", {}).has_value());
  REQUIRE(pair.drive_bounded());
  const casework::Kinds older{casework::shipped_kinds()};
  sim::Node& node = pair.gateway();
  crypto::Sealer sealer{node.random};
  REQUIRE(node.truth
              .view([&](const Reading& store) -> Status {
                const auto file = read_case(store, node.options(), older, sealer, opened->case_id);
                REQUIRE(file.has_value());
                REQUIRE(file->told.size() == 2);
                CHECK(file->told[1].unread == Code::unknown_kind);
                CHECK(file->told[0].event.has_value());
                CHECK(file->view.newer);
                CHECK_FALSE(file->view.number.empty());
                return Done{};
              })
              .has_value());
}

TEST_CASE("CaseFile: the head is the ledger's, so that an act can name what was shown") {
  Pair pair{183};
  pair.cut(sim::Cut::both);
  const auto opened = pair.register_case(pair.branch(), "desk/1");
  REQUIRE(pair.register_case(pair.branch(), "desk/2").has_value());
  CHECK(pair.branch().file_of(opened->case_id)->head == Position{2});
}

}  // namespace redress::store
