#include "ops/demonstration/day_judge.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>

#include "protocol/base/time.h"

namespace redress::demo {
namespace {

using nlohmann::json;

bool contains(const std::vector<std::string_view>& all, std::string_view one) {
  return std::find(all.begin(), all.end(), one) != all.end();
}

class Judge {
 public:
  Judge(const Story& story, const std::vector<Played>& played) : story_{story}, played_{played} {}

  void look_at(const Shown& shown);
  [[nodiscard]] std::vector<std::string> take() { return std::move(problems_); }

 private:
  void wrong(const std::string& what) {
    problems_.push_back(std::string{story_.en} + ": site " + std::to_string(site_.value()) + ": " + what);
  }
  void want(const char* what, const std::string& is, const std::string& should) {
    if (is != should) wrong(std::string{what} + " is " + is + ", not " + should);
  }
  void look_at_refusal(const Shown& shown);
  void look_at_end(const json& answer);
  void look_at_timeline(const json& answer);
  void look_at_lost(const json& answer);
  void look_at_dates(const json& answer);
  void look_at_agreement(const json& answer);

  const Story& story_;
  const std::vector<Played>& played_;
  SiteId site_;
  std::optional<json> agreed_;  // what the first site that shows the case says
  std::vector<std::string> problems_;
};

void Judge::look_at(const Shown& shown) {
  site_ = shown.site;
  const bool holds = std::find(story_.standing.begin(), story_.standing.end(), shown.site) != story_.standing.end();
  if (!holds || story_.shut_out == shown.site || shown.refused) return look_at_refusal(shown);
  const json answer = json::parse(shown.answer, nullptr, /*allow_exceptions=*/false);
  try {
    look_at_end(answer);
    look_at_timeline(answer);
    look_at_lost(answer);
    look_at_dates(answer);
    look_at_agreement(answer);
  } catch (const json::exception&) {
    wrong("the answer is not as expected");
  }
}

void Judge::look_at_refusal(const Shown& shown) {
  const bool holds = std::find(story_.standing.begin(), story_.standing.end(), shown.site) != story_.standing.end();
  if (!shown.refused) return wrong(holds ? "who is complained of can read it" : "holds the case without standing");
  const std::string_view expected = !holds ? "not_found" : story_.shut_out == shown.site ? "INT-03" : "nothing";
  if (shown.reason.find(expected) == std::string::npos) wrong("does not show the case: " + shown.reason);
}

void Judge::look_at_end(const json& answer) {
  want("state", answer.at("state"), std::string{story_.state});
  want("handler", std::to_string(answer.at("handler").get<std::uint32_t>()), std::to_string(story_.handler.value()));
  for (const json& matter : answer.at("open")) {
    const auto name = matter.at("matter").get<std::string>();
    if (!contains(story_.open, name)) wrong("left open: " + name);
  }
  want("matters left open", std::to_string(answer.at("open").size()), std::to_string(story_.open.size()));
}

// What people did: head office's own records of limits come when their time comes, which may be in the middle of it.
std::vector<json> played_lines(const json& answer) {
  std::vector<json> out;
  for (const json& line : answer.at("timeline")) {
    const std::string kind = line.value("kind", std::string{});
    if (kind != "reminded" && kind != "overdue") out.push_back(line);
  }
  return out;
}

// Every act that was taken stands in it once, and nothing else.
void Judge::look_at_timeline(const json& answer) {
  std::map<std::string, std::string> verdicts;
  for (const json& line : answer.at("timeline")) verdicts[line.at("identity")] = line.at("verdict");
  want("acts", std::to_string(played_lines(answer).size()), std::to_string(played_.size()));
  for (const Played& one : played_) {
    const auto found = verdicts.find(one.identity);
    const std::string kind = one.act->kind.empty() ? "registered" : std::string{one.act->kind};
    if (found == verdicts.end()) {
      wrong(kind + " is missing");
      continue;
    }
    want(kind.c_str(), found->second, contains(story_.superseded, one.act->kind) ? "superseded" : "stands");
  }
}

// What lost is shown to who wrote it, and to nobody else.
void Judge::look_at_lost(const json& answer) {
  std::size_t own = 0;
  for (const Played& one : played_) {
    if (one.act->site == site_ && contains(story_.superseded, one.act->kind)) ++own;
  }
  want("acts shown as lost", std::to_string(answer.at("lost").size()), std::to_string(own));
}

void Judge::look_at_dates(const json& answer) {
  for (const DayDate& date : story_.dates) {
    const auto said =
        std::find_if(played_.begin(), played_.end(), [&](const Played& one) { return one.act->kind == date.kind; });
    if (said == played_.end()) return wrong("nobody said " + std::string{date.field});
    const auto wanted = from_rfc3339(said->fields.at(std::string{date.field}));
    const bool found = std::any_of(answer.at("clocks").begin(), answer.at("clocks").end(), [&](const json& clock) {
      const bool is_it = clock.at("limit") == std::string{date.limit} && clock.value("unit", 0U) == date.unit.value();
      const auto at = from_rfc3339(clock.value(std::string{date.clock}, std::string{}));
      return is_it && at && wanted && *at == *wanted;
    });
    if (!found) wrong("no clock " + std::string{date.limit} + " " + std::string{date.clock} + " as was said");
  }
}

// The same order, verdicts and dates at every site. Whether a clock is late depends on when one looks.
void Judge::look_at_agreement(const json& answer) {
  json said{{"timeline", json::array()}, {"clocks", json::array()}};
  for (const json& line : played_lines(answer)) {
    said["timeline"].push_back({line.at("identity"), line.at("verdict"), line.value("by", "")});
  }
  for (const json& clock : answer.at("clocks")) {
    json one = clock;
    one.erase("late");
    one.erase("prompts");
    said["clocks"].push_back(std::move(one));
  }
  if (!agreed_) {
    agreed_ = std::move(said);
    if (answer.at("clocks").empty()) wrong("no clocks");
    return;
  }
  if (said["timeline"] != (*agreed_)["timeline"]) wrong("another order than elsewhere");
  if (said["clocks"] != (*agreed_)["clocks"]) wrong("other dates than elsewhere");
}

}  // namespace

std::vector<std::string> judge_story(const Story& story, const std::vector<Played>& played,
                                     const std::vector<Shown>& shown) {
  Judge judge{story, played};
  for (const Shown& one : shown) judge.look_at(one);
  return judge.take();
}

}  // namespace redress::demo
