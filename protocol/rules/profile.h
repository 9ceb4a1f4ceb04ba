// Policy profiles: what an institution's documents say about limits, grades, routes, call-back, retention and codes,
// as dated text that inherits and overrides.
//
//   [profile bank-000]              [limit pass_on]
//   version = 1                     tag = T1
//   zh = 银行客户投诉管理制度         zh = 本部门不能解决的转出
//   en = Bank complaint policy      en = pass on what cannot be resolved here
//   calendar = cn                   clock = hop
//                                   starts = delivered
//                                   ends = handed_over
//                                   within = 1 hours
//
// `?` is a blank of the document, kept as one; `blank_zh` and `blank_en` quote its state. A profile that inherits takes
// every row of the one above it, changes the fields that it names, adds rows, and drops those that say `drop = yes`.
// The keys of each section are in profile_rows.cc.
//
// Values; pure. Which version holds is a question of the day a case began: an old case keeps its rules.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/base/result.h"
#include "protocol/rules/day.h"
#include "protocol/rules/limit.h"
#include "protocol/rules/prompt.h"
#include "protocol/rules/sheet.h"

namespace redress::rules {

// What is counted.
enum class ClockKind {
  total,      // end to end, from the customer's complaint
  hop,        // one unit's part, from its delivery
  stage,      // a step inside: acceptance, investigation, review
  promise,    // what the customer was promised
  call_back,  // asking the customer afterwards
  routine,    // a duty of each day, of no single case
};

// What begins a clock or meets it.
enum class Moment {
  received,     // the complaint arrived
  registered,   // it was written down
  accepted,     // the customer was told that it is taken up
  delivered,    // the form arrived at the unit, or it was told by telephone; the earlier
  handed_over,  // the unit passed it on
  started,      // the unit began to work
  disposed,     // a result was decided
  replied,      // the customer was told the result
  finished,     // the case was closed
  called_back,  // the customer was asked
  promised,     // the customer was given a time
  reviewed,     // a review was decided
  review_asked,
  unreached,  // the customer was tried and not reached
  offer_refused,
  instructions_asked,  // of a superior
  instructions_given,
  outstanding_noted,  // nothing can be done for now
  outstanding_settled,
  assistance_asked,  // of another unit
  assisted,
  order_given,  // a supervision order, or its answer was rejected
  order_answered,
  correction_ordered,
  correction_verified,
  facts_added,        // new facts or reasons came in (R1a)
  material_supplied,  // what the customer had still to bring is there
  reply_rejected,     // the reply to the customer does not count
};

struct LimitRow {
  Limit limit;
  ClockKind clock = ClockKind::total;
  std::optional<Moment> starts;
  std::optional<Moment> ends;
  std::vector<Moment> moot;         // these make it pointless: neither kept nor missed
  std::vector<Moment> restarts;     // while it runs these begin it anew, from when they happened
  bool promised = false;            // within = promise: the time that the customer was given
  bool set = false;                 // within = set: the time that whoever asked for it set; without one it does not run
  std::vector<std::string> grades;  // only these; empty: all
  std::vector<std::string> units;   // only while a unit of these tiers handles the case; empty: all
  std::vector<std::string> channels;  // only what came in these ways; empty: all
  bool urgent_only = false;           // only = urgent: only what was marked so when it was taken
  std::string answers_to;             // the row of the regulation that it must not exceed
};

// A named thing of a profile: a grade of complaint, a tier of units.
struct Named {
  std::string id;
  std::string zh;
  std::string en;
  std::string source;
  bool by_default = false;         // a grade: of a case that was given none
  bool blank = false;              // the document gives no definition
  std::vector<std::string> types;  // a grade: the types of complaint in it
  // A grade: what a classification says of a case of it, as "field:value", any of them: "complexity:complex".
  std::vector<std::string> said;
};

struct Route {
  std::string id;
  std::string zh;
  std::string en;
  std::string source;
  std::vector<std::string> from;
  std::vector<std::string> to;
  bool copy = false;  // the finished form goes there too; the case does not
};

// A number that makes a complaint serious: an amount in fen, a count of persons.
struct Threshold {
  std::string id;
  std::string zh;
  std::string en;
  std::string source;
  std::optional<std::int64_t> fen;
  std::optional<std::int64_t> persons;
};

// Which cases must be called back: all, those marked, a share of them, or those that somebody thinks fit.
enum class CallBackScope { all, marked, share, as_appropriate, none };

struct CallBack {
  std::optional<CallBackScope> scope;
  std::optional<int> share;  // scope share: of a hundred cases so many, drawn by lot
  std::optional<int> a_month_at_least;
  std::string source;
  std::string blank_zh, blank_en;
};

struct Retention {
  std::optional<int> years;  // from the end of the case
  std::string source;
  std::string blank_zh, blank_en;
};

// A field that an institution adds to the registration (REC), kept as "x:ID".
enum class ExtraType { text, label, moment, integer, money, flag };

struct ExtraField {
  std::string id;
  std::string zh;
  std::string en;
  std::string source;
  std::string profile;            // in which version it stands
  std::optional<ExtraType> type;  // nothing: the document does not say what it holds; any text is kept
  bool required = false;
  std::vector<std::string> choices;  // its values; empty: any
};

// What a person at a unit is there for: who signs, approves, tracks.
struct Role {
  std::string id;
  std::string zh;
  std::string en;
  std::string source;
  std::vector<std::string> units;  // of these tiers; empty: all
  std::vector<std::string> acts;   // the kinds of event that are theirs; shown
  std::vector<std::string> alone;  // of these, what nobody does without such a role; kept at each site's door
};

struct CodeName {
  std::string code;
  std::string zh;
  std::string en;
};

struct Profile {
  std::string id;
  int version = 0;
  std::string zh;
  std::string en;
  std::string source;
  std::optional<Day> from;   // nothing: the document tells no day; it holds from ever
  std::optional<Day> until;  // the first day on which it does not hold
  std::string calendar;
  std::optional<int> close_of_business;         // minutes after midnight
  std::int16_t offset_minutes = zone_of_china;  // whose days count, whatever a PC's own zone is
  // A notice that changes days of a year already loaded moves the due dates of cases that had begun before it.
  bool revisions_move_old_cases = false;
  std::vector<std::string> chain;  // "kashi/2", then what it inherits: "bank-000/1"
  std::vector<Named> units;
  std::vector<Named> grades;
  std::vector<LimitRow> limits;
  std::vector<Route> routes;
  std::vector<Threshold> thresholds;
  std::vector<Prompt> prompts;  // in the order of their rows
  std::vector<ExtraField> fields;
  std::vector<Role> roles;
  CallBack call_back;
  Retention retention;
  std::map<std::string, std::vector<CodeName>> codes;

  // "kashi/2"; with what it inherits it names every rule of a case.
  [[nodiscard]] std::string mark() const { return id + "/" + std::to_string(version); }
  // Nothing if there is no such row.
  [[nodiscard]] const LimitRow* limit(std::string_view row) const;
};

// The last day on which a case that ended on `ended` is kept; nothing: the years are not told.
[[nodiscard]] std::optional<Day> kept_until(const Retention& retention, Day ended);

[[nodiscard]] std::string_view name_of(ClockKind kind);
[[nodiscard]] std::string_view zh_of(Moment moment);
[[nodiscard]] std::string_view en_of(Moment moment);

// All profiles that a site knows, in all their versions.
class Profiles {
 public:
  // Reads one version of one profile. Fails as parse_sheet does, or with bad_value naming line and field.
  [[nodiscard]] Status add(std::string_view file, std::string_view text);
  // As it holds on a day, with what it inherits as that holds on the same day: the newest version that has begun and
  // not ended. Fails with not_found: no such profile, none that holds on the day, or too long a chain; it says which.
  [[nodiscard]] Result<Profile> in_force(std::string_view id, Day day) const;
  [[nodiscard]] std::vector<std::string> ids() const;

 private:
  struct Version {
    int number = 0;
    std::optional<Day> from;
    std::optional<Day> until;
    std::string inherits;
    Sheet sheet;
  };
  [[nodiscard]] const Version* holding(std::string_view id, Day day) const;

  std::map<std::string, std::vector<Version>, std::less<>> all_;
};

// Reads the rows of a sheet, of a whole profile or of one that inherits the rest; the first section is its head.
[[nodiscard]] Result<Profile> read_profile(const Sheet& sheet);

}  // namespace redress::rules
