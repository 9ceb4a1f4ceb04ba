// The routes that name many cases, as people's programs meet them: a daemon in process, real requests.
#include "ops/shell/case_lists.h"

#include <catch2/catch.hpp>

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

}  // namespace redress::shell
