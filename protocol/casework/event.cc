#include "protocol/casework/event.h"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <memory>
#include <optional>
#include <set>

#include "protocol/base/limits.h"
#include "protocol/base/time.h"
#include "protocol/casework/events_generated.h"

namespace redress::casework {
namespace {

constexpr std::int64_t integer_max = 1'000'000'000'000;
constexpr std::int64_t money_fen_max = 1'000'000'000'000'000;

std::optional<std::int64_t> number_of(std::string_view text, std::int64_t number_max) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || value < 0 || value > number_max) return std::nullopt;
  return value;
}

// As a body says it back.
std::string canonical(const std::string& number) {
  return std::to_string(number_of(number, money_fen_max).value_or(0));
}

bool is_moment(const std::string& text) { return is_iso_date(text) || from_rfc3339(text).has_value(); }

bool is_number(FieldType type) {
  return type == FieldType::integer || type == FieldType::money || type == FieldType::site;
}

// `field` is the row's, or nothing if it has none of that name.
Status check_value(const KindRow& row, const Field* field, const std::string& name, const std::string& value) {
  if (name.size() > limits::field_name_bytes_max) return fail(Code::too_large, "field name over 128 bytes", "fields");
  if (!is_plain_utf8(name)) return fail(Code::bad_value, "field name is not UTF-8", "fields");
  const bool extension = name.starts_with(extension_prefix) && name.size() > extension_prefix.size();
  if (!extension && (field == nullptr || field->minted)) {
    return fail(Code::unknown_field, "kind=" + std::string{row.name}, name);
  }
  if (value.size() > limits::text_bytes_max) {
    return fail(Code::too_large, "bytes=" + std::to_string(value.size()) + " max=32768", name);
  }
  if (!is_plain_utf8(value)) return fail(Code::bad_value, "not UTF-8, or a NUL inside", name);
  if (extension) return Done{};
  const auto wrong = complaint_about(field->type, value);
  if (wrong) return fail(Code::bad_value, "expected " + *wrong, name);
  return Done{};
}

bool is_choice(std::string_view choices, std::string_view value) {
  while (!choices.empty()) {
    const auto end = std::min(choices.find('|'), choices.size());
    if (choices.substr(0, end) == value) return true;
    choices.remove_prefix(std::min(end + 1, choices.size()));
  }
  return false;
}

// What was given of a row's fields, each at its place. Lives no longer than the texts.
class Values {
 public:
  explicit Values(const KindRow& row) : row_{row}, given_(row.fields.size()) {}

  // False if it was given before.
  [[nodiscard]] bool take(const Field* field, std::string_view name, std::string_view value) {
    if (field == nullptr) return extensions_.insert(name).second;
    std::string_view& at = given_[row_.fields.place_of(*field)];
    return std::exchange(at, value).empty();
  }
  // Empty: it was not given.
  [[nodiscard]] std::string_view of(const Field& field) const { return given_[row_.fields.place_of(field)]; }
  [[nodiscard]] std::string_view named(std::string_view name) const {
    const Field* field = row_.field(name);
    return field == nullptr ? std::string_view{} : of(*field);
  }

 private:
  const KindRow& row_;
  std::vector<std::string_view> given_;
  std::set<std::string_view> extensions_;
};

// An identity document's number is a resident's if its type says so; without a type, if it looks like one.
bool is_form_asked(const Field& field, std::string_view value, const Values& values) {
  if (!values.named(source_field).empty()) return false;
  if (field.form_by.empty()) return true;
  const std::string_view type = values.named(field.form_by);
  if (!type.empty()) return is_resident_id_type(type);
  const auto digits = std::count_if(value.begin(), value.end(), [](char c) { return c >= '0' && c <= '9'; });
  return (value.size() == 15 || value.size() == 18) && digits >= 14;
}

Status check_code(const Field& field, std::string_view code, const Values& values,
                  std::span<const CodeEdition> editions) {
  const CodeEdition* edition = find_edition(editions, values.named(edition_field));
  if (edition == nullptr) return fail(Code::bad_value, "no such edition of the codes", std::string{edition_field});
  if (edition->find(field.axis, code) != nullptr) return Done{};
  return fail(Code::bad_value, "no code on the axis " + std::string{field.axis} + " of " + edition->name,
              std::string{field.name});
}

// What a field must be beside the others of its event.
Status check_beside(const KindRow& row, const Field& field, const Values& values,
                    std::span<const CodeEdition> editions) {
  const std::string_view value = values.of(field);
  if (value.empty()) {
    const auto missing = [&](std::string why) {
      return fail(Code::missing_field, std::move(why), std::string{field.name});
    };
    if (!field.needed_with.empty() && values.named(field.needed_with) == "true")
      return missing("with " + std::string{field.needed_with});
    const bool replaced = !field.unless.empty() && !values.named(field.unless).empty();
    if ((field.required || field.must_hold) && !replaced) return missing("kind=" + std::string{row.name});
    return Done{};
  }
  const auto bad = [&](std::string expected) {
    return fail(Code::bad_value, std::move(expected), std::string{field.name});
  };
  if (!field.choices.empty() && !is_choice(field.choices, value))
    return bad("expected one of " + std::string{field.choices});
  if (field.must_hold && value != "true") return bad("must be true: " + std::string{row.rule});
  if (!field.differs_from.empty() && value == values.named(field.differs_from))
    return bad("must differ from " + std::string{field.differs_from});
  if (!field.axis.empty()) return check_code(field, value, values, editions);
  if (field.form == Form::any || !is_form_asked(field, value, values)) return Done{};
  const auto fault = form_fault(field.form, value);
  if (fault) return bad("expected " + std::string{*fault});
  return Done{};
}

std::string text_of(const Field* field, const fb::Field& from) {
  if (field != nullptr && is_number(field->type)) return std::to_string(from.number());
  if (field != nullptr && field->type == FieldType::flag) return from.number() != 0 ? "true" : "false";
  return from.text() != nullptr ? from.text()->str() : std::string{};
}

}  // namespace

std::optional<std::string> complaint_about(FieldType type, const std::string& value) {
  switch (type) {
    case FieldType::text:
    case FieldType::label:
      return std::nullopt;
    case FieldType::moment:
      if (!is_moment(value)) return "a date (2026-11-22) or a time with zone (2026-11-22T08:00:00+08:00)";
      return std::nullopt;
    case FieldType::integer:
      if (!number_of(value, integer_max)) return "a whole number from 0";
      return std::nullopt;
    case FieldType::money:
      if (!number_of(value, money_fen_max)) return "whole fen (分), without a fraction";
      return std::nullopt;
    case FieldType::flag:
      if (value != "true" && value != "false") return "true or false";
      return std::nullopt;
    case FieldType::site:
      if (!number_of(value, UINT32_MAX - 1) || value == "0") return "a site's number";
      return std::nullopt;
  }
  REDRESS_ASSERT(false);
  return std::nullopt;
}

const std::string* Event::value(std::string_view name) const {
  for (const auto& [field, text] : fields) {
    if (field == name) return &text;
  }
  return nullptr;
}

Result<Event> parse_event(const KindRow& row, const std::vector<FieldText>& fields,
                          std::span<const CodeEdition> editions) {
  if (fields.size() > limits::fields_max) return fail(Code::too_large, "more than 256 fields", "fields");
  Values values{row};
  struct Given {
    std::size_t place;
    const Field* field;
    const FieldText* text;
  };
  std::vector<Given> in_order;
  in_order.reserve(fields.size());
  for (const FieldText& one : fields) {
    const auto& [name, value] = one;
    if (value.empty()) continue;
    const Field* field = row.field(name);
    const Status checked = check_value(row, field, name, value);
    if (!checked) return fail(checked.error());
    if (!values.take(field, name, value)) return fail(Code::bad_value, "given twice", name);
    in_order.push_back({field == nullptr ? row.fields.size() : row.fields.place_of(*field), field, &one});
  }
  for (const Field& field : row.fields) {
    const Status beside = check_beside(row, field, values, editions);
    if (!beside) return fail(beside.error());
  }
  std::stable_sort(in_order.begin(), in_order.end(), [](const Given& a, const Given& b) { return a.place < b.place; });
  Event event{row.kind, {}};
  event.fields.reserve(in_order.size() + 1);  // and what is minted
  for (const Given& one : in_order) {
    event.fields.push_back(*one.text);
    if (one.field != nullptr && is_number(one.field->type)) event.fields.back().second = canonical(one.text->second);
  }
  return event;
}

void mint(const KindRow& row, Event& event, std::string_view name, std::string value) {
  const Field* field = row.field(name);
  REDRESS_ASSERT(field != nullptr && field->minted);
  event.fields.emplace_back(std::string{name}, std::move(value));
}

Result<Bytes> encode_event(const KindRow& row, const Event& event) {
  flatbuffers::FlatBufferBuilder out{1024};
  std::vector<flatbuffers::Offset<fb::Field>> fields;
  for (const auto& [name, value] : event.fields) {
    const Field* field = row.field(name);
    if (field == nullptr) {
      const auto name_offset = out.CreateString(name);
      fields.push_back(fb::CreateField(out, 0, name_offset, out.CreateString(value)));
    } else if (is_number(field->type)) {
      fields.push_back(fb::CreateField(out, field->id, 0, 0, number_of(value, money_fen_max).value_or(0)));
    } else if (field->type == FieldType::flag) {
      fields.push_back(fb::CreateField(out, field->id, 0, 0, value == "true" ? 1 : 0));
    } else {
      fields.push_back(fb::CreateField(out, field->id, 0, out.CreateString(value)));
    }
  }
  fb::FinishEventBuffer(out, fb::CreateEvent(out, out.CreateVector(fields)));
  if (out.GetSize() > limits::plain_bytes_max) {
    return fail(Code::too_large, "all fields together: bytes=" + std::to_string(out.GetSize()) + " max=48128",
                "fields");
  }
  const auto* data = reinterpret_cast<const std::byte*>(out.GetBufferPointer());
  return Bytes{data, data + out.GetSize()};
}

Result<Event> decode_event(const KindRow& row, ByteView body) {
  if (body.size() > limits::plain_bytes_max) return fail(Code::damaged, "decode event: too large");
  const auto aligned = std::make_unique<std::uint64_t[]>(body.size() / 8 + 1);
  std::memcpy(aligned.get(), body.data(), body.size());
  const auto* data = reinterpret_cast<const std::uint8_t*>(aligned.get());
  flatbuffers::Verifier verifier{data, body.size(), /*_max_depth=*/4, /*_max_tables=*/limits::fields_max + 8};
  if (body.size() < 12 || !fb::VerifyEventBuffer(verifier))
    return fail(Code::damaged, "decode event: not an event body");
  const fb::Event* from = fb::GetEvent(data);
  Event event{row.kind, {}};
  if (from->fields() == nullptr) return event;
  std::size_t budget = limits::plain_bytes_max;
  for (const fb::Field* one : *from->fields()) {
    const Field* field = row.field(one->id());
    std::string name = field != nullptr         ? std::string{field->name}
                       : one->id() != 0         ? std::string{extension_prefix} + "#" + std::to_string(one->id())
                       : one->name() != nullptr ? one->name()->str()
                                                : std::string{};
    std::string value = text_of(field, *one);
    if (name.size() + value.size() > budget) return fail(Code::damaged, "decode event: over its budget");
    budget -= name.size() + value.size();
    const bool plain = (field != nullptr || is_plain_utf8(name)) && is_plain_utf8(value);
    if (!plain) return fail(Code::damaged, "decode event: text is not UTF-8");
    event.fields.emplace_back(std::move(name), std::move(value));
  }
  return event;
}

}  // namespace redress::casework
