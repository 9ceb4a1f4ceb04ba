#include "protocol/casework/clocks.h"

#include <algorithm>
#include <utility>

#include "protocol/base/time.h"
#include "protocol/casework/rules.h"

namespace redress::casework {
namespace {

using rules::Moment;

// The tiers of the core bank policy, which a case shows by who supervises whom.
constexpr std::string_view tier_head_office = "head_office";
constexpr std::string_view tier_branch = "primary_branch";
constexpr std::string_view tier_outlet = "outlet";

// Beside every road and matter: the customer was tried and not reached (CB-20), or refused what was offered (ORG-66).
constexpr Kind unreached_kind{56};
constexpr Kind offer_refused_kind{58};
constexpr Kind withdrawn_kind{8};

// What is asked for and answered, and the fields that say since when and by when.
struct Asking {
  Matter matter;
  Moment asked;
  Moment answered;
  std::string_view until = {};
  std::string_view since = {};
};
constexpr Asking askings[] = {
    {Matter::review, Moment::review_asked, Moment::reviewed, {}, "asked_at"},
    {Matter::instructions, Moment::instructions_asked, Moment::instructions_given},
    {Matter::outstanding, Moment::outstanding_noted, Moment::outstanding_settled},
    {Matter::assistance, Moment::assistance_asked, Moment::assisted, "wanted_by"},
    {Matter::order, Moment::order_given, Moment::order_answered, "wanted_by"},
    {Matter::correction, Moment::correction_ordered, Moment::correction_verified, "wanted_by"},
};

const std::string* value_of(const Told& told, std::string_view field) {
  return told.event ? told.event->value(field) : nullptr;
}

// Something that begins a clock, when it happened as it was written down, else when it was recorded.
Happening begun(Moment moment, const Told& told, std::string_view field, SiteId unit) {
  Happening out{moment, told.header.what.time, {}, unit, false, {}};
  const std::string* written = value_of(told, field);
  if (written == nullptr) return out;
  if (const auto day = rules::parse_day(*written)) {
    out.day = *day;
  } else if (const auto at = from_rfc3339(*written)) {
    out.at = *at;
  }
  return out;
}

// What a bare date stands for: until then is until its last minute.
enum class Edge { first, last };

std::optional<WallTime> moment_in(const Told& told, std::string_view field, Edge edge) {
  const std::string* written = value_of(told, field);
  if (written == nullptr) return std::nullopt;
  if (const auto day = rules::parse_day(*written)) {
    if (edge == Edge::first) return rules::start_of(*day, rules::zone_of_china);
    return WallTime{rules::start_of(rules::day_after(*day, 1), rules::zone_of_china).value() - 60'000};
  }
  return from_rfc3339(*written);
}

// Reads the standing entries of a case.
class Reading {
 public:
  void take(const KindRow& row, const Told& told) {
    if (const std::string* marked = value_of(told, call_back_field)) times_.call_back_marked = *marked == "true";
    if (row.kind == unreached_kind) {
      times_.happenings.push_back(begun(Moment::unreached, told, "tried_at", handler_));
    }
    if (row.kind == offer_refused_kind) {
      times_.happenings.push_back(begun(Moment::offer_refused, told, "refused_at", handler_));
    }
    take_effect(row, told);
    take_matter(row, told);
  }

  CaseTimes done() && { return std::move(times_); }

 private:
  void take_effect(const KindRow& row, const Told& told) {
    const journal::What& what = told.header.what;
    switch (row.effect) {
      case Effect::open:
        return open(told);
      case Effect::move:
        return move(what);
      case Effect::start:
        return add(Moment::started, what);
      case Effect::dispose:
        return add(Moment::disposed, what);
      case Effect::reply:
        return add(Moment::replied, what);
      case Effect::call_back:
        return add(Moment::called_back, what);
      case Effect::end:
        return end(row, what);
      case Effect::resume:
        // An answer that did not satisfy, or an end that was none: it begins anew, at the unit that has it.
        add(Moment::received, what);
        times_.happenings.push_back({Moment::delivered, what.time, {}, handler_, false, {}});
        return;
      case Effect::amend:
        return amend(told);
      case Effect::assist:
        if (!what.to.empty()) assistants_.push_back(what.to.front());
        return;
      case Effect::reject:
        return add(Moment::reply_rejected, what);
      case Effect::none:
      case Effect::clear:
        return;
    }
  }

  // What runs beside the main road, and moves a clock.
  void take_matter(const KindRow& row, const Told& told) {
    const WallTime at = told.header.what.time;
    switch (row.matter) {
      case Matter::acceptance:
        if (row.turn == Turn::grant) add(Moment::accepted, told.header.what);
        return;
      case Matter::material:
        if (row.turn == Turn::grant) note(begun(Moment::material_supplied, told, "supplied_at", handler_));
        return;
      case Matter::facts:
        return note(begun(Moment::facts_added, told, "received_at", handler_));
      case Matter::withdrawal:
        if (row.turn == Turn::raise) claimed_ = begun(Moment::finished, told, "received_at", handler_);
        if (row.turn == Turn::refuse) claimed_.reset();
        return;
      case Matter::delivery:
        return arrive(begun(Moment::delivered, told, "delivered_at", told.header.what.author));
      case Matter::phone_notice:
        return arrive(begun(Moment::delivered, told, "noticed_at", unit_in(told)));
      case Matter::promise:
        times_.happenings.push_back({Moment::promised, at, {}, handler_, false, moment_in(told, "until", Edge::last)});
        return;
      case Matter::extension:
        return extend(row.turn, told);
      case Matter::extension_told:
        if (!times_.extensions.empty()) times_.extensions.back().extended.noticed = true;
        return;
      case Matter::exclusion:
        return exclude(row.turn, told);
      case Matter::classification:
        if (!told.event) return;
        for (const auto& [field, value] : told.event->fields) times_.classified[field] = value;
        return;
      case Matter::reminder:
      case Matter::overdue:
        return note_prompt(told);
      default:
        return take_asking(row, told);
    }
  }

  void take_asking(const KindRow& row, const Told& told) {
    for (const Asking& asking : askings) {
      if (asking.matter != row.matter) continue;
      if (row.turn != Turn::raise) return add(asking.answered, told.header.what);
      note(begun(asking.asked, told, asking.since, handler_));
      times_.happenings.back().until = moment_in(told, asking.until, Edge::last);
    }
  }

  void note(const Happening& one) { times_.happenings.push_back(one); }

  // The delivery of a hand-over, signed for or told by telephone (LIFE-27, LIFE-29). A call to a unit that assists is
  // about that, and begins no part of its own.
  void arrive(Happening delivered) {
    delivered.ahead = delivered.unit != handler_;
    const bool assists =
        std::find(assistants_.begin(), assistants_.end(), delivered.unit) != assistants_.end() && delivered.ahead;
    if (assists) return;
    delivered.recorded = true;
    note(delivered);
  }

  // R1a: a withdrawal ends the case on the day its request was received, however long it took to check.
  void end(const KindRow& row, const journal::What& what) {
    add(Moment::finished, what);
    if (row.kind != withdrawn_kind || !claimed_) return;
    claimed_->unit = handler_;
    times_.happenings.back() = *std::exchange(claimed_, {});
  }

  void note_prompt(const Told& told) {
    const auto said = [&](std::string_view field) {
      const std::string* value = value_of(told, field);
      return value == nullptr ? std::string{} : *value;
    };
    const std::string profile = said("profile");
    times_.prompted.push_back({profile.substr(0, profile.find('/')), said("limit"),
                               SiteId{told.event ? number_in(*told.event, unit_field) : 0}, said("step"),
                               from_rfc3339(said("due"))});
  }

  // Nobody in particular is whoever has the case.
  [[nodiscard]] SiteId unit_in(const Told& told) const {
    const SiteId unit{told.event ? number_in(*told.event, unit_field) : 0};
    return unit == SiteId{} ? handler_ : unit;
  }

  // LIFE-38: asked for with a reason, granted up to a time, then told to the customer.
  void extend(Turn turn, const Told& told) {
    if (const std::string* reason = value_of(told, "reason"); reason != nullptr && turn == Turn::raise)
      asked_ = *reason;
    if (turn != Turn::grant) return;
    times_.extensions.push_back({{},
                                 {{}, moment_in(told, "until", Edge::last), true, false, std::exchange(asked_, {})},
                                 times_.happenings.size()});
  }

  // R1a: an outside appraisal, from when to when; two units may each have said that one began, and it ends for both. Of
  // a bare date what excludes less, the safe side.
  void exclude(Turn turn, const Told& told) {
    const WallTime at = told.header.what.time;
    if (turn == Turn::raise) {
      const std::string* reason = value_of(told, "reason");
      times_.excluded.push_back(
          {moment_in(told, "from", Edge::last).value_or(at), {}, reason == nullptr ? std::string{} : *reason});
      return;
    }
    const WallTime until = moment_in(told, "until", Edge::first).value_or(at);
    for (rules::Excluded& one : times_.excluded) {
      if (!one.to) one.to = std::max(one.from, until);
    }
  }

  // Whoever did it, it is part of what the handling unit had to do.
  void add(Moment moment, const journal::What& what) {
    times_.happenings.push_back({moment, what.time, {}, handler_, false, {}});
  }

  void open(const Told& told) {
    const journal::What& what = told.header.what;
    const Happening receipt = begun(Moment::received, told, "received_at", what.author);
    handler_ = what.author;
    times_.happenings.push_back(receipt);
    add(Moment::registered, what);
    // Who takes the complaint has it from then on.
    Happening delivered = receipt;
    delivered.moment = Moment::delivered;
    delivered.taken_here = true;
    times_.happenings.push_back(delivered);
    // The last bytes of an id are random (D4), so that a share of the cases is drawn alike at every site.
    const auto& id = what.case_id.bytes;
    times_.lot = (std::to_integer<int>(id[id.size() - 2]) * 256 + std::to_integer<int>(id[id.size() - 1])) % 100;
    describe(told);
    const bool supervised = std::any_of(what.to.begin(), what.to.end(), [](SiteId to) { return to != head_office; });
    know(what.author, supervised ? tier_outlet : tier_branch);
    for (const SiteId supervisor : what.to) know(supervisor, tier_branch);
  }

  void describe(const Told& told) {
    if (const std::string* urgent = value_of(told, "urgent")) times_.urgent = *urgent == "true";
    if (const std::string* grade = value_of(told, "grade")) times_.grade = *grade;
    if (const std::string* channel = value_of(told, "channel")) times_.channel = *channel;
  }

  // What is amended was so from the start.
  void amend(const Told& told) {
    describe(told);
    if (value_of(told, "received_at") == nullptr) return;
    const Happening receipt = begun(Moment::received, told, "received_at", {});
    for (Happening& one : times_.happenings) {
      const bool first = &one == &times_.happenings.front() || one.taken_here;
      if (!first) continue;
      one.at = receipt.at;
      one.day = receipt.day;
    }
  }

  void move(const journal::What& what) {
    if (what.to.empty()) return add(Moment::handed_over, what);
    const SiteId unit = what.to.front();
    // Who hands a case to itself passes nothing on, and gets no more time.
    if (unit != handler_) {
      add(Moment::handed_over, what);
      handler_ = unit;
      times_.happenings.push_back({Moment::delivered, what.time, {}, unit, true, {}});
    }
    for (std::size_t i = 1; i < what.to.size(); ++i) know(what.to[i], tier_branch);
    // Only head office knows every parent, and names one behind the unit that has one.
    if (what.to.size() > 1) {
      know(unit, tier_outlet);
    } else if (what.author == head_office) {
      know(unit, tier_branch);
    }
    know(head_office, tier_head_office);
  }

  void know(SiteId site, std::string_view tier) {
    times_.tiers.emplace(site, site == head_office ? tier_head_office : tier);
  }

  CaseTimes times_;
  SiteId handler_;
  std::vector<SiteId> assistants_;
  std::string asked_;                 // why an extension was asked for that is not granted yet
  std::optional<Happening> claimed_;  // a withdrawal: when its request was received
};

bool names(const std::vector<std::string>& list, std::string_view word) {
  return std::find(list.begin(), list.end(), word) != list.end();
}

// One of the words is "field:value".
bool says(const std::vector<std::string>& words, std::string_view field, std::string_view value) {
  return std::any_of(words.begin(), words.end(), [&](std::string_view word) {
    return word.size() == field.size() + 1 + value.size() && word.starts_with(field) && word[field.size()] == ':' &&
           word.ends_with(value);
  });
}

// Runs the clocks of one profile over one case.
class Running {
 public:
  Running(const rules::Profile& profile, const rules::Calendar& calendar, const CaseTimes& times)
      : profile_{profile},
        calendar_{calendar},
        times_{times},
        terms_{profile.offset_minutes, profile.close_of_business},
        grade_{grade_of(times)} {}

  std::vector<Clock> run() {
    for (const rules::LimitRow& row : profile_.limits) {
      if (!applies(row)) continue;
      first_ = out_.size();
      now_ = 0;
      if (!row.starts) open(row, nullptr);
      for (; now_ < times_.happenings.size(); ++now_) step(row, times_.happenings[now_]);
    }
    for (std::size_t i = 0; i < out_.size(); ++i) out_[i].deadline = deadline_of(runs_[i]);
    return std::move(out_);
  }

 private:
  // How a clock ran: indices into the happenings.
  struct Run {
    const rules::LimitRow* row;
    const Happening* from;  // what it counts from; nothing: the document does not say
    std::size_t began;
    std::optional<std::size_t> ended;
  };

  // The first row of the profile that a classification of the case names; else the one that its grade, as it was
  // written down, names; else the default's; nothing if there is none.
  [[nodiscard]] const rules::Named* grade_of(const CaseTimes& times) {
    for (const rules::Named& grade : profile_.grades) {
      for (const auto& [field, value] : times.classified) {
        if (says(grade.said, field, value)) return &grade;
      }
    }
    const std::string_view written = times.grade;
    const rules::Named* by_default = nullptr;
    for (const rules::Named& grade : profile_.grades) {
      if (!written.empty() && (grade.id == written || grade.zh == written || grade.en == written)) return &grade;
      if (grade.by_default && by_default == nullptr) by_default = &grade;
    }
    grade_unknown_ = !written.empty();
    return by_default;
  }

  [[nodiscard]] bool came_by(const std::vector<std::string>& channels) const {
    if (names(channels, times_.channel)) return true;
    const auto codes = profile_.codes.find("channel");
    if (codes == profile_.codes.end()) return false;
    return std::any_of(codes->second.begin(), codes->second.end(), [&](const rules::CodeName& code) {
      return names(channels, code.code) && (code.zh == times_.channel || code.en == times_.channel);
    });
  }

  [[nodiscard]] bool applies(const rules::LimitRow& row) const {
    if (row.clock == rules::ClockKind::routine || (row.urgent_only && !times_.urgent)) return false;
    if (!row.channels.empty() && !came_by(row.channels)) return false;
    if (!row.grades.empty() && grade_ != nullptr && !names(row.grades, grade_->id)) return false;
    if (row.clock != rules::ClockKind::call_back || is_untold(profile_.call_back)) return true;
    return must_call_back(profile_.call_back, times_).value_or(false);
  }

  // What is called back is not said, so that the clock says so.
  [[nodiscard]] static bool is_untold(const rules::CallBack& call_back) {
    return !call_back.scope || (*call_back.scope == rules::CallBackScope::share && !call_back.share);
  }

  [[nodiscard]] WallTime moment_of(const Happening& one) const {
    return one.day ? rules::start_of(*one.day, terms_.offset_minutes) : one.at;
  }

  void open(const rules::LimitRow& row, const Happening* from) {
    Clock clock;
    clock.limit = row.limit.id;
    clock.profile = row.limit.profile;
    clock.tag = row.limit.tag;
    clock.kind = row.clock;
    clock.zh = row.limit.zh;
    clock.en = row.limit.en;
    if (from != nullptr) {
      clock.began = moment_of(*from);
      if (row.clock == rules::ClockKind::hop) clock.unit = from->unit;
      clock.assumed = from->assumed;
      clock.recorded = from->recorded;
    }
    out_.push_back(std::move(clock));
    runs_.push_back({&row, from, now_, {}});
  }

  void step(const rules::LimitRow& row, const Happening& one) {
    // What is asked for again without a time has the time that was set before.
    const bool again = one.moment == row.starts && row.set && !one.until;
    if (again || (one.moment == Moment::reply_rejected && row.ends == Moment::replied)) run_again(row, one);
    if (again) return;
    if (one.moment == row.starts) return begin(row, one);
    if (has(row.restarts, one.moment) && is_running_since_before(one)) return begin(row, one);
    for (std::size_t i = first_; i < out_.size(); ++i) settle(row, one, i);
  }

  [[nodiscard]] static bool has(const std::vector<Moment>& list, Moment moment) {
    return std::find(list.begin(), list.end(), moment) != list.end();
  }

  [[nodiscard]] bool is_running_since_before(const Happening& one) const {
    return std::any_of(out_.begin() + static_cast<std::ptrdiff_t>(first_), out_.end(),
                       [&](const Clock& held) { return held.running() && held.began && *held.began < moment_of(one); });
  }

  // The row's last clock waits again for what it had been met by.
  void run_again(const rules::LimitRow& row, const Happening& one) {
    if (out_.size() == first_) return;
    Clock& last = out_.back();
    if (row.clock == rules::ClockKind::hop && last.unit != one.unit) return;
    last.met.reset();
    if (last.running()) runs_.back().ended.reset();
  }

  void meet(std::size_t i, WallTime at) {
    out_[i].met = at;
    runs_[i].ended = now_;
  }
  void drop(std::size_t i, WallTime at, bool moot = false) {
    out_[i].dropped = at;
    out_[i].moot = moot;
    runs_[i].ended = now_;
  }

  void settle(const rules::LimitRow& row, const Happening& one, std::size_t i) {
    if (!out_[i].running()) return;
    const WallTime at = moment_of(one);
    const bool hop = row.clock == rules::ClockKind::hop;
    const bool own = !hop || one.unit == out_[i].unit;
    const bool call_back = row.clock == rules::ClockKind::call_back;
    if (own && row.ends == one.moment) return meet(i, at);
    // LIFE-35: nobody is called back while the case is handled again.
    const bool handled_again = one.moment == Moment::received || one.moment == Moment::reply_rejected;
    if ((own && has(row.moot, one.moment)) || (call_back && handled_again)) return drop(i, at, true);
    if (one.moment == Moment::finished && !call_back) return drop(i, at);
    if (hop && own && one.moment == Moment::handed_over) drop(i, at);
  }

  void begin(const rules::LimitRow& row, const Happening& one) {
    const bool hop = row.clock == rules::ClockKind::hop;
    if (hop && one.recorded && is_of_a_hop_before(one)) return;
    for (std::size_t i = first_; i < out_.size(); ++i) {
      const Clock& held = out_[i];
      if (!held.running() || (hop && held.unit != one.unit)) continue;
      if (hop && one.moment == Moment::delivered && !one.assumed) return confirm(one, i);
      // LIFE-29: the call may come before the form, and begins the hop.
      if (hop && one.assumed && held.recorded) return;
      drop(i, moment_of(one));
    }
    const auto tier = times_.tiers.find(one.unit);
    if (!row.units.empty() && tier != times_.tiers.end() && !names(row.units, tier->second)) return;
    open(row, &one);
  }

  // A delivery may be recorded when the unit has begun already, or has passed the case on: it is of that part, unless
  // the unit was told by telephone after it, of what comes to it again.
  bool is_of_a_hop_before(const Happening& one) {
    for (std::size_t i = out_.size(); i-- > first_;) {
      const Clock& held = out_[i];
      if (held.unit != one.unit) continue;
      const bool before_its_end = held.running() || moment_of(one) <= (held.met ? *held.met : *held.dropped);
      if (before_its_end) confirm(one, i);
      return before_its_end || !one.ahead;
    }
    return false;
  }

  // A recorded delivery takes the place of the assumed one; of two recorded ones (form and telephone) the earlier.
  void confirm(const Happening& one, std::size_t i) {
    Clock& held = out_[i];
    if (!held.assumed && *held.began <= moment_of(one)) return;
    held.began = moment_of(one);
    held.assumed = false;
    held.recorded = one.recorded;
    runs_[i].from = &one;
  }

  // Of those that were granted while it ran.
  [[nodiscard]] std::vector<rules::Extended> extensions_of(const Run& run) const {
    std::vector<rules::Extended> out;
    const bool total = run.row->clock == rules::ClockKind::total;
    for (const ExtendedClock& one : times_.extensions) {
      const bool while_it_ran = run.began < one.at && (!run.ended || one.at <= *run.ended);
      const bool named = one.limit == run.row->limit.id || (one.limit.empty() && total);
      if (named && while_it_ran) out.push_back(one.extended);
    }
    return out;
  }

  [[nodiscard]] rules::Start start_of(const Happening& one) const {
    if (one.assumed) {
      return {moment_of(one), "移交（送达时间未记录，按移交之时起算）",
              "handed over (no delivery recorded: counted from the hand-over)"};
    }
    if (one.taken_here) return {moment_of(one), "收到投诉（本机构受理）", "complaint taken by this unit"};
    return {moment_of(one), std::string{rules::zh_of(one.moment)}, std::string{rules::en_of(one.moment)}};
  }

  // What stands in the way of a date; nothing if nothing does.
  [[nodiscard]] std::optional<rules::Deadline> blank_of(const Run& run) const {
    const rules::LimitRow& row = *run.row;
    const rules::Limit& limit = row.limit;
    const auto untold = [&](std::string field, std::string zh, std::string en) {
      return rules::untold(limit, std::move(field), std::move(zh), std::move(en), terms_);
    };
    if (run.from == nullptr) return untold("starts", limit.blank_zh, limit.blank_en);
    const SiteId unit = run.from->unit;
    if (!row.grades.empty() && grade_ == nullptr) {
      return untold("grade", "投诉等级“" + times_.grade + "”不在方案中",
                    "the grade of the complaint, \"" + times_.grade + "\", is not one of the profile's");
    }
    if (!row.units.empty() && !times_.tiers.contains(unit)) {
      return untold("units", "机构 " + std::to_string(unit.value()) + " 的层级未知",
                    "the tier of site " + std::to_string(unit.value()) + " is not known");
    }
    if (row.clock == rules::ClockKind::call_back && is_untold(profile_.call_back)) {
      return untold(profile_.call_back.scope ? "share" : "scope", profile_.call_back.blank_zh,
                    profile_.call_back.blank_en);
    }
    return std::nullopt;
  }

  [[nodiscard]] rules::Deadline deadline_of(const Run& run) const {
    if (auto blank = blank_of(run)) return std::move(*blank);
    const rules::LimitRow& row = *run.row;
    const Happening& one = *run.from;
    const rules::Start start = start_of(one);
    if (row.promised) return rules::promised(row.limit, start, one.until.value_or(start.at), terms_);
    if (row.set) return rules::set_for(row.limit, start, one.until.value_or(start.at), terms_);
    const bool total = row.clock == rules::ClockKind::total;
    rules::Deadline out =
        rules::deadline(row.limit, start, calendar_, terms_,
                        total ? std::span<const rules::Excluded>{times_.excluded} : std::span<const rules::Excluded>{},
                        extensions_of(run));
    if (!row.grades.empty() && grade_unknown_) rules::add_assumed_grade(out, times_.grade, grade_->zh, grade_->en);
    return out;
  }

  const rules::Profile& profile_;
  const rules::Calendar& calendar_;
  const CaseTimes& times_;
  rules::Terms terms_;
  bool grade_unknown_ = false;  // what was written down is none of the profile's: the default is taken for it
  const rules::Named* grade_;
  std::vector<Clock> out_;
  std::vector<Run> runs_;  // of the clocks, each
  std::size_t first_ = 0;  // clock of the row in hand
  std::size_t now_ = 0;    // happening in hand
};

}  // namespace

std::string_view tier_of(SiteId site, SiteId parent) {
  if (site == head_office) return tier_head_office;
  return parent == SiteId{} || parent == head_office ? tier_branch : tier_outlet;
}

CaseTimes times_of(const Kinds& kinds, const CaseView& view, std::span<const Told> entries) {
  Reading reading;
  for (const Line& line : view.timeline) {
    if (line.verdict != Verdict::stands) continue;
    const Told& told = entries[line.told];
    const KindRow* row = kinds.find(told.header.what.kind);
    if (row != nullptr) reading.take(*row, told);
  }
  return std::move(reading).done();
}

bool Clock::late(WallTime now) const noexcept {
  if (deadline.outcome != rules::Outcome::due || moot) return false;
  return (met ? *met : dropped ? *dropped : now) >= deadline.due;
}

std::optional<rules::Day> day_begun(const CaseTimes& times) {
  const auto begun = std::find_if(times.happenings.begin(), times.happenings.end(),
                                  [](const Happening& one) { return one.moment == Moment::received; });
  if (begun == times.happenings.end()) return std::nullopt;
  return begun->day ? *begun->day : rules::day_of(begun->at, rules::zone_of_china);
}

Result<RulesThen> rules_then(const rules::Profiles& profiles, std::string_view profile,
                             const rules::Calendars& calendars, rules::Day day) {
  Result<rules::Profile> found = profiles.in_force(profile, day);
  if (!found) return fail(found.error());
  const rules::Calendar* calendar = calendars.find(found->calendar);
  if (calendar == nullptr) {
    return fail(Code::not_found, "profile " + found->mark() + ": no such calendar: " + found->calendar, "calendar");
  }
  const bool as_then = !found->revisions_move_old_cases && calendar->is_revised_since(day);
  return RulesThen{std::move(*found), as_then ? calendar->held_since(day) : *calendar};
}

std::optional<bool> must_call_back(const rules::CallBack& call_back, const CaseTimes& times) {
  if (!call_back.scope) return std::nullopt;
  switch (*call_back.scope) {
    case rules::CallBackScope::all:
      return true;
    case rules::CallBackScope::marked:
      return times.call_back_marked;
    case rules::CallBackScope::share:
      if (!call_back.share) return std::nullopt;
      return times.call_back_marked || times.lot < *call_back.share;
    case rules::CallBackScope::as_appropriate:
      return std::nullopt;
    case rules::CallBackScope::none:
      break;
  }
  return false;
}

std::vector<Clock> clocks(const RulesThen& then, const CaseTimes& times) {
  if (!day_begun(times)) return {};
  return Running{then.profile, then.calendar, times}.run();
}

Result<std::vector<Clock>> clocks(const rules::Profiles& profiles, std::string_view profile,
                                  const rules::Calendars& calendars, const CaseTimes& times) {
  const auto day = day_begun(times);
  if (!day) return std::vector<Clock>{};
  const Result<RulesThen> then = rules_then(profiles, profile, calendars, *day);
  if (!then) return fail(then.error());
  return clocks(*then, times);
}

}  // namespace redress::casework
