#include "ops/tool/list_commands.h"

#include <functional>
#include <iostream>
#include <nlohmann/json.hpp>

#include "ops/tool/ask.h"
#include "ops/tool/cells.h"

namespace redress::tool {
namespace {

using nlohmann::json;

void print_row(const json& one, bool zh) {
  std::cout << text(one, "number") << "  " << text(one, zh ? "state_zh" : "state") << "  "
            << text(one, "registered_at").substr(0, 16) << (zh ? "  承办 " : "  handler ") << one["handler"] << "  "
            << shown(one, "product");
  if (one.contains("due")) {
    std::cout << (zh ? "  到期 " : "  due ") << text(one, "due").substr(0, 16) << " " << shown(one, "due_limit");
    if (one.value("late", false)) std::cout << (zh ? " [已逾期]" : " [overdue]");
  }
  std::cout << "\n";
}

// The part of a query that says which cases.
Result<std::string> part_of(Client& client, const CaseFilter& filter) {
  std::string out;
  if (!filter.state.empty()) {
    const auto named = kind_asked_for(client, filter.state);
    if (!named) return fail(named.error());
    out += "&state=" + escaped(*named);
  }
  if (filter.unit != 0) out += "&unit=" + std::to_string(filter.unit);
  if (filter.registrar != 0) out += "&registrar=" + std::to_string(filter.registrar);
  if (filter.channel) out += "&channel=" + escaped(*filter.channel);
  if (filter.late) {
    out += "&due_before=now";
  } else if (!filter.due_before.empty()) {
    out += "&due_before=" + escaped(filter.due_before);
  }
  return out;
}

void print_counts(const json& counts, const char* title, const char* name) {
  std::cout << title << "\n";
  for (const json& one : counts) {
    const std::string label = one[name].is_string() ? shown(one, name) : one[name].dump();
    std::cout << "  " << padded(label.empty() ? "-" : label, 28) << one["cases"] << "\n";
  }
}

// The words as one query: what a shell kept together stays together.
std::string joined(const std::vector<std::string>& words) {
  std::string out;
  for (const std::string& word : words) {
    const bool whole = word.find_first_of(" \t") != std::string::npos && word.find('"') == std::string::npos;
    out += (out.empty() ? "" : " ") + (whole ? '"' + word + '"' : word);
  }
  return out;
}

// All pages, `limit` cases at most, as one answer.
Result<json> found(Client& client, const std::string& query, std::string before, std::size_t limit) {
  json out{{"cases", json::array()}, {"stale", false}};
  do {
    const std::string page = "&limit=" + std::to_string(limit - out["cases"].size());
    const auto answer = client.get(query + page + (before.empty() ? "" : "&before=" + escaped(before)));
    if (!answer) return fail(answer.error());
    for (const json& one : (*answer)["cases"]) out["cases"].push_back(one);
    out["stale"] = out["stale"].get<bool>() || answer->value("stale", false);
    before = text(*answer, "next");
  } while (!before.empty() && out["cases"].size() < limit);
  if (!before.empty()) out["next"] = before;
  return out;
}

// Connects, asks for the cases that `filter` names, and shows the answer: as it is, or as `print` does.
int show_answer(const Options& options, const CaseFilter& filter,
                const std::function<Result<json>(Client&, const std::string& wanted)>& ask,
                const std::function<void(const json&, bool zh)>& print) {
  auto client = connect(options, Acts::as_desk);
  if (!client) return report(options, client.error());
  const auto wanted = part_of(*client, filter);
  if (!wanted) return report(options, wanted.error());
  const auto answer = ask(*client, *wanted);
  if (!answer) return report(options, answer.error());
  if (options.json) {
    print_json(*answer);
    return exit_done;
  }
  const bool zh = speaks_chinese(options);
  print(*answer, zh);
  if (answer->value("stale", false))
    std::cout << (zh ? "（列表尚未包含最新记录）\n" : "(the newest entries are not in this list yet)\n");
  return exit_done;
}

void print_rows(const json& answer, bool zh) {
  for (const json& one : answer["cases"]) print_row(one, zh);
  if (!answer.contains("next")) return;
  const std::string next = text(answer, "next");
  std::cout << (zh ? "（还有更多：加 --before " + next + " 接着往后列，或用 --limit 加大）\n"
                   : "(there may be more: --before " + next + " goes on, or a greater --limit)\n");
}

void print_all_counts(const json& answer, bool zh) {
  std::cout << (zh ? "案件 " : "cases ") << answer["cases"] << (zh ? "，有期限 " : ", something due ") << answer["due"]
            << (zh ? "，已逾期 " : ", overdue ") << answer["late"] << "\n";
  print_counts(answer["states"], zh ? "状态" : "state", zh ? "state_zh" : "state");
  print_counts(answer["units"], zh ? "承办机构" : "unit", "unit");
  print_counts(answer["channels"], zh ? "投诉渠道" : "channel", "channel");
  if (answer["other_channels"] != 0)
    std::cout << (zh ? "  其他渠道 " : "  other channels ") << answer["other_channels"] << "\n";
}

void print_found(const json& answer, bool zh) {
  print_rows(answer, zh);
  if (answer["cases"].empty()) std::cout << (zh ? "没有找到\n" : "nothing found\n");
}

}  // namespace

int case_list(const Options& options, const CaseFilter& filter, std::size_t limit) {
  const auto ask = [&](Client& client, const std::string& wanted) {
    const std::string sort = filter.sort.empty() ? "newest" : filter.sort;
    return found(client, "/api/v1/cases?sort=" + sort + wanted, filter.before, limit);
  };
  return show_answer(options, filter, ask, print_rows);
}

int case_count(const Options& options, const CaseFilter& filter) {
  const auto ask = [](Client& client, const std::string& wanted) {
    return client.get("/api/v1/counts" + (wanted.empty() ? "" : "?" + wanted.substr(1)));
  };
  return show_answer(options, filter, ask, print_all_counts);
}

int case_search(const Options& options, const std::vector<std::string>& words, const CaseFilter& filter,
                std::size_t limit) {
  const auto ask = [&](Client& client, const std::string& wanted) {
    return found(client, "/api/v1/search?q=" + escaped(joined(words)) + wanted, filter.before, limit);
  };
  return show_answer(options, filter, ask, print_found);
}

}  // namespace redress::tool
