// `redress-ops case act` reaches every act by its name for programs, in Chinese and in English.
#include "tests/system/programs.h"

namespace redress::system_test {
namespace {

// A value that a form takes.
std::string value_for(const json& field) {
  if (!field["choices"].empty()) return field["choices"][0];
  const std::string type = field["type"];
  if (field["name"] == "edition") return "bank-forms-1";
  if (field["name"] == "contact_phone") return "13800138000";
  if (type == "moment") return "2026-11-22T08:00:00Z";
  if (type == "integer" || type == "money" || type == "site") return "1";
  return type == "flag" ? "true" : "如此 so";
}

// Head office's home, by redress-ops.
Ran made_with(const Folder& folder, const Site& office, const std::vector<std::string>& more) {
  std::vector<std::string> words{REDRESS_OPS, "init",       "--role",   "gateway",
                                 "--home",    office.home,  "--listen", "tcp://127.0.0.1:*",
                                 "--door",    "127.0.0.1:0"};
  words.insert(words.end(), more.begin(), more.end());
  return folder.run(words);
}

TEST_CASE("Acts: each is done, or refused by the rule that it names, by any of its names in both languages") {
  const Folder folder;
  Site office{folder, "gateway", REDRESS_GATEWAY, "link.endpoint"};
  REQUIRE(made_with(folder, office, {}).status == 0);
  office.start();
  const json kinds = office.done({"case", "kinds"});
  std::size_t taken = 0;
  std::size_t refused = 0;
  for (const json& row : kinds) {
    if (row["opens"]) continue;
    for (const auto& [language, name] :
         {std::pair{"zh", row["zh"]}, std::pair{"en", row["en"]}, std::pair{"zh", row["kind"]}}) {
      INFO(language << " " << name);
      const std::string id = office.register_case("如此 so", "desk/" + std::to_string(taken + refused))["case"];
      std::vector<std::string> words{REDRESS_OPS, "case", "act", id, name, "--home", office.home, "--lang", language};
      for (const json& field : row["fields"]) {
        if (field["required"]) words.push_back(field["name"].get<std::string>() + "=" + value_for(field));
      }
      const Ran ran = folder.run(words);
      INFO(ran.err);
      if (ran.status == 0) {
        ++taken;
        CHECK(ran.out.starts_with(language == std::string{"zh"} ? "已保存：" : "saved: "));
        CHECK(office.has(id, row["kind"]));
        continue;
      }
      ++refused;
      CHECK(ran.status == 2);
      const bool by_rule = ran.err.starts_with("forbidden") || ran.err.starts_with("wrong_state");
      CHECK(by_rule);
      CHECK(ran.err.find(language == std::string{"zh"} ? "由谁处理：" : "who acts: ") != std::string::npos);
    }
  }
  CHECK(taken + refused == 3 * (kinds.size() - 1));
  // Head office alone is registrar, handler and superior at once: what is left needs another person or an earlier act.
  CHECK(taken >= 3 * 40);
  CHECK(refused > 0);
}

TEST_CASE("Acts: a token holds roles of the profiles alone, and a person acts with their own") {
  const Folder folder;
  Site office{folder, "gateway", REDRESS_GATEWAY, "link.endpoint"};
  const Ran nobody = made_with(folder, office, {"--desk-role", "chairman"});
  CHECK(nobody.status == 2);
  CHECK(nobody.err.find("no such role: chairman; there are: outlet_head 网点负责人 head of the outlet, ") !=
        std::string::npos);
  REQUIRE(made_with(folder, office, {"--desk-role", "outlet_head"}).status == 0);
  CHECK(text_of_file(office.home + "/tokens").find(" 1 casework outlet_head\n") != std::string::npos);
  const std::vector<std::string> token{REDRESS_OPS, "token", "--home", office.home, "--staff", "9", "--role"};
  std::vector<std::string> words = token;
  words.emplace_back("chairman");
  CHECK(folder.run(words).status == 2);
  words.back() = "lobby_manager";
  const Ran issued = folder.run(words);
  REQUIRE(issued.status == 0);
  std::ofstream{folder / "mine"} << issued.out;
  office.start();
  const std::string id = office.register_case("x", "desk/1")["case"];
  const Ran acted = folder.run({REDRESS_OPS, "case", "act", id, "progress_told", "content=c", "--home", office.home,
                                "--token", folder / "mine"});
  INFO(acted.err);
  REQUIRE(acted.status == 0);
  CHECK(office.done({"case", "show", id})["timeline"][1]["staff"] == 9);
}

TEST_CASE("Acts: who may do what is told in words, by site, state and role, and what a profile says of it") {
  const Folder folder;
  Site office{folder, "gateway", REDRESS_GATEWAY, "link.endpoint"};
  REQUIRE(made_with(folder, office, {}).status == 0);
  office.start();
  const auto told = [&](std::vector<std::string> words) {
    words.insert(words.begin(), REDRESS_OPS);
    words.insert(words.end(), {"--home", office.home});
    return folder.run(words).out;
  };
  const auto has = [](const std::string& text, const char* part) { return text.find(part) != std::string::npos; };
  const std::string mediated = told({"case", "kinds", "mediated", "--lang", "en"});
  INFO(mediated);
  CHECK(has(mediated, "[registrar handler]  open\n"));
  CHECK(has(mediated, "done by head of the outlet [outlet_head]  bank-000/1 000 "));
  const std::string called = told({"case", "kinds", "回访", "--lang", "zh"});
  INFO(called);
  CHECK(has(called, "办理中、办结后，答复之后"));
  const std::string bank = told({"rules", "bank-000", "--lang", "en"});
  INFO(bank);
  CHECK(has(bank, "role outlet_head  head of the outlet  mediated (nobody else)\n"));
  CHECK(has(bank, "grade major  major  weight:major\n"));
  CHECK(has(bank, "route branch_up  needs coordination above  primary_branch → head_office\n"));
  CHECK(has(told({"rules", "psbc-004-12", "--lang", "zh"}), "标准 amount  业务金额  5000000 分\n"));
}

}  // namespace
}  // namespace redress::system_test
