// The life of a case beyond the main road: each act in the state that allows it, by who may, and refused by a named
// rule where it may not.
#include <algorithm>

#include "protocol/base/time.h"
#include "protocol/casework/clocks.h"
#include "protocol/rules/shipped.h"
#include "tests/protocol/teller.h"

namespace redress::casework {
namespace {

const Actor clerk = clerk_of(outlet);
const Actor chief = chief_of(outlet);
const Actor above = clerk_of(county);
const Actor officer = clerk_of(head_office);
const Actor leader = chief_of(head_office);

Result<Event> form(std::string_view kind, const std::vector<FieldText>& fields) {
  return parse_event(*shipped().find(kind), fields);
}

std::string missing_in(std::string_view kind, const std::vector<FieldText>& fields) {
  const auto event = form(kind, fields);
  return event ? std::string{} : event.error().field;
}

}  // namespace

TEST_CASE("Life: accepted, or not accepted with a reason that ends the case",
          "[LIFE-07][LIFE-08][LIFE-30][CLS-07][CB-23]") {
  Teller accepted;
  accepted.act(clerk, "accepted", {{"expected_by", "2026-12-01"}, {"confirmed", "true"}});
  CHECK(accepted.standing(Matter::acceptance) == stands_granted);
  CHECK(accepted.label() == "accepted");
  accepted.denied(clerk, "not_accepted", "LIFE-07");
  accepted.denied(clerk_of(stranger), "accepted", "LIFE-07");

  Teller refused;
  refused.act(clerk, "not_accepted", {{"reason", "outside the bank's scope"}});
  CHECK(refused.state().status == Status::ended);
  CHECK(refused.label() == "not_accepted");
  refused.denied(clerk, "accepted", "LIFE-07");
  refused.act(officer, "reopened", {{"reason", "it is ours"}});
  CHECK(refused.standing(Matter::acceptance) == stands_idle);
  refused.act(clerk, "accepted");
  CHECK(missing_in("not_accepted", {{"told_at", "2026-11-22"}}) == "reason");
  CHECK(missing_in("not_accepted", {{"reason", "r"}}) == "told_at");
}

TEST_CASE("Life: missing material is awaited, then supplied, then the case is accepted", "[REC-12]") {
  Teller teller;
  teller.denied(clerk, "material_supplied", "REC-12");
  teller.act(clerk, "material_awaited", {{"missing", "receipt"}});
  CHECK(teller.label() == "material_awaited");
  teller.denied(clerk, "accepted", "REC-12");
  teller.act(clerk, "material_supplied", {{"material", "receipt"}});
  teller.act(clerk, "accepted");
  CHECK(teller.label() == "accepted");
}

TEST_CASE("Life: a hand-over is signed for or told by telephone; the earlier begins the hop, both are kept",
          "[LIFE-27][LIFE-29]") {
  Teller teller;
  teller.denied(clerk, "delivered", "LIFE-27");
  // Since when the unit that has the case must start work, if somebody told it.
  const auto began = [&]() -> std::optional<WallTime> {
    const auto all = clocks(rules::shipped_profiles(), "bank-000", rules::shipped_calendars(),
                            times_of(shipped(), teller.view(), teller.entries()));
    REQUIRE(all.has_value());
    const auto last = std::find_if(all->rbegin(), all->rend(), [&](const Clock& clock) {
      return clock.limit == "start_work" && clock.unit == teller.state().handler;
    });
    return last != all->rend() && last->recorded ? last->began : std::nullopt;
  };
  CHECK_FALSE(began().has_value());
  // The call comes before the form.
  const std::size_t call = teller.act(
      clerk, "phone_noticed", {{"noticed_at", "2026-11-22T08:00:00Z"}, {"noticed_person", "Li"}, {"unit", "3"}});
  CHECK_FALSE(began().has_value());
  teller.act(clerk, "handed_over", {{"unit", "3"}, {"direction", "up"}});
  CHECK(began() == from_rfc3339("2026-11-22T08:00:00Z"));
  teller.denied(clerk, "delivered", "LIFE-27");
  const std::size_t receipt = teller.act(above, "delivered", {{"delivered_at", "2026-11-22T09:30:00Z"}});
  CHECK(began() == from_rfc3339("2026-11-22T08:00:00Z"));
  CHECK(teller.verdict(call) == Verdict::stands);
  CHECK(teller.verdict(receipt) == Verdict::stands);
  // The next hop begins anew, with its receipt; a later call does not move it.
  teller.act(above, "handed_over", {{"unit", "2"}, {"direction", "down"}});
  CHECK_FALSE(began().has_value());
  teller.act(clerk, "delivered", {{"delivered_at", "2026-11-22T10:00:00Z"}});
  teller.act(above, "phone_noticed", {{"noticed_at", "2026-11-22T11:00:00Z"}, {"noticed_person", "Wu"}});
  CHECK(began() == from_rfc3339("2026-11-22T10:00:00Z"));
  // A receipt without a time counts when it was recorded.
  teller.act(above, "handed_over", {{"unit", "4"}, {"direction", "sideways"}});
  const std::size_t plain = teller.act(clerk_of(sister), "delivered");
  CHECK(began() == teller.entries()[plain].header.what.time);
  CHECK(missing_in("phone_noticed", {{"noticed_at", "2026-11-22T11:00:00Z"}}) == "noticed_person");
}

TEST_CASE("Life: up, down and sideways each make the unit named the handler", "[LIFE-04]") {
  Teller teller;
  for (const auto& [by, unit, direction] :
       std::vector<std::tuple<Actor, SiteId, std::string>>{{clerk, county, "up"},
                                                           {above, head_office, "up"},
                                                           {officer, sister, "down"},
                                                           {clerk_of(sister), outlet, "sideways"}}) {
    teller.act(by, "handed_over", {{"unit", std::to_string(unit.value())}, {"direction", direction}});
    CHECK(teller.state().handler == unit);
  }
  CHECK(form("handed_over", {{"unit", "3"}, {"direction", "round"}}).error().field == "direction");
}

TEST_CASE("Life: who leads names who assists, and the assisting unit answers", "[LIFE-21][LIFE-04]") {
  Teller teller;
  teller.denied(clerk_of(sister), "assisted", "ORG-52");
  teller.act(officer, "assistance_asked", {{"unit", "4"}, {"task", "send the recording"}});
  CHECK(teller.state().assistants == std::vector<SiteId>{sister});
  CHECK(teller.standing(Matter::assistance) == stands_open);
  teller.denied(clerk_of(sister), "closed", "LIFE");
  teller.denied(clerk_of(sister), "handed_over", "LIFE", {{"unit", "3"}});
  teller.act(clerk_of(sister), "investigated", {{"facts", "f"}, {"investigator", "a"}});
  teller.act(clerk_of(sister), "assisted", {{"content", "sent"}});
  CHECK(teller.standing(Matter::assistance) == stands_granted);
  teller.denied(clerk_of(sister), "assisted", "ORG-52");
}

TEST_CASE("Life: each unit that is asked to assist answers for itself", "[ORG-52]") {
  Teller teller;
  const std::size_t first = teller.act(officer, "assistance_asked", {{"unit", "4"}, {"task", "the recording"}});
  const std::size_t second = teller.act(officer, "assistance_asked", {{"unit", "5"}, {"task", "the slip"}});
  teller.act(clerk_of(sister), "assisted", {{"content", "sent"}});
  CHECK(teller.standing(Matter::assistance) == stands_open);
  // Behind a cut: neither unit knows of the other's answer.
  const std::size_t other = teller.tell(clerk_of(SiteId{5}), "assisted", {{"content", "sent too"}}, {first, second});
  CHECK(teller.verdict(other) == Verdict::stands);
  CHECK(teller.verdict(second + 1) == Verdict::stands);
  CHECK(teller.standing(Matter::assistance) == stands_granted);
  // What is asked again, unknown to who answers, waits on.
  const std::size_t again = teller.act(officer, "assistance_asked", {{"unit", "4"}, {"task", "the film"}});
  teller.tell(clerk_of(sister), "assisted", {{"content", "the slip, too"}}, {second});
  CHECK(teller.standing(Matter::assistance) == stands_open);
  teller.tell(clerk_of(sister), "assisted", {{"content", "the film"}}, {again});
  CHECK(teller.standing(Matter::assistance) == stands_granted);
}

TEST_CASE("Life: the outlet's flow, and the reply after a decision that was proposed and approved",
          "[LIFE-01][LIFE-02][LIFE-06][LIFE-14][LIFE-16][LIFE-24][REC-14]") {
  Teller teller;
  teller.act(clerk, "started");
  teller.act(clerk, "investigated", {{"facts", "f"}, {"investigator", "a"}});
  CHECK(teller.label() == "investigated");
  teller.act(clerk, "proposed", {{"opinion", "refund"}});
  CHECK(teller.label() == "proposed");
  teller.denied(clerk, "proposal_approved", "LIFE-14");
  teller.act(above, "proposal_approved", {{"opinion", "agreed"}});
  teller.act(officer, "disposed", {{"decision", "refund"}, {"opinion", "o"}});
  teller.act(clerk, "replied", {{"content", "refunded"}});
  teller.act(clerk, "called_back", {{"satisfied", "yes"}});
  teller.act(clerk, "closed", {{"summary", "learned"}});
  CHECK(teller.label() == "closed");
  teller.act(clerk, "archived", {{"volume", "2026-1"}});
}

TEST_CASE("Life: who handles or proposes approves nothing of it, wherever they sit", "[LIFE-14][LIFE-09]") {
  // The county proposes and would approve.
  Teller county_proposes;
  county_proposes.act(above, "proposed", {{"opinion", "refund"}});
  county_proposes.denied(above, "proposal_approved", "LIFE-14: who asked");
  county_proposes.denied(above, "proposal_returned", "LIFE-14: who asked", {{"reason", "r"}});
  county_proposes.act(chief_of(county), "proposal_approved");
  // Head office handles: the handler does not approve what a colleague of theirs proposed.
  Teller centre;
  centre.act(clerk, "handed_over", {{"unit", "3"}});
  centre.act(above, "started");
  centre.act(chief_of(county), "proposed", {{"opinion", "refund"}});
  centre.denied(above, "proposal_approved", "LIFE-14: who asked");
  centre.denied(chief_of(county), "proposal_approved", "LIFE-14: who asked");
  centre.act(officer, "proposal_returned", {{"reason", "too little"}});
  CHECK(centre.standing(Matter::proposal) == stands_refused);
  centre.denied(officer, "proposal_approved", "LIFE-14: no proposal");
  centre.act(above, "proposed", {{"opinion", "more"}});
  centre.act(leader, "proposal_approved");
}

TEST_CASE("Life: where somebody has an interest two persons investigate") {
  Teller teller;
  teller.act(clerk, "investigated", {{"facts", "f"}, {"investigator", "a"}});
  teller.act(clerk, "conflict_declared", {{"person", "a"}, {"reason", "cousin"}});
  teller.denied(clerk, "investigated", "INT-07", {{"facts", "f"}, {"investigator", "a"}});
  teller.act(clerk, "investigated", {{"facts", "f"}, {"investigator", "a"}, {"second_investigator", "b"}});
  CHECK(missing_in("investigated", {{"facts", "f"}, {"investigator", "a"}, {"conflict", "true"}}) ==
        "second_investigator");
  CHECK(form("investigated", {{"facts", "f"}, {"investigator", "a"}, {"second_investigator", "a"}}).error().field ==
        "second_investigator");
}

TEST_CASE("Life: interviews, evidence and the other side's words are kept with the investigation", "[REC-08][REC-09]") {
  const auto event = form("investigated", {{"facts", "f"},
                                           {"investigator", "a"},
                                           {"evidence", "video of the scene"},
                                           {"interviews", "complainant, accused, colleagues, direct leader"},
                                           {"accused_heard", "true"},
                                           {"course", "two visits"}});
  CHECK(event.has_value());
}

TEST_CASE("Life: an extension is asked, granted by another person, and only then told", "[LIFE-38]") {
  Teller teller;
  teller.denied(above, "extension_granted", "LIFE-38");
  teller.act(clerk, "extension_asked", {{"reason", "expert away"}, {"until", "2026-12-20"}});
  teller.denied(clerk, "extension_granted", "LIFE-38", {{"until", "2026-12-20"}});
  teller.denied(clerk, "extension_told", "LIFE-38", {{"told_at", "2026-12-01"}});
  teller.act(above, "extension_granted", {{"until", "2026-12-20"}});
  teller.act(clerk, "extension_told", {{"told_at", "2026-12-01"}});
  CHECK(teller.standing(Matter::extension_told) == stands_granted);
  teller.act(clerk, "extension_asked", {{"reason", "again"}, {"until", "2027-01-20"}});
  teller.act(officer, "extension_denied", {{"reason", "enough"}});
  teller.denied(clerk, "extension_told", "LIFE-38", {{"told_at", "2026-12-02"}});
  CHECK(missing_in("extension_asked", {{"until", "2026-12-20"}}) == "reason");
}

TEST_CASE("Life: a time is promised, progress is told, lateness is explained", "[LIFE-32][LIFE-33][LIFE-34][LIFE-37]") {
  Teller teller;
  teller.denied(clerk_of(stranger), "promised", "INT-20");
  teller.act(officer, "promised", {{"until", "2026-12-01"}, {"told_at", "2026-11-22"}});
  CHECK(teller.standing(Matter::promise) == stands_granted);
  teller.act(clerk, "progress_told", {{"content", "no news yet"}});
  teller.act(clerk, "unreached", {{"tried_at", "2026-11-22T08:00:00Z"}});
  teller.act(clerk, "lateness_explained", {{"reason", "storm"}, {"customer_told", "true"}});
  CHECK(missing_in("promised", {{"until", "2026-12-01"}}) == "told_at");
  CHECK(missing_in("lateness_explained", {}) == "reason");
}

TEST_CASE("Life: excluded time begins and ends, and the customer is told") {
  Teller teller;
  teller.denied(clerk, "time_resumed", "R1a", {{"until", "2026-12-01"}});
  teller.act(clerk, "time_excluded", {{"from", "2026-11-22"}, {"reason", "note appraised"}, {"told_at", "2026-11-22"}});
  CHECK(teller.standing(Matter::exclusion) == stands_open);
  teller.act(clerk, "time_resumed", {{"until", "2026-12-01"}});
  CHECK(teller.standing(Matter::exclusion) == stands_granted);
  teller.act(clerk, "facts_added", {{"content", "a witness"}, {"received_at", "2026-12-02"}});
  CHECK(missing_in("time_excluded", {{"from", "2026-11-22"}, {"reason", "r"}}) == "told_at");
}

TEST_CASE("Life: an outstanding matter keeps the case from closing until it is settled", "[LIFE-15]") {
  Teller teller;
  teller.act(clerk, "replied", {{"content", "c"}});
  teller.act(clerk, "outstanding_noted", {{"reason", "customer abroad"}, {"remind_on", "2026-12-22"}});
  teller.denied(clerk, "closed", "LIFE-15");
  teller.act(clerk, "outstanding_settled", {{"note", "back"}});
  teller.act(clerk, "closed");
}

TEST_CASE("Life: instructions are asked upwards and answered by another", "[LIFE-19]") {
  Teller teller;
  teller.denied(officer, "instructions_asked", "ORG-65", {{"question", "q"}});
  teller.act(clerk, "replied", {{"content", "c"}});
  teller.act(above, "instructions_asked", {{"question", "may we refund?"}});
  teller.denied(above, "instructions_given", "LIFE-14", {{"answer", "yes"}});
  teller.denied(clerk, "closed", "ORG-65");
  teller.act(officer, "instructions_given", {{"answer", "yes"}});
  teller.act(clerk, "closed");
}

TEST_CASE("Life: an order is answered with seven elements, and an answer that does not answer is rejected",
          "[LIFE-22][LIFE-23][CB-12][LIFE-42][LIFE-44]") {
  const std::vector<FieldText> seven{{"facts", "f"},
                                     {"persons_opinion", "p"},
                                     {"lessons", "l"},
                                     {"satisfaction", "s"},
                                     {"handled_at", "2026-11-22"},
                                     {"handler", "h"},
                                     {"contact_phone", "010-12345678"}};
  CHECK(form("order_answered", seven).has_value());
  for (std::size_t i = 0; i < seven.size(); ++i) {
    std::vector<FieldText> six = seven;
    six.erase(six.begin() + static_cast<std::ptrdiff_t>(i));
    CHECK(missing_in("order_answered", six) == seven[i].first);
  }
  Teller teller;
  teller.denied(above, "answer_rejected", "LIFE-22", {{"reason", "r"}});
  teller.denied(clerk, "order_given", "ORG-54", {{"content", "c"}});
  teller.act(above, "order_given", {{"content", "answer by Friday"}, {"order_no", "D-1"}});
  teller.act(clerk, "replied", {{"content", "c"}});
  teller.denied(clerk, "closed", "LIFE-22");
  teller.act(clerk, "order_answered", seven);
  teller.act(above, "answer_rejected", {{"reason", "not what was asked"}});
  CHECK(teller.standing(Matter::order) == stands_open);
  teller.denied(clerk, "closed", "LIFE-22");
  teller.act(clerk, "order_answered", seven);
  teller.act(clerk, "closed");
}

TEST_CASE("Life: a reply that does not answer is rejected, and the next end needs a new one", "[LIFE-22][CB-16]") {
  Teller teller;
  teller.denied(above, "reply_rejected", "LIFE-22", {{"reason", "r"}});
  teller.act(clerk, "replied", {{"content", "c"}});
  teller.denied(clerk, "reply_rejected", "LIFE-22", {{"reason", "r"}});
  teller.act(above, "reply_rejected", {{"reason", "beside the point"}});
  CHECK_FALSE(teller.state().replied.has_value());
  teller.denied(clerk, "closed", "LIFE");
  teller.act(clerk, "replied", {{"content", "to the point"}});
  teller.act(clerk, "closed");
}

TEST_CASE("Life: major matters go to the leading group and the regulator", "[LIFE-11][CLS-12]") {
  Teller teller;
  teller.act(clerk, "escalated", {{"body", "leading_group"}, {"reason", "major"}});
  teller.act(officer, "plan_fixed", {{"plan", "p"}, {"persons", "x"}});
  teller.denied(clerk, "plan_fixed", "LIFE-11", {{"plan", "p"}, {"persons", "x"}});
  teller.denied(clerk, "regulator_reported", "ORG-74");
  teller.denied(officer, "regulator_answered", "ORG-75", {{"guidance", "g"}});
  teller.act(officer, "regulator_reported", {{"authority", "a"}, {"content", "c"}, {"reported_at", "2026-11-22"}});
  teller.act(officer, "regulator_answered", {{"guidance", "g"}});
}

TEST_CASE("Life: no word to media without a superior's consent") {
  Teller teller;
  const std::vector<FieldText> word{{"statement", "s"}, {"outlet", "the daily"}};
  teller.denied(clerk, "media_answered", "ORG-76", word);
  teller.act(clerk, "media_asked", {{"outlet", "the daily"}, {"matter", "queues"}});
  teller.denied(clerk, "media_answered", "ORG-76", word);
  teller.denied(clerk, "media_consented", "ORG-76", {{"statement", "s"}});
  teller.act(officer, "media_denied", {{"reason", "r"}});
  teller.denied(clerk, "media_answered", "ORG-76", word);
  teller.act(clerk, "media_asked", {{"outlet", "the daily"}, {"matter", "queues"}});
  teller.act(officer, "media_consented", {{"statement", "s"}});
  teller.act(clerk, "media_answered", word);
}

TEST_CASE("Life: the outlet mediates at its counter, and a superior settles a dispute between units", "[LIFE-05]") {
  Teller teller;
  teller.act(clerk, "mediated", {{"outcome", "moved to a quiet room"}, {"settled", "true"}});
  teller.denied(above, "mediated", "LIFE-05", {{"outcome", "o"}});
  teller.act(above, "dispute_ruled", {{"dispute", "whose customer"}, {"ruling", "the outlet's"}});
  teller.denied(clerk, "dispute_ruled", "OUT-09", {{"dispute", "d"}, {"ruling", "r"}});
}

TEST_CASE("Life: the customer refuses what is offered, and the question goes upwards", "[T34]") {
  Teller teller;
  teller.act(clerk, "offer_refused", {{"offer", "the fee back"}, {"wish", "the interest as well"}});
  teller.act(clerk, "instructions_asked", {{"question", "may we pay the interest?"}});
  teller.denied(clerk_of(stranger), "offer_refused", "ORG-66", {{"offer", "o"}});
  CHECK(missing_in("offer_refused", {}) == "offer");
}

TEST_CASE("Life: a review is asked after a reply or an end, and decided by a superior who neither asked nor handles",
          "[CB-11][LIFE-25]") {
  Teller teller;
  teller.act(clerk, "started");
  teller.act(clerk, "replied", {{"content", "c"}});
  teller.act(clerk, "review_asked", {{"route", "review"}, {"applicant", "Zhang"}, {"reason", "r"}});
  teller.denied(clerk, "closed", "CB-11");
  teller.denied(clerk, "review_decided", "R1g");
  teller.act(above, "review_decided", {{"result", "upheld"}, {"content", "c"}});
  teller.act(clerk, "closed");
  teller.act(clerk, "review_asked",
             {{"route", "appeal"}, {"applicant", "the union"}, {"reason", "r"}, {"review_case", "1-20261122-3-AB"}});
  CHECK(teller.state().status == Status::ended);
  teller.act(officer, "review_decided", {{"result", "rehandle"}, {"content", "c"}});
  teller.act(officer, "reopened", {{"reason", "by review"}});
  CHECK(form("review_asked", {{"route", "duel"}, {"applicant", "a"}, {"reason", "r"}}).error().field == "route");
}

TEST_CASE("Life: a withdrawal that is claimed ends the case once it is found free, never by the accused unit alone",
          "[CB-14][CB-15][CLS-25]") {
  Teller free{{{"accused_site", "2"}}};
  free.act(clerk, "withdrawal_claimed", {{"statement", "let it be"}});
  free.denied(officer, "withdrawn", "CB-14", {{"reason", "r"}});
  free.denied(chief, "withdrawal_free", "CB-15", {{"checked_with", "Zhang"}, {"checked_at", "2026-11-22"}});
  free.denied(chief, "withdrawn", "CB-14", {{"reason", "r"}});
  free.act(above, "withdrawal_free", {{"checked_with", "Zhang"}, {"checked_at", "2026-11-22"}});
  free.denied(clerk, "withdrawn", "CB-15", {{"reason", "r"}});
  free.act(officer, "withdrawn", {{"reason", "of their own will"}});
  CHECK(free.label() == "withdrawn");

  Teller pressed;
  pressed.act(clerk, "withdrawal_claimed", {{"statement", "let it be"}});
  pressed.act(above, "withdrawal_pressed",
              {{"checked_with", "Zhang"}, {"checked_at", "2026-11-22"}, {"pressure", "was called at home"}});
  pressed.denied(clerk, "withdrawn", "CB-14", {{"reason", "r"}});
  pressed.denied(officer, "withdrawn", "CB-14", {{"reason", "r"}});
  // Who recorded the wish does not find it free.
  Teller alone;
  alone.act(clerk, "withdrawal_claimed", {{"statement", "s"}});
  alone.denied(clerk, "withdrawal_free", "LIFE-14", {{"checked_with", "Zhang"}, {"checked_at", "2026-11-22"}});
  // A withdrawal that nobody claimed is recorded where it was registered, as before; not by the unit complained of.
  Teller plain;
  plain.act(clerk, "withdrawn", {{"reason", "r"}});
  Teller accused{{{"accused_site", "2"}}};
  accused.denied(clerk, "withdrawn", "CB-15", {{"reason", "r"}});
}

TEST_CASE("Life: complained of itself, head office records a withdrawal where no other unit may", "[CB-15]") {
  sim::Story story{shipped()};
  story.tell(head_office, "registered", {}, {{}, 0, {{"accused_site", "1"}, {"narrative", "x"}}});
  const auto refusal = [&](const Actor& by, std::string_view kind) {
    const CaseView view = fold(shipped(), story.entries);
    const auto no = objection(view, *shipped().find(kind), by);
    return no ? no->what : std::string{};
  };
  story.tell(head_office, "withdrawal_claimed", {0}, {{}, 0, {{"statement", "s"}}});
  CHECK(refusal(chief_of(head_office), "withdrawal_free").empty());
  story.tell(head_office, "withdrawal_free", {1}, {{}, 0, {{"checked_with", "Zhang"}, {"checked_at", "2026-11-22"}}});
  story.entries.back().header.what.staff = chief_of(head_office).staff;
  CHECK(refusal(chief_of(head_office), "withdrawn").empty());
  // Where another unit may, it does.
  Teller elsewhere{{{"accused_site", "1"}}};
  elsewhere.denied(officer, "withdrawn", "CB-15", {{"reason", "r"}});
}

TEST_CASE("Life: who is dissatisfied is handled again; the order is issued again, until satisfied",
          "[CB-08][CB-09][CB-10][LIFE-10][LIFE-18][LIFE-35]") {
  Teller teller;
  teller.denied(clerk, "called_back", "CB", {{"satisfied", "no"}});
  teller.denied(above, "reissued", "CB-09", {{"reason", "r"}});
  teller.act(clerk, "started");
  teller.act(clerk, "replied", {{"content", "c"}});
  teller.act(clerk, "called_back", {{"satisfied", "no"}, {"wish", "rehandling"}});
  teller.act(above, "reissued", {{"reason", "dissatisfied"}});
  CHECK(teller.state().status == Status::open);
  CHECK_FALSE(teller.state().replied.has_value());
  teller.denied(clerk, "closed", "LIFE");
  teller.denied(clerk, "called_back", "CB", {{"satisfied", "yes"}});
  teller.act(clerk, "replied", {{"content", "better"}});
  teller.act(clerk, "closed");
  teller.act(clerk, "called_back", {{"satisfied", "no"}});
  teller.act(above, "reissued", {{"reason", "still dissatisfied"}});
  CHECK(teller.state().status == Status::open);
}

TEST_CASE("Life: a second complaint opens the work again, with an analysis of the first answer", "[CB-13][CLS-24]") {
  Teller teller;
  teller.denied(clerk, "complained_again", "CB-13", {{"content", "c"}, {"analysis", "a"}});
  teller.act(clerk, "replied", {{"content", "c"}});
  teller.act(clerk, "closed");
  teller.act(above, "complained_again", {{"content", "the fee came back"}, {"analysis", "one branch only"}});
  CHECK(teller.state().status == Status::open);
  CHECK_FALSE(teller.state().replied.has_value());
  CHECK(missing_in("complained_again", {{"content", "c"}}) == "analysis");
  teller.act(clerk, "linked", {{"relation", "repeat"}, {"related_case", "2-20261122-1-AB"}});
  teller.act(clerk, "unlinked", {{"related_case", "2-20261122-1-AB"}, {"reason", "another customer"}});
}

TEST_CASE("Life: abnormal closure is asked after a reply and closed by a superior's approval", "[CLS-39][LIFE-25]") {
  Teller teller;
  const std::vector<FieldText> why{{"demand", "d"}, {"basis", "b"}};
  teller.denied(clerk, "abnormal_end_asked", "OUT-10", why);
  teller.denied(officer, "abnormally_closed", "OUT-10", {{"opinion", "o"}});
  teller.act(clerk, "replied", {{"content", "c"}});
  teller.act(clerk, "abnormal_end_asked", why);
  teller.denied(clerk, "abnormally_closed", "OUT-10", {{"opinion", "o"}});
  teller.act(officer, "abnormal_end_denied", {{"reason", "r"}});
  teller.denied(officer, "abnormally_closed", "OUT-10", {{"opinion", "o"}});
  teller.act(above, "abnormal_end_asked", why);
  teller.denied(above, "abnormally_closed", "LIFE-14", {{"opinion", "o"}});
  teller.act(officer, "abnormally_closed", {{"opinion", "o"}});
  CHECK(teller.state().status == Status::ended);
  CHECK(teller.label() == "abnormally_closed");
}

TEST_CASE("Life: passed to an outside body is an end with the body told", "[LIFE-25]") {
  Teller teller;
  teller.act(clerk, "passed_outside", {{"body", "the court"}, {"reason", "r"}, {"told_at", "2026-11-22"}});
  CHECK(teller.state().status == Status::ended);
  CHECK(missing_in("passed_outside", {{"body", "b"}, {"reason", "r"}}) == "told_at");
}

TEST_CASE("Life: a complaint certified as valid closes through the four checks, all of them", "[LIFE-17][CB-22]") {
  Teller teller;
  teller.act(clerk, "replied", {{"content", "c"}});
  teller.act(officer, "certified_valid", {{"basis", "b"}});
  teller.denied(clerk, "closed", "OUT-31");
  const std::vector<FieldText> four{
      {"cause_clear", "true"}, {"person_taught", "true"}, {"measures_taken", "true"}, {"person_dealt_with", "true"}};
  CHECK(form("gate_passed", four).has_value());
  for (std::size_t i = 0; i < four.size(); ++i) {
    std::vector<FieldText> wrong = four;
    wrong[i].second = "false";
    CHECK(form("gate_passed", wrong).error().field == four[i].first);
    wrong.erase(wrong.begin() + static_cast<std::ptrdiff_t>(i));
    CHECK(missing_in("gate_passed", wrong) == four[i].first);
  }
  teller.act(clerk, "gate_passed", four);
  teller.act(officer, "correction_ordered",
             {{"measure", "m"}, {"department", "d"}, {"person", "p"}, {"wanted_by", "2026-12-22"}});
  teller.denied(clerk, "closed", "LIFE-17");
  // What does not work is ordered again.
  teller.act(officer, "correction_ordered",
             {{"measure", "another"}, {"department", "d"}, {"person", "p"}, {"wanted_by", "2027-01-22"}});
  teller.denied(clerk, "closed", "LIFE-17");
  teller.act(officer, "correction_verified", {{"result", "works"}});
  teller.act(clerk, "closed");
  // A special one needs no gate.
  Teller special;
  special.act(clerk, "replied", {{"content", "c"}});
  special.act(officer, "certified_special", {{"basis", "b"}, {"why", "untrue"}});
  special.act(clerk, "closed");
}

TEST_CASE("Life: reopened, the round's gate and proposals count no more", "[LIFE-25]") {
  Teller teller;
  teller.act(clerk, "proposed", {{"opinion", "o"}});
  teller.act(above, "proposal_approved");
  teller.act(officer, "certified_valid", {{"basis", "b"}});
  teller.act(clerk, "replied", {{"content", "c"}});
  teller.act(clerk, "gate_passed");
  teller.act(clerk, "closed");
  teller.act(officer, "reopened", {{"reason", "r"}});
  CHECK(teller.standing(Matter::proposal) == stands_idle);
  CHECK(teller.standing(Matter::gate) == stands_idle);
  CHECK(teller.standing(Matter::validity) == stands_granted);
  teller.act(clerk, "replied", {{"content", "c"}});
  teller.denied(clerk, "closed", "OUT-31");
}

TEST_CASE("Life: level 2 and 3 need nothing but the handler and head office", "[LIFE-12][LIFE-13]") {
  Teller teller;
  teller.act(clerk, "started");
  teller.act(clerk, "replied", {{"content", "on the spot"}});
  teller.act(clerk, "called_back", {{"satisfied", "yes"}, {"method", "questionnaire"}});
  teller.act(clerk, "closed");
}

TEST_CASE("Call-back: how, when, whom and what they wish for is kept", "[CB-05][CB-07][CB-21]") {
  CHECK(form("called_back", {{"satisfied", "yes"},
                             {"called_at", "2026-11-22T10:00:00+08:00"},
                             {"called_person", "Zhang"},
                             {"called_phone", "13800138000"},
                             {"method", "visit"},
                             {"wish", "nothing"}})
            .has_value());
  CHECK(missing_in("called_back", {{"content", "c"}}) == "satisfied");
  CHECK(form("called_back", {{"satisfied", "yes"}, {"called_phone", "1"}}).error().field == "called_phone");
  CHECK(form("called_back", {{"satisfied", "yes"}, {"method", "dream"}}).error().field == "method");
}

}  // namespace redress::casework
