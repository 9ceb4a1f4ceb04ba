// An event's two doors. Input: a byte for the row of the table and the door (even: a body; odd: fields, each a name, a
// tab, a value and a NUL), then the body or the fields.
#include "protocol/casework/event.h"

#include "protocol/base/limits.h"
#include "tests/fuzz/target.h"

namespace redress::casework {
namespace {

const std::vector<KindRow>& rows() {
  static const std::vector<KindRow> shipped = shipped_kinds();
  return shipped;
}

void read_body(const KindRow& row, ByteView body) {
  const auto event = decode_event(row, body);
  if (!event) return;
  std::size_t bytes = 0;
  for (const auto& [name, value] : event->fields) {
    REDRESS_ASSERT(is_plain_utf8(name) && is_plain_utf8(value));
    bytes += name.size() + value.size();
  }
  REDRESS_ASSERT(bytes <= limits::plain_bytes_max);
}

// Numbers may be written in more than one way ("007"); everything else comes back byte for byte.
bool is_kept(const KindRow& row, const std::string& name) {
  const Field* field = row.field(name);
  return field == nullptr || field->type == FieldType::text || field->type == FieldType::label ||
         field->type == FieldType::moment || field->type == FieldType::flag;
}

void read_fields(const KindRow& row, fuzz::Input in) {
  std::vector<FieldText> fields;
  while (!in.empty()) {
    fuzz::Input field = in.part('\0');
    std::string name{field.line('\t')};
    fields.emplace_back(std::move(name), text_of(field.rest()));
  }
  const auto event = parse_event(row, fields);
  if (!event) return;
  for (const auto& [name, value] : event->fields) {
    const std::string* held = event->value(name);
    REDRESS_ASSERT(held != nullptr && *held == value);
  }
  REDRESS_ASSERT(event->value("no such field") == nullptr);
  const auto body = encode_event(row, *event);
  if (!body) {
    REDRESS_ASSERT(body.error().code == Code::too_large);
    return;
  }
  const auto again = decode_event(row, *body);
  REDRESS_ASSERT(again && again->fields.size() == event->fields.size());
  for (std::size_t i = 0; i < event->fields.size(); ++i) {
    const auto& [name, value] = event->fields[i];
    REDRESS_ASSERT(again->fields[i].first == name);
    REDRESS_ASSERT(!is_kept(row, name) || again->fields[i].second == value);
  }
}

}  // namespace
}  // namespace redress::casework

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  redress::fuzz::Input in{data, size};
  const unsigned choice = in.u8();
  const auto& row = redress::casework::rows()[choice / 2 % redress::casework::rows().size()];
  if (choice % 2 == 0) {
    redress::casework::read_body(row, in.rest());
  } else {
    redress::casework::read_fields(row, in);
  }
  return 0;
}
