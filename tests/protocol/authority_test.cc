// Who may do what: the person complained of, head office's rulings, and acts of a branch and of head office that knew
// nothing of each other.
#include "tests/protocol/teller.h"

namespace redress::casework {
namespace {

const Actor clerk = clerk_of(outlet);
const Actor chief = chief_of(outlet);
const Actor above = clerk_of(county);
const Actor officer = clerk_of(head_office);

// The same case, whatever came first.
void check_any_order(const Teller& teller) {
  const std::string expected = sim::portrait(shipped(), teller.entries());
  sim::SeededRandom random{11};
  std::vector<Told> entries = teller.entries();
  for (int round = 0; round < 40; ++round) {
    sim::shuffle(entries, random);
    REQUIRE(sim::portrait(shipped(), entries) == expected);
  }
}

}  // namespace

TEST_CASE("Authority: who is complained of is shut out of every act, and no colleague is", "[REC-04]") {
  Teller teller{{{"accused_site", "2"}, {"accused_staff", std::to_string(chief.staff.value())}}};
  REQUIRE(teller.state().accused == std::vector<Actor>{chief});
  for (const KindRow& row : shipped().rows()) {
    INFO(row.name);
    const auto no = objection(teller.view(), row, chief);
    REQUIRE(no.has_value());
    CHECK(no->code == Code::forbidden);
    CHECK(no->what.starts_with("INT-03"));
  }
  teller.denied(chief, "started", "INT-03");
  teller.act(clerk, "started");
  CHECK(shut_out(teller.state(), chief).has_value());
  CHECK_FALSE(shut_out(teller.state(), clerk).has_value());
  // The same number at another site is another person.
  CHECK_FALSE(shut_out(teller.state(), {county, chief.staff}).has_value());
}

TEST_CASE("Authority: who is named later is shut out from then on, and let in when named in error") {
  Teller teller;
  teller.act(chief, "started");
  teller.denied(clerk_of(stranger), "accused_named", "INT-03", {{"accused_site", "2"}});
  teller.act(officer, "accused_named", {{"accused_site", "2"}, {"accused_staff", std::to_string(chief.staff.value())}});
  teller.denied(chief, "replied", "INT-03", {{"content", "c"}});
  teller.denied(chief, "accused_cleared", "INT-03",
                {{"accused_site", "2"}, {"accused_staff", std::to_string(chief.staff.value())}});
  teller.denied(clerk, "accused_cleared", "INT-03",
                {{"accused_site", "2"}, {"accused_staff", std::to_string(chief.staff.value())}});
  teller.act(officer, "accused_cleared",
             {{"accused_site", "2"}, {"accused_staff", std::to_string(chief.staff.value())}, {"reason", "namesake"}});
  teller.act(chief, "replied", {{"content", "c"}});
  // An amendment of the registration names too; without a site, somebody of the unit that says so.
  teller.act(clerk, "amended", {{"accused_staff", std::to_string(chief.staff.value())}, {"amendment_reason", "r"}});
  teller.denied(chief, "replied", "INT-03", {{"content", "c"}});
}

TEST_CASE("Authority: only the unit that registered amends its facts") {
  Teller teller;
  teller.act(clerk, "amended", {{"amount_fen", "100"}, {"amendment_reason", "misread"}});
  for (const Actor& other : {above, officer, clerk_of(stranger)}) {
    teller.denied(other, "amended", "P6", {{"amount_fen", "1"}, {"amendment_reason", "r"}});
  }
  CHECK(parse_event(*shipped().find("amended"), {{"amount_fen", "100"}}).error().field == "amendment_reason");
}

TEST_CASE("Authority: a branch classifies for now, head office rules, and every classification is kept",
          "[CLS-06][CLS-08][CLS-15][CLS-17][CLS-18][CLS-20][CLS-29]") {
  Teller teller;
  const std::size_t first = teller.act(clerk, "classified", {{"edition", "postal-1"}, {"type_code", "2"}});
  const std::size_t second = teller.act(above, "classified", {{"edition", "postal-1"}, {"type_code", "1"}});
  CHECK(teller.standing(Matter::classification) == stands_open);
  CHECK(teller.state().matter(Matter::classification).latest == second);
  const std::size_t ruled =
      teller.act(officer, "classification_ruled",
                 {{"edition", "postal-1"}, {"type_code", "6"}, {"manner", "critical"}, {"origin", "own_service"}});
  CHECK(teller.state().matter(Matter::classification).latest == ruled);
  teller.denied(clerk, "classified", "P6", {{"edition", "postal-1"}, {"type_code", "2"}});
  const std::size_t again = teller.act(officer, "classification_ruled", {{"edition", "postal-1"}, {"type_code", "5"}});
  CHECK(teller.state().matter(Matter::classification).latest == again);
  for (const std::size_t told : {first, second, ruled, again}) CHECK(teller.verdict(told) == Verdict::stands);

  teller.act(clerk, "validity_stated", {{"validity", "special"}});
  teller.denied(clerk, "certified_special", "CLS-06", {{"basis", "b"}, {"why", "untrue"}});
  teller.denied(above, "certified_valid", "CLS-06", {{"basis", "b"}});
  teller.act(officer, "certified_valid", {{"basis", "b"}});
  teller.denied(above, "validity_stated", "P6", {{"validity", "special"}});
  teller.denied(above, "responsibility_ruled", "P6");
  teller.act(officer, "responsibility_ruled",
             {{"responsibility", "responsible"},
              {"basis", "b"},
              {"penalty_min_fen", "10000"},
              {"penalty_max_fen", "100000"},
              {"penalty_fen", "20000"},
              {"article", "10(1)"}});
  check_any_order(teller);
}

TEST_CASE("Merge: a branch's classification during a cut gives way to head office's ruling, and its author sees it") {
  Teller teller;
  const std::size_t ruled = teller.tell(officer, "classification_ruled", {{"type_code", "6"}}, {0});
  const std::size_t provisional = teller.tell(clerk, "classified", {{"type_code", "2"}}, {0});
  const CaseView view = teller.view();
  CHECK(view.state.matter(Matter::classification).latest == ruled);
  CHECK(teller.verdict(provisional) == Verdict::superseded);
  CHECK(teller.line(provisional).by == ruled);
  const auto lost = lost_by(view, teller.entries(), clerk);
  REQUIRE(lost.size() == 1);
  CHECK(lost[0].told == provisional);
  CHECK(lost_by(view, teller.entries(), officer).empty());
  CHECK(lost_by(view, teller.entries(), chief).empty());
  check_any_order(teller);
}

TEST_CASE("Merge: of an approval and a return in a cut the higher rank's stands, the same everywhere") {
  Teller teller;
  const std::size_t proposal = teller.act(clerk, "proposed", {{"opinion", "o"}});
  const std::size_t approved = teller.tell(above, "proposal_approved", {}, {proposal});
  const std::size_t returned = teller.tell(officer, "proposal_returned", {{"reason", "r"}}, {proposal});
  CHECK(teller.standing(Matter::proposal) == stands_refused);
  CHECK(teller.verdict(approved) == Verdict::superseded);
  CHECK(teller.line(approved).by == returned);
  check_any_order(teller);
}

TEST_CASE("Merge: an approval answers the proposal that it knew, not one written beside it") {
  Teller teller;
  const std::size_t proposal = teller.act(clerk, "proposed", {{"opinion", "100 yuan"}});
  const std::size_t approved = teller.tell(above, "proposal_approved", {}, {proposal});
  const std::size_t beside = teller.tell(clerk, "proposed", {{"opinion", "10000 yuan"}}, {proposal});
  CHECK(teller.standing(Matter::proposal) == stands_granted);
  CHECK(teller.state().matter(Matter::proposal).latest == approved);
  CHECK(teller.verdict(beside) == Verdict::superseded);
  CHECK(teller.line(beside).by == approved);
  check_any_order(teller);
}

TEST_CASE("Merge: what two units saw for themselves both stands") {
  Teller teller;
  const std::size_t one = teller.tell(clerk, "facts_added", {{"content", "a"}}, {0});
  const std::size_t other = teller.tell(above, "facts_added", {{"content", "b"}}, {0});
  const std::size_t asked = teller.tell(clerk, "instructions_asked", {{"question", "q"}}, {0});
  const std::size_t asked_too = teller.tell(above, "instructions_asked", {{"question", "r"}}, {0});
  for (const std::size_t told : {one, other, asked, asked_too}) CHECK(teller.verdict(told) == Verdict::stands);
  check_any_order(teller);
}

TEST_CASE("Merge: a branch that closes while head office orders is reopened by nobody's clock", "[LIFE-45]") {
  Teller teller;
  const std::size_t reply = teller.act(clerk, "replied", {{"content", "c"}});
  const std::size_t closed = teller.tell(clerk, "closed", {}, {reply});
  const std::size_t order = teller.tell(officer, "order_given", {{"content", "c"}}, {reply});
  CHECK(teller.verdict(closed) == Verdict::stands);  // it could not know of the order
  CHECK(teller.verdict(order) == Verdict::stands);
  CHECK(teller.standing(Matter::order) == stands_open);
  CHECK(teller.state().status == Status::ended);
  check_any_order(teller);
}

TEST_CASE("Merge: the branch registers, hands over by telephone and starts without its superior", "[LIFE-45]") {
  Teller teller;
  teller.act(clerk, "phone_noticed", {{"noticed_at", "2026-11-22T08:00:00Z"}, {"noticed_person", "Li"}, {"unit", "3"}});
  teller.act(clerk, "started");
  teller.act(clerk, "replied", {{"content", "c"}});
  CHECK(teller.state().replied.has_value());
}

TEST_CASE("Authority: what an older program wrote folds as it did, with the new rules silent") {
  Teller teller;
  teller.act(clerk, "started");
  teller.act(officer, "disposed");
  teller.act(clerk, "replied");
  teller.act(clerk, "closed");
  teller.act(officer, "reopened");
  teller.act(clerk, "withdrawn");
  CHECK(teller.label() == "withdrawn");
}

}  // namespace redress::casework
