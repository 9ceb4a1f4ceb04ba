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
#include "ops/shell/process.h"
#include "ops/tool/ask.h"
#include "ops/tool/case_words.h"
#include "ops/tool/cells.h"
#include "ops/tool/field_arguments.h"
#include "ops/tool/field_values.h"
#include "ops/tool/terminal.h"
#include "protocol/base/bytes.h"

namespace redress::tool {
namespace {

using nlohmann::json;

std::string fresh_key() {
  crypto::SystemRandom random;
  return "ops-" + to_hex(random.fixed<KeyId>().bytes) + "/1";
}

// The door says of every number that it wants a whole one from 0; of a negative one that is only half of what is wrong.
int refused(const Options& options, const Error& error, const json& fields) {
  const std::string value = text(fields, error.field.c_str());
  const bool is_negative =
      value.size() > 1 && value.front() == '-' && value.find_first_not_of("0123456789.", 1) == std::string::npos;
  if (error.code != Code::bad_value || !is_negative) return report(options, error);
  return report(options, error, {"这个字段的值不能为负数。", "The value of this field must not be negative."});
}

int told(const Options& options, const Result<json>& answer, const json& fields) {
  if (!answer) return refused(options, answer.error(), fields);
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
    std::cout << (zh ? "  注意：" : "  note: ") << shown(spot, "field") << (zh ? " 中似有" : " seems to hold a ")
              << text(spot, zh ? "zh" : "en") << (zh ? "（第 " : " (at byte ") << spot["at"]
              << (zh ? " 字节）\n" : ")\n");
  }
  for (const json& one : answer->value("similar", json::array())) {
    std::string same;
    for (const json& field : one["same"]) same += (same.empty() ? "" : ", ") + field.get<std::string>();
    std::cout << (zh ? "  可能重复：" : "  perhaps the same as: ") << text(one, "number") << "  "
              << text(one, zh ? "state_zh" : "state") << "  " << text(one, "registered_at").substr(0, 16) << "  ("
              << one_line(same) << ")\n";
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

// What the table says of a field of a kind; null: nothing.
json described(const json& kinds, const std::string& kind, const std::string& field) {
  for (const json& row : kinds["kinds"]) {
    if (row["kind"] != kind) continue;
    for (const char* list : {"fields", "minted"}) {
      for (const json& one : row.value(list, json::array())) {
        if (one["name"] == field) return one;
      }
    }
  }
  return nullptr;
}

// What people call the field, and what stands in it; only a text may run over several lines.
void print_field(const json& row, const std::string& name, const std::string& value, bool zh) {
  const std::string label =
      row.is_null() ? (name.starts_with("x:") ? name.substr(2) : name) : text(row, zh ? "zh" : "en");
  const std::string type = text(row, "type");
  const bool is_text = type.empty() || type == "text";
  const std::string short_value = shortened(value);
  std::cout << "      " << one_line(label) << (zh ? "：" : ": ")
            << (is_text ? lines_of(short_value, "        ") : one_line(short_value)) << "\n";
}

// A field beside the same one in the language that is shown.
bool is_other_language(const json& fields, const std::string& name, bool zh) {
  const char* other = zh ? "_en" : "_zh";
  if (!name.ends_with(other)) return false;
  return fields.contains(name.substr(0, name.size() - 3) + (zh ? "_zh" : "_en"));
}

// Who it was; 0 is the program itself.
std::string staff_text(const json& line, bool zh) {
  if (!line.contains("staff")) return {};
  if (line["staff"] == 0) return zh ? "  由程序记录" : "  by the program";
  return (zh ? "  经办人 " : "  staff ") + line["staff"].dump();
}

// "saved here / at head office since / read / disposition received", as far as it is known.
void print_line(const json& answer, const json& line, const json& kinds, bool zh) {
  std::cout << "  " << text(line, "recorded_at").substr(0, 19) << "  " << text(line, zh ? "zh" : "en");
  std::cout << (zh ? "  机构 " : "  site ") << line["site"] << staff_text(line, zh);
  if (text(line, "verdict") != "stands") std::cout << "  [" << one_line(why_not(answer, line, zh)) << "]";
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
    print_field(described(kinds, text(line, "kind"), name), name, value.get<std::string>(), zh);
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

Asking asked_in(const Options& options, Confirm confirm) {
  return {speaks_chinese(options), terminal_writes_gb18030(), confirm == Confirm::ask};
}

int given_up(const Options& options) {
  return report(options, {Code::malformed, "the form was not finished"},
                {"表单没有填完或没有确认，什么都没有保存。", "The form was not finished; nothing was saved."});
}

// A time that is said without a zone is the site's; the tool may run in another.
void take_zone_of(const Options& options) {
  const auto config = shell::load_config(options.home + "/" + shell::config_file);
  if (config) static_cast<void>(shell::set_zone(config->site.zone));
}

// What a command records, and where it is posted.
struct Record {
  std::string path;
  std::string kind;  // empty: the one that opens a case
  std::string key;   // empty: a new one

  [[nodiscard]] json body(const json& fields) const {
    return kind.empty() ? json{{"fields", fields}} : json{{"kind", kind}, {"fields", fields}};
  }
};

int record_given(const Options& options, Client& client, const Record& record, const json& kinds,
                 const std::vector<std::string>& given) {
  auto fields = fields_from(given, std::cin, terminal_writes_gb18030());
  if (!fields) return report(options, fields.error());
  take_zone_of(options);
  if (const json* row = row_of(kinds, record.kind); row != nullptr) fields = fields_said(*row, *fields);
  if (!fields) return report(options, fields.error());
  const auto answer = client.post(record.path, record.body(*fields), record.key.empty() ? fresh_key() : record.key);
  return told(options, answer, *fields);
}

// What one answer was refused for is asked again: the others took somebody's time.
int record_asked(const Options& options, Client& client, const Record& record, const json& kinds, Confirm confirm) {
  take_zone_of(options);
  const Asking asking = asked_in(options, confirm);
  auto fields = ask_fields(kinds, record.kind, asking, std::cin, std::cerr);
  while (fields) {
    const auto answer = client.post(record.path, record.body(*fields), record.key.empty() ? fresh_key() : record.key);
    if (answer || !can_ask(kinds, record.kind, answer.error())) return told(options, answer, *fields);
    static_cast<void>(refused(options, answer.error(), *fields));
    fields = ask_again(kinds, record.kind, answer.error().field, std::move(*fields), asking, std::cin, std::cerr);
  }
  return given_up(options);
}

}  // namespace

int case_new(const Options& options, const std::vector<std::string>& given, const std::string& key, Confirm confirm) {
  auto client = connect(options, Acts::as_desk);
  if (!client) return report(options, client.error());
  const auto kinds = client->get("/api/v1/kinds");
  if (!kinds) return report(options, kinds.error());
  const Record record{"/api/v1/cases", "", key};
  return given.empty() ? record_asked(options, *client, record, *kinds, confirm)
                       : record_given(options, *client, record, *kinds, given);
}

int case_act(const Options& options, const std::string& id, const std::string& named,
             const std::vector<std::string>& given, const std::string& key, Confirm confirm) {
  auto client = connect(options, Acts::as_desk);
  if (!client) return report(options, client.error());
  const auto kinds = client->get("/api/v1/kinds");
  if (!kinds) return report(options, kinds.error());
  const Record record{"/api/v1/cases/" + escaped(id) + "/acts", kind_named(*kinds, named), key};
  const bool asks = given.empty() && ::isatty(STDIN_FILENO) != 0;
  return asks ? record_asked(options, *client, record, *kinds, confirm)
              : record_given(options, *client, record, *kinds, given);
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
    std::cout << (zh ? "  您的记录未生效：" : "  of what you wrote, this does not stand: ") << one_line(lost) << "\n";
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
