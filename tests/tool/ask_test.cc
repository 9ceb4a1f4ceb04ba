#include "ops/tool/ask.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <sstream>
#include <vector>

#include "ops/shell/process.h"
#include "tests/tool/kinds_table.h"

namespace redress::tool {
namespace {

using nlohmann::json;

const json& table() {
  static const json kinds = kinds_table();
  return kinds;
}

struct Filled {
  std::optional<json> fields;
  std::string shown;
};

std::string joined(const std::vector<std::string>& lines) {
  std::string out;
  for (const std::string& line : lines) out += line + "\n";
  return out;
}

Filled fill(const std::string& typed, Asking asking = {.zh = false}, const std::string& kind = "") {
  std::istringstream in{typed};
  std::ostringstream out;
  auto fields = ask_fields(table(), kind, asking, in, out);
  return {std::move(fields), out.str()};
}

std::size_t count(const std::string& text, const std::string& what) {
  std::size_t times = 0;
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + what.size())) ++times;
  return times;
}

bool shows(const Filled& filled, const std::string& what) { return filled.shown.find(what) != std::string::npos; }

// A whole registration: what happened in two lines, then a line each, the claim left out.
const std::vector<std::string> whole{"Charged twice.",
                                     "Nobody answers.",
                                     "",
                                     "branch",
                                     "transfer",
                                     "Zhang San",
                                     "13800138000",
                                     "50000",
                                     "2026-11-30",
                                     "",
                                     "",
                                     "",
                                     "",
                                     "",
                                     "n",
                                     ""};
const json whole_fields{{"narrative", "Charged twice.\nNobody answers."},
                        {"channel", "branch"},
                        {"product", "transfer"},
                        {"customer_name", "Zhang San"},
                        {"phone", "13800138000"},
                        {"amount_fen", "50000"},
                        {"received_at", "2026-11-30"}};

TEST_CASE("Ask: Enter on the first line of a text leaves it out, and the next answer is the next field's") {
  const Filled filled = fill(joined(whole));
  REQUIRE(filled.fields);
  CHECK(*filled.fields == whole_fields);
}

TEST_CASE("Ask: a text ends with an empty line or a dot, and the prompt says so in the person's language") {
  std::vector<std::string> lines = whole;
  lines[2] = ".";
  lines[9] = "The money.";
  lines.insert(lines.begin() + 10, ".");
  const Filled filled = fill(joined(lines), {.zh = true});
  REQUIRE(filled.fields);
  CHECK((*filled.fields)["narrative"] == whole_fields["narrative"]);
  CHECK((*filled.fields)["claim"] == "The money.");
  CHECK(shows(filled, "投诉内容 *（可多行，空行或单独一个“.”结束）："));
  CHECK(shows(filled, "投诉请求（可多行，空行或单独一个“.”结束；首行直接回车则不填）："));
  CHECK(shows(fill(joined(whole)),
              "claim (several lines; an empty line or a single '.' ends it; Enter on the first "
              "line leaves it out):"));
}

TEST_CASE("Ask: the usual dozen comes first, and the rest only if it is wanted") {
  const Filled filled = fill(joined(whole));
  CHECK(count(filled.shown, ": ") + count(filled.shown, "):\n") < 30);
  CHECK(shows(filled, "more fields? [y/N] "));
  CHECK_FALSE(shows(filled, "postcode"));
  CHECK(filled.shown.find("what happened *") < filled.shown.find("channel: "));
  CHECK(filled.shown.find("telephone: ") < filled.shown.find("more fields?"));
  std::vector<std::string> lines = whole;
  lines[14] = "y";
  lines.back() = "A";
  for (int i = 0; i < 100; ++i) lines.emplace_back();
  const Filled more = fill(joined(lines));
  REQUIRE(more.fields);
  CHECK((*more.fields)["acceptance_form"] == "A");
  CHECK(shows(more, "postcode: "));
  CHECK_FALSE(shows(more, "number in the source"));
}

TEST_CASE("Ask: of a kind with few fields all are asked, and there is nothing more") {
  const Filled filled = fill("Li Si\n\n\n\n\n\n\n\n\n\n", {.zh = false}, "started");
  REQUIRE(filled.fields);
  CHECK((*filled.fields)["handler"] == "Li Si");
  CHECK_FALSE(shows(filled, "more fields?"));
}

TEST_CASE("Ask: an input that ends anywhere before the last answer saves nothing") {
  const std::string typed = joined(whole);
  REQUIRE(fill(typed).fields);
  for (std::size_t size = 0; size < typed.size(); ++size) {
    INFO(typed.substr(0, size));
    CHECK_FALSE(fill(typed.substr(0, size)).fields);
  }
}

TEST_CASE("Ask: what will be saved is shown, and saved after Enter or y, never after n") {
  std::vector<std::string> lines = whole;
  const auto answered = [&](const std::string& answer) {
    lines.back() = answer;
    return fill(joined(lines));
  };
  CHECK(shows(answered(""), "  what happened: Charged twice. …\n  received at: 2026-11-30\n  channel: branch\n"));
  for (const char* yes : {"", "y", "Y", "yes", "是"}) CHECK(answered(yes).fields);
  for (const char* no : {"n", "N", "no", "否"}) CHECK_FALSE(answered(no).fields);
  CHECK_FALSE(answered("what?").fields);
  CHECK(count(answered("what?").shown, "Save it? [Y/n]") == 2);
  lines.pop_back();
  CHECK(fill(joined(lines), {.zh = false, .confirms = false}).fields);
}

TEST_CASE("Ask: each answer is judged when it is given, and a bad one is asked again with the reason") {
  REQUIRE(shell::set_zone("Asia/Shanghai"));
  std::vector<std::string> lines = whole;
  lines[8] = "2026-11-30 09:30";
  lines.insert(lines.begin() + 8, {"yesterday", "2026-11-31"});
  lines.insert(lines.begin() + 7, "500.00");
  lines.insert(lines.begin() + 6, "12");
  lines.insert(lines.begin(), "");
  const Filled filled = fill(joined(lines), {.zh = true});
  REQUIRE(filled.fields);
  json wanted = whole_fields;
  wanted["received_at"] = "2026-11-30T09:30:00+08:00";
  CHECK(*filled.fields == wanted);
  CHECK(shows(filled, "此项必填"));
  CHECK(shows(filled, "应为手机、固定电话或服务号码"));
  CHECK(shows(filled, "不能这样填：以分为单位的整数"));
  CHECK(count(filled.shown, "受理时间（2026-11-30 或 2026-11-30 09:30）：") == 3);
  CHECK(count(filled.shown, "不能这样填：2026-11-30 或 2026-11-30 09:30\n") == 2);
}

TEST_CASE("Ask: the prompt shows the choices in the person's language") {
  std::vector<std::string> lines = whole;
  lines[14] = "y";
  lines.pop_back();
  for (int i = 0; i < 100; ++i) lines.emplace_back();
  CHECK(shows(fill(joined(lines), {.zh = true}), "事项类别（投诉 | 建议 | 表扬 | 咨询）："));
  CHECK(shows(fill(joined(lines)), "kind of matter (complaint | suggestion | praise | enquiry): "));
}

TEST_CASE("Ask: what another answer made necessary is asked at the end, though its turn came before") {
  std::vector<std::string> lines = whole;
  lines[14] = "y";
  lines.pop_back();
  std::string typed = joined(lines);
  for (bool reached = false; !reached;) {
    const Filled so_far = fill(typed);
    reached = so_far.shown.ends_with("collective (y or n): ");
    typed += reached ? "y\n" : "\n";
    REQUIRE(typed.size() < 1000);
  }
  for (int i = 0; i < 100 && !fill(typed).shown.ends_with("number of complainants * (a whole number from 0): "); ++i) {
    typed += "\n";
  }
  const Filled filled = fill(typed + "3\n\n");
  REQUIRE(filled.fields);
  CHECK((*filled.fields)["headcount"] == "3");
}

TEST_CASE("Ask: a field is needed by the answers that there are") {
  std::istringstream in{"是\n3\n"};
  std::ostringstream out;
  json answers = whole_fields;
  const auto mended = ask_again(table(), "", "collective", answers, {.zh = false}, in, out);
  REQUIRE(mended);
  CHECK((*mended)["collective"] == "true");
  const auto counted = ask_again(table(), "", "headcount", *mended, {.zh = false}, in, out);
  REQUIRE(counted);
  CHECK((*counted)["headcount"] == "3");
  CHECK(out.str().find("number of complainants * (") != std::string::npos);
}

TEST_CASE("Ask: after a refusal the field that it names is asked, and the other answers stay") {
  CHECK(can_ask(table(), "", {Code::bad_value, "w", "received_at"}));
  CHECK(can_ask(table(), "", {Code::missing_field, "w", "headcount"}));
  CHECK_FALSE(can_ask(table(), "", {Code::bad_value, "w", ""}));
  CHECK_FALSE(can_ask(table(), "", {Code::bad_value, "w", "source"}));
  CHECK_FALSE(can_ask(table(), "", {Code::bad_value, "w", "case"}));
  CHECK_FALSE(can_ask(table(), "", {Code::wrong_state, "w", "received_at"}));
  std::istringstream in{"\n"};
  std::ostringstream out;
  json without = whole_fields;
  without.erase("received_at");
  CHECK(ask_again(table(), "", "received_at", whole_fields, {.zh = false}, in, out) == without);
  CHECK(ask_again(table(), "", "received_at", whole_fields, {.zh = false}, in, out) == std::nullopt);
}

TEST_CASE("Ask: what is not UTF-8 is asked again, and taken where the terminal writes GB18030") {
  std::vector<std::string> lines = whole;
  lines[5] = "\xD5\xC5\xC8\xFD";
  const Filled converted = fill(joined(lines), {.zh = false, .gb18030 = true});
  REQUIRE(converted.fields);
  CHECK((*converted.fields)["customer_name"] == "张三");
  lines.insert(lines.begin() + 6, "张三");
  const Filled again = fill(joined(lines));
  REQUIRE(again.fields);
  CHECK((*again.fields)["customer_name"] == "张三");
  CHECK(shows(again, "not UTF-8"));
}

}  // namespace
}  // namespace redress::tool
