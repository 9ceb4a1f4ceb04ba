#include "protocol/rules/profile_check.h"

#include <algorithm>
#include <set>
#include <utility>

namespace redress::rules {
namespace {

using Is = Finding::Is;

bool shares(const std::vector<std::string>& a, const std::vector<std::string>& b) {
  if (a.empty() || b.empty()) return true;
  return std::any_of(a.begin(), a.end(),
                     [&](const std::string& one) { return std::count(b.begin(), b.end(), one) > 0; });
}

std::optional<WallTime> due_of(const Limit& limit, const std::optional<Span>& span, Day start, const Calendar& calendar,
                               const Terms& terms) {
  Limit plain = limit;
  plain.span = span;
  constexpr std::int64_t noon_ms = ms_per_day / 2;
  const WallTime at{start_of(start, terms.offset_minutes).value() + noon_ms};
  const Deadline made = deadline(plain, {at, {}, {}}, calendar, terms);
  if (made.outcome != Outcome::due) return std::nullopt;
  return made.due;
}

// What is asked of a unit by a day that whoever asks names.
bool can_be_set(Moment moment) {
  return moment == Moment::assistance_asked || moment == Moment::order_given || moment == Moment::correction_ordered;
}

struct Bound {
  const Limit& limit;
  const std::optional<Span>& span;
  const Terms& terms;
};

struct Later {
  Day start;
  WallTime due;
  WallTime bound;
};

// The first start on which `one` ends after `other`.
std::optional<Later> first_later(const Bound& one, const Bound& other, const Calendar& calendar) {
  for (const int year : calendar.years()) {
    const Day first = *parse_day(std::to_string(year) + "-01-01");
    for (Day day = first; year_of(day) == year; day = day_after(day, 1)) {
      const auto due = due_of(one.limit, one.span, day, calendar, one.terms);
      const auto bound = due_of(other.limit, other.span, day, calendar, other.terms);
      if (due && bound && *due > *bound) return Later{day, *due, *bound};
    }
  }
  return std::nullopt;
}

class Checking {
 public:
  Checking(const Profile& profile, const Calendars& calendars)
      : profile_{profile}, calendar_{calendars.find(profile.calendar)} {}

  std::vector<Finding> run() {
    check_head();
    for (const Named& grade : profile_.grades) check_grade(grade);
    for (const LimitRow& row : profile_.limits) check_limit(row);
    check_pairs();
    for (const Route& route : profile_.routes) check_route(route);
    for (const Threshold& one : profile_.thresholds) {
      if (!one.fen && !one.persons) gap("threshold " + one.id, "fen", "文件未写明数额：", "the number is blank: ", one);
    }
    for (const Prompt& row : profile_.prompts) check_prompt(row);
    check_pressing();
    for (const ExtraField& row : profile_.fields) check_field(row);
    for (const Role& row : profile_.roles) check_role(row);
    check_after_the_end();
    return std::move(findings_);
  }

 private:
  void add(Is is, const std::string& row, const std::string& field, const std::string& zh, const std::string& en) {
    findings_.push_back({is, row, field, zh, en});
  }
  template <typename Row>
  void gap(const std::string& row, const std::string& field, const std::string& zh, const std::string& en,
           const Row& named) {
    add(Is::gap, row, field, zh + named.zh, en + named.en);
  }

  void check_head() {
    const std::string row = "profile " + profile_.id;
    if (!profile_.from) {
      add(Is::gap, row, "from", "未写明施行日期，视为一直有效",
          "no day on which it comes into force; it holds from ever");
    }
    if (calendar_ == nullptr) {
      add(Is::contradiction, row, "calendar", "没有名为“" + profile_.calendar + "”的日历",
          "there is no calendar of this name: " + profile_.calendar);
    }
    const bool needs_hour = std::any_of(profile_.limits.begin(), profile_.limits.end(), [](const LimitRow& one) {
      return one.limit.day_ends == DayEnds::close_of_business;
    });
    if (needs_hour && !profile_.close_of_business) {
      add(Is::gap, row, "close_of_business", "有期限以营业终了为止，未写明营业终了时间",
          "a limit ends at close of business, whose hour is not told");
    }
  }

  void check_grade(const Named& grade) {
    if (grade.blank)
      gap("grade " + grade.id, "definition", "文件未写明等级的定义：", "the grade has no definition: ", grade);
    const bool limited = std::any_of(profile_.limits.begin(), profile_.limits.end(), [&](const LimitRow& one) {
      return (one.clock == ClockKind::total || one.clock == ClockKind::hop) && one.channels.empty() &&
             shares(one.grades, {grade.id});
    });
    if (!limited) gap("grade " + grade.id, "within", "该等级没有期限：", "no limit covers the grade: ", grade);
  }

  void check_limit(const LimitRow& row) {
    const Limit& limit = row.limit;
    const std::string name = "limit " + limit.id;
    const std::string why_zh = limit.blank_zh.empty() ? "未填写" : limit.blank_zh;
    const std::string why_en = limit.blank_en.empty() ? "not told" : limit.blank_en;
    if (!limit.span && !row.promised && !row.set) add(Is::gap, name, "within", why_zh, why_en);
    if (row.clock != ClockKind::routine && !row.starts) {
      add(Is::gap, name, "starts", limit.span ? why_zh : "未写明自何时起算",
          limit.span ? why_en : "it is not said when it starts");
    }
    if (row.clock != ClockKind::routine && !row.ends) {
      add(Is::gap, name, "ends", "未写明至何时为止", "it is not said what meets it");
    }
    if (row.promised != (row.clock == ClockKind::promise)) {
      add(Is::contradiction, name, "clock", "承诺时限须为 clock = promise 且 within = promise",
          "a promised time is clock = promise with within = promise");
    }
    if (row.set && row.starts && !can_be_set(*row.starts)) {
      add(Is::contradiction, name, "starts", "该起点没有由要求方确定的期限",
          "what starts it has no time that somebody sets");
    }
    for (const std::string& grade : row.grades) known(name, "grades", grade, profile_.grades);
    for (const std::string& unit : row.units) known(name, "units", unit, profile_.units);
    if (limit.extension.allowed && !limit.extension.longest) {
      add(Is::gap, name, "longest", "可以延期而未写明最长期限", "it may be extended, how far is not said");
    }
    if (!limit.extension.allowed && limit.extension.longest) {
      add(Is::contradiction, name, "longest", "写明最长期限而不许延期",
          "a longest time is given, but no extension allowed");
    }
    if (limit.span && limit.extension.longest && calendar_ != nullptr) check_longest(row);
  }

  void check_longest(const LimitRow& row) {
    const Terms terms{profile_.offset_minutes, profile_.close_of_business};
    const auto later =
        first_later({row.limit, row.limit.span, terms}, {row.limit, row.limit.extension.longest, terms}, *calendar_);
    if (!later) return;
    add(Is::contradiction, "limit " + row.limit.id, "longest",
        "最长期限短于期限本身：" + to_iso(later->start) + " 起，期限至 " +
            end_text(later->due, profile_.offset_minutes) + "，最长至 " +
            end_text(later->bound, profile_.offset_minutes),
        "the longest time is shorter than the limit: from " + to_iso(later->start) + " the limit ends " +
            end_text(later->due, profile_.offset_minutes) + ", the longest " +
            end_text(later->bound, profile_.offset_minutes));
  }

  template <typename Row>
  void known(const std::string& row, const std::string& field, const std::string& id, const std::vector<Row>& all) {
    if (std::any_of(all.begin(), all.end(), [&](const Row& one) { return one.id == id; })) return;
    add(Is::contradiction, row, field, "没有这一行：" + id, "there is no such row: " + id);
  }

  // Two limits that measure the same and do not agree.
  void check_pairs() {
    const auto& rows = profile_.limits;
    for (auto a = rows.begin(); a != rows.end(); ++a) {
      for (auto b = a + 1; b != rows.end(); ++b) {
        const bool same = a->clock == b->clock && a->starts && a->starts == b->starts && a->ends &&
                          a->ends == b->ends && a->channels == b->channels && shares(a->grades, b->grades) &&
                          shares(a->units, b->units);
        if (!same || a->promised || a->set || b->set || !a->limit.span || !b->limit.span ||
            a->limit.span == b->limit.span)
          continue;
        add(Is::contradiction, "limit " + b->limit.id, "within",
            "与 " + a->limit.id + " 计同一事项而期限不同：" + to_text(*a->limit.span, Language::zh) + "、" +
                to_text(*b->limit.span, Language::zh),
            "measures the same as " + a->limit.id + " with another limit: " + to_text(*a->limit.span, Language::en) +
                ", " + to_text(*b->limit.span, Language::en));
      }
    }
    int defaults = 0;
    for (const Named& grade : profile_.grades) defaults += grade.by_default ? 1 : 0;
    if (!profile_.grades.empty() && defaults == 0) {
      add(Is::gap, "profile " + profile_.id, "default", "未写明未定级投诉按何等级计",
          "no grade is the default of a case without one");
    }
    if (defaults > 1) {
      add(Is::contradiction, "profile " + profile_.id, "default", "有多个默认等级",
          "more than one grade is the default");
    }
  }

  void check_route(const Route& route) {
    for (const auto* units : {&route.from, &route.to}) {
      const std::string field = units == &route.from ? "from" : "to";
      if (units->empty()) gap("route " + route.id, field, "未写明去向：", "an end of the route is not told: ", route);
      for (const std::string& unit : *units) known("route " + route.id, field, unit, profile_.units);
    }
  }

  void check_prompt(const Prompt& row) {
    const std::string name = (row.overdue ? "overdue " : "reminder ") + row.id;
    const std::string lead = row.overdue ? "after" : "before";
    if (!row.lead) {
      add(Is::gap, name, lead, row.blank_zh.empty() ? "未写明提前或逾期多久" : row.blank_zh,
          row.blank_en.empty() ? "how long before or after is not told" : row.blank_en);
    }
    if (row.to.empty()) gap(name, "to", "未写明催办对象：", "whom it is for is not told: ", row);
    for (const std::string& role : row.roles) known(name, "roles", role, profile_.roles);
    for (const std::string& limit : row.limits) {
      const LimitRow* held = profile_.limit(limit);
      if (held == nullptr) {
        add(Is::contradiction, name, "limits", "没有这一期限：" + limit, "there is no such limit: " + limit);
      } else if (held->clock == ClockKind::routine) {
        add(Is::contradiction, name, "limits", "日常职责不属于任何一案，无从催办：" + limit,
            "a duty of each day is of no case, and nobody is reminded of it: " + limit);
      }
    }
    if (!row.overdue && row.lead && calendar_ != nullptr) check_lead(name, row);
  }

  // A reminder that comes before its limit has begun is never given.
  void check_lead(const std::string& name, const Prompt& row) {
    const Terms terms{profile_.offset_minutes, profile_.close_of_business};
    for (const LimitRow& limit : profile_.limits) {
      const bool chosen = std::count(row.limits.begin(), row.limits.end(), limit.limit.id) > 0;
      if (!chosen || !limit.limit.span || calendar_->years().empty()) continue;
      const Day day = *parse_day(std::to_string(*calendar_->years().begin()) + "-03-02");
      const auto due = due_of(limit.limit, limit.limit.span, day, *calendar_, terms);
      const auto at = due ? moment_of(row, *due, *calendar_, profile_.offset_minutes) : std::nullopt;
      if (!at || at->value() > start_of(day, profile_.offset_minutes).value() + ms_per_day / 2) continue;
      add(Is::contradiction, name, "before", "提醒早于期限的起点：" + limit.limit.id,
          "the reminder comes before the limit begins: " + limit.limit.id);
    }
  }

  void check_pressing() {
    const bool counts = std::any_of(profile_.limits.begin(), profile_.limits.end(),
                                    [](const LimitRow& one) { return one.clock != ClockKind::routine; });
    const bool pressed =
        std::any_of(profile_.prompts.begin(), profile_.prompts.end(), [](const Prompt& one) { return one.overdue; });
    if (counts && !pressed) {
      add(Is::gap, "profile " + profile_.id, "overdue", "未写明逾期后如何催办",
          "it is not said what follows when a limit has passed");
    }
  }

  void check_field(const ExtraField& row) {
    const std::string name = "field " + row.id;
    if (!row.type) gap(name, "type", "未写明填写何种内容：", "what it holds is not told: ", row);
    const bool words = !row.type || *row.type == ExtraType::text || *row.type == ExtraType::label;
    if (!row.choices.empty() && !words) {
      add(Is::contradiction, name, "choices", "只有文字才有选项", "only words are chosen from a list");
    }
    if (row.choices.size() == 1) {
      add(Is::contradiction, name, "choices", "只有一个选项，无从选择", "one value is no choice");
    }
  }

  void check_role(const Role& row) {
    const std::string name = "role " + row.id;
    for (const std::string& unit : row.units) known(name, "units", unit, profile_.units);
    if (row.acts.empty()) gap(name, "acts", "未写明该角色办理何事：", "what the role does is not told: ", row);
    for (const std::string& act : row.alone) {
      if (std::find(row.acts.begin(), row.acts.end(), act) != row.acts.end()) continue;
      add(Is::contradiction, name, "alone", "专属事项不在该角色办理的事项之中：" + act,
          "kept for the role, but not among its acts: " + act);
    }
  }

  void check_share() {
    const CallBack& call_back = profile_.call_back;
    const bool by_share = call_back.scope && *call_back.scope == CallBackScope::share;
    if (by_share && !call_back.share) {
      add(Is::gap, "call_back", "share", call_back.blank_zh.empty() ? "未写明回访比例" : call_back.blank_zh,
          call_back.blank_en.empty() ? "the share that is called back is not told" : call_back.blank_en);
    }
    if (!by_share && call_back.share) {
      add(Is::contradiction, "call_back", "share", "写明回访比例而范围不是按比例",
          "a share is given, but the scope is not a share");
    }
  }

  void check_after_the_end() {
    check_share();
    const CallBack& call_back = profile_.call_back;
    const bool limited = std::any_of(profile_.limits.begin(), profile_.limits.end(),
                                     [](const LimitRow& one) { return one.clock == ClockKind::call_back; });
    const auto said = [](const std::string& text, const char* otherwise) { return text.empty() ? otherwise : text; };
    if (!call_back.scope) {
      add(Is::gap, "call_back", "scope", said(call_back.blank_zh, "未写明回访范围"),
          said(call_back.blank_en, "the scope of call-back is not told"));
    } else if (*call_back.scope == CallBackScope::none && limited) {
      add(Is::contradiction, "call_back", "scope", "不回访而有回访期限", "no call-back, but a limit for it");
    } else if (*call_back.scope != CallBackScope::none && !limited) {
      add(Is::gap, "call_back", "within", "要求回访而没有回访期限", "call-back is asked for without a limit");
    }
    const Retention& retention = profile_.retention;
    if (!retention.years) {
      add(Is::gap, "retention", "years", said(retention.blank_zh, "未写明保存年限"),
          said(retention.blank_en, "the years of retention are not told"));
    }
  }

  const Profile& profile_;
  const Calendar* calendar_;
  std::vector<Finding> findings_;
};

}  // namespace

std::vector<Finding> check(const Profile& profile, const Calendars& calendars) {
  return Checking{profile, calendars}.run();
}

std::vector<Finding> check_against(const Profile& own, const Profile& law, const Calendar& calendar) {
  std::vector<Finding> findings;
  const Terms own_terms{own.offset_minutes, own.close_of_business};
  const Terms law_terms{own.offset_minutes, law.close_of_business};
  for (const LimitRow& row : own.limits) {
    if (row.answers_to.empty()) continue;
    const std::string name = "limit " + row.limit.id;
    const LimitRow* bound = law.limit(row.answers_to);
    if (bound == nullptr) {
      findings.push_back({Is::contradiction, name, "answers_to", law.id + " 没有这一行：" + row.answers_to,
                          law.id + " has no such row: " + row.answers_to});
      continue;
    }
    if (!row.limit.span || !bound->limit.span) continue;
    const auto later =
        first_later({row.limit, row.limit.span, own_terms}, {bound->limit, bound->limit.span, law_terms}, calendar);
    if (!later) continue;
    findings.push_back(
        {Is::contradiction, name, "within",
         to_text(*row.limit.span, Language::zh) + "长于 " + bound->limit.profile + " " + bound->limit.tag + " 的 " +
             to_text(*bound->limit.span, Language::zh) + "：" + to_iso(later->start) + " 起，本规定至 " +
             end_text(later->due, own.offset_minutes) + "，监管规定至 " + end_text(later->bound, own.offset_minutes),
         to_text(*row.limit.span, Language::en) + " is longer than " + to_text(*bound->limit.span, Language::en) +
             " of " + bound->limit.profile + " " + bound->limit.tag + ": from " + to_iso(later->start) +
             " this one ends " + end_text(later->due, own.offset_minutes) + ", the regulation's " +
             end_text(later->bound, own.offset_minutes)});
  }
  if (own.retention.years && law.retention.years && *own.retention.years < *law.retention.years) {
    findings.push_back({Is::contradiction, "retention", "years",
                        std::to_string(*own.retention.years) + " 年短于 " + law.mark() + " 的 " +
                            std::to_string(*law.retention.years) + " 年",
                        std::to_string(*own.retention.years) + " years are fewer than the " +
                            std::to_string(*law.retention.years) + " of " + law.mark()});
  }
  return findings;
}

std::string to_text(const std::vector<Finding>& findings, Language language) {
  std::string text;
  for (const Finding& one : findings) {
    if (language == Language::zh) {
      text += (one.is == Is::gap ? "缺：" : "矛盾：") + one.row + "：" + one.field + "：" + one.zh + "\n";
    } else {
      text += (one.is == Is::gap ? "gap: " : "contradiction: ") + one.row + ": " + one.field + ": " + one.en + "\n";
    }
  }
  return text;
}

}  // namespace redress::rules
