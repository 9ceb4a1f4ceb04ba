// The rows of a profile, key by key.
#include <algorithm>
#include <charconv>
#include <initializer_list>
#include <span>
#include <utility>

#include "protocol/base/assert.h"
#include "protocol/base/limits.h"
#include "protocol/rules/profile.h"

namespace redress::rules {
namespace {

struct MomentWords {
  Moment moment;
  std::string_view key;
  std::string_view zh;
  std::string_view en;
};

constexpr MomentWords moment_words[] = {
    {Moment::received, "received", "收到投诉", "complaint received"},
    {Moment::registered, "registered", "登记", "registered"},
    {Moment::accepted, "accepted", "受理并告知客户", "accepted and customer told"},
    {Moment::delivered, "delivered", "解决单送达或接到电话告知", "form delivered or told by telephone"},
    {Moment::handed_over, "handed_over", "移交", "handed over"},
    {Moment::started, "started", "开始处理", "work started"},
    {Moment::disposed, "disposed", "作出处理决定", "result decided"},
    {Moment::replied, "replied", "答复客户", "customer told the result"},
    {Moment::finished, "finished", "办结", "closed"},
    {Moment::called_back, "called_back", "回访客户", "customer called back"},
    {Moment::promised, "promised", "向客户承诺时限", "time promised to the customer"},
    {Moment::reviewed, "reviewed", "作出核查决定", "review decided"},
    {Moment::review_asked, "review_asked", "收到核查申请", "review asked for"},
    {Moment::unreached, "unreached", "未能联系客户", "customer not reached"},
    {Moment::offer_refused, "offer_refused", "客户不接受方案", "offer refused by the customer"},
    {Moment::instructions_asked, "instructions_asked", "请示", "instructions asked for"},
    {Moment::instructions_given, "instructions_given", "批复", "instructions given"},
    {Moment::outstanding_noted, "outstanding_noted", "列为未了事宜", "outstanding matter noted"},
    {Moment::outstanding_settled, "outstanding_settled", "未了事宜了结", "outstanding matter settled"},
    {Moment::assistance_asked, "assistance_asked", "指定协办", "assistance asked for"},
    {Moment::assisted, "assisted", "协办反馈", "assistance given"},
    {Moment::order_given, "order_given", "督办", "supervision order given"},
    {Moment::order_answered, "order_answered", "回复上级", "order answered"},
    {Moment::correction_ordered, "correction_ordered", "整改要求", "corrective measure ordered"},
    {Moment::correction_verified, "correction_verified", "整改验证", "corrective measure verified"},
    {Moment::facts_added, "facts_added", "收到新的事实或理由", "new facts or reasons received"},
    {Moment::material_supplied, "material_supplied", "材料补齐", "material supplied"},
    {Moment::reply_rejected, "reply_rejected", "答复被驳回", "reply rejected"},
};

const MomentWords& row_of(Moment moment) {
  for (const MomentWords& one : moment_words) {
    if (one.moment == moment) return one;
  }
  REDRESS_ASSERT(false);
  return moment_words[0];
}

constexpr std::pair<std::string_view, ClockKind> clock_words[] = {
    {"total", ClockKind::total},         {"hop", ClockKind::hop},
    {"stage", ClockKind::stage},         {"promise", ClockKind::promise},
    {"call_back", ClockKind::call_back}, {"routine", ClockKind::routine},
};

constexpr std::string_view blank = "?";

template <typename Value>
using Choices = std::span<const std::pair<std::string_view, Value>>;

template <typename Value, typename Out>
Status pick(const Line& line, Choices<Value> choices, Out& out) {
  std::string known;
  for (const auto& [word, value] : choices) {
    if (line.entry.value == word) {
      out = value;
      return Done{};
    }
    known.append(known.empty() ? "" : ", ").append(word);
  }
  return line.wrong("expected one of: " + known);
}

template <typename Value, typename Out>
Status pick(const Line& line, std::initializer_list<std::pair<std::string_view, Value>> choices, Out& out) {
  return pick<Value>(line, Choices<Value>{choices.begin(), choices.size()}, out);
}

Status read_yes(const Line& line, bool& out) { return pick<bool>(line, {{"yes", true}, {"no", false}}, out); }

std::optional<std::int64_t> whole(std::string_view text, std::int64_t most) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || value < 1 || value > most) return std::nullopt;
  return value;
}

template <typename Number>
Status read_number(const Line& line, std::int64_t most, std::optional<Number>& out) {
  out.reset();
  if (line.entry.value == blank) return Done{};
  const auto value = whole(line.entry.value, most);
  if (!value) return line.wrong("expected a whole number from 1 to " + std::to_string(most) + ", or ?");
  out = static_cast<Number>(*value);
  return Done{};
}

Status keep(const Line& line, std::string& out) {
  out = line.entry.value;
  return Done{};
}

Status keep(const Line& line, std::vector<std::string>& out) {
  const auto words = words_of(line.entry.value);
  out.assign(words.begin(), words.end());
  return Done{};
}

constexpr std::pair<std::string_view, Unit> unit_words[] = {
    {"minutes", Unit::minutes},
    {"hours", Unit::hours},
    {"working_days", Unit::working_days},
    {"calendar_days", Unit::calendar_days},
    {"weeks", Unit::weeks},
    {"months", Unit::months},
    {"same_day", Unit::same_day},
    {"next_day", Unit::next_day},
    {"at_once", Unit::at_once},
};

std::optional<Unit> unit_in(std::string_view word) {
  for (const auto& [key, unit] : unit_words) {
    if (key == word) return unit;
  }
  return std::nullopt;
}

// "3 working_days", "7-10 working_days", "same_day"; "?" or "? working_days" is a blank.
Status read_span(const Line& line, std::optional<Span>& out) {
  constexpr std::string_view form = "expected an amount and a unit (3 working_days), same_day, next_day, at_once, or ?";
  out.reset();
  const auto words = words_of(line.entry.value);
  if (words.empty() || words.size() > 2) return line.wrong(form);
  const auto unit = unit_in(words.back());
  if (words.front() == blank) {
    if (words.size() == 2 && (!unit || !has_amount(*unit))) return line.wrong(form);
    return Done{};
  }
  if (!unit || has_amount(*unit) != (words.size() == 2)) return line.wrong(form);
  Span span{0, *unit};
  if (words.size() == 2) {
    const std::size_t dash = words[0].find('-');
    const auto low = dash == std::string_view::npos ? std::nullopt : whole(words[0].substr(0, dash), limits::span_max);
    const auto high = whole(dash == std::string_view::npos ? words[0] : words[0].substr(dash + 1), limits::span_max);
    if (!high || (dash != std::string_view::npos && (!low || *low >= *high))) return line.wrong(form);
    span.amount = static_cast<int>(*high);
    if (low) span.at_least = static_cast<int>(*low);
  }
  out = span;
  return Done{};
}

const MomentWords* moment_in(std::string_view key) {
  for (const MomentWords& one : moment_words) {
    if (one.key == key) return &one;
  }
  return nullptr;
}

Unexpected<Error> no_moment(const Line& line, std::string_view also) {
  std::string known;
  for (const MomentWords& one : moment_words) known.append(known.empty() ? "" : ", ").append(one.key);
  return line.wrong("expected " + std::string{also} + known);
}

Status read_moment(const Line& line, std::optional<Moment>& out) {
  out.reset();
  if (line.entry.value == blank) return Done{};
  const MomentWords* found = moment_in(line.entry.value);
  if (found == nullptr) return no_moment(line, "? or one of: ");
  out = found->moment;
  return Done{};
}

Status read_moments(const Line& line, std::vector<Moment>& out) {
  out.clear();
  for (const std::string_view word : words_of(line.entry.value)) {
    const MomentWords* found = moment_in(word);
    if (found == nullptr) return no_moment(line, "some of: ");
    out.push_back(found->moment);
  }
  return Done{};
}

// "+08:00": minutes east.
Status read_zone(const Line& line, std::int16_t& out) {
  const std::string& text = line.entry.value;
  const auto digit = [&](std::size_t i) { return text[i] >= '0' && text[i] <= '9'; };
  const bool form = text.size() == 6 && (text[0] == '+' || text[0] == '-') && text[3] == ':' && digit(1) && digit(2) &&
                    digit(4) && digit(5);
  const int minutes = form ? ((text[1] - '0') * 10 + text[2] - '0') * 60 + (text[4] - '0') * 10 + text[5] - '0' : -1;
  if (minutes < 0 || minutes > 14 * 60) return line.wrong("expected a zone (+08:00)");
  out = static_cast<std::int16_t>(text[0] == '-' ? -minutes : minutes);
  return Done{};
}

// "17:30".
Status read_hour(const Line& line, std::optional<int>& out) {
  out.reset();
  const std::string& text = line.entry.value;
  if (text == blank) return Done{};
  const auto digit = [&](std::size_t i) { return text[i] >= '0' && text[i] <= '9'; };
  if (text.size() != 5 || text[2] != ':' || !digit(0) || !digit(1) || !digit(3) || !digit(4)) {
    return line.wrong("expected an hour (17:30), or ?");
  }
  const int hours = (text[0] - '0') * 10 + text[1] - '0';
  const int minutes = (text[3] - '0') * 10 + text[4] - '0';
  if (hours > 23 || minutes > 59) return line.wrong("expected an hour (17:30), or ?");
  out = hours * 60 + minutes;
  return Done{};
}

Status read_extension(const Line& line, Extension& out) {
  const auto longest = out.longest;
  out = Extension{};
  out.longest = longest;
  for (const std::string_view word : words_of(line.entry.value)) {
    if (word != "none" && word != "allowed" && word != "approval" && word != "notice") {
      return line.wrong("expected none, allowed, approval, notice");
    }
    out.allowed = word != "none";
    if (word == "approval") out.needs_approval = true;
    if (word == "notice") out.needs_notice = true;
  }
  return Done{};
}

// True if the line is one of what every row has.
template <typename Row>
bool read_names(const Line& line, Row& row) {
  const std::string& key = line.entry.key;
  if (key == "zh") row.zh = line.entry.value;
  if (key == "en") row.en = line.entry.value;
  if (key == "source") row.source = line.entry.value;
  return key == "zh" || key == "en" || key == "source" || key == "drop" || key == "remark";
}

// How the days of a limit are counted.
std::optional<Status> read_counting(const Line& line, Limit& limit) {
  const std::string& key = line.entry.key;
  if (key == "day_ends") {
    return pick<DayEnds>(line, {{"midnight", DayEnds::midnight}, {"close_of_business", DayEnds::close_of_business}},
                         limit.day_ends);
  }
  if (key == "on_rest_day") {
    return pick<OnRestDay>(line,
                           {{"stays", OnRestDay::stays}, {"forward", OnRestDay::forward}, {"back", OnRestDay::back}},
                           limit.on_rest_day);
  }
  if (key == "start_day") {
    return pick<StartDay>(line, {{"not_counted", StartDay::not_counted}, {"counted", StartDay::counted}},
                          limit.start_day);
  }
  if (key == "late_start") {
    return pick<LateStart>(line, {{"as_is", LateStart::as_is}, {"next_working_day", LateStart::next_working_day}},
                           limit.late_start);
  }
  if (key == "extension") return read_extension(line, limit.extension);
  if (key == "longest") return read_span(line, limit.extension.longest);
  return std::nullopt;
}

Status read_limit(const Line& line, LimitRow& row) {
  const std::string& key = line.entry.key;
  if (read_names(line, row.limit)) return Done{};
  if (const auto counting = read_counting(line, row.limit)) return *counting;
  if (key == "tag") return keep(line, row.limit.tag);
  if (key == "blank_zh") return keep(line, row.limit.blank_zh);
  if (key == "blank_en") return keep(line, row.limit.blank_en);
  if (key == "answers_to") return keep(line, row.answers_to);
  if (key == "grades") return keep(line, row.grades);
  if (key == "units") return keep(line, row.units);
  if (key == "channels") return keep(line, row.channels);
  if (key == "only") return pick<bool>(line, {{"urgent", true}}, row.urgent_only);
  if (key == "starts") return read_moment(line, row.starts);
  if (key == "ends") return read_moment(line, row.ends);
  if (key == "moot") return read_moments(line, row.moot);
  if (key == "restarts") return read_moments(line, row.restarts);
  if (key == "clock") return pick<ClockKind>(line, clock_words, row.clock);
  if (key == "within") {
    row.promised = line.entry.value == "promise";
    row.set = line.entry.value == "set";
    if (!row.promised && !row.set) return read_span(line, row.limit.span);
    row.limit.span.reset();
    return Done{};
  }
  return line.wrong("a limit has no such field");
}

Status read_named(const Line& line, Named& row) {
  const std::string& key = line.entry.key;
  if (read_names(line, row)) return Done{};
  if (key == "types") return keep(line, row.types);
  if (key == "said") return keep(line, row.said);
  if (key == "default") return read_yes(line, row.by_default);
  if (key == "definition") {
    row.blank = line.entry.value == blank;
    return Done{};
  }
  return line.wrong("a grade or unit has no such field");
}

Status read_route(const Line& line, Route& row) {
  const std::string& key = line.entry.key;
  if (read_names(line, row)) return Done{};
  if (key == "from") return keep(line, row.from);
  if (key == "to") return keep(line, row.to);
  if (key == "copy") return read_yes(line, row.copy);
  return line.wrong("a route has no such field");
}

Status read_threshold(const Line& line, Threshold& row) {
  if (read_names(line, row)) return Done{};
  if (line.entry.key == "fen") return read_number(line, limits::threshold_max, row.fen);
  if (line.entry.key == "persons") return read_number(line, limits::threshold_max, row.persons);
  return line.wrong("a threshold has no such field");
}

Status read_call_back(const Line& line, CallBack& out) {
  const std::string& key = line.entry.key;
  if (key == "source") return keep(line, out.source);
  if (key == "blank_zh") return keep(line, out.blank_zh);
  if (key == "blank_en") return keep(line, out.blank_en);
  if (key == "a_month_at_least") return read_number(line, limits::span_max, out.a_month_at_least);
  if (key == "share") return read_number(line, 100, out.share);
  if (key != "scope") return line.wrong("call_back has no such field");
  out.scope.reset();
  if (line.entry.value == blank) return Done{};
  return pick<CallBackScope>(line,
                             {{"all", CallBackScope::all},
                              {"marked", CallBackScope::marked},
                              {"share", CallBackScope::share},
                              {"as_appropriate", CallBackScope::as_appropriate},
                              {"none", CallBackScope::none}},
                             out.scope);
}

Status read_retention(const Line& line, Retention& out) {
  const std::string& key = line.entry.key;
  if (key == "source") return keep(line, out.source);
  if (key == "blank_zh") return keep(line, out.blank_zh);
  if (key == "blank_en") return keep(line, out.blank_en);
  if (key == "years") return read_number(line, limits::span_max, out.years);
  return line.wrong("retention has no such field");
}

Status read_lead(const Line& line, Prompt& row) {
  const Status read = read_span(line, row.lead);
  if (!read || !row.lead) return read;
  const Unit unit = row.lead->unit;
  const bool counts = unit != Unit::months && unit != Unit::same_day && unit != Unit::next_day;
  if (!counts || row.lead->at_least != 0 || (unit == Unit::at_once && !row.overdue)) {
    return line.wrong(row.overdue ? "expected at_once, or minutes, hours, working_days, calendar_days or weeks"
                                  : "expected minutes, hours, working_days, calendar_days or weeks");
  }
  return Done{};
}

Status read_addressees(const Line& line, std::vector<Addressee>& out) {
  out.clear();
  for (const std::string_view word : words_of(line.entry.value)) {
    const auto before = out.size();
    for (const Addressee one :
         {Addressee::registrar, Addressee::handler, Addressee::supervisor, Addressee::head_office}) {
      if (word == name_of(one)) out.push_back(one);
    }
    if (out.size() == before) return line.wrong("expected some of: registrar, handler, supervisor, head_office");
  }
  return Done{};
}

Status read_clock_names(const Line& line, std::vector<std::string>& out) {
  out.clear();
  for (const std::string_view word : words_of(line.entry.value)) {
    const bool known =
        std::any_of(std::begin(clock_words), std::end(clock_words), [&](const auto& one) { return one.first == word; });
    if (!known || word == "routine") return line.wrong("expected some of: total, hop, stage, promise, call_back");
    out.emplace_back(word);
  }
  return Done{};
}

Status read_prompt(const Line& line, Prompt& row) {
  const std::string& key = line.entry.key;
  if (read_names(line, row)) return Done{};
  if (key == "blank_zh") return keep(line, row.blank_zh);
  if (key == "blank_en") return keep(line, row.blank_en);
  if (key == "limits") return keep(line, row.limits);
  if (key == "roles") return keep(line, row.roles);
  if (key == "clocks") return read_clock_names(line, row.clocks);
  if (key == "to") return read_addressees(line, row.to);
  if (key == "becomes" && row.overdue) return pick<bool>(line, {{"major", true}}, row.becomes_major);
  if (key == (row.overdue ? "after" : "before")) return read_lead(line, row);
  return line.wrong(row.overdue ? "an overdue step has no such field" : "a reminder has no such field");
}

// An extension is a field's name in a body: letters that every program spells alike.
bool is_plain_name(std::string_view name) {
  return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  });
}

Status read_choices(const Line& line, std::vector<std::string>& out) {
  out.clear();
  std::string_view rest = line.entry.value;
  while (!rest.empty()) {
    const std::size_t bar = std::min(rest.find(" | "), rest.size());
    const std::string_view value = rest.substr(0, bar);
    if (value.empty() || value.find('|') != std::string_view::npos) {
      return line.wrong("expected values parted by | : red | blue");
    }
    out.emplace_back(value);
    rest.remove_prefix(std::min(bar + 3, rest.size()));
  }
  return Done{};
}

Status read_extra(const Line& line, ExtraField& row) {
  const std::string& key = line.entry.key;
  if (read_names(line, row)) return Done{};
  if (key == "required") return read_yes(line, row.required);
  if (key == "choices") return read_choices(line, row.choices);
  if (key != "type") return line.wrong("an extension field has no such field");
  row.type.reset();
  if (line.entry.value == blank) return Done{};
  return pick<ExtraType>(line,
                         {{"text", ExtraType::text},
                          {"label", ExtraType::label},
                          {"moment", ExtraType::moment},
                          {"integer", ExtraType::integer},
                          {"money", ExtraType::money},
                          {"flag", ExtraType::flag}},
                         row.type);
}

Status read_role(const Line& line, Role& row) {
  const std::string& key = line.entry.key;
  if (read_names(line, row)) return Done{};
  if (key == "units") return keep(line, row.units);
  if (key == "acts") return keep(line, row.acts);
  if (key == "alone") return keep(line, row.alone);
  return line.wrong("a role has no such field");
}

Status read_day(const Line& line, std::optional<Day>& out) {
  out.reset();
  if (line.entry.value == blank) return Done{};
  out = parse_day(line.entry.value);
  if (!out) return line.wrong("expected a day (2026-01-01), or ?");
  return Done{};
}

Status read_head(const Line& line, Profile& profile) {
  const std::string& key = line.entry.key;
  if (read_names(line, profile) || key == "inherits") return Done{};
  if (key == "calendar") return keep(line, profile.calendar);
  if (key == "close_of_business") return read_hour(line, profile.close_of_business);
  if (key == "zone") return read_zone(line, profile.offset_minutes);
  if (key == "revisions_move_old_cases") return read_yes(line, profile.revisions_move_old_cases);
  if (key == "from") return read_day(line, profile.from);
  if (key == "until") return read_day(line, profile.until);
  if (key == "version") {
    std::optional<int> number;
    const Status read = read_number(line, limits::span_max, number);
    if (!read) return fail(read.error());
    profile.version = number.value_or(0);
    return Done{};
  }
  return line.wrong("a profile has no such field");
}

// "柜面 | counter".
Status read_code(const Line& line, std::vector<CodeName>& codes) {
  const std::string& value = line.entry.value;
  const std::size_t bar = value.find(" | ");
  if (bar == std::string::npos) return line.wrong("expected both names: 柜面 | counter");
  codes.push_back({line.entry.key, value.substr(0, bar), value.substr(bar + 3)});
  return Done{};
}

template <typename Row, typename Read>
Status read_section(const Sheet& sheet, const Section& section, Row& row, Read read) {
  for (const Entry& entry : section.entries) {
    const Status done = read(Line{sheet.file, entry}, row);
    if (!done) return fail(done.error());
  }
  return Done{};
}

constexpr auto as_it_is = [](const auto&) {};

template <typename Row, typename Read, typename Begin = decltype(as_it_is)>
Status read_row(const Sheet& sheet, const Section& section, std::vector<Row>& rows, Read read, Begin begin = as_it_is) {
  if (section.name.empty()) return fault(sheet.file, section.line, section.kind, "a row has an id: [kind id]");
  Row row;
  row.id = section.name;
  begin(row);
  rows.push_back(std::move(row));
  return read_section(sheet, section, rows.back(), read);
}

Status read_any(const Sheet& sheet, const Section& section, Profile& profile) {
  if (section.kind == "limit") {
    LimitRow row;
    row.limit.id = section.name;
    row.limit.profile = section.origin;
    if (section.name.empty()) return fault(sheet.file, section.line, section.kind, "a row has an id: [kind id]");
    profile.limits.push_back(std::move(row));
    return read_section(sheet, section, profile.limits.back(), &read_limit);
  }
  if (section.kind == "grade") return read_row(sheet, section, profile.grades, &read_named);
  if (section.kind == "unit") return read_row(sheet, section, profile.units, &read_named);
  if (section.kind == "route") return read_row(sheet, section, profile.routes, &read_route);
  if (section.kind == "threshold") return read_row(sheet, section, profile.thresholds, &read_threshold);
  if (section.kind == "reminder" || section.kind == "overdue") {
    return read_row(sheet, section, profile.prompts, &read_prompt,
                    [&](Prompt& row) { row.overdue = section.kind == "overdue"; });
  }
  if (section.kind == "field") {
    if (!is_plain_name(section.name))
      return fault(sheet.file, section.line, section.kind, "its id is small letters, digits and _: [field house_no]");
    return read_row(sheet, section, profile.fields, &read_extra,
                    [&](ExtraField& row) { row.profile = section.origin; });
  }
  if (section.kind == "role") return read_row(sheet, section, profile.roles, &read_role);
  if (section.kind == "call_back") return read_section(sheet, section, profile.call_back, &read_call_back);
  if (section.kind == "retention") return read_section(sheet, section, profile.retention, &read_retention);
  if (section.kind == "codes") return read_section(sheet, section, profile.codes[section.name], &read_code);
  return fault(
      sheet.file, section.line, section.kind,
      "expected limit, grade, unit, route, threshold, reminder, overdue, field, role, call_back, retention or codes");
}

}  // namespace

std::optional<Day> kept_until(const Retention& retention, Day ended) {
  if (!retention.years) return std::nullopt;
  return month_after(ended, std::int64_t{12} * *retention.years);
}

std::string_view name_of(ClockKind kind) {
  for (const auto& [word, one] : clock_words) {
    if (one == kind) return word;
  }
  REDRESS_ASSERT(false);
  return {};
}

std::string_view zh_of(Moment moment) { return row_of(moment).zh; }
std::string_view en_of(Moment moment) { return row_of(moment).en; }

const LimitRow* Profile::limit(std::string_view row) const {
  for (const LimitRow& one : limits) {
    if (one.limit.id == row) return &one;
  }
  return nullptr;
}

Result<Profile> read_profile(const Sheet& sheet) {
  if (sheet.sections.empty() || sheet.sections.front().kind != "profile" || sheet.sections.front().name.empty()) {
    return fault(sheet.file, 1, "profile", "begins with [profile id]");
  }
  const Section& head = sheet.sections.front();
  Profile profile;
  profile.id = head.name;
  const Status read = read_section(sheet, head, profile, &read_head);
  if (!read) return fail(read.error());
  for (const Section& section : sheet.sections) {
    if (&section == &head) continue;
    const Status done = read_any(sheet, section, profile);
    if (!done) return fail(done.error());
  }
  return profile;
}

}  // namespace redress::rules
