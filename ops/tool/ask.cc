#include "ops/tool/ask.h"

#include <algorithm>
#include <array>
#include <iostream>
#include <nlohmann/json.hpp>
#include <string_view>
#include <utility>
#include <vector>

#include "ops/tool/cells.h"
#include "ops/tool/field_values.h"
#include "ops/tool/session.h"
#include "ops/tool/terminal.h"
#include "protocol/base/assert.h"

namespace redress::tool {
namespace {

using nlohmann::json;

// What a registration by hand mostly says: the lines of the printed forms. Of a kind with few fields all are usual.
constexpr std::array<std::string_view, 12> usual_fields{"narrative", "channel",      "product",        "customer_name",
                                                        "phone",     "amount_fen",   "received_at",    "claim",
                                                        "object",    "accused_unit", "accused_person", "happened_at"};
constexpr std::size_t few_fields = 16;
constexpr std::size_t summary_bytes_max = 90;

// What to ask a person; what a table or the program fills in is left out.
bool is_for_people(const std::string& name) {
  return name != "source" && name != "source_id" && name != "received_assumed" && name != "sent_on";
}

bool is_usual(const std::string& name) {
  return std::find(usual_fields.begin(), usual_fields.end(), name) != usual_fields.end();
}

bool is_text(const json& field) { return text(field, "type") == "text"; }

bool is_yes(const std::string& answer) { return answer == "y" || answer == "Y" || answer == "yes" || answer == "是"; }
bool is_no(const std::string& answer) { return answer == "n" || answer == "N" || answer == "no" || answer == "否"; }

// At most so many bytes of one line, never half a character.
std::string in_short(const std::string& value) {
  const std::string line = one_line(value.substr(0, value.find('\n')));
  if (line == value && line.size() <= summary_bytes_max) return line;
  std::size_t end = std::min(line.size(), summary_bytes_max);
  while (end > 0 && end < line.size() && (static_cast<unsigned char>(line[end]) & 0xC0) == 0x80) --end;
  return line.substr(0, end) + " …";
}

// One form in the asking. A step that returns false met the end of the input.
class Form {
 public:
  // Braces would make `answers_` an array with the object in it.
  Form(const json& row, json answers, Asking asking, std::istream& in, std::ostream& out)
      : row_{row}, answers_(std::move(answers)), asking_{asking}, in_{in}, out_{out} {}

  [[nodiscard]] bool fill();
  // Until the answer will do, or is empty where that may be.
  [[nodiscard]] bool ask(const json& field);
  // False, too: the person does not want it saved.
  [[nodiscard]] bool confirm();
  [[nodiscard]] json take() { return std::move(answers_); }

 private:
  [[nodiscard]] const char* said(const char* zh, const char* en) const { return asking_.zh ? zh : en; }
  [[nodiscard]] bool is_given(const std::string& name) const { return answers_.contains(name); }
  [[nodiscard]] bool is_needed(const json& field) const;
  [[nodiscard]] bool is_asked_first(const json& field) const;
  [[nodiscard]] bool ask_rest(const std::vector<const json*>& rest);
  [[nodiscard]] bool ask_missing();
  void prompt(const json& field);
  [[nodiscard]] bool read(const json& field, std::string& typed);
  // False: it will not do, and the person was told why.
  [[nodiscard]] bool take(const json& field, const std::string& typed);

  const json& row_;
  json answers_;
  const Asking asking_;
  std::istream& in_;
  std::ostream& out_;
};

// By what has been answered so far.
bool Form::is_needed(const json& field) const {
  const std::string unless = text(field, "unless");
  const std::string with = text(field, "needed_with");
  const bool replaced = !unless.empty() && is_given(unless);
  return (field["required"].get<bool>() && !replaced) || (!with.empty() && text(answers_, with.c_str()) == "true");
}

// Of two fields of which one must be given neither comes first.
bool Form::is_asked_first(const json& field) const {
  const std::string unless = text(field, "unless");
  return field["required"].get<bool>() && (unless.empty() || !is_for_people(unless));
}

void Form::prompt(const json& field) {
  const bool needed = is_needed(field);
  const std::string hint = hint_of(field, asking_.zh);
  out_ << one_line(text(field, asking_.zh ? "zh" : "en")) << (needed ? " *" : "");
  if (!hint.empty()) out_ << said("（", " (") << one_line(hint) << said("）", ")");
  if (!is_text(field)) {
    out_ << said("：", ": ") << std::flush;
    return;
  }
  out_ << said("（可多行，空行或单独一个“.”结束", " (several lines; an empty line or a single '.' ends it")
       << (needed ? "" : said("；首行直接回车则不填", "; Enter on the first line leaves it out")) << said("）：", "):")
       << "\n"
       << std::flush;
}

bool Form::read(const json& field, std::string& typed) {
  typed.clear();
  for (std::string line; std::getline(in_, line);) {
    if (line.ends_with('\r')) line.pop_back();
    if (!is_text(field)) {
      typed = line;
      return true;
    }
    if (line.empty() || line == ".") return true;
    typed += (typed.empty() ? "" : "\n") + line;
  }
  return false;
}

bool Form::take(const json& field, const std::string& typed) {
  const std::string name = text(field, "name");
  const auto utf8 = utf8_of(typed, asking_.gb18030);
  if (!utf8) {
    out_ << "  " << not_utf8(name).what << "\n";
    return false;
  }
  if (utf8->empty() && is_needed(field)) {
    out_ << said("  此项必填。\n", "  This must be given.\n");
    return false;
  }
  if (utf8->empty()) {
    answers_.erase(name);
    return true;
  }
  const auto value = value_said(field, answers_, *utf8);
  const Status good = value ? check_value(row_, field, *value, answers_) : Status{fail(value.error())};
  if (good) {
    answers_[name] = *value;
    return true;
  }
  const std::string hint = hint_of(field, asking_.zh);
  out_ << said("  不能这样填：", "  That will not do: ") << one_line(hint.empty() ? good.error().what : hint) << "\n";
  return false;
}

bool Form::ask(const json& field) {
  for (;;) {
    prompt(field);
    std::string typed;
    if (!read(field, typed)) return false;
    if (take(field, typed)) return true;
  }
}

bool Form::ask_rest(const std::vector<const json*>& rest) {
  if (rest.empty()) return true;
  out_ << said("还有 ", "Fill in any of ") << rest.size() << said(" 项可填，要填吗？[y/N] ", " more fields? [y/N] ")
       << std::flush;
  std::string answer;
  if (!std::getline(in_, answer)) return false;
  if (answer.ends_with('\r')) answer.pop_back();
  if (!is_yes(utf8_of(answer, asking_.gb18030).value_or(""))) return true;
  return std::all_of(rest.begin(), rest.end(), [&](const json* field) { return ask(*field); });
}

// An answer may make another field necessary that comes before it, or was left out with the rest.
bool Form::ask_missing() {
  for (const json& field : row_["fields"]) {
    const std::string name = text(field, "name");
    if (!is_for_people(name) || is_given(name) || !is_needed(field)) continue;
    if (!ask(field)) return false;
  }
  return true;
}

bool Form::fill() {
  std::vector<const json*> first;
  std::vector<const json*> usual;
  std::vector<const json*> rest;
  const bool has_few = row_["fields"].size() <= few_fields;
  for (const json& field : row_["fields"]) {
    const std::string name = text(field, "name");
    if (!is_for_people(name)) continue;
    (is_asked_first(field) ? first : has_few || is_usual(name) ? usual : rest).push_back(&field);
  }
  if (!has_few) {
    const auto place = [](const json* field) {
      return std::find(usual_fields.begin(), usual_fields.end(), text(*field, "name"));
    };
    std::sort(usual.begin(), usual.end(), [&](const json* a, const json* b) { return place(a) < place(b); });
  }
  out_ << said("逐项填写，带 * 的必填；不填请直接回车；Ctrl-D 放弃。\n",
               "Field by field, * must be given; press Enter to leave one out, Ctrl-D to give up.\n");
  first.insert(first.end(), usual.begin(), usual.end());
  const bool asked = std::all_of(first.begin(), first.end(), [&](const json* field) { return ask(*field); });
  return asked && ask_rest(rest) && ask_missing();
}

bool Form::confirm() {
  out_ << "\n" << one_line(text(row_, asking_.zh ? "zh" : "en")) << "\n";
  for (const json& field : row_["fields"]) {
    const std::string name = text(field, "name");
    if (!is_given(name)) continue;
    out_ << "  " << one_line(text(field, asking_.zh ? "zh" : "en")) << said("：", ": ")
         << in_short(text(answers_, name.c_str())) << "\n";
  }
  for (;;) {
    out_ << said("保存吗？[Y/n] ", "Save it? [Y/n] ") << std::flush;
    std::string answer;
    if (!std::getline(in_, answer)) return false;
    if (answer.ends_with('\r')) answer.pop_back();
    answer = utf8_of(answer, asking_.gb18030).value_or("?");
    if (answer.empty() || is_yes(answer)) return true;
    if (is_no(answer)) return false;
  }
}

}  // namespace

std::optional<json> ask_fields(const json& kinds, const std::string& kind, Asking asking, std::istream& in,
                               std::ostream& out) {
  const json* row = row_of(kinds, kind);
  if (row == nullptr) return json::object();
  Form form{*row, json::object(), asking, in, out};
  const bool done = form.fill() && (!asking.confirms || form.confirm());
  if (!done) return std::nullopt;
  return form.take();
}

std::optional<json> ask_again(const json& kinds, const std::string& kind, const std::string& field, json answers,
                              Asking asking, std::istream& in, std::ostream& out) {
  const json* row = row_of(kinds, kind);
  REDRESS_ASSERT(row != nullptr && field_of(*row, field) != nullptr);
  Form form{*row, std::move(answers), asking, in, out};
  if (!form.ask(*field_of(*row, field))) return std::nullopt;
  return form.take();
}

bool can_ask(const json& kinds, const std::string& kind, const Error& error) {
  const json* row = row_of(kinds, kind);
  const bool is_of_value =
      error.code == Code::missing_field || error.code == Code::bad_value || error.code == Code::too_large;
  return is_of_value && row != nullptr && is_for_people(error.field) && field_of(*row, error.field) != nullptr;
}

bool is_plain(const std::string& name) {
  return std::all_of(name.begin(), name.end(), [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; });
}

std::string kind_named(const json& kinds, const std::string& said) {
  for (const json& row : kinds["kinds"]) {
    if (text(row, "kind") == said || text(row, "zh") == said || text(row, "en") == said) return text(row, "kind");
  }
  return said;
}

Result<std::string> kind_asked_for(Client& client, const std::string& said) {
  if (is_plain(said)) return said;
  const auto kinds = client.get("/api/v1/kinds");
  if (!kinds) return fail(kinds.error());
  return kind_named(*kinds, said);
}

}  // namespace redress::tool
