// The case routes as people's programs meet them: a daemon in process, a home in a temporary folder, real requests.
#include "ops/shell/case_api.h"

#include <catch2/catch.hpp>
#include <set>

#include "protocol/base/time.h"
#include "protocol/casework/kinds.h"
#include "tests/ops/served.h"

namespace redress::shell {
namespace {

using nlohmann::json;

json complaint(const std::string& narrative) { return {{"fields", {{"narrative", narrative}}}}; }

TEST_CASE("CaseApi: a registration is answered 201 with its place, and the same key again 200 with the same") {
  Served served;
  const Reply first = served.post("/api/v1/cases", complaint("a card was charged twice"), "desk/1");
  REQUIRE(first.status == 201);
  CHECK(first.body["repeated"] == false);
  CHECK(first.body["position"] == 1);
  CHECK(first.body["site"] == 11);
  CHECK(first.body["seq"] == 1);
  CHECK(first.body["state"] == "registered");
  CHECK(first.body["case"].get<std::string>().size() == 32);
  CHECK(!first.body["number"].get<std::string>().empty());

  Reply again = served.post("/api/v1/cases", complaint("a card was charged twice"), "desk/1");
  CHECK(again.status == 200);
  CHECK(again.body["repeated"] == true);
  again.body["repeated"] = false;
  CHECK(again.body == first.body);
  CHECK(served.daemon->site().ledger().position == Position{1});
}

TEST_CASE("CaseApi: two requests with one key that cross are one case") {
  Served served;
  RawClient one{served.daemon->door().port()};
  RawClient two{served.daemon->door().port()};
  const std::string headers = served.as_desk() + "Idempotency-Key: desk/1\r\n";
  Served::say(one, "POST", "/api/v1/cases", headers, complaint("lost card").dump());
  Served::say(two, "POST", "/api/v1/cases", headers, complaint("lost card").dump());
  const Reply first = served.heard(one);
  const Reply second = served.heard(two);
  CHECK(first.status + second.status == 401);
  CHECK(first.body["case"] == second.body["case"]);
  CHECK(first.body["number"] == second.body["number"]);
  CHECK(served.daemon->site().ledger().position == Position{1});
}

TEST_CASE("CaseApi: a key with other content is key_reused and does nothing") {
  Served served;
  REQUIRE(served.post("/api/v1/cases", complaint("one"), "desk/1").status == 201);
  const Reply other = served.post("/api/v1/cases", complaint("two"), "desk/1");
  CHECK(other.status == 422);
  CHECK(code_in(other) == "key_reused");
  CHECK(other.body["field"] == "Idempotency-Key");
  CHECK(served.daemon->site().ledger().position == Position{1});
}

TEST_CASE("CaseApi: a write without a key is key_missing, with a key over 200 bytes bad_value") {
  Served served;
  const Reply without = served.ask("POST", "/api/v1/cases", served.as_desk(), complaint("one").dump());
  CHECK(without.status == 400);
  CHECK(code_in(without) == "key_missing");
  CHECK(without.body["field"] == "Idempotency-Key");
  CHECK(served.post("/api/v1/cases", complaint("one"), std::string(200, 'k')).status == 201);
  const Reply longer = served.post("/api/v1/cases", complaint("one"), std::string(201, 'k'));
  CHECK(longer.status == 400);
  CHECK(code_in(longer) == "bad_value");
  const Reply act = served.ask("POST", "/api/v1/cases/" + std::string(32, '0') + "/acts", served.as_desk(), "{}");
  CHECK(code_in(act) == "key_missing");
}

TEST_CASE("CaseApi: what is wrong with a form names the field") {
  Served served;
  const auto refused = [&](const json& body) {
    const Reply reply = served.post("/api/v1/cases", body, "desk/1");
    CHECK(reply.status == 400);
    return code_in(reply) + " " + reply.body.value("field", std::string{});
  };
  CHECK(refused({{"fields", json::object()}}) == "missing_field narrative");
  CHECK(refused({{"fields", {{"narrative", "x"}, {"colour", "red"}}}}) == "unknown_field colour");
  CHECK(refused({{"fields", {{"narrative", "x"}, {"headcount", "many"}}}}) == "bad_value headcount");
  CHECK(refused({{"fields", {{"narrative", "x"}, {"headcount", 1.5}}}}) == "bad_value headcount");
  CHECK(refused({{"fields", {{"narrative", "x"}, {"product", json::array()}}}}) == "bad_value product");
  CHECK(refused({{"fields", "narrative"}}) == "malformed fields");
  CHECK(refused(json::array()) == "malformed body");
  CHECK(served.daemon->site().ledger().position == Position{});
}

TEST_CASE("CaseApi: numbers and truth values of a form are taken as they are") {
  Served served;
  const Reply saved = served.post("/api/v1/cases",
                                  {{"fields",
                                    {{"narrative", "x"},
                                     {"headcount", 3},
                                     {"received_at", "2026-11-22T08:05:00+08:00"},
                                     {"received_assumed", true},
                                     {"product", nullptr}}}},
                                  "desk/1");
  REQUIRE(saved.status == 201);
  const json fields =
      served.get("/api/v1/cases/" + saved.body["case"].get<std::string>()).body["timeline"][0]["fields"];
  CHECK(fields["headcount"] == "3");
  CHECK(fields["received_assumed"] == "true");
  CHECK(!fields.contains("product"));
}

TEST_CASE("CaseApi: a case is read by its id and by its number, with its timeline") {
  Served served;
  const Reply saved = served.post("/api/v1/cases", complaint("中文 narrative"), "desk/1");
  REQUIRE(saved.status == 201);
  const Reply by_id = served.get("/api/v1/cases/" + saved.body["case"].get<std::string>());
  const Reply by_number = served.get("/api/v1/cases/" + saved.body["number"].get<std::string>());
  REQUIRE(by_id.status == 200);
  CHECK(by_number.body == by_id.body);
  CHECK(by_id.body["stale"] == false);
  CHECK(by_id.body["registrar"] == 11);
  CHECK(by_id.body["handler"] == 11);
  REQUIRE(by_id.body["timeline"].size() == 1);
  const json& line = by_id.body["timeline"][0];
  CHECK(line["fields"]["narrative"] == "中文 narrative");
  CHECK(line["verdict"] == "stands");
  CHECK(line["staff"] == 31);
  CHECK(!line.contains("at_head_office_since"));
  const Reply nothing = served.get("/api/v1/cases/" + std::string(32, '0'));
  CHECK(nothing.status == 404);
  CHECK(code_in(nothing) == "not_found");
  CHECK(served.get("/api/v1/cases/none").status == 404);
  CHECK(served.get("/api/v1/cases/none/at/all").status == 404);
}

TEST_CASE("CaseApi: a case read by itself shows its clocks, each with its due date and why") {
  Served served;
  const Reply saved = served.post(
      "/api/v1/cases", {{"fields", {{"narrative", "x"}, {"received_at", "2026-02-13T10:00:00+08:00"}}}}, "desk/1");
  REQUIRE(saved.status == 201);
  const json shown = served.get("/api/v1/cases/" + saved.body["case"].get<std::string>()).body;
  CHECK(shown["rules_missing"].empty());
  json by_limit = json::object();
  for (const json& clock : shown["clocks"]) by_limit[clock["limit"].get<std::string>()] = clock;
  // The registering site stands right under head office, so it is a primary branch, whose limit the document lost.
  CHECK(by_limit.size() == 4);
  const json& blank = by_limit["branch_reply"];
  CHECK(blank["outcome"] == "untold");
  CHECK(blank["untold"] == "amount");
  CHECK_FALSE(blank.contains("due"));
  CHECK(blank["late"] == false);
  const json& total = by_limit["simple"];
  CHECK(total["profile"] == "cn-r1/1");
  CHECK(total["kind"] == "total");
  CHECK(total["began"] == "2026-02-13T10:00:00.000+08:00");
  CHECK(total["due"] == "2026-03-01T00:00:00.000+08:00");
  CHECK(total["due_zh"] == "2026-02-28 24:00");
  CHECK(total["running"] == true);
  CHECK(total["late"] == true);
  CHECK(total["why_zh"] ==
        "规则：cn-r1/1 R1-15 作出处理决定并告知投诉人，15 日（自然日）（R1 时限）\n"
        "起点：2026-02-13 10:00 收到投诉，当日不计\n"
        "到期：2026-02-28 24:00");
  CHECK(by_limit["pass_on"]["unit"] == 11);
  CHECK(by_limit["pass_on"]["due_en"] == "2026-02-13 11:00");
  CHECK(shown["next_due"] == by_limit["pass_on"]);
  // What was due so long ago is not pressed for.
  CHECK(by_limit["pass_on"]["prompts"].empty());
  REQUIRE(shown["rules"].size() == 2);
  CHECK(shown["rules"][0]["profile"] == "bank-000/1");
  CHECK(shown["rules"][0]["calendar"] == "cn/2026");
  CHECK(shown["rules"][0]["call_back"]["zh"] == "酌情回访");
  CHECK_FALSE(shown["rules"][0]["call_back"].contains("must"));
  CHECK(shown["rules"][0]["retention"]["en"] == "the document states no retention period");
  CHECK(shown["rules"][1]["profile"] == "cn/1");
  CHECK(shown["rules"][1]["chain"] == json::array({"cn/1", "cn-r1/1"}));
  CHECK(shown["rules"][1]["call_back"]["must"] == false);
  CHECK(shown["rules"][1]["retention"]["years"] == 3);
  CHECK_FALSE(shown["rules"][1]["retention"].contains("until"));
  const Reply old =
      served.post("/api/v1/cases", {{"fields", {{"narrative", "y"}, {"received_at", "2019-05-06"}}}}, "desk/2");
  const json before = served.get("/api/v1/cases/" + old.body["case"].get<std::string>()).body;
  CHECK(before["rules_missing"] == json::array({"profile cn: no version holds on 2019-05-06"}));
  CHECK(before["next_due"]["limit"] == "pass_on");
}

TEST_CASE("CaseApi: a case shows what head office will say of its clocks, and how long it is kept once it has ended") {
  Served served;
  const Reply saved = served.post("/api/v1/cases", complaint("x"), "desk/1");
  REQUIRE(saved.status == 201);
  const std::string path = "/api/v1/cases/" + saved.body["case"].get<std::string>();
  const json shown = served.get(path).body;
  REQUIRE(shown["next_due"]["limit"] == "pass_on");
  const json& prompts = shown["next_due"]["prompts"];
  REQUIRE(prompts.size() == 1);
  CHECK(prompts[0]["step"] == "at_limit");
  CHECK(prompts[0]["zh"] == "逾期督办");
  CHECK(prompts[0]["past_due"] == true);
  CHECK(prompts[0]["at"] == shown["next_due"]["due"]);
  const json reply{{"kind", "replied"}, {"fields", {{"content", "c"}}}};
  REQUIRE(served.post(path + "/acts", reply, "desk/2").status == 201);
  REQUIRE(served.post(path + "/acts", {{"kind", "closed"}, {"fields", json::object()}}, "desk/3").status == 201);
  const json ended = served.get(path).body;
  CHECK_FALSE(ended.contains("next_due"));
  const json& kept = ended["rules"][1]["retention"];
  // China's days count, whatever this machine's are.
  const auto closed = from_rfc3339(ended["timeline"].back()["recorded_at"].get<std::string>());
  REQUIRE(closed.has_value());
  const std::string day = rules::to_iso(rules::day_of(*closed, rules::zone_of_china));
  CHECK(kept["until"].get<std::string>().substr(0, 4) == std::to_string(std::stoi(day.substr(0, 4)) + 3));
  CHECK(kept["zh"].get<std::string>().starts_with("办结后保存 3 年，至 "));
}

TEST_CASE("CaseApi: a list shows what was just answered as saved") {
  Served served;
  for (int i = 1; i <= 3; ++i) {
    REQUIRE(served.post("/api/v1/cases", complaint("one"), "desk/" + std::to_string(i)).status == 201);
    const Reply listed = served.get("/api/v1/cases");
    REQUIRE(listed.status == 200);
    CHECK(listed.body["stale"] == false);
    CHECK(listed.body["cases"].size() == static_cast<std::size_t>(i));
  }
}

TEST_CASE("CaseApi: while the views are held back a read waits a second and says that it is stale") {
  Served served;
  REQUIRE(served.post("/api/v1/cases", complaint("one"), "desk/1").status == 201);
  REQUIRE(served.get("/api/v1/cases").body["cases"].size() == 1);
  served.announce = false;
  REQUIRE(served.post("/api/v1/cases", complaint("two"), "desk/2").status == 201);
  const Reply behind = served.get("/api/v1/cases");
  REQUIRE(behind.status == 200);
  CHECK(behind.body["stale"] == true);
  CHECK(behind.body["cases"].size() == 1);
  served.daemon->on_committed();
  const Reply level = served.get("/api/v1/cases");
  CHECK(level.body["stale"] == false);
  CHECK(level.body["cases"].size() == 2);
}

TEST_CASE("CaseApi: a number that the views do not show yet is busy, not unknown; its id is good at once") {
  Served served;
  served.announce = false;
  const Reply saved = served.post("/api/v1/cases", complaint("one"), "desk/1");
  REQUIRE(saved.status == 201);
  const std::string number = "/api/v1/cases/" + saved.body["number"].get<std::string>();
  const std::string id = "/api/v1/cases/" + saved.body["case"].get<std::string>();
  const json replied{{"kind", "replied"}, {"fields", {{"content", "c"}}}};
  CHECK(code_in(served.get(number)) == "busy");
  CHECK(code_in(served.post(number + "/acts", replied, "desk/2")) == "busy");
  CHECK(served.post(id + "/acts", replied, "desk/2").status == 201);
  served.daemon->on_committed();
  CHECK(served.get(number).body["timeline"].size() == 2);
}

TEST_CASE("CaseApi: a read that waits is answered when the views have come") {
  Served served;
  served.announce = false;
  REQUIRE(served.post("/api/v1/cases", complaint("one"), "desk/1").status == 201);
  RawClient reader{served.daemon->door().port()};
  Served::say(reader, "GET", "/api/v1/cases", served.as_desk());
  // Answered after the read, so the read has begun to wait.
  REQUIRE(served.ask("GET", "/healthz").status == 200);
  served.daemon->on_committed();
  const Reply listed = served.heard(reader);
  CHECK(listed.body["stale"] == false);
  CHECK(listed.body["cases"].size() == 1);
}

TEST_CASE("CaseApi: a list comes newest first, in pages, by state and whole") {
  Served served;
  for (int i = 1; i <= 3; ++i) {
    REQUIRE(served.post("/api/v1/cases", complaint(std::to_string(i)), "desk/" + std::to_string(i)).status == 201);
  }
  const Reply all = served.get("/api/v1/cases");
  REQUIRE(all.body["cases"].size() == 3);
  CHECK(!all.body.contains("next"));
  const Reply first = served.get("/api/v1/cases?limit=2");
  REQUIRE(first.body["cases"].size() == 2);
  CHECK(first.body["cases"][0] == all.body["cases"][0]);
  const Reply rest = served.get("/api/v1/cases?limit=2&before=" + first.body["next"].get<std::string>());
  REQUIRE(rest.body["cases"].size() == 1);
  CHECK(rest.body["cases"][0] == all.body["cases"][2]);
  CHECK(served.get("/api/v1/cases?state=registered").body["cases"].size() == 3);
  CHECK(served.get("/api/v1/cases?state=closed").body["cases"].empty());
  const Reply whole = served.get("/api/v1/cases?full=1");
  CHECK(whole.body["cases"][0]["timeline"][0]["fields"].contains("narrative"));
}

TEST_CASE("CaseApi: what a list is asked with is checked, and an empty list is a list") {
  Served served;
  CHECK(served.get("/api/v1/cases").body["cases"].empty());
  const auto refused = [&](const std::string& query) {
    const Reply reply = served.get("/api/v1/cases?" + query);
    CHECK(reply.status == 400);
    return code_in(reply) + " " + reply.body.value("field", std::string{});
  };
  CHECK(refused("limit=0") == "bad_value limit");
  CHECK(refused("limit=ten") == "bad_value limit");
  CHECK(refused("limit=5x") == "bad_value limit");
  CHECK(refused("before=zz") == "bad_value before");
  CHECK(refused("state=sunny") == "unknown_kind state");
  CHECK(served.get("/api/v1/cases?limit=100000").status == 200);
}

TEST_CASE("CaseApi: an act that the rules allow is in the timeline, and its key answers the same") {
  Served served;
  const Reply saved = served.post("/api/v1/cases", complaint("one"), "desk/1");
  const std::string path = "/api/v1/cases/" + saved.body["number"].get<std::string>();
  const json replied{{"kind", "replied"}, {"fields", {{"content", "we wrote to the customer"}}}};
  const Reply act = served.post(path + "/acts", replied, "desk/2");
  REQUIRE(act.status == 201);
  CHECK(act.body["case"] == saved.body["case"]);
  CHECK(act.body["position"] == 2);
  CHECK(act.body["state"] == "replied");
  const Reply again = served.post(path + "/acts", replied, "desk/2");
  CHECK(again.status == 200);
  CHECK(again.body["identity"] == act.body["identity"]);
  const Reply shown = served.get(path);
  REQUIRE(shown.body["timeline"].size() == 2);
  CHECK(shown.body["timeline"][1]["kind"] == "replied");
  CHECK(shown.body["state"] == "replied");
}

TEST_CASE("CaseApi: an act that a rule does not allow is refused with the rule in detail") {
  Served served;
  const Reply saved = served.post("/api/v1/cases", complaint("one"), "desk/1");
  const std::string path = "/api/v1/cases/" + saved.body["case"].get<std::string>() + "/acts";
  const casework::Kinds kinds{casework::shipped_kinds()};
  const Reply disposed =
      served.post(path, {{"kind", "disposed"}, {"fields", {{"decision", "d"}, {"opinion", "o"}}}}, "desk/2");
  CHECK(disposed.status == 403);
  CHECK(code_in(disposed) == "forbidden");
  CHECK(disposed.body["detail"] == std::string{kinds.find("disposed")->rule});
  const Reply closed = served.post(path, {{"kind", "closed"}}, "desk/3");
  CHECK(closed.status == 409);
  CHECK(code_in(closed) == "wrong_state");
  CHECK(closed.body["detail"] == std::string{kinds.find("closed")->rule});
  CHECK(served.daemon->site().ledger().position == Position{1});
}

TEST_CASE("CaseApi: an act says what it misses") {
  Served served;
  const Reply saved = served.post("/api/v1/cases", complaint("one"), "desk/1");
  const std::string path = "/api/v1/cases/" + saved.body["case"].get<std::string>();
  const auto refused = [&](const std::string& target, const json& body) {
    const Reply reply = served.post(target, body, "desk/2");
    return std::to_string(reply.status) + " " + code_in(reply) + " " + reply.body.value("field", std::string{});
  };
  CHECK(refused(path + "/acts", json::object()) == "400 missing_field kind");
  CHECK(refused(path + "/acts", {{"kind", 7}}) == "400 missing_field kind");
  CHECK(refused(path + "/acts", {{"kind", "sung"}}) == "400 unknown_kind kind");
  CHECK(refused(path + "/acts", {{"kind", "registered"}}) == "400 unknown_kind kind");
  CHECK(refused(path + "/acts", {{"kind", "replied"}}) == "400 missing_field content");
  CHECK(refused("/api/v1/cases/none/acts", {{"kind", "replied"}}) == "404 not_found case");
  CHECK(refused(path, {{"kind", "replied"}}) == "404 not_found path");
  CHECK(refused(path + "/deeds", {{"kind", "replied"}}) == "404 not_found path");
}

// The least that a kind asks for.
json least_fields(const json& kind) {
  json fields = json::object();
  for (const json& field : kind["fields"]) {
    if (!field["required"].get<bool>()) continue;
    const auto name = field["name"].get<std::string>();
    const auto type = field["type"].get<std::string>();
    fields[name] = "x";
    if (!field["choices"].empty()) fields[name] = field["choices"][0];
    if (type == "moment") fields[name] = "2026-11-22";
    if (type == "flag") fields[name] = true;
    if (type == "site" || type == "integer" || type == "money") fields[name] = 11;
    if (name == "edition") fields[name] = "postal-1";
    if (name == "contact_phone") fields[name] = "010-12345678";
  }
  return fields;
}

TEST_CASE("CaseApi: every kind of the table can be asked for, and what is not allowed names its rule") {
  for (const SiteId site : {SiteId{11}, head_office}) {
    Served served{site};
    const json kinds = served.get("/api/v1/kinds").body["kinds"];
    std::set<std::string> saved_kinds;
    int key = 0;
    for (const json& kind : kinds) {
      if (kind["opens"].get<bool>()) continue;
      const auto name = kind["kind"].get<std::string>();
      INFO(site.value() << " " << name);
      const Reply fresh = served.post("/api/v1/cases", complaint("x"), "desk/" + std::to_string(++key));
      const std::string path = "/api/v1/cases/" + fresh.body["case"].get<std::string>() + "/acts";
      const json act{{"kind", name}, {"fields", least_fields(kind)}};
      const Reply reply = served.post(path, act, "desk/" + std::to_string(++key));
      INFO(reply.text);
      if (reply.status == 201) saved_kinds.insert(name);
      if (reply.status == 201) continue;
      CHECK((reply.status == 403 || reply.status == 409 || code_in(reply) == "bad_value"));
      CHECK(reply.body["detail"].get<std::string>().find(
                name == "assistance_asked" || name == "handed_over" ? "" : ": ") != std::string::npos);
    }
    CHECK(saved_kinds.count("accepted") == 1);
    CHECK(saved_kinds.count("classified") == 1);
    CHECK(saved_kinds.count("certified_valid") == (site == head_office ? 1 : 0));
    CHECK(saved_kinds.size() > 20);
  }
}

TEST_CASE("CaseApi: a case shows what is open, what the rules propose, and what did not stand to its author") {
  Served served;
  const json major{{"fields", {{"narrative", "queue"}, {"amount_fen", 5000001}}}};
  const Reply saved = served.post("/api/v1/cases", major, "desk/1");
  const std::string path = "/api/v1/cases/" + saved.body["case"].get<std::string>();
  const json question{{"kind", "instructions_asked"}, {"fields", {{"question", "may we refund?"}}}};
  REQUIRE(served.post(path + "/acts", question, "desk/2").status == 201);
  const Reply shown = served.get(path);
  REQUIRE(shown.body["open"].size() == 1);
  CHECK(shown.body["open"][0]["matter"] == "instructions");
  CHECK(shown.body["open"][0]["zh"] == "请示");
  CHECK(shown.body["grade_proposed"]["major"] == true);
  CHECK(shown.body["grade_proposed"]["grade"] == 3);
  CHECK(shown.body["grade_proposed"]["because"].size() == 1);
  CHECK(shown.body["lost"].empty());
  const json answer{{"kind", "instructions_given"}, {"fields", {{"answer", "yes"}}}};
  const Reply refused = served.post(path + "/acts", answer, "desk/3");
  CHECK(refused.status == 403);
  CHECK(refused.body["detail"].get<std::string>().starts_with("ORG-65"));
}

TEST_CASE("CaseApi: personal data in free text is pointed out by place, never by value") {
  Served served;
  const json told{{"fields", {{"narrative", "call 13800138000"}, {"phone", "13900139000"}}}};
  const Reply saved = served.post("/api/v1/cases", told, "desk/1");
  REQUIRE(saved.status == 201);
  REQUIRE(saved.body["pointed_out"].size() == 1);
  CHECK(saved.body["pointed_out"][0]["field"] == "narrative");
  CHECK(saved.body["pointed_out"][0]["at"] == 5);
  CHECK(saved.body["pointed_out"][0]["bytes"] == 11);
  CHECK(saved.text.find("13800138000") == std::string::npos);
  CHECK(served.post("/api/v1/cases", complaint("nothing here"), "desk/2").body["pointed_out"].empty());
}

TEST_CASE("CaseApi: who is complained of neither reads the case, nor acts on it, nor finds it in a list") {
  Served served;  // its desk's person is number 31 of site 11
  const json about{{"fields", {{"narrative", "rude"}, {"accused_site", 11}, {"accused_staff", 31}}}};
  const Reply saved = served.post("/api/v1/cases", about, "desk/1");
  REQUIRE(saved.status == 201);  // the record itself is not lost
  REQUIRE(served.post("/api/v1/cases", complaint("another"), "desk/2").status == 201);
  const std::string id = saved.body["case"].get<std::string>();
  for (const std::string& name : {id, saved.body["number"].get<std::string>()}) {
    const Reply read = served.get("/api/v1/cases/" + name);
    CHECK(read.status == 403);
    CHECK(read.body["detail"].get<std::string>().starts_with("INT-03"));
    CHECK(read.text.find("rude") == std::string::npos);
    const Reply act = served.post("/api/v1/cases/" + name + "/acts", {{"kind", "started"}}, "desk/3");
    CHECK(act.status == 403);
    CHECK(act.body["detail"].get<std::string>().starts_with("INT-03"));
  }
  for (const char* query : {"", "?full=1"}) {
    const Reply listed = served.get(std::string{"/api/v1/cases"} + query);
    REQUIRE(listed.body["cases"].size() == 1);
    CHECK(listed.body["cases"][0]["case"] != id);
  }
  // A colleague does.
  auto other = issue_token(served.home.path(tokens_file), {StaffId{33}, Duty::casework}, served.random);
  REQUIRE(other.has_value());
  const std::string as_other = "Authorization: Bearer " + *other + "\r\n";
  CHECK(served.ask("GET", "/api/v1/cases/" + id, as_other).status == 200);
  CHECK(served.ask("GET", "/api/v1/cases", as_other).body["cases"].size() == 2);
}

TEST_CASE("CaseApi: the code tables are listed by edition") {
  Served served;
  const Reply reply = served.get("/api/v1/codes");
  REQUIRE(reply.status == 200);
  CHECK(reply.body["editions"].size() >= 4);
  for (const json& edition : reply.body["editions"]) CHECK(!edition["codes"].empty());
}

TEST_CASE("CaseApi: what the loop refuses is answered with its code") {
  Served served;
  const auto told = [&](Code code) {
    served.refuse_with = code;
    const Reply reply = served.post("/api/v1/cases", complaint("one"), "desk/1");
    return std::to_string(reply.status) + " " + code_in(reply);
  };
  CHECK(told(Code::store_full) == "507 store_full");
  CHECK(told(Code::unknown_outcome) == "500 unknown_outcome");
  CHECK(told(Code::changed) == "409 changed");
  served.refuse_with.reset();
  CHECK(served.post("/api/v1/cases", complaint("one"), "desk/1").status == 201);
}

TEST_CASE("CaseApi: a write that the loop does not take any more is busy") {
  Served served;
  served.daemon->commands().close();
  const Reply reply = served.post("/api/v1/cases", complaint("one"), "desk/1");
  CHECK(reply.status == 503);
  CHECK(code_in(reply) == "busy");
}

TEST_CASE("CaseApi: the kinds say which fields a form has, and keep what is minted to themselves") {
  Served served;
  const Reply reply = served.get("/api/v1/kinds");
  REQUIRE(reply.status == 200);
  const casework::Kinds kinds{casework::shipped_kinds()};
  REQUIRE(reply.body["kinds"].size() == kinds.rows().size());
  for (const json& kind : reply.body["kinds"]) {
    const casework::KindRow* row = kinds.find(kind["kind"].get<std::string>());
    REQUIRE(row != nullptr);
    CHECK(kind["opens"] == (row == &kinds.opening()));
    std::size_t asked = 0;
    for (const casework::Field& field : row->fields) asked += field.minted ? 0 : 1;
    CHECK(kind["fields"].size() == asked);
    CHECK(kind["minted"].size() == row->fields.size() - asked);
    CHECK(kind["by_program"] == (kind["kind"] == "reminded" || kind["kind"] == "overdue"));
  }
  const json& narrative = reply.body["kinds"][0]["fields"][0];
  CHECK(narrative["name"] == "narrative");
  CHECK(narrative["type"] == "text");
  CHECK(narrative["required"] == true);
}

}  // namespace
}  // namespace redress::shell
