// The kinds of event: one table that says, a row each, what a kind is called, which fields it has, what it does to
// a case, who may record it, in which state, and what must have come before. A new kind is a row; no other room names
// a kind.
//
// Values; pure. A table lives longer than whatever refers to its rows.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "protocol/base/ids.h"
#include "protocol/casework/forms.h"

namespace redress::casework {

enum class FieldType {
  text,     // free text, at most limits::text_bytes_max bytes, kept byte for byte
  label,    // as text, but a form shows one line for it: a table may hold more, and loses nothing
  moment,   // an ISO date, or RFC 3339 with zone
  integer,  // a count, 0 … 10^12
  money,    // integer fen (分), 0 … 10^15; never a fraction
  flag,     // "true" or "false"
  site,     // a site's number
};

struct Field {
  std::uint16_t id;  // in bodies for ever; never reused
  std::string_view name;
  std::string_view zh;
  std::string_view en;
  FieldType type = FieldType::text;
  // Must be given, unless the field named in `unless` is.
  bool required = false;
  std::string_view unless = {};
  bool minted = false;  // written by the program, never by a person
  // A flag that says this value was assumed when it was asked: asking again with another assumption asks the same.
  std::string_view assumed_by = {};
  // The form of a value that a person types; what came out of a table (`source_field`) is kept as the table had it.
  Form form = Form::any;
  // The form is asked for only if the field named here says so, or is not given and the value looks like it.
  std::string_view form_by = {};
  // Its values, separated by '|'; empty: any.
  std::string_view choices = {};
  // Must be given if the flag named here is true.
  std::string_view needed_with = {};
  // Must not say the same as the field named here.
  std::string_view differs_from = {};
  bool must_hold = false;  // a flag that must be given and true
  // A code on this axis of the edition that the field `edition` names (codes.h).
  std::string_view axis = {};
};

// What a standing event does to its case.
enum class Effect {
  none,
  open,       // the case begins here
  move,       // another unit handles it
  start,      // the handling unit has begun
  dispose,    // head office's decision (P6)
  reply,      // the customer was told
  call_back,  // the customer was asked
  end,        // nothing more to do
  resume,     // it goes on: after an end, or again from the start with what was known
  assist,     // another unit helps
  amend,      // the registration says more: who is complained of
  clear,      // somebody is not complained of any more
  reject,     // the reply to the customer does not count
};

// What runs beside the case's main road. Each is at one standing at a time.
enum class Matter : std::uint8_t {
  none,
  acceptance,
  material,      // what the customer has still to bring
  hop,           // the last hand-over
  delivery,      // its form was signed for
  phone_notice,  // it was told by telephone
  assistance,    // asked of another unit
  conflict,      // somebody has an interest in the matter
  investigation,
  proposal,  // of a decision, waiting for approval
  promise,   // of a time
  extension,
  extension_told,  // to the customer
  exclusion,       // time that does not count
  facts,           // new ones
  outstanding,     // nothing can be done for now
  instructions,    // asked of a superior
  order,           // a supervision order
  media,           // consent to speak
  regulator,
  review,        // appeal, review or arbitration
  withdrawal,    // the customer's wish, and whether it is free
  abnormal_end,  // asked for
  correction,    // a measure ordered
  gate,          // the four that are not let go (四不放过)
  classification,
  validity,
  responsibility,
  reminder,  // head office said that a clock nears its due date
  overdue,   // … that it has passed it
};
inline constexpr std::size_t matter_count = static_cast<std::size_t>(Matter::overdue) + 1;

// What a row does to its matter.
enum class Turn : std::uint8_t {
  none,
  note,    // a fact: it always stands; the matter is granted
  raise,   // a question, an order, a wish: the matter is open
  grant,   // the answer that allows, confirms or settles
  refuse,  // the answer that does not
};

// How a matter stands. Bits, so that a need can name several.
using Standings = std::uint8_t;
inline constexpr Standings stands_idle = 1;
inline constexpr Standings stands_open = 2;
inline constexpr Standings stands_granted = 4;
inline constexpr Standings stands_refused = 8;
inline constexpr Standings stands_not_open = stands_idle | stands_granted | stands_refused;

// What must have come before.
struct Need {
  Matter matter = Matter::none;
  Standings any_of = stands_open;
  std::string_view rule;             // a denial names it
  Matter if_granted = Matter::none;  // asked for only if this matter is granted
};

// What is asked of the person who acts. Bits; each has a rule that a denial names.
using Guards = std::uint8_t;
inline constexpr Guards guard_other_person = 1;       // not who raised the row's matter, nor who began the work
inline constexpr Guards guard_not_accused_unit = 2;   // not the unit complained of
inline constexpr Guards guard_two_investigators = 4;  // two of them if somebody has an interest
inline constexpr Guards guard_no_person = 8;          // the program alone, which is staff number 0

// Who may: a site's relation to the case, judged on the event's ancestors. Bits.
using Who = std::uint8_t;
inline constexpr Who who_registrar = 1;
inline constexpr Who who_handler = 2;
inline constexpr Who who_supervisor = 4;
inline constexpr Who who_head_office = 8;
inline constexpr Who who_anyone = 16;
inline constexpr Who who_assistant = 32;

// In which state of the case. Bits.
using When = std::uint8_t;
inline constexpr When when_new = 1;
inline constexpr When when_open = 2;
inline constexpr When when_ended = 4;

// A kind's fields, in the order in which forms show them, and where each stands by its name and by its number.
class Fields {
 public:
  Fields() = default;
  // Requires: ids and names are unique.
  Fields(std::vector<Field> fields);  // NOLINT(google-explicit-constructor): a row is written with a list
  Fields(std::initializer_list<Field> fields) : Fields{std::vector<Field>{fields}} {}

  [[nodiscard]] auto begin() const noexcept { return fields_.begin(); }
  [[nodiscard]] auto end() const noexcept { return fields_.end(); }
  [[nodiscard]] std::size_t size() const noexcept { return fields_.size(); }
  // Nothing if there is no such field.
  [[nodiscard]] const Field* find(std::string_view name) const;
  [[nodiscard]] const Field* find(std::uint16_t id) const;
  // Where one of these fields stands. Requires: it is one of them.
  [[nodiscard]] std::size_t place_of(const Field& field) const;

 private:
  std::vector<Field> fields_;
  std::unordered_map<std::string_view, std::uint16_t> by_name_;  // the place
  std::vector<std::uint16_t> by_id_;                             // the place and one; 0: no such field
};

struct KindRow {
  Kind kind;
  std::uint16_t version;
  std::string_view name;
  std::string_view zh;
  std::string_view en;
  Effect effect = Effect::none;
  Who who = who_head_office;
  When when = when_open;
  bool needs_reply = false;  // only after the customer was told
  std::string_view rule;     // the rule that a denial names
  Fields fields;
  Matter matter = Matter::none;
  Turn turn = Turn::none;
  std::vector<Need> needs = {};
  Guards guards = 0;

  // Nothing if the kind has no such field.
  [[nodiscard]] const Field* field(std::string_view field_name) const { return fields.find(field_name); }
  [[nodiscard]] const Field* field(std::uint16_t id) const { return fields.find(id); }
};

class Kinds {
 public:
  // Requires: kinds and names are unique.
  explicit Kinds(std::vector<KindRow> rows);
  // Nothing: a kind that this program does not know.
  [[nodiscard]] const KindRow* find(Kind kind) const;
  [[nodiscard]] const KindRow* find(std::string_view name) const;
  [[nodiscard]] const std::vector<KindRow>& rows() const noexcept { return rows_; }
  // The row that opens a case. There is exactly one.
  [[nodiscard]] const KindRow& opening() const noexcept { return rows_[opening_]; }

 private:
  std::vector<KindRow> rows_;
  std::vector<std::uint16_t> by_number_;                         // the row's place and one; 0: no such kind
  std::unordered_map<std::string_view, std::uint16_t> by_name_;  // the row's place
  std::size_t opening_ = 0;                                      // the place of the one that opens a case
};

// The rows that this version ships.
[[nodiscard]] std::vector<KindRow> shipped_kinds();

// What people call a matter.
[[nodiscard]] std::string_view name_of(Matter matter);
[[nodiscard]] std::string_view zh_of(Matter matter);

// The minted field that carries the number people use (投诉编号).
inline constexpr std::string_view case_no_field = "case_no";
// The field that names the unit a case is handed to.
inline constexpr std::string_view unit_field = "unit";
// The flag that marks a case as one to be called back (CB-03).
inline constexpr std::string_view call_back_field = "call_back_wanted";
// The field that names the edition of the codes beside it.
inline constexpr std::string_view edition_field = "edition";
// Who is complained of: a staff number at a site.
inline constexpr std::string_view accused_site_field = "accused_site";
inline constexpr std::string_view accused_staff_field = "accused_staff";
// The second of two investigators.
inline constexpr std::string_view second_investigator_field = "second_investigator";
// The field that says which table a registration came out of.
inline constexpr std::string_view source_field = "source";
// An extension field's name begins with this.
inline constexpr std::string_view extension_prefix = "x:";

}  // namespace redress::casework
