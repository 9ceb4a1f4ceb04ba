// What a profile keeps for a role, at the door: who holds the role is let through, nobody else is, each by the version
// that the case goes by.
#include <catch2/catch.hpp>
#include <fstream>

#include "tests/ops/served.h"

namespace redress::shell {
namespace {

using nlohmann::json;

DaemonOptions under(SiteId parent) {
  DaemonOptions options;
  options.parent = parent;
  return options;
}

class Desks {
 public:
  explicit Desks(SiteId parent, const std::function<void(const Home&)>& before = {},
                 const std::function<void(Config&)>& rules = {})
      : served_{SiteId{11}, under(parent), {}, before, rules} {}

  std::string token(std::uint32_t staff, std::vector<std::string> roles) {
    const auto issued =
        issue_token(served_.home.path(tokens_file), {StaffId{staff}, Duty::casework, std::move(roles)}, served_.random);
    REQUIRE(issued.has_value());
    return *issued;
  }
  std::string register_case(const std::string& received_at = {}) {
    json fields{{"narrative", "a quarrel at the counter"}};
    if (!received_at.empty()) fields["received_at"] = received_at;
    const Reply saved = served_.post("/api/v1/cases", {{"fields", fields}}, next_key());
    REQUIRE(saved.status == 201);
    return saved.body["case"];
  }
  Reply act(const std::string& id, const std::string& kind, const json& fields, const std::string& token) {
    return act_again(id, kind, fields, token, next_key());
  }
  Reply act_again(const std::string& id, const std::string& kind, const json& fields, const std::string& token,
                  const std::string& key) {
    return served_.ask("POST", "/api/v1/cases/" + id + "/acts",
                       "Authorization: Bearer " + token + "\r\nIdempotency-Key: " + key + "\r\n",
                       json{{"kind", kind}, {"fields", fields}}.dump());
  }
  std::string next_key() { return "desk/" + std::to_string(++key_); }
  Served& served() { return served_; }

 private:
  Served served_;
  int key_ = 0;
};

const json settled{{"outcome", "one more window was opened"}};

}  // namespace

TEST_CASE("CaseRules: at an outlet its head mediates, or who stands in; a clerk is refused by the rule") {
  Desks desks{SiteId{10}};
  const std::string id = desks.register_case();
  const Reply refused = desks.act(id, "mediated", settled, desks.served().desk_token);
  CHECK(refused.status == 403);
  CHECK(code_in(refused) == "forbidden");
  const auto detail = refused.body["detail"].get<std::string>();
  CHECK(detail.starts_with("ORG-64: mediated on the spot is done by: head of the outlet, "));
  CHECK(detail.ends_with("bank-000/1 000 第七条(一)1 (现场调解须由网点负责人、会计主管、大堂经理办理)"));
  const std::string lobby = desks.token(41, {"teller", "lobby_manager"});
  const Reply done = desks.act_again(id, "mediated", settled, lobby, "lobby/1");
  REQUIRE(done.status == 201);
  const json line = desks.served().get("/api/v1/cases/" + id).body["timeline"].back();
  CHECK(line["kind"] == "mediated");
  CHECK(line["staff"] == 41);
  CHECK(line["verdict"] == "stands");
  // What was done is answered again to whoever asks the same, role or not.
  CHECK(desks.act_again(id, "mediated", settled, desks.served().desk_token, "lobby/1").status == 200);
}

TEST_CASE("CaseRules: a primary branch has no head of an outlet, and the rules of sites come first") {
  Desks desks{SiteId{}};
  const std::string id = desks.register_case();
  CHECK(desks.act(id, "mediated", settled, desks.served().desk_token).status == 201);
  Desks outlet{SiteId{10}};
  const std::string own = outlet.register_case();
  // Nobody at an outlet decides, whatever they hold.
  const Reply decided =
      outlet.act(own, "disposed", {{"decision", "d"}, {"opinion", "o"}}, outlet.token(42, {"outlet_head"}));
  CHECK(decided.status == 403);
  CHECK(decided.body["detail"].get<std::string>().starts_with("P6: "));
}

TEST_CASE("CaseRules: a bank's own role keeps what it says from the day on which its version holds") {
  const auto write = [](const Home& home) {
    std::ofstream{home.path("own.profile")}
        << "[profile own]\nversion = 1\ninherits = bank-000\nfrom = 2026-06-01\n"
           "[role promiser]\nzh = 承诺人\nen = who may promise\nacts = promised\nalone = promised\n";
  };
  const auto go_by = [](Config& config) { config.rules = {{"own"}, {"own.profile"}}; };
  Desks desks{SiteId{10}, write, go_by};
  const json promise{{"until", "2026-12-01"}, {"told_at", "2026-11-22"}};
  const std::string before = desks.register_case("2026-05-31");
  const std::string after = desks.register_case("2026-06-01");
  CHECK(desks.act(before, "promised", promise, desks.served().desk_token).status == 201);
  const Reply refused = desks.act(after, "promised", promise, desks.served().desk_token);
  CHECK(refused.status == 403);
  CHECK(refused.body["detail"].get<std::string>().find("own/1") != std::string::npos);
  CHECK(desks.act(after, "promised", promise, desks.token(43, {"promiser"})).status == 201);
}

TEST_CASE("CaseRules: the numbers that a bank's profile tells decide what is proposed, and blanks are named") {
  const auto write = [](const Home& home) {
    std::ofstream{home.path("own.profile")} << "[profile own]\nversion = 1\ninherits = insurance-003\n"
                                               "[threshold level_1]\nfen = 10000000\n";
  };
  const auto go_by = [](Config& config) { config.rules = {{"own"}, {"own.profile"}}; };
  for (const bool told : {false, true}) {
    Served served{SiteId{11},
                  {},
                  {},
                  told ? write : std::function<void(const Home&)>{},
                  told ? go_by : std::function<void(Config&)>{}};
    const json fields{{"narrative", "x"}, {"loss_fen", 10000001}};
    REQUIRE(served.post("/api/v1/cases", {{"fields", fields}}, "desk/1").status == 201);
    const json proposed = served.get("/api/v1/cases?full=1").body["cases"][0]["grade_proposed"];
    CHECK(proposed["grade"] == (told ? 1 : 3));
    CHECK(proposed["blank"].size() == (told ? 1U : 2U));
  }
}

TEST_CASE("CaseRules: the table of kinds says sites, states and roles together") {
  Served served;
  json found;
  const json kinds = served.get("/api/v1/kinds").body["kinds"];
  for (const json& kind : kinds) {
    if (kind["kind"] == "mediated") found = kind;
    if (kind["kind"] == "called_back") {
      CHECK(kind["when"] == json::array({"open", "ended"}));
      CHECK(kind["after_reply"] == true);
      CHECK(kind["roles"].empty());
    }
  }
  CHECK(found["who"] == json::array({"registrar", "handler"}));
  CHECK(found["when"] == json::array({"open"}));
  REQUIRE(found["roles"].size() == 3);
  CHECK(found["roles"][0]["role"] == "outlet_head");
  CHECK(found["roles"][0]["zh"] == "网点负责人");
  CHECK(found["roles"][0]["profile"] == "bank-000/1");
  CHECK(found["roles"][0]["units"] == json::array({"outlet"}));
  CHECK(found["roles"][0]["alone"] == true);
}

}  // namespace redress::shell
