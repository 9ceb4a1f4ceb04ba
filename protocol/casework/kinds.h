// The kinds of event: one table that says, a row each, what a kind is called, which fields it has, what it does to
// a case, and who may record it in which state. A new kind is a row; no other room names a kind.
//
// Values; pure. A table lives longer than whatever refers to its rows.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
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
  resume,     // it goes on after an end
};

// Who may: a site's relation to the case, judged on the event's ancestors. Bits.
using Who = std::uint8_t;
inline constexpr Who who_registrar = 1;
inline constexpr Who who_handler = 2;
inline constexpr Who who_supervisor = 4;
inline constexpr Who who_head_office = 8;
inline constexpr Who who_anyone = 16;

// In which state of the case. Bits.
using When = std::uint8_t;
inline constexpr When when_new = 1;
inline constexpr When when_open = 2;
inline constexpr When when_ended = 4;

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
  std::vector<Field> fields;

  // Nothing if the kind has no such field.
  [[nodiscard]] const Field* field(std::string_view field_name) const;
  [[nodiscard]] const Field* field(std::uint16_t id) const;
};

class Kinds {
 public:
  // Requires: kinds, names and each row's field ids and names are unique.
  explicit Kinds(std::vector<KindRow> rows);
  // Nothing: a kind that this program does not know.
  [[nodiscard]] const KindRow* find(Kind kind) const;
  [[nodiscard]] const KindRow* find(std::string_view name) const;
  [[nodiscard]] const std::vector<KindRow>& rows() const noexcept { return rows_; }
  // The row that opens a case. There is exactly one.
  [[nodiscard]] const KindRow& opening() const;

 private:
  std::vector<KindRow> rows_;
};

// The rows that this version ships.
[[nodiscard]] std::vector<KindRow> shipped_kinds();

// The minted field that carries the number people use (投诉编号).
inline constexpr std::string_view case_no_field = "case_no";
// The field that names the unit a case is handed to.
inline constexpr std::string_view unit_field = "unit";
// The field that says which table a registration came out of.
inline constexpr std::string_view source_field = "source";
// An extension field's name begins with this.
inline constexpr std::string_view extension_prefix = "x:";

}  // namespace redress::casework
