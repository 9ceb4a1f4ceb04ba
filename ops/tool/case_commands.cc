#include "ops/tool/case_commands.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <functional>
#include <iostream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "crypto/random.h"
#include "ops/tool/ask.h"
#include "ops/tool/case_words.h"
#include "ops/tool/cells.h"
#include "protocol/base/bytes.h"

namespace redress::tool {
namespace {

using nlohmann::json;

std::string fresh_key() {
  crypto::SystemRandom random;
  return "ops-" + to_hex(random.fixed<KeyId>().bytes) + "/1";
}

Result<json> fields_from(const std::vector<std::string>& given) {
  json fields = json::object();
  for (const std::string& one : given) {
    const auto equals = one.find('=');
    if (equals == std::string::npos || equals == 0) return fail(Code::malformed, "expected name=value", one);
    fields[one.substr(0, equals)] = one.substr(equals + 1);
  }
  return fields;
}

int told(const Options& options, const Result<json>& answer) {
  if (!answer) return report(options, answer.error());
  if (options.json) {
    print_json(*answer);
  } else if (speaks_chinese(options)) {
    std::cout << "已保存：" << text(*answer, "number") << "  状态：" << text(*answer, "state_zh") << "\n  案件 "
              << text(*answer, "case") << "\n  台账位置 " << (*answer)["position"] << "，回执码 "
              << text(*answer, "identity").substr(0, 12) << "\n";
  } else {
    std::cout << "saved: " << text(*answer, "number") << "  state: " << text(*answer, "state") << "\n  case "
              << text(*answer, "case") << "\n  ledger position " << (*answer)["position"] << ", receipt code "
              << text(*answer, "identity").substr(0, 12) << "\n";
  }
  if (options.json || !answer->contains("pointed_out")) return exit_done;
  const bool zh = speaks_chinese(options);
  for (const json& spot : (*answer)["pointed_out"]) {
    std::cout << (zh ? "  注意：" : "  note: ") << text(spot, "field") << (zh ? " 中似有" : " seems to hold a ")
              << text(spot, zh ? "zh" : "en") << (zh ? "（第 " : " (at byte ") << spot["at"]
              << (zh ? " 字节）\n" : ")\n");
  }
  for (const json& one : answer->value("similar", json::array())) {
    std::string same;
    for (const json& field : one["same"]) same += (same.empty() ? "" : ", ") + field.get<std::string>();
    std::cout << (zh ? "  可能重复：" : "  perhaps the same as: ") << text(one, "number") << "  "
              << text(one, zh ? "state_zh" : "state") << "  " << text(one, "registered_at").substr(0, 16) << "  ("
              << same << ")\n";
  }
  return exit_done;
}

// In which states of the case it may be done, in words.
std::string states_of(const json& row, bool zh) {
  std::string out;
  for (const json& when : row.value("when", json::array())) {
    out += out.empty() ? "" : zh ? "、" : " or ";
    if (when == "new") out += zh ? "新案" : "a new case";
    if (when == "open") out += zh ? "办理中" : "open";
    if (when == "ended") out += zh ? "办结后" : "ended";
  }
  return out + (row.value("after_reply", false) ? (zh ? "，答复之后" : ", after a reply") : "");
}

// What every kind is called, who may and when, and the fields of one.
void print_kind(const json& row, bool zh, bool with_fields) {
  std::cout << text(row, "kind") << "  " << text(row, "zh") << "  " << text(row, "en") << "  [";
  std::string between;
  for (const json& who : row.value("who", json::array())) {
    std::cout << between << who.get<std::string>();
    between = " ";
  }
  std::cout << "]  " << states_of(row, zh)
            << (row.value("by_program", false) ? (zh ? "  由程序记录" : "  by the program") : "") << "\n";
  for (const json& role : row.value("roles", json::array())) {
    std::cout << "  " << (role["alone"] ? (zh ? "须由 " : "done by ") : (zh ? "常由 " : "usually by "))
              << text(role, zh ? "zh" : "en") << " [" << text(role, "role") << "]  " << text(role, "profile") << " "
              << text(role, "source") << "\n";
  }
  if (!with_fields) return;
  std::cout << "  " << text(row, "rule") << "\n";
  for (const json& field : row["fields"]) {
    std::cout << "  " << text(field, "name") << (field["required"].get<bool>() ? " *" : "") << "  "
              << text(field, zh ? "zh" : "en") << "  " << text(field, "type");
    for (const json& choice : field.value("choices", json::array())) std::cout << " | " << choice.get<std::string>();
    if (!text(field, "axis").empty()) std::cout << (zh ? "  代码：" : "  code: ") << text(field, "axis");
    std::cout << "\n";
  }
}

// At most 400 bytes, never half a character.
std::string shortened(std::string text) {
  constexpr std::size_t shown_max = 400;
  if (text.size() <= shown_max) return text;
  std::size_t end = shown_max;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return text.substr(0, end) + " …";
}

// What people call a field of a kind; its name if the table does not say.
std::string label_of(const json& kinds, const std::string& kind, const std::string& field, bool zh) {
  for (const json& row : kinds["kinds"]) {
    if (row["kind"] != kind) continue;
    for (const char* list : {"fields", "minted"}) {
      for (const json& one : row.value(list, json::array())) {
        if (one["name"] == field) return text(one, zh ? "zh" : "en");
      }
    }
  }
  return field.starts_with("x:") ? field.substr(2) : field;
}

// A field beside the same one in the language that is shown.
bool is_other_language(const json& fields, const std::string& name, bool zh) {
  const char* other = zh ? "_en" : "_zh";
  if (!name.ends_with(other)) return false;
  return fields.contains(name.substr(0, name.size() - 3) + (zh ? "_zh" : "_en"));
}

// "saved here / at head office since / read / disposition received", as far as it is known.
void print_line(const json& answer, const json& line, const json& kinds, bool zh) {
  std::cout << "  " << text(line, "recorded_at").substr(0, 19) << "  " << text(line, zh ? "zh" : "en");
  std::cout << (zh ? "  机构 " : "  site ") << line["site"];
  if (text(line, "verdict") != "stands") std::cout << "  [" << why_not(answer, line, zh) << "]";
  const bool own = line["site"] == answer["here"];
  const char* arrived = own ? (zh ? "本机保存 " : "saved here ") : (zh ? "本机收到 " : "received here ");
  std::cout << "\n      " << arrived << text(line, "here_since").substr(0, 19);
  if (line.contains("at_head_office_since")) {
    std::cout << (zh ? "；总行收到 " : "; at head office since ") << text(line, "at_head_office_since").substr(0, 19);
  }
  if (line.contains("read_at_head_office")) {
    std::cout << (zh ? "；总行已阅 " : "; read ") << text(line, "read_at_head_office").substr(0, 19);
  }
  std::cout << "\n";
  for (const auto& [name, value] : line["fields"].items()) {
    // What the program says of a clock it says in both languages: one is shown.
    if (is_other_language(line["fields"], name, zh)) continue;
    std::cout << "      " << label_of(kinds, text(line, "kind"), name, zh) << (zh ? "：" : ": ")
              << shortened(value.get<std::string>()) << "\n";
  }
}

// What became of a clock, in words.
std::string_view fate_of(const json& clock, bool zh) {
  const bool late = clock["late"];
  if (clock["running"]) return late ? (zh ? "已逾期" : "overdue") : (zh ? "计时中" : "running");
  if (clock.contains("met")) return late ? (zh ? "逾期完成" : "met late") : (zh ? "按期完成" : "met");
  if (clock["moot"]) return zh ? "不再适用" : "no longer applies";
  return late ? (zh ? "逾期后终止" : "dropped late") : (zh ? "终止" : "dropped");
}

void print_clock(const json& clock, bool zh, bool why) {
  std::cout << "  " << text(clock, "profile") << " " << text(clock, clock["tag"] == "" ? "limit" : "tag") << "  "
            << text(clock, zh ? "zh" : "en");
  if (clock.contains("unit")) std::cout << (zh ? "  机构 " : "  site ") << clock["unit"];
  std::cout << (zh ? "  到期 " : "  due ") << text(clock, zh ? "due_zh" : "due_en") << "  [" << fate_of(clock, zh)
            << "]\n";
  for (const json& prompt : clock.value("prompts", json::array())) {
    std::cout << (zh ? "      待催办 " : "      to be said ") << text(prompt, "at").substr(0, 16) << "  "
              << text(prompt, zh ? "zh" : "en") << "\n";
  }
  if (!why) return;
  std::istringstream lines{text(clock, zh ? "why_zh" : "why_en")};
  for (std::string line; std::getline(lines, line);) std::cout << "      " << line << "\n";
}

}  // namespace

int case_new(const Options& options, const std::vector<std::string>& given, const std::string& key) {
  auto client = connect(options, Acts::as_desk);
  if (!client) return report(options, client.error());
  auto fields = fields_from(given);
  if (!fields) return report(options, fields.error());
  if (given.empty()) {
    const auto kinds = client->get("/api/v1/kinds");
    if (!kinds) return report(options, kinds.error());
    *fields = ask_fields(*kinds, "", speaks_chinese(options), std::cin, std::cout);
  }
  return told(options, client->post("/api/v1/cases", {{"fields", *fields}}, key.empty() ? fresh_key() : key));
}

int case_act(const Options& options, const std::string& id, const std::string& named,
             const std::vector<std::string>& given, const std::string& key) {
  auto client = connect(options, Acts::as_desk);
  if (!client) return report(options, client.error());
  auto fields = fields_from(given);
  if (!fields) return report(options, fields.error());
  std::string kind = named;
  const bool asks = given.empty() && ::isatty(STDIN_FILENO) != 0;
  if (asks || !is_plain(named)) {
    const auto kinds = client->get("/api/v1/kinds");
    if (!kinds) return report(options, kinds.error());
    kind = kind_named(*kinds, named);
    if (asks) *fields = ask_fields(*kinds, kind, speaks_chinese(options), std::cin, std::cout);
  }
  return told(options, client->post("/api/v1/cases/" + escaped(id) + "/acts", {{"kind", kind}, {"fields", *fields}},
                                    key.empty() ? fresh_key() : key));
}

int case_show(const Options& options, const std::string& id, bool why) {
  auto client = connect(options, Acts::as_desk);
  if (!client) return report(options, client.error());
  const auto answer = client->get("/api/v1/cases/" + escaped(id));
  if (!answer) return report(options, answer.error());
  if (options.json) {
    print_json(*answer);
    return exit_done;
  }
  const bool zh = speaks_chinese(options);
  std::cout << text(*answer, "number") << "  " << text(*answer, zh ? "state_zh" : "state")
            << (zh ? "  登记机构 " : "  registered at ") << (*answer)["registrar"]
            << (zh ? "  承办机构 " : "  handled by ") << (*answer)["handler"] << "\n";
  if (answer->contains("next_due")) {
    const json& next = (*answer)["next_due"];
    std::cout << (zh ? "  最近到期：" : "  due next: ") << text(next, zh ? "due_zh" : "due_en") << "  "
              << text(next, zh ? "zh" : "en") << "  [" << fate_of(next, zh) << "]\n";
  }
  for (const json& matter : answer->value("open", json::array())) {
    std::cout << (zh ? "  待办：" : "  open: ") << text(matter, zh ? "zh" : "matter") << "\n";
  }
  for (const std::string& lost : lost_words(*answer, zh)) {
    std::cout << (zh ? "  您的记录未生效：" : "  of what you wrote, this does not stand: ") << lost << "\n";
  }
  const auto kinds = client->get("/api/v1/kinds");
  if (!kinds) return report(options, kinds.error());
  for (const json& line : (*answer)["timeline"]) print_line(*answer, line, *kinds, zh);
  if (!(*answer)["clocks"].empty()) std::cout << (zh ? "期限\n" : "limits\n");
  for (const json& clock : (*answer)["clocks"]) print_clock(clock, zh, why);
  for (const json& rules : answer->value("rules", json::array())) {
    std::cout << "  " << text(rules, "profile") << "  " << text(rules, zh ? "zh" : "en") << (zh ? "；" : "; ")
              << text(rules["call_back"], zh ? "zh" : "en") << (zh ? "；" : "; ")
              << text(rules["retention"], zh ? "zh" : "en") << "\n";
  }
  for (const json& missing : (*answer)["rules_missing"]) {
    std::cout << (zh ? "  无期限：" : "  no limits: ") << missing.get<std::string>() << "\n";
  }
  return exit_done;
}

int case_kinds(const Options& options, const std::string& kind) {
  auto client = connect(options, Acts::as_desk);
  if (!client) return report(options, client.error());
  const auto answer = client->get("/api/v1/kinds");
  if (!answer) return report(options, answer.error());
  json found = json::array();
  for (const json& row : (*answer)["kinds"]) {
    if (kind.empty() || row["kind"] == kind_named(*answer, kind)) found.push_back(row);
  }
  if (found.empty()) return report(options, {Code::unknown_kind, "no such kind", kind});
  if (options.json) {
    print_json(found);
    return exit_done;
  }
  for (const json& row : found) print_kind(row, speaks_chinese(options), !kind.empty());
  return exit_done;
}

}  // namespace redress::tool
