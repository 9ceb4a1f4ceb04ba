// Whether a story of the day ended as it should, at every site: from what `redress-ops case show` said there.
//
// Pure.
#pragma once

#include <map>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "ops/demonstration/day_stories.h"

namespace redress::demo {

// An act that was taken, as the program answered.
struct Played {
  const DayAct* act = nullptr;
  std::string identity;
  std::map<std::string, std::string> fields;  // as they were sent
};

// What a site said of the case: the case, or the reason why it does not show it.
struct Shown {
  SiteId site;
  bool refused = false;
  std::string reason;  // refused: code and detail
  std::string answer;  // JSON
};

// What is wrong, a line each, without customer text. `shown`: one of every site of the day.
[[nodiscard]] std::vector<std::string> judge_story(const Story& story, const std::vector<Played>& played,
                                                   const std::vector<Shown>& shown);

}  // namespace redress::demo
