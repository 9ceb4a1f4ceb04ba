#include "tests/rough/judgement.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "ops/shell/process.h"

namespace redress::rough {
namespace {

using nlohmann::json;

constexpr std::int64_t look_ms = 50;
constexpr int tries_max = 3;  // of one look, if a connection was closed meanwhile

// Doors of all sites, kept open.
class Doors {
 public:
  explicit Doors(const Fleet& fleet) : fleet_{fleet} {}
  [[nodiscard]] Result<json> get(SiteId site, const std::string& path) {
    Result<json> answer = fail(Code::unreachable, "not asked");
    for (int i = 0; i < tries_max; ++i) {
      auto& client = clients_[site];
      if (!client) {
        auto made = fleet_.client(site);
        if (!made) return fail(made.error());
        client.emplace(std::move(*made));
      }
      answer = client->get(path);
      if (answer || answer.error().code != Code::unreachable) return answer;
      client.reset();
    }
    return answer;
  }

 private:
  const Fleet& fleet_;
  std::map<SiteId, std::optional<tool::Client>> clients_;
};

// Who has standing in a case of this registrar, by the rules: the registrar, its supervisor, head office.
std::vector<SiteId> holders_of(const Fleet& fleet, SiteId registrar) {
  std::vector<SiteId> out{head_office};
  for (SiteId at = registrar; at != head_office; at = fleet.parent(at)) out.push_back(at);
  return out;
}

std::vector<std::string> look_at(const Fleet& fleet, const History& history, Doors& doors, const std::string& case_id,
                                 SiteId registrar) {
  std::map<SiteId, json> shown;
  for (const SiteId site : holders_of(fleet, registrar)) {
    auto one = doors.get(site, "/api/v1/cases/" + case_id);
    if (!one)
      return {"site " + std::to_string(site.value()) + " does not show case " + case_id + ": " + one.error().what};
    shown.emplace(site, std::move(*one));
  }
  return history.judge(case_id, shown);
}

Status answer_open(const Fleet& fleet, History& history) {
  for (const SiteId site : fleet.sites()) {
    const Status asked = ask_open(fleet, history, site);
    if (!asked) return asked;
  }
  return Done{};
}

void append(std::vector<std::string>& to, const std::vector<std::string>& more) {
  to.insert(to.end(), more.begin(), more.end());
}

void judge_site(const Fleet& fleet, SiteId site, std::vector<std::string>& broken) {
  const std::string name = "site " + std::to_string(site.value());
  const auto alarms = fleet.ask(site, {"alarms"});
  if (!alarms) {
    broken.push_back(name + ": " + alarms.error().what);
  } else if (!(*alarms)["alarms"].empty()) {
    broken.push_back(name + " raised an alarm: " + (*alarms)["alarms"].front().dump());
  }
  const auto verified = fleet.ask(site, {"verify"});
  if (!verified) {
    broken.push_back(name + ": " + verified.error().what);
  } else if (verified->value("errors", 1) != 0) {
    broken.push_back(name + ": verify finds " + verified->dump());
  }
}

}  // namespace

std::vector<std::string> settle_cases(const Fleet& fleet, History& history, std::set<std::string> wanted,
                                      std::int64_t patience_ms) {
  const std::map<std::string, SiteId> registrars = history.cases();
  const Instant until = after_ms(shell::mono_now(), patience_ms);
  Doors doors{fleet};
  // A case that was there before anybody was watched is whose head office says.
  const auto registrar_of = [&](const std::string& id) {
    if (const auto known = registrars.find(id); known != registrars.end()) return known->second;
    const auto shown = doors.get(head_office, "/api/v1/cases/" + id);
    return SiteId{shown ? shown->value("registrar", head_office.value()) : head_office.value()};
  };
  std::vector<std::string> broken;
  while (!wanted.empty()) {
    const std::string id = *wanted.begin();
    broken = look_at(fleet, history, doors, id, registrar_of(id));
    if (broken.empty()) {
      wanted.erase(id);
    } else if (shell::mono_now() > until) {
      broken.push_back(std::to_string(wanted.size()) + " cases are not as they should be");
      return broken;
    } else {
      pass_time(look_ms);
    }
  }
  return {};
}

std::vector<std::string> settle(const Fleet& fleet, History& history, std::int64_t patience_ms) {
  const Instant until = after_ms(shell::mono_now(), patience_ms);
  Status answered = answer_open(fleet, history);
  while (!answered && shell::mono_now() < until) {
    pass_time(look_ms);
    answered = answer_open(fleet, history);
  }
  if (!answered) return {"somebody was never answered: " + answered.error().what};
  std::vector<std::string> broken = settle_cases(fleet, history, history.take_touched(), patience_ms);
  append(broken, history.problems());
  return broken;
}

std::vector<std::string> judge_all(const Fleet& fleet, History& history) {
  Doors doors{fleet};
  std::vector<std::string> broken;
  std::vector<json> at_head_office;
  const std::map<std::string, SiteId> registrars = history.cases();
  std::set<std::string> all;
  for (const auto& [id, site] : registrars) all.insert(id);
  append(broken, settle_cases(fleet, history, std::move(all), 0));
  std::string before;
  do {
    const auto page = doors.get(head_office, "/api/v1/cases?limit=100" + (before.empty() ? "" : "&before=" + before));
    if (!page) return {"head office does not list its cases: " + page.error().what};
    for (const json& one : (*page)["cases"]) {
      auto shown = doors.get(head_office, "/api/v1/cases/" + one.value("case", ""));
      if (shown) at_head_office.push_back(std::move(*shown));
    }
    before = page->value("next", "");
  } while (!before.empty());
  append(broken, history.judge_all(at_head_office));
  for (const SiteId site : fleet.sites()) judge_site(fleet, site, broken);
  append(broken, history.problems());
  return broken;
}

}  // namespace redress::rough
