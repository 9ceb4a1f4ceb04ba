#include "tests/rough/history.h"

#include <algorithm>

#include "ops/demonstration/dice.h"

namespace redress::rough {
namespace {

using nlohmann::json;

constexpr std::size_t problems_max = 50;

std::string name_of(SiteId site) { return "site " + std::to_string(site.value()); }

// A case without what differs by place or time of arrival.
json portrait_of(const json& shown) {
  json out{{"number", shown.value("number", "")}, {"state", shown.value("state", "")}, {"timeline", json::array()}};
  for (const json& line : shown["timeline"]) {
    if (is_prompt(line)) continue;
    json kept;
    for (const char* field : {"kind", "verdict", "site", "identity", "recorded_at", "fields"}) {
      if (line.contains(field)) kept[field] = line[field];
    }
    out["timeline"].push_back(std::move(kept));
  }
  return out;
}

// Whether one of its fields is this text.
bool says(const json& line, const std::string& text) {
  const json& fields = line["fields"];
  return std::any_of(fields.begin(), fields.end(), [&](const json& value) { return value == text; });
}

}  // namespace

bool is_prompt(const json& line) {
  const std::string kind = line.value("kind", "");
  return kind == "reminded" || kind == "overdue";
}

Wish History::wish(SiteId site, const std::string& kind, const std::string& case_id, std::size_t text_bytes) {
  const std::lock_guard lock{mutex_};
  const std::string key = source_ + std::to_string(site.value()) + "/" + std::to_string(lines_.size() + 1);
  Wish wish{site, kind, case_id, "wish " + key + " ", key};
  demo::Dice dice{lines_.size()};
  while (wish.text.size() < text_bytes) wish.text.push_back(static_cast<char>('0' + dice.below('z' - '0')));
  by_key_[wish.key] = lines_.size();
  open_[site].insert(lines_.size());
  lines_.push_back({wish, std::nullopt, std::nullopt});
  return wish;
}

void History::on_saved(const Wish& wish, const json& answer) {
  Saved saved{answer.value("case", ""), answer.value("identity", ""), answer.value("epoch", ""),
              answer.value("seq", std::uint64_t{0})};
  const std::lock_guard lock{mutex_};
  const std::size_t at = by_key_.at(wish.key);
  Line& line = lines_[at];
  if (saved.case_id.empty() || saved.identity.empty()) {
    problems_.push_back(name_of(wish.site) + " said saved without saying what: " + answer.dump());
    return;
  }
  if (line.saved) {
    if (!(*line.saved == saved))
      problems_.push_back(name_of(wish.site) + " answered the same key in two ways: " + wish.key);
    return;
  }
  if (line.refused) problems_.push_back(name_of(wish.site) + " saved what it had refused: " + wish.key);
  line.saved = saved;
  line.wish.case_id = saved.case_id;
  open_[wish.site].erase(at);
  saved_of_[wish.site].push_back(at);
  by_case_[saved.case_id].push_back(at);
  shown_[{wish.site, saved.case_id}].emplace(saved.identity, false);
  touched_.insert(saved.case_id);
  ++saved_;
}

void History::on_refused(const Wish& wish, const Error& error) {
  const std::lock_guard lock{mutex_};
  const std::size_t at = by_key_.at(wish.key);
  if (lines_[at].saved) {
    problems_.push_back(name_of(wish.site) + " refused what it had saved: " + wish.key + " " + error.what);
    return;
  }
  if (error.code == Code::key_reused)
    problems_.push_back(name_of(wish.site) + " takes a key for another's: " + wish.key);
  lines_[at].refused = error.code;
  open_[wish.site].erase(at);
  if (!wish.case_id.empty()) by_case_[wish.case_id].push_back(at);
}

void History::on_shown(SiteId site, const json& shown) {
  const std::string id = shown.value("case", "");
  const std::lock_guard lock{mutex_};
  auto& before = shown_[{site, id}];
  std::map<std::string, bool> now;
  for (const json& line : shown["timeline"]) now[line.value("identity", "")] = line.contains("at_head_office_since");
  for (const auto& [identity, at_head_office] : before) {
    const auto still = now.find(identity);
    if (still == now.end() || (at_head_office && !still->second)) {
      problems_.push_back(name_of(site) + " shows no more of case " + id +
                          (still == now.end() ? " the entry " : " that head office has the entry ") + identity);
    }
  }
  before = std::move(now);
}

void History::problem(const std::string& what) {
  const std::lock_guard lock{mutex_};
  problems_.push_back(what);
}

std::vector<Wish> History::open_of(SiteId site) const {
  const std::lock_guard lock{mutex_};
  std::vector<Wish> out;
  const auto found = open_.find(site);
  if (found == open_.end()) return out;
  for (const std::size_t at : found->second) out.push_back(lines_[at].wish);
  return out;
}

std::vector<Wish> History::last_saved(SiteId site, std::size_t count) const {
  const std::lock_guard lock{mutex_};
  std::vector<Wish> out;
  const auto found = saved_of_.find(site);
  if (found == saved_of_.end()) return out;
  for (std::size_t i = found->second.size() - std::min(count, found->second.size()); i < found->second.size(); ++i)
    out.push_back(lines_[found->second[i]].wish);
  return out;
}

std::size_t History::saved_count() const {
  const std::lock_guard lock{mutex_};
  return saved_;
}

std::map<std::string, SiteId> History::cases() const {
  const std::lock_guard lock{mutex_};
  std::map<std::string, SiteId> out;
  for (const Line& line : lines_) {
    if (line.saved && line.wish.kind == "registered") out.emplace(line.saved->case_id, line.wish.site);
  }
  return out;
}

std::map<SiteId, std::int64_t> History::saved_by_registrar() const {
  const std::map<std::string, SiteId> registrars = cases();
  const std::lock_guard lock{mutex_};
  std::map<SiteId, std::int64_t> out;
  for (const Line& line : lines_) {
    if (!line.saved) continue;
    if (const auto found = registrars.find(line.saved->case_id); found != registrars.end()) ++out[found->second];
  }
  return out;
}

std::set<std::string> History::take_touched() {
  const std::lock_guard lock{mutex_};
  return std::exchange(touched_, {});
}

std::vector<std::string> History::problems() const {
  const std::lock_guard lock{mutex_};
  std::vector<std::string> out = problems_;
  if (out.size() > problems_max) out.resize(problems_max);
  return out;
}

std::vector<std::string> History::judge(const std::string& case_id, const std::map<SiteId, json>& shown) const {
  const std::lock_guard lock{mutex_};
  std::vector<std::string> broken;
  for (const auto& [site, one] : shown) judge_lines(case_id, site, one, broken);
  for (const auto& [site, one] : shown) {
    if (broken.empty() && portrait_of(one) != portrait_of(shown.begin()->second))
      broken.push_back("case " + case_id + " looks different at " + name_of(site));
  }
  return broken;
}

void History::judge_lines(const std::string& case_id, SiteId site, const json& shown,
                          std::vector<std::string>& broken) const {
  std::map<std::string, int> identities;
  for (const json& line : shown["timeline"]) ++identities[line.value("identity", "")];
  for (const auto& [identity, times] : identities) {
    if (times > 1) broken.push_back(name_of(site) + " holds twice: entry " + identity + " of case " + case_id);
  }
  const auto found = by_case_.find(case_id);
  if (found == by_case_.end()) return;
  for (const std::size_t at : found->second) {
    const Line& line = lines_[at];
    const auto times = std::count_if(shown["timeline"].begin(), shown["timeline"].end(),
                                     [&](const json& one) { return says(one, line.wish.text); });
    if (line.refused && times > 0) broken.push_back(name_of(site) + " shows what was refused: " + line.wish.key);
    if (line.refused) continue;
    if (times > 1) broken.push_back(name_of(site) + " counts twice: " + line.wish.key + " in case " + case_id);
    if (times == 0 || !identities.contains(line.saved->identity))
      broken.push_back(name_of(site) + " lacks what was saved: " + line.wish.key + " in case " + case_id);
  }
}

std::vector<std::string> History::judge_all(const std::vector<json>& at_head_office) const {
  std::vector<std::string> broken;
  const std::map<std::string, SiteId> known = cases();
  std::set<std::string> held;
  std::map<std::uint32_t, std::map<std::uint64_t, std::string>> places;
  for (const json& shown : at_head_office) {
    const std::string id = shown.value("case", "");
    held.insert(id);
    if (!known.contains(id)) broken.push_back("head office holds a case that nobody was told of: " + id);
    for (const json& line : shown["timeline"]) {
      const auto [place, is_new] =
          places[line.value("site", 0U)].emplace(line.value("seq", std::uint64_t{0}), line.value("identity", ""));
      if (!is_new) broken.push_back("two entries in one place: " + place->second);
    }
  }
  for (const auto& [id, site] : known) {
    if (!held.contains(id)) broken.push_back("head office lacks case " + id + " of " + name_of(site));
  }
  for (const auto& [site, taken] : places) {
    if (taken.rbegin()->first != taken.size())
      broken.push_back("site " + std::to_string(site) + " has empty places in its journal");
  }
  const std::lock_guard lock{mutex_};
  std::map<SiteId, std::set<std::string>> epochs;
  for (const Line& line : lines_) {
    if (line.saved) epochs[line.wish.site].insert(line.saved->epoch);
  }
  for (const auto& [site, of_site] : epochs) {
    if (of_site.size() != 1)
      broken.push_back(name_of(site) + " wrote in " + std::to_string(of_site.size()) + " epochs");
  }
  return broken;
}

}  // namespace redress::rough
