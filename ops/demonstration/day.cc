#include "ops/demonstration/day.h"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <set>

#include "ops/demonstration/check_csv.h"
#include "protocol/base/time.h"

namespace redress::demo {
namespace {

using nlohmann::json;

constexpr std::int64_t act_ms_max = 60'000;
constexpr std::int64_t part_ms_max = 300'000;
constexpr std::int64_t look_again_ms = 100;
constexpr std::int64_t day_ms = 86'400'000;
constexpr int exit_refused = 2;

std::string value_of(std::string_view value, WallTime now) {
  if (!value.starts_with('@')) return std::string{value};
  std::int64_t days = 0;
  if (value.starts_with("@+")) std::from_chars(value.data() + 2, value.data() + value.size(), days);
  return to_rfc3339(WallTime{now.value() + days * day_ms});
}

// Everything that the author of the next act knew, by the answer of their site.
bool shows_all(const std::string& text, const std::vector<Played>& played, const DayAct& next) {
  const json answer = json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!answer.is_object() || answer.value("stale", true)) return false;
  std::set<std::string> held;
  for (const json& line : answer.value("timeline", json::array())) held.insert(line.value("identity", std::string{}));
  return std::all_of(played.begin(), played.end(), [&](const Played& one) {
    const bool unheard =
        next.part == Part::cut && one.act->part == Part::cut && across_the_cut(next.site, one.act->site);
    return unheard || held.count(one.identity) > 0;
  });
}

}  // namespace

DayPlay::DayPlay(const Network& network, std::string folder, Surroundings around, std::string day,
                 std::function<void(const std::string&)> tell)
    : network_{network},
      folder_{std::move(folder)},
      around_{std::move(around)},
      day_{std::move(day)},
      tell_{std::move(tell)} {
  for (const Story& story : stories_of_the_day()) courses_.push_back({&story, 0, {}, {}});
}

bool DayPlay::is_over() const {
  return std::all_of(courses_.begin(), courses_.end(),
                     [](const Course& one) { return one.next == one.story->acts.size(); });
}

bool DayPlay::waits_for_line(bool cut) const {
  return std::all_of(courses_.begin(), courses_.end(), [&](const Course& one) {
    return one.next == one.story->acts.size() || (one.story->acts[one.next].part == Part::cut) != cut;
  });
}

Result<DayPlay::Answer> DayPlay::ask(SiteId site, const std::vector<std::string>& arguments) const {
  const std::string reasons = folder_ + "/day-reasons.log";
  std::error_code absent;
  std::filesystem::remove(reasons, absent);
  const auto child = Child::start(network_.ops(site, arguments), {around_.stop, reasons});
  if (!child) return fail(child.error());
  const auto ended = (*child)->wait(after_ms(shell::mono_now(), act_ms_max));
  if (!ended) return fail(ended.error());
  if (*ended == Ended{}) return Answer{false, {}, (*child)->output()};
  const auto reason = read_file(reasons);
  if (*ended != Ended{false, exit_refused})
    return fail(Code::unreachable, "redress-ops " + arguments.front() + ": site=" + std::to_string(site.value()) +
                                       ": " + (reason ? *reason : std::string{"no reason given"}));
  return Answer{true, reason ? *reason : std::string{}, {}};
}

Result<bool> DayPlay::knows_enough(const Course& course) const {
  if (course.next == 0) return true;
  const DayAct& act = course.story->acts[course.next];
  // Who is complained of sees nothing, and tries all the same.
  if (act.refused_by == "INT-03") return true;
  const auto answer = ask(act.site, {"case", "show", course.case_id});
  if (!answer) return fail(answer.error());
  return !answer->refused && shows_all(answer->text, course.played, act);
}

Result<bool> DayPlay::step(bool cut) {
  for (std::size_t i = 0; i < courses_.size(); ++i) {
    Course& course = courses_[(turn_ + i) % courses_.size()];
    if (course.next == course.story->acts.size() || (course.story->acts[course.next].part == Part::cut) != cut)
      continue;
    const auto ready = knows_enough(course);
    if (!ready) return fail(ready.error());
    if (!*ready) continue;
    turn_ = (turn_ + i + 1) % courses_.size();
    const Status played = play(course);
    if (!played) return fail(played.error());
    return true;
  }
  return false;
}

Status DayPlay::play(Course& course) {
  const DayAct& act = course.story->acts[course.next];
  std::vector<std::string> arguments{"case"};
  if (act.kind.empty()) {
    arguments.emplace_back("new");
  } else {
    arguments.insert(arguments.end(), {"act", course.case_id, std::string{act.kind}});
  }
  Played played{&act, {}, {}};
  for (const DayField& field : act.fields) {
    const std::string value = value_of(field.value, shell::wall_now());
    arguments.push_back(std::string{field.name} + "=" + value);
    played.fields[std::string{field.name}] = value;
  }
  const auto story = static_cast<std::size_t>(course.story - stories_of_the_day().data());
  arguments.insert(arguments.end(), {"--key", day_ + "/" + std::to_string(story) + "/" + std::to_string(course.next)});
  const auto answer = ask(act.site, arguments);
  if (!answer) return fail(answer.error());
  const std::string kind = act.kind.empty() ? "registered" : std::string{act.kind};
  const std::string where = "site " + std::to_string(act.site.value()) + ": " + kind;
  const std::string title = std::string{course.story->zh} + " / " + std::string{course.story->en};
  if (answer->refused != !act.refused_by.empty() ||
      (answer->refused && answer->reason.find(act.refused_by) == std::string::npos))
    return fail(Code::bad_value,
                title + ": " + where + (answer->refused ? " was refused: " : " was taken ") + answer->reason);
  ++course.next;
  if (answer->refused) {
    ++refused_;
    tell_(title + ": " + where + ": refused by " + std::string{act.refused_by});
    return Done{};
  }
  const json taken = json::parse(answer->text, nullptr, /*allow_exceptions=*/false);
  if (!taken.is_object()) return fail(Code::malformed, where + ": no answer");
  if (act.kind.empty()) course.case_id = taken.value("case", std::string{});
  played.identity = taken.value("identity", std::string{});
  course.played.push_back(std::move(played));
  ++taken_;
  if (act.part == Part::cut) ++in_cut_;
  tell_(title + ": " + where);
  return Done{};
}

Result<std::vector<std::string>> DayPlay::judge() const {
  std::vector<SiteId> sites{head_office};
  for (const PlannedSite& branch : network_.sites()) sites.push_back(branch.site);
  std::vector<std::string> problems;
  for (const Course& course : courses_) {
    std::vector<Shown> shown;
    for (const SiteId site : sites) {
      const auto answer = ask(site, {"case", "show", course.case_id});
      if (!answer) return fail(answer.error());
      shown.push_back({site, answer->refused, answer->reason, answer->text});
    }
    const std::vector<std::string> found = judge_story(*course.story, course.played, shown);
    problems.insert(problems.end(), found.begin(), found.end());
  }
  return problems;
}

namespace {

// As far as the day goes with the line as it is.
Status play_part(DayPlay& play, const DayOptions& options, bool cut) {
  const Instant until = after_ms(shell::mono_now(), part_ms_max);
  return wait_until(options.around, until, look_again_ms, "the acts of the day", [&]() -> Result<bool> {
    for (;;) {
      const auto stepped = play.step(cut);
      if (!stepped) return fail(stepped.error());
      if (!*stepped) return play.waits_for_line(cut);
      const Status paused = options.pace_ms > 0 ? pause(options.around, options.pace_ms) : Status{Done{}};
      if (!paused) return fail(paused.error());
    }
  });
}

// Every site shows the same of every story.
Result<std::vector<std::string>> judge_in_the_evening(const DayPlay& play, const DayOptions& options) {
  const Instant until = after_ms(shell::mono_now(), act_ms_max);
  for (;;) {
    auto problems = play.judge();
    if (!problems || problems->empty() || shell::mono_now() >= until) return problems;
    const Status paused = pause(options.around, look_again_ms);
    if (!paused) return fail(paused.error());
  }
}

}  // namespace

Result<DayVerdict> run_day(const DayOptions& options) {
  const auto network =
      Network::open({options.programs, options.folder, sites_for(day_branches), far_outlet_index, options.around});
  if (!network) return fail(network.error());
  DayPlay play{**network, options.folder, options.around, "day", options.tell};
  for (const bool cut : {false, true, false}) {
    if (cut || play.acts_in_cut() > 0) {
      const auto line = (*network)->line(cut ? "cut" : "heal");
      if (!line) return fail(line.error());
      options.tell((cut ? "✂ 线路断开 / the line is cut: site " : "线路恢复 / the line is back: site ") +
                   std::to_string(far_outlet.value()));
    }
    const Status played = play_part(play, options, cut);
    if (!played) return fail(played.error());
  }
  if (!play.is_over()) return fail(Code::bad_value, "the day has acts that no part of it reaches");
  const auto problems = judge_in_the_evening(play, options);
  if (!problems) return fail(problems.error());
  for (const std::string& problem : *problems) options.tell("judge: " + problem);
  DayVerdict verdict{stories_of_the_day().size(), play.acts_taken(), play.acts_in_cut(),
                     play.acts_refused(),         problems->size(),  0};
  std::vector<SiteId> sites{head_office};
  for (const PlannedSite& branch : (*network)->sites()) sites.push_back(branch.site);
  for (const SiteId site : sites) {
    const auto verified = (*network)->ask(site, {"verify"});
    if (!verified) return fail(verified.error());
    verdict.verify_errors += verified->value("errors", std::uint64_t{1});
  }
  return verdict;
}

std::string to_json(const DayVerdict& verdict) {
  nlohmann::ordered_json out;
  out["stories"] = verdict.stories;
  out["acts"] = verdict.acts;
  out["acts_in_cut"] = verdict.acts_in_cut;
  out["acts_refused"] = verdict.acts_refused;
  out["problems"] = verdict.problems;
  out["verify_errors"] = verdict.verify_errors;
  return out.dump();
}

std::string to_text(const DayVerdict& verdict) {
  const auto number = [](std::uint64_t value) { return std::to_string(value); };
  const std::string wrong = number(verdict.problems + verdict.verify_errors);
  return "全天 " + number(verdict.stories) + " 件投诉，办理 " + number(verdict.acts) + " 项（断线期间 " +
         number(verdict.acts_in_cut) + " 项），按规则拒绝 " + number(verdict.acts_refused) + " 项；发现问题 " + wrong +
         " 个\nthe day: " + number(verdict.stories) + " complaints, " + number(verdict.acts) + " acts (" +
         number(verdict.acts_in_cut) + " while the line was cut), " + number(verdict.acts_refused) +
         " refused by their rules; problems: " + wrong;
}

bool passes(const DayVerdict& verdict) {
  return verdict.problems == 0 && verdict.verify_errors == 0 && verdict.stories > 0 && verdict.acts_in_cut > 0;
}

}  // namespace redress::demo
