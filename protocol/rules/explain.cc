// The words of an explanation. One function a language would hide that both say the same; each step has both here.
#include <array>

#include "protocol/base/assert.h"
#include "protocol/rules/deadline.h"

namespace redress::rules {
namespace {

struct UnitWords {
  std::string_view zh;
  std::string_view one;
  std::string_view many;
};

UnitWords words(Unit unit) {
  switch (unit) {
    case Unit::minutes:
      return {"分钟", "minute", "minutes"};
    case Unit::hours:
      return {"小时", "hour", "hours"};
    case Unit::working_days:
      return {"个工作日", "working day", "working days"};
    case Unit::calendar_days:
      return {"日（自然日）", "calendar day", "calendar days"};
    case Unit::weeks:
      return {"周", "week", "weeks"};
    case Unit::months:
      return {"个月", "month", "months"};
    case Unit::same_day:
      return {"当日", "the same day", ""};
    case Unit::next_day:
      return {"次日内", "the next day", ""};
    case Unit::at_once:
      return {"立即", "at once", ""};
  }
  REDRESS_ASSERT(false);
  return {};
}

// Writes one explanation in one language.
class Writing {
 public:
  Writing(const Deadline& deadline, Language language) : deadline_{deadline}, zh_{language == Language::zh} {}

  [[nodiscard]] std::string all() const {
    std::string text;
    for (const Step& one : deadline_.steps) text += (text.empty() ? "" : "\n") + line(one);
    return text;
  }

 private:
  [[nodiscard]] std::string say(std::string_view zh, std::string_view en) const { return std::string{zh_ ? zh : en}; }
  [[nodiscard]] std::string own(const Step& one) const { return zh_ ? one.zh : one.en; }
  [[nodiscard]] std::string span(const Step& one) const {
    if (one.promised) return say("以向客户承诺的时间为准", "as promised to the customer");
    if (one.set) return say("以要求时确定的时间为准", "as whoever asked for it set");
    return one.span ? to_text(*one.span, zh_ ? Language::zh : Language::en) : say("期限空缺", "limit blank");
  }
  [[nodiscard]] std::string at(const std::optional<WallTime>& moment) const {
    return moment ? minute_text(*moment, deadline_.offset_minutes) : std::string{};
  }
  [[nodiscard]] std::string end(const std::optional<WallTime>& moment) const {
    return moment ? end_text(*moment, deadline_.offset_minutes) : std::string{};
  }

  // "9 天（2026-02-15 至 2026-02-23）".
  [[nodiscard]] std::string days(const Step& one) const {
    int count = 0;
    std::string list;
    for (const Days& run : one.days) {
      count += run.last.value() - run.first.value() + 1;
      if (!list.empty()) list += say("、", ", ");
      list += to_iso(run.first);
      if (run.last != run.first) list += say(" 至 ", " to ") + to_iso(run.last);
    }
    if (zh_) return std::to_string(count) + " 天（" + list + "）";
    return std::to_string(count) + (count == 1 ? " day (" : " days (") + list + ")";
  }

  [[nodiscard]] std::string reason(const Step& one) const {
    if (own(one).empty()) return {};
    return zh_ ? "（" + own(one) + "）" : " (" + own(one) + ")";
  }

  [[nodiscard]] std::string rule(const Step& one) const {
    std::string text = say("规则：", "Rule: ") + one.mark + " " + own(one) + say("，", ", ") + span(one);
    if (one.source.empty()) return text;
    return text + (zh_ ? "（" + one.source + "）" : " (" + one.source + ")");
  }

  [[nodiscard]] std::string start(const Step& one) const {
    std::string text = say("起点：", "Start: ") + at(one.from) + say(" ", ", ") + own(one);
    if (one.counted) return text + say("，当日计为第一日", "; that day is the first");
    if (one.span && !is_exact(one.span->unit) && has_amount(one.span->unit)) {
      text += say("，当日不计", "; that day is not counted");
    }
    return text;
  }

  [[nodiscard]] std::string excluded(const Step& one) const {
    std::string text = say("扣除：", "Excluded: ") + at(one.from) + say(" 至 ", " to ") + at(one.to) + reason(one);
    if (is_exact(one.span->unit)) return text;
    if (one.days.empty()) return text + say("，不足整日，不扣", "; no whole day, nothing taken out");
    return text + say("，扣除整日 ", "; whole days: ") + days(one);
  }

  // By how much, or up to when.
  [[nodiscard]] std::string longer(const Step& one) const {
    if (one.span) return say("延长 ", "longer by ") + span(one);
    return say("延至 ", "up to ") + end(one.to);
  }

  [[nodiscard]] std::string lacking(const Step& one) const {
    switch (one.lacks) {
      case Lacks::nothing:
        break;
      case Lacks::allowance:
        return say("，本规则不许延期", "; this rule allows no extension");
      case Lacks::approval:
        return say("，尚未批准", "; not approved");
      case Lacks::notice:
        return say("，尚未告知客户", "; the customer was not told");
    }
    return {};
  }

  [[nodiscard]] std::string line(const Step& one) const {
    switch (one.is) {
      case StepIs::rule:
        return rule(one);
      case StepIs::assumed_grade:
        return own(one);
      case StepIs::untold:
        return say("未定：须在制度方案中填写：", "Unknown: the profile must be told: ") + own(one);
      case StepIs::start:
        return start(one);
      case StepIs::start_moved:
        return say("起点顺延：按 ", "Start moved: counts as ") + to_iso(*one.day) +
               say("（工作日）收到计", " (a working day)");
      case StepIs::weekend:
        return say("不计：周末 ", "Not counted: weekend, ") + days(one);
      case StepIs::holiday:
        return say("不计：", "Not counted: ") + own(one) + say("放假 ", ", ") + days(one);
      case StepIs::closed:
        return say("不计：", "Not counted: make-up day for ") + own(one) +
               say("调休上班，本机构不上班 ", " not worked here, ") + days(one);
      case StepIs::make_up:
        return say("计入：", "Counted: make-up working day for ") + own(one) + say("调休上班 ", ", ") + days(one);
      case StepIs::excluded:
        return excluded(one);
      case StepIs::extended:
        return say("延期：", "Extended: ") + longer(one) + reason(one);
      case StepIs::not_extended:
        return say("延期未计：", "Extension not counted: ") + longer(one) + reason(one) + lacking(one);
      case StepIs::capped:
        return say("封顶：连同延期最长 ", "Capped: with all extensions at most ") + span(one);
      case StepIs::stayed:
        return say("遇休：最后一日 ", "Day of rest: the last day, ") + to_iso(*one.day) +
               say(" 为休息日，不顺延", ", is one; the limit does not move");
      case StepIs::rolled:
        return say("遇休：最后一日 ", "Day of rest: the last day, ") + to_iso(one.days.front().first) +
               say(" 为休息日，移至 ", ", is one; moved to ") + to_iso(*one.day);
      case StepIs::closed_already:
        return say("起点已过营业终了，立即到期", "The start was after close of business: due at once");
      case StepIs::provisional:
        return say("暂定：", "Provisional: the holidays of ") + std::to_string(one.year) +
               say(" 年放假安排尚未载入，十二月下旬的工作日可能调整",
                   " are not loaded; working days of late December may still change");
      case StepIs::not_loaded:
        return say("未定：未载入 ", "Unknown: the calendar of ") + std::to_string(one.year) +
               say(" 年日历，不作推算", " is not loaded; no date is guessed");
      case StepIs::standing:
        return say("停计：自 ", "Standing: since ") + at(one.from) + reason(one) +
               say("，恢复计时后方可推算", "; no due date until the time counts again");
      case StepIs::due:
        return say("到期：", "Due: ") + end(one.from);
      case StepIs::calendar:
        return say("日历：", "Calendar: ") + one.mark;
    }
    return {};
  }

  const Deadline& deadline_;
  bool zh_;
};

}  // namespace

std::string to_text(const Span& span, Language language) {
  const UnitWords unit = words(span.unit);
  const bool zh = language == Language::zh;
  if (!has_amount(span.unit)) return std::string{zh ? unit.zh : unit.one};
  const std::string range = span.at_least > 0 ? std::to_string(span.at_least) + "–" : "";
  return range + std::to_string(span.amount) + " " +
         std::string{zh                 ? unit.zh
                     : span.amount == 1 ? unit.one
                                        : unit.many};
}

std::string due_text(const Deadline& deadline, Language language) {
  const bool zh = language == Language::zh;
  switch (deadline.outcome) {
    case Outcome::due:
      return end_text(deadline.due, deadline.offset_minutes);
    case Outcome::untold:
      return zh ? "未定：制度未写明" : "unknown: blank in the document";
    case Outcome::not_loaded:
      return zh ? "未定：" + std::to_string(deadline.year) + " 年日历未载入"
                : "unknown: calendar of " + std::to_string(deadline.year) + " not loaded";
    case Outcome::standing:
      return zh ? "停计" : "standing";
  }
  return {};
}

std::string to_text(const Deadline& deadline, Language language) { return Writing{deadline, language}.all(); }

}  // namespace redress::rules
