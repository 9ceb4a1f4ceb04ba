#include "ops/tool/case_words.h"

#include <nlohmann/json.hpp>

#include "ops/tool/cells.h"

namespace redress::tool {
namespace {

using nlohmann::json;

const json* line_of(const json& answer, const std::string& identity) {
  for (const json& line : answer["timeline"]) {
    if (text(line, "identity") == identity) return &line;
  }
  return nullptr;
}

}  // namespace

std::string why_not(const json& answer, const json& line, bool zh) {
  const std::string verdict = text(line, "verdict");
  if (verdict == "refused") return (zh ? "不符合规则：" : "refused: ") + text(line, "rule");
  if (verdict == "unread") return (zh ? "暂不可读：" : "cannot be read yet: ") + text(line, "unread");
  const json* by = line_of(answer, text(line, "by"));
  if (by == nullptr) return zh ? "已被取代" : "superseded";
  const std::string site = (*by)["site"].dump();
  return zh ? "已由机构 " + site + " 的“" + text(*by, "zh") + "”取代"
            : "superseded by \"" + text(*by, "en") + "\" of site " + site;
}

std::vector<std::string> lost_words(const json& answer, bool zh) {
  std::vector<std::string> out;
  for (const json& lost : answer.value("lost", json::array())) {
    const json* line = line_of(answer, lost.get<std::string>());
    if (line == nullptr) continue;
    out.push_back(text(*line, zh ? "zh" : "en") + "  " + text(*line, "recorded_at").substr(0, 19) + (zh ? "，" : ", ") +
                  why_not(answer, *line, zh));
  }
  return out;
}

}  // namespace redress::tool
