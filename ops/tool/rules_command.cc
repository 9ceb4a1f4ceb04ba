#include "ops/tool/rules_command.h"

#include <algorithm>
#include <filesystem>
#include <iostream>
#include <nlohmann/json.hpp>

#include "ops/shell/process.h"
#include "protocol/casework/roles.h"

namespace redress::tool {

Result<shell::Rulebook> rulebook_of(const Options& options) {
  const std::string path = options.home + "/" + shell::config_file;
  if (!std::filesystem::exists(path)) return shell::open_rulebook({}, path);
  const auto config = shell::load_config(path);
  if (!config) return fail(config.error().front());
  return shell::open_rulebook((*config).rules, path);
}

namespace {

using nlohmann::json;
using redress::rules::Finding;
using redress::rules::Language;
using redress::rules::Profile;

json finding_json(const Finding& finding) {
  return {{"is", finding.is == Finding::Is::gap ? "gap" : "contradiction"},
          {"row", finding.row},
          {"field", finding.field},
          {"zh", finding.zh},
          {"en", finding.en}};
}

std::string joined(const std::vector<std::string>& words, const char* between) {
  std::string out;
  for (const std::string& word : words) out += (out.empty() ? "" : between) + word;
  return out;
}

// What the profile has beside limits: grades, numbers, ways, who is reminded, fields of its own, roles.
void print_rows(const Profile& profile, bool zh) {
  const auto line = [zh](const char* kind_zh, const char* kind_en, const auto& row, const std::string& more) {
    std::cout << "  " << (zh ? kind_zh : kind_en) << " " << row.id << "  " << (zh ? row.zh : row.en)
              << (more.empty() ? "" : "  " + more) << "\n";
  };
  for (const redress::rules::Named& row : profile.grades) line("等级", "grade", row, joined(row.said, " "));
  for (const redress::rules::Threshold& row : profile.thresholds) {
    const auto& number = row.fen ? row.fen : row.persons;
    const char* unit = row.fen ? (zh ? " 分" : " fen") : (zh ? " 人" : " persons");
    line("标准", "threshold", row, number ? std::to_string(*number) + unit : "?");
  }
  for (const redress::rules::Route& row : profile.routes) {
    const char* copy = !row.copy ? "" : zh ? "（抄送）" : " (a copy)";
    line("流转", "route", row, joined(row.from, " ") + " → " + joined(row.to, " ") + copy);
  }
  for (const redress::rules::Prompt& row : profile.prompts) {
    const std::string lead = row.lead ? to_text(*row.lead, zh ? Language::zh : Language::en) : "?";
    line(row.overdue ? "逾期催办" : "临期提醒", row.overdue ? "overdue" : "reminder", row, lead);
  }
  for (const redress::rules::ExtraField& row : profile.fields) {
    line("增设字段", "field", row, row.required ? (zh ? "必填" : "required") : "");
  }
  for (const redress::rules::Role& row : profile.roles) {
    std::string acts;
    for (const std::string& act : row.acts) {
      const bool alone = std::find(row.alone.begin(), row.alone.end(), act) != row.alone.end();
      acts += (acts.empty() ? "" : " ") + act + (!alone ? "" : zh ? "（专属）" : " (nobody else)");
    }
    line("角色", "role", row, acts);
  }
}

int list(const Options& options, const shell::Rulebook& book, redress::rules::Day day) {
  const bool zh = speaks_chinese(options);
  json all = json::array();
  for (const std::string& id : book.profiles.ids()) {
    const Result<Profile> profile = book.profiles.in_force(id, day);
    if (options.json) {
      all.push_back({{"profile", id},
                     {"in_force", profile.has_value()},
                     {"version", profile ? (*profile).version : 0},
                     {"zh", profile ? (*profile).zh : ""},
                     {"en", profile ? (*profile).en : ""}});
    } else if (profile) {
      std::cout << (*profile).mark() << "  " << (zh ? (*profile).zh : (*profile).en) << "\n";
    } else {
      std::cout << id << "  " << profile.error().what << "\n";
    }
  }
  if (options.json) print_json({{"profiles", all}});
  return exit_done;
}

}  // namespace

int rules(const Options& options, const std::string& profile, const std::string& law, const std::string& day) {
  auto on = day.empty() ? std::optional{redress::rules::day_of(shell::wall_now(), redress::rules::zone_of_china)}
                        : redress::rules::parse_day(day);
  if (!on) return report(options, {Code::bad_value, "expected a day (2026-03-01)", "--on"});
  const Result<shell::Rulebook> book = rulebook_of(options);
  if (!book) return report(options, book.error());
  if (profile.empty()) return list(options, *book, *on);
  const Result<Profile> own = (*book).profiles.in_force(profile, *on);
  if (!own) return report(options, own.error());
  std::vector<Finding> findings = redress::rules::check(*own, (*book).calendars);
  const std::vector<Finding> of_words = casework::check_words(*own, casework::Kinds{casework::shipped_kinds()});
  findings.insert(findings.end(), of_words.begin(), of_words.end());
  const Result<Profile> bound = (*book).profiles.in_force(law, *on);
  if (!bound) return report(options, bound.error());
  if (const auto* calendar = (*book).calendars.find((*own).calendar)) {
    const std::vector<Finding> against = redress::rules::check_against(*own, *bound, *calendar);
    findings.insert(findings.end(), against.begin(), against.end());
  }
  if (options.json) {
    json out{{"profile", (*own).mark()}, {"law", (*bound).mark()}, {"findings", json::array()}};
    for (const Finding& finding : findings) out["findings"].push_back(finding_json(finding));
    print_json(out);
  } else {
    std::cout << (*own).mark() << "  " << (speaks_chinese(options) ? (*own).zh : (*own).en) << "\n";
    print_rows(*own, speaks_chinese(options));
    std::cout << redress::rules::to_text(findings, speaks_chinese(options) ? Language::zh : Language::en);
  }
  return findings.empty() ? exit_done : exit_attention;
}

}  // namespace redress::tool
