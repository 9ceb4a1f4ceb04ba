// What the roles of a profile keep for themselves: who is let through, who is not and by which rule, and at which
// units.
#include "protocol/casework/roles.h"

#include "protocol/casework/clocks.h"
#include "tests/protocol/teller.h"

namespace redress::casework {
namespace {

rules::Profile with(const std::string& rows) {
  rules::Profiles profiles = rules::shipped_profiles();
  const redress::Status added = profiles.add("own", "[profile own]\nversion = 3\ninherits = bank-000\n" + rows);
  INFO((added ? std::string{} : added.error().what));
  REQUIRE(added.has_value());
  const auto found = profiles.in_force("own", *rules::parse_day("2026-03-01"));
  REQUIRE(found.has_value());
  return *found;
}

std::string refusal(const rules::Profile& profile, std::string_view kind, std::string_view tier,
                    const std::vector<std::string>& held) {
  const auto no = role_objection(profile, *shipped().find(kind), tier, held);
  if (!no) return {};
  CHECK(no->code == Code::forbidden);
  CHECK(no->field == "kind");
  return no->what;
}

const std::string approvals =
    "[role approver]\nzh = 审批人\nen = approver\nsource = 授权手册 3\nacts = proposal_approved abnormally_closed\n"
    "alone = proposal_approved\n"
    "[role deputy]\nzh = 副手\nen = deputy\nacts = proposal_approved\nalone = proposal_approved\nunits = head_office\n";

}  // namespace

TEST_CASE("Roles: the core bank policy keeps mediating for the head of the outlet and who stands in", "[LIFE-05]") {
  const auto bank = rules::shipped_profiles().in_force("bank-000", *rules::parse_day("2026-03-01"));
  REQUIRE(bank.has_value());
  CHECK(
      refusal(*bank, "mediated", "outlet", {}) ==
      "ORG-64: mediated on the spot is done by: head of the outlet, accounting supervisor, lobby manager [outlet_head "
      "accounting_supervisor lobby_manager], bank-000/1 000 第七条(一)1 "
      "(现场调解须由网点负责人、会计主管、大堂经理办理)");
  CHECK(refusal(*bank, "mediated", "outlet", {"teller"}) == refusal(*bank, "mediated", "outlet", {}));
  for (const char* role : {"outlet_head", "accounting_supervisor", "lobby_manager"}) {
    CHECK(refusal(*bank, "mediated", "outlet", {"teller", role}).empty());
  }
  // Where no such role is, whoever the table of kinds allows.
  CHECK(refusal(*bank, "mediated", "primary_branch", {}).empty());
  CHECK(refusal(*bank, "mediated", "head_office", {}).empty());
  CHECK(refusal(*bank, "replied", "outlet", {}).empty());
}

TEST_CASE("Roles: a bank keeps approvals for whom it says, at the units that it says") {
  const rules::Profile own = with(approvals);
  CHECK(refusal(own, "proposal_approved", "primary_branch", {}) ==
        "ORG-64: proposal approved is done by: approver [approver], own/3 授权手册 3 (审批同意须由审批人办理)");
  CHECK(refusal(own, "proposal_approved", "primary_branch", {"deputy"}).starts_with("ORG-64: "));
  CHECK(refusal(own, "proposal_approved", "head_office", {"deputy"}).empty());
  CHECK(refusal(own, "proposal_approved", "head_office", {"approver"}).empty());
  CHECK(refusal(own, "proposal_approved", "head_office", {}).find("approver, deputy [approver deputy]") !=
        std::string::npos);
  // What is among the acts of a role, and not kept for it, others do too.
  CHECK(refusal(own, "abnormally_closed", "primary_branch", {}).empty());
  // What it inherits holds as well.
  CHECK(refusal(own, "mediated", "outlet", {"approver"}).starts_with("ORG-64: "));
}

TEST_CASE("Roles: registering is kept for nobody, and the checker says so, and names acts that there are none of") {
  const rules::Profile own =
      with("[role desk]\nzh = 柜台\nen = desk\nacts = registered replied flown\nalone = registered replied closed\n");
  CHECK(refusal(own, "registered", "outlet", {}).empty());
  CHECK(refusal(own, "replied", "outlet", {}).starts_with("ORG-64: "));
  std::vector<rules::Finding> findings = rules::check(own, calendars());
  for (const rules::Finding& one : check_words(own, shipped())) findings.push_back(one);
  std::string said;
  for (const rules::Finding& one : findings) {
    if (one.row == "role desk") said += to_text({one}, rules::Language::en) + to_text({one}, rules::Language::zh);
  }
  CHECK(said ==
        "contradiction: role desk: alone: kept for the role, but not among its acts: closed\n"
        "矛盾：role desk：alone：专属事项不在该角色办理的事项之中：closed\n"
        "contradiction: role desk: acts: there is no such act: flown\n"
        "矛盾：role desk：acts：没有这一事项：flown\n"
        "contradiction: role desk: alone: registering is kept for nobody: any line takes any complaint\n"
        "矛盾：role desk：alone：登记不得专属于任何角色：任何渠道均可受理投诉\n");
}

TEST_CASE("Roles: a grade is named by what a classification can say, and the checker names what it cannot") {
  const rules::Profile own = with(
      "[grade odd]\nzh = 其他\nen = odd\nsaid = complexity:complex type_code:9 complexity:hard colour:red weight "
      "weight:\n");
  std::string said;
  for (const rules::Finding& one : check_words(own, shipped())) said += to_text({one}, rules::Language::en);
  CHECK(said ==
        "contradiction: grade odd: said: no classification says this: complexity:hard\n"
        "contradiction: grade odd: said: no classification says this: colour:red\n"
        "contradiction: grade odd: said: no classification says this: weight\n"
        "contradiction: grade odd: said: no classification says this: weight:\n");
}

TEST_CASE("Roles: every act that a shipped profile gives a role is an act, and none keeps what it does not give") {
  const rules::Profiles profiles = rules::shipped_profiles();
  std::size_t roles = 0;
  for (const std::string& id : profiles.ids()) {
    const auto profile = profiles.in_force(id, *rules::parse_day("2026-03-01"));
    REQUIRE(profile.has_value());
    INFO(id);
    CHECK(check_words(*profile, shipped()).empty());
    roles += profile->roles.size();
  }
  CHECK(roles >= 4);
}

TEST_CASE("Roles: a site's tier is known by who stands over it") {
  CHECK(tier_of(head_office, SiteId{}) == "head_office");
  CHECK(tier_of(county, head_office) == "primary_branch");
  CHECK(tier_of(county, SiteId{}) == "primary_branch");
  CHECK(tier_of(outlet, county) == "outlet");
}

}  // namespace redress::casework
