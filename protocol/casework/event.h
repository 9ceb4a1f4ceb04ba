// An event: a kind and its fields, from what a form or table says, to the body that is sealed, and back.
//
// Values; pure. parse_event() is the door for people's input, decode_event() the door for bodies.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "protocol/base/bytes.h"
#include "protocol/base/result.h"
#include "protocol/casework/codes.h"
#include "protocol/casework/kinds.h"

namespace redress::casework {

// A field's name and its value as text. Numbers are decimal, flags "true" or "false".
using FieldText = std::pair<std::string, std::string>;

struct Event {
  Kind kind;
  std::vector<FieldText> fields;  // in the table's order, extensions last, as given

  // Nothing if it was not given.
  [[nodiscard]] const std::string* value(std::string_view name) const;
  friend bool operator==(const Event&, const Event&) = default;
};

// Checks every field against the row: unknown_field, missing_field, bad_value, too_large, each naming the field; an
// empty value is an absent one. Texts are kept byte for byte, numbers without zeros before them; extension fields
// ("x:…") take any text. Form, choices, codes and what a field must be beside the others are asked of people only: a
// body is never judged by them again.
[[nodiscard]] Result<Event> parse_event(const KindRow& row, const std::vector<FieldText>& fields,
                                        std::span<const CodeEdition> editions = shipped_code_editions());

// Nothing if the value is one of the type, else what is expected instead.
[[nodiscard]] std::optional<std::string> complaint_about(FieldType type, const std::string& value);

// Adds a field that the program mints. Requires: the row has it and marks it so.
void mint(const KindRow& row, Event& event, std::string_view name, std::string value);

// The body before sealing, at most limits::plain_bytes_max; too_large otherwise.
[[nodiscard]] Result<Bytes> encode_event(const KindRow& row, const Event& event);

// Fails with damaged: not a body, or text that is not UTF-8. Fields that the row does not know are kept as extensions
// named by their number, so that a newer program's fields are shown and not lost.
[[nodiscard]] Result<Event> decode_event(const KindRow& row, ByteView body);

}  // namespace redress::casework
