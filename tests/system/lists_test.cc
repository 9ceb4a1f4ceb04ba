// `redress-ops case list`, `search` and `count`, and `rebuild` with and without a daemon: what people at a terminal
// see.
#include "tests/system/programs.h"

namespace redress::system_test {
namespace {

bool says(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

// Head office with three cases.
struct Desk {
  Desk() {
    REQUIRE(folder
                .run({REDRESS_OPS, "init", "--role", "gateway", "--home", office.home, "--listen", "tcp://127.0.0.1:*",
                      "--door", "127.0.0.1:0"})
                .status == 0);
    office.start();
    twice = added({"narrative=信用卡被重复扣款 charged twice", "channel=电话", "phone=13800138000"});
    queue = added({"narrative=the queue was too long", "channel=web"});
    again = added({"narrative=another matter", "channel=web", "callback_phone=13800138000"});
  }
  json added(std::vector<std::string> fields) {
    std::vector<std::string> words{"case", "new"};
    words.insert(words.end(), fields.begin(), fields.end());
    return office.done(words);
  }
  // In words, not as JSON.
  Ran told(std::vector<std::string> words, const std::string& language) {
    words.insert(words.begin(), REDRESS_OPS);
    words.insert(words.end(), {"--home", office.home, "--lang", language});
    return folder.run(std::move(words));
  }
  std::string number(const json& saved) { return saved["number"]; }

  Folder folder;
  Site office{folder, "gateway", REDRESS_GATEWAY, "link.endpoint"};
  json twice, queue, again;
};

std::vector<std::string> numbers(const json& answer) {
  std::vector<std::string> out;
  for (const json& one : answer["cases"]) out.push_back(one["number"]);
  return out;
}

}  // namespace

TEST_CASE("Lists: cases are searched, listed by what is asked and counted, in both languages") {
  Desk desk;
  CHECK(desk.again["similar"][0]["number"] == desk.number(desk.twice));
  CHECK(numbers(desk.office.done({"case", "search", "重复扣款"})) == std::vector{desk.number(desk.twice)});
  CHECK(numbers(desk.office.done({"case", "search", "charged twice", "信用卡"})) ==
        std::vector{desk.number(desk.twice)});
  CHECK(numbers(desk.office.done({"case", "search", "nowhere"})).empty());
  CHECK(numbers(desk.office.done({"case", "list", "--channel", "web"})).size() == 2);
  CHECK(numbers(desk.office.done({"case", "list", "--state", "登记", "--unit", "1", "--limit", "2"})).size() == 2);
  CHECK(numbers(desk.office.done({"case", "list", "--sort", "due"})).size() == 3);
  CHECK(numbers(desk.office.done({"case", "list", "--late"})).empty());
  CHECK(desk.office.done({"case", "count", "--channel", "电话"})["cases"] == 1);

  CHECK(says(desk.told({"case", "search", "queue"}, "en").out, desk.number(desk.queue) + "  registered"));
  CHECK(says(desk.told({"case", "search", "queue"}, "zh").out, desk.number(desk.queue) + "  登记"));
  CHECK(says(desk.told({"case", "search", "没有的词"}, "zh").out, "没有找到"));
  CHECK(says(desk.told({"case", "search", "queue"}, "zh").out, "到期 "));
  CHECK(says(desk.told({"case", "count"}, "en").out, "cases 3, something due 3, overdue 0"));
  CHECK(says(desk.told({"case", "count"}, "zh").out, "案件 3，有期限 3，已逾期 0"));
  const Ran similar = desk.told({"case", "new", "narrative=n", "phone=13800138000"}, "zh");
  CHECK(says(similar.out, "可能重复：" + desk.number(desk.again)));
  CHECK(says(similar.out, "(phone)"));
  for (const auto& [word, why] :
       {std::pair{"卡", "至少两个汉字"}, std::pair{"ab", "至少两个汉字"}, std::pair{"", "请输入"}}) {
    const Ran refused = desk.told({"case", "search", word}, "zh");
    CHECK(refused.status == 2);
    CHECK(says(refused.err, why));
  }
}

TEST_CASE("Lists: rebuild makes them again while the daemon runs, and while it does not") {
  Desk desk;
  const json online = desk.office.done({"rebuild"});
  CHECK(online["offline"] == false);
  CHECK(online["cases"] == 3);
  CHECK(numbers(desk.office.done({"case", "search", "queue"})) == std::vector{desk.number(desk.queue)});
  CHECK(desk.office.terminate() == 0);
  const json offline = desk.office.done({"rebuild"});
  CHECK(offline["offline"] == true);
  CHECK(offline["ledger"] == online["ledger"]);
  CHECK(desk.office.done({"verify"})["errors"] == 0);
  CHECK(says(desk.told({"rebuild"}, "zh").out, "视图已由台账重建"));
  // What was spoilt is made whole.
  std::filesystem::remove_all(desk.office.home + "/data/views");
  CHECK(desk.office.done({"rebuild"})["cases"] == 3);
  desk.office.start();
  CHECK(numbers(desk.office.done({"case", "search", "charged"})) == std::vector{desk.number(desk.twice)});
  CHECK(desk.office.done({"verify"})["errors"] == 0);
  CHECK(desk.office.terminate() == 0);
}

}  // namespace redress::system_test
