// The routes that name many cases, as people's programs meet them: a daemon in process, real requests.
#include "ops/shell/case_lists.h"

#include <catch2/catch.hpp>

#include "protocol/base/time.h"
#include "tests/ops/served.h"
#include "tests/sim/pair.h"

namespace redress::shell {
namespace {

using nlohmann::json;

// Percent-encoded.
std::string coded(const std::string& text) {
  std::string out;
  for (const char c : text) out += "%" + to_hex(view_of(std::string_view{&c, 1}));
  return out;
}

std::string found_at(const std::string& words, const std::string& more = {}) {
  return "/api/v1/search?q=" + coded(words) + more;
}

// Head office with signatures, or a branch, which opens all.
struct Searched {
  explicit Searched(SiteId site) : served{site, options(site)} {}

  std::string add(const json& fields) {
    const Reply saved = served.post("/api/v1/cases", {{"fields", fields}}, "desk/" + std::to_string(++keys_));
    REQUIRE(saved.status == 201);
    return saved.body["case"];
  }
  std::vector<std::string> found(const std::string& words, const std::string& more = {}) {
    const Reply reply = served.get(found_at(words, more));
    INFO(reply.text);
    REQUIRE(reply.status == 200);
    std::vector<std::string> out;
    for (const json& one : reply.body["cases"]) out.push_back(one["case"]);
    return out;
  }

  DaemonOptions options(SiteId site) {
    DaemonOptions out;
    if (site == head_office) out.router = &router;
    if (site == head_office) out.searching = Searching::by_signatures;
    return out;
  }
  sim::OpenRouter router;
  Served served;

 private:
  int keys_ = 0;
};

using Ids = std::vector<std::string>;

}  // namespace

TEST_CASE("CaseLists: a search finds Chinese and Latin, closed cases too, and nothing else, at both programs") {
  for (const SiteId site : {SiteId{11}, head_office}) {
    INFO(site.value());
    Searched one{site};
    const std::string twice = one.add({{"narrative", "信用卡被重复扣款两次"}, {"customer_name", "王经理"}});
    const std::string queue = one.add({{"narrative", "The queue at the counter was too long"}});
    const std::string both = one.add({{"narrative", "信用卡柜台 counter"}});
    CHECK(one.found("信用卡") == Ids{both, twice});
    CHECK(one.found("counter") == Ids{both, queue});
    CHECK(one.found("ＣＯＵＮＴＥＲ 信用卡") == Ids{both});
    CHECK(one.found("王经理 重复") == Ids{twice});
    CHECK(one.found("\"the counter\"") == Ids{queue});
    CHECK(one.found("不存在").empty());
    // What was written later is found at once.
    const json reply{{"kind", "replied"}, {"fields", {{"content", "已向客户退还手续费"}}}};
    REQUIRE(one.served.post("/api/v1/cases/" + queue + "/acts", reply, "act/1").status == 201);
    CHECK(one.found("手续费") == Ids{queue});
  }
}

TEST_CASE("CaseLists: a search is paged, each case once, and keeps to the state that is asked for") {
  for (const SiteId site : {SiteId{11}, head_office}) {
    INFO(site.value());
    Searched one{site};
    Ids ids;
    for (int i = 0; i < 5; ++i) ids.insert(ids.begin(), one.add({{"narrative", "the same words"}}));
    Ids paged;
    std::string more = "&limit=2";
    for (int pages = 0; pages < 4; ++pages) {
      const Reply page = one.served.get(found_at("same words", more));
      REQUIRE(page.status == 200);
      CHECK(page.body["cases"].size() <= 2);
      for (const json& found : page.body["cases"]) paged.push_back(found["case"]);
      if (!page.body.contains("next")) break;
      more = "&limit=2&before=" + page.body["next"].get<std::string>();
    }
    CHECK(paged == ids);
    REQUIRE(one.served.post("/api/v1/cases/" + ids[3] + "/acts", {{"kind", "accepted"}}, "act/1").status == 201);
    CHECK(one.found("same words", "&state=accepted") == Ids{ids[3]});
    CHECK(one.found("same words", "&state=registered").size() == 4);
  }
}

TEST_CASE("CaseLists: a search that asks for nothing, too little or too much says so and names its parameter") {
  Searched one{SiteId{11}};
  const auto told = [&](const std::string& target) {
    const Reply reply = one.served.get(target);
    return std::to_string(reply.status) + " " + code_in(reply) + " " + reply.body.value("field", std::string{});
  };
  CHECK(told("/api/v1/search") == "400 missing_field q");
  CHECK(told("/api/v1/search?q=") == "400 missing_field q");
  CHECK(told(found_at("卡")) == "400 bad_value q");
  CHECK(told(found_at("ab")) == "400 bad_value q");
  CHECK(told(found_at("  \"\" ")) == "400 bad_value q");
  CHECK(told(found_at(std::string(257, 'a'))) == "413 too_large q");
  CHECK(told(found_at("aaa b c d e f g h i")) == "413 too_large q");
  CHECK(told(found_at("words", "&limit=0")) == "400 bad_value limit");
  CHECK(told(found_at("words", "&before=x")) == "400 bad_value before");
  CHECK(told(found_at("words", "&state=sung")) == "400 unknown_kind state");
  const Reply shortly = one.served.get(found_at("卡"));
  CHECK(shortly.body["detail"].get<std::string>().find("至少两个汉字") != std::string::npos);
}

TEST_CASE("CaseLists: who is complained of does not find the case, and who runs the machines searches nothing") {
  for (const SiteId site : {SiteId{11}, head_office}) {
    Searched one{site};  // its desk's person is number 31
    const json about{{"narrative", "the clerk was rude"}, {"accused_site", site.value()}, {"accused_staff", 31}};
    const std::string id = one.add(about);
    CHECK(one.found("was rude").empty());
    auto other = issue_token(one.served.home.path(tokens_file), {StaffId{33}, Duty::casework}, one.served.random);
    REQUIRE(other.has_value());
    const Reply seen = one.served.ask("GET", found_at("was rude"), "Authorization: Bearer " + *other + "\r\n");
    REQUIRE(seen.body["cases"].size() == 1);
    CHECK(seen.body["cases"][0]["case"] == id);
    CHECK(one.served.operate("GET", found_at("was rude")).status == 403);
  }
}

TEST_CASE("CaseLists: the answer to a search is the same, whatever stands in a case that complains of who asks") {
  for (const SiteId site : {SiteId{11}, head_office}) {
    INFO(site.value());
    Searched one{site};
    static_cast<void>(one.add({{"narrative", "rude"}, {"accused_site", site.value()}, {"accused_staff", 31}}));
    for (int i = 0; i < 15; ++i) static_cast<void>(one.add({{"narrative", "another matter"}}));
    static_cast<void>(one.add({{"narrative", "rude or polite"}}));
    for (const char* more : {"", "&limit=1", "&limit=1&before=17"}) {
      INFO(more);
      const json body = one.served.get(found_at("rude", more)).body;
      CHECK(body == one.served.get(found_at("polite", more)).body);
      CHECK_FALSE(body.contains("next"));
      CHECK_FALSE(body.contains("opened"));
    }
  }
}

TEST_CASE("CaseLists: a list is told apart by state, unit and channel, and counted so", "[REC-17]") {
  for (const SiteId site : {SiteId{11}, head_office}) {
    INFO(site.value());
    Searched one{site};
    const std::string here = std::to_string(site.value());
    for (int i = 0; i < 3; ++i) static_cast<void>(one.add({{"narrative", "n"}, {"channel", "电话"}}));
    const std::string web = one.add({{"narrative", "n"}, {"channel", "web"}});
    const std::string none = one.add({{"narrative", "n"}});
    REQUIRE(one.served.post("/api/v1/cases/" + web + "/acts", {{"kind", "accepted"}}, "act/1").status == 201);
    const auto listed = [&](const std::string& query) {
      const Reply reply = one.served.get("/api/v1/cases?" + query);
      REQUIRE(reply.status == 200);
      Ids out;
      for (const json& row : reply.body["cases"]) out.push_back(row["case"]);
      return out;
    };
    CHECK(listed("channel=web") == Ids{web});
    CHECK(listed("channel=") == Ids{none});
    CHECK(listed("channel=" + coded("电话")).size() == 3);
    CHECK(listed("state=accepted") == Ids{web});
    CHECK(listed("unit=" + here).size() == 5);
    CHECK(listed("unit=77").empty());
    CHECK(listed("registrar=" + here + "&channel=web&state=accepted") == Ids{web});
    CHECK(listed("registrar=" + here + "&channel=web&state=registered").empty());
    const json all = one.served.get("/api/v1/counts").body;
    CHECK(all["cases"] == 5);
    CHECK(all["stale"] == false);
    CHECK(all["states"].size() == 2);
    CHECK(all["units"] == json{{{"unit", site.value()}, {"cases", 5}}});
    CHECK(all["channels"] == json{{{"channel", ""}, {"cases", 1}},
                                  {{"channel", "web"}, {"cases", 1}},
                                  {{"channel", "电话"}, {"cases", 3}}});
    const json registered = one.served.get("/api/v1/counts?state=registered").body;
    CHECK(registered["cases"] == 4);
    CHECK(registered["states"] == json{{{"state", "registered"}, {"state_zh", "登记"}, {"cases", 4}}});
    CHECK(one.found("nnn").empty());
  }
}

TEST_CASE("CaseLists: what is due next comes first, in pages, as the case itself says") {
  Searched one{SiteId{11}};
  Ids by_due;
  for (const char* received : {"2026-03-09", "2026-03-02", "2026-03-05"})
    by_due.push_back(one.add({{"narrative", "n"}, {"received_at", received}}));
  std::swap(by_due[0], by_due[1]);
  std::swap(by_due[1], by_due[2]);
  Ids paged;
  std::string next;
  for (int pages = 0; pages < 5; ++pages) {
    const Reply page = one.served.get("/api/v1/cases?sort=due&limit=2" + (next.empty() ? "" : "&before=" + next));
    REQUIRE(page.status == 200);
    for (const json& row : page.body["cases"]) {
      paged.push_back(row["case"]);
      const json shown = one.served.get("/api/v1/cases/" + paged.back()).body["next_due"];
      CHECK(from_rfc3339(row["due"].get<std::string>()) == from_rfc3339(shown["due"].get<std::string>()));
      CHECK(row["due_limit"].get<std::string>().starts_with(shown["profile"].get<std::string>()));
      CHECK(row["late"] == shown["late"]);
    }
    if (!page.body.contains("next")) break;
    next = page.body["next"];
  }
  CHECK(paged == by_due);
  CHECK(one.served.get("/api/v1/cases?due_before=now").body["cases"].size() == 3);
  CHECK(one.served.get("/api/v1/cases?due_before=2026-01-01T00:00:00Z").body["cases"].empty());
  CHECK(one.served.get("/api/v1/counts").body["late"] == 3);
}

TEST_CASE("CaseLists: who is complained of is not counted for either") {
  Searched one{SiteId{11}};
  static_cast<void>(one.add({{"narrative", "rude"}, {"accused_site", 11}, {"accused_staff", 31}}));
  static_cast<void>(one.add({{"narrative", "n"}}));
  CHECK(one.served.get("/api/v1/counts").body["cases"] == 1);
}

TEST_CASE("CaseLists: views made again say the same, are without fault, and go on") {
  for (const SiteId site : {SiteId{11}, head_office}) {
    INFO(site.value());
    Searched one{site};
    for (int i = 0; i < 5; ++i) static_cast<void>(one.add({{"narrative", "the same words 同样的话"}}));
    const Reply before = one.served.get("/api/v1/cases");
    for (int times = 0; times < 2; ++times) {
      const Reply made = one.served.operate("POST", "/api/v1/rebuild");
      INFO(made.text);
      REQUIRE(made.status == 200);
      CHECK(made.body["cases"] == 5 + times);
      CHECK(made.body["ledger"] == 5 + times);
      if (times == 0) CHECK(one.served.get("/api/v1/cases").body["cases"] == before.body["cases"]);
      CHECK(one.found("同样的话").size() == static_cast<std::size_t>(5 + times));
      static_cast<void>(one.add({{"narrative", "the same words 同样的话"}}));
      CHECK(one.found("same words").size() == static_cast<std::size_t>(6 + times));
      CHECK(one.served.operate("POST", "/api/v1/verify").body["errors"] == 0);
    }
    const std::string data = one.served.home.views_path();
    for (const char* left : {".rebuilt", ".rebuilt.lock", ".old"}) CHECK_FALSE(std::filesystem::exists(data + left));
  }
}

TEST_CASE("CaseApi: a registration names earlier cases of the same telephone, document or card, and is saved") {
  for (const SiteId site : {SiteId{11}, head_office}) {
    INFO(site.value());
    Searched one{site};
    auto add = [&, n = 0](json fields) mutable {
      fields["narrative"] = "n";
      return one.served.post("/api/v1/cases", {{"fields", fields}}, "desk/s" + std::to_string(++n));
    };
    const Reply called = add({{"phone", "13800138000"}});
    REQUIRE(called.status == 201);
    CHECK(called.body["similar"].empty());
    const Reply again = add({{"callback_phone", "010-12345678/13800138000"}, {"account_no", "62220001"}});
    REQUIRE(again.status == 201);
    REQUIRE(again.body["similar"].size() == 1);
    CHECK(again.body["similar"][0]["case"] == called.body["case"]);
    CHECK(again.body["similar"][0]["number"] == called.body["number"]);
    CHECK(again.body["similar"][0]["same"] == json{"callback_phone"});
    CHECK(add({{"account_no", "62220001"}}).body["similar"][0]["case"] == again.body["case"]);
    CHECK(add({{"account_no", "62220002"}}).body["similar"].empty());
    CHECK(add({{"customer_name", "13800138000"}}).body["similar"].empty());
    // As people write a telephone in groups.
    static_cast<void>(add({{"phone", "13700137000"}}));
    CHECK(add({{"phone", "+86 137 0013 7000"}}).body["similar"].size() == 1);
    CHECK(add({{"phone", "137 0013, 7000"}}).body["similar"].empty());
    // At most five, the newest first.
    for (int i = 0; i < 6; ++i) static_cast<void>(add({{"phone", "13900139000"}}));
    const Reply many = add({{"phone", "13900139000"}});
    CHECK(many.body["similar"].size() == 5);
  }
}

TEST_CASE("CaseApi: of two registrations of one telephone that cross the later one names the earlier") {
  Searched one{SiteId{11}};
  Served& served = one.served;
  static_cast<void>(one.add({{"narrative", "n"}, {"phone", "13700137000"}}));
  served.together = 2;
  RawClient one_clerk{served.daemon->door().port()};
  RawClient other_clerk{served.daemon->door().port()};
  const auto register_with = [&](RawClient& client, const char* key) {
    Served::say(client, "POST", "/api/v1/cases", served.as_desk() + "Idempotency-Key: " + key + "\r\n",
                json{{"fields", {{"narrative", "n"}, {"phone", "13800138000"}}}}.dump());
  };
  register_with(one_clerk, "desk/a");
  register_with(other_clerk, "desk/b");
  const Reply a = served.heard(one_clerk);
  const Reply b = served.heard(other_clerk);
  REQUIRE(a.status == 201);
  REQUIRE(b.status == 201);
  const bool a_first = a.body["position"] < b.body["position"];
  CHECK((a_first ? a : b).body["similar"].empty());
  REQUIRE((a_first ? b : a).body["similar"].size() == 1);
  CHECK((a_first ? b : a).body["similar"][0]["case"] == (a_first ? a : b).body["case"]);
}

TEST_CASE("CaseApi: earlier cases that complain of who registers are not named to this person") {
  Searched one{SiteId{11}};
  static_cast<void>(
      one.add({{"narrative", "rude"}, {"phone", "13800138000"}, {"accused_site", 11}, {"accused_staff", 31}}));
  const json fields{{"narrative", "n"}, {"phone", "13800138000"}};
  const Reply saved = one.served.post("/api/v1/cases", {{"fields", fields}}, "desk/x");
  REQUIRE(saved.status == 201);
  CHECK(saved.body["similar"].empty());
}

}  // namespace redress::shell
