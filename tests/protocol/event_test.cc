#include "protocol/casework/event.h"

#include "protocol/casework/events_generated.h"
#include "tests/protocol/sample.h"

namespace redress::casework {
namespace {

// A kind with a field of each type.
const KindRow& row() {
  static const KindRow table{Kind{50},
                             1,
                             "probe",
                             "试",
                             "probe",
                             Effect::none,
                             who_anyone,
                             when_open,
                             false,
                             "rule",
                             {{1, "a_text", "", "", FieldType::text, true},
                              {2, "a_label", "", "", FieldType::label},
                              {3, "a_moment", "", "", FieldType::moment},
                              {4, "an_integer", "", "", FieldType::integer},
                              {5, "a_money", "", "", FieldType::money},
                              {6, "a_flag", "", "", FieldType::flag},
                              {7, "a_site", "", "", FieldType::site},
                              {8, "minted", "", "", FieldType::label, false, {}, true}}};
  return table;
}

Result<Event> with(std::string_view name, std::string value) {
  return parse_event(row(), {{"a_text", "t"}, {std::string{name}, std::move(value)}});
}

}  // namespace

TEST_CASE("Event: each type takes its values and refuses others, by the field's name") {
  struct Try {
    std::string_view field;
    std::vector<std::string> good;
    std::vector<std::string> bad;
  };
  const std::vector<Try> tries{
      {"a_label", {"x", "投诉", "two\nlines", std::string(257, 'x')}, {"\xC0\x80", std::string{"a\0b", 3}}},
      {"a_moment",
       {"2026-11-22", "2024-02-29", "2026-11-22T08:05:00+08:00", "2026-11-22T08:05:00.123Z"},
       {"2026-02-29", "22.11.2026", "2026-11-22T08:05:00", "2026-11-22T25:00:00Z", "now"}},
      {"an_integer", {"0", "7", "1000000000000"}, {"-1", "1.5", "1000000000001", "seven", " 7", "7 ", "0x7"}},
      {"a_money", {"0", "12345", "1000000000000000"}, {"1.00", "-5", "1000000000000001", "¥5"}},
      {"a_flag", {"true", "false"}, {"TRUE", "yes", "1"}},
      {"a_site", {"1", "40000"}, {"0", "-1", "4294967295", "bank"}}};
  for (const Try& one : tries) {
    for (const std::string& value : one.good) {
      INFO(one.field << " " << value);
      CHECK(with(one.field, value).has_value());
    }
    for (const std::string& value : one.bad) {
      INFO(one.field << " " << value);
      const auto refused = with(one.field, value);
      CHECK(code_of(refused) == Code::bad_value);
      CHECK(refused.error().field == one.field);
    }
  }
}

TEST_CASE("Event: what is unknown, missing, minted, double or too large is refused by name") {
  const auto check = [](const std::vector<FieldText>& fields, Code code, std::string_view field) {
    const auto refused = parse_event(row(), fields);
    INFO(field);
    CHECK(code_of(refused) == code);
    CHECK(refused.error().field == field);
  };
  check({{"a_text", "t"}, {"nonsense", "1"}}, Code::unknown_field, "nonsense");
  check({{"a_text", "t"}, {"minted", "1"}}, Code::unknown_field, "minted");
  check({{"a_text", "t"}, {"x:", "1"}}, Code::unknown_field, "x:");
  check({{"a_label", "1"}}, Code::missing_field, "a_text");
  check({{"a_text", ""}}, Code::missing_field, "a_text");
  check({{"a_text", "t"}, {"a_text", "u"}}, Code::bad_value, "a_text");
  check({{"a_text", std::string(limits::text_bytes_max + 1, 'x')}}, Code::too_large, "a_text");
  check({{"a_text", "t"}, {std::string(limits::field_name_bytes_max + 1, 'x'), "1"}}, Code::too_large, "fields");
  std::vector<FieldText> many{{"a_text", "t"}};
  while (many.size() <= limits::fields_max) many.emplace_back("x:" + std::to_string(many.size()), "v");
  check(many, Code::too_large, "fields");
  CHECK(parse_event(row(), {{"a_text", std::string(limits::text_bytes_max, 'x')}}).has_value());
}

TEST_CASE("Event: a required field may be replaced by the one that its row names") {
  const Kinds kinds{shipped_kinds()};
  const KindRow& opening = kinds.opening();
  CHECK(parse_event(opening, {{"narrative", "x"}}).has_value());
  CHECK(parse_event(opening, {{"source", "CFPB"}}).has_value());
  CHECK(code_of(parse_event(opening, {{"channel", "web"}})) == Code::missing_field);
}

TEST_CASE("Event: a body comes back as it went, byte for byte") {
  auto event = parse_event(row(), {{"x:note", "extra\r\n"},
                                   {"a_site", "17"},
                                   {"a_flag", "false"},
                                   {"a_money", "12345"},
                                   {"an_integer", "0"},
                                   {"a_moment", "2026-11-22"},
                                   {"a_label", "标签"},
                                   {"a_text", " spaces kept \n"},
                                   {"x:empty", ""}});
  REQUIRE(event.has_value());
  CHECK(event->fields.front() == FieldText{"a_text", " spaces kept \n"});
  CHECK(event->fields.back() == FieldText{"x:note", "extra\r\n"});
  CHECK(event->fields.size() == 8);
  mint(row(), *event, "minted", "2-20261122-1-AB");
  const auto body = encode_event(row(), *event);
  REQUIRE(body.has_value());
  const auto again = decode_event(row(), *body);
  REQUIRE(again.has_value());
  CHECK(*again == *event);
  CHECK(*again->value("minted") == "2-20261122-1-AB");
  CHECK(again->value("x:empty") == nullptr);
}

TEST_CASE("Event: a number is what its body will say, without zeros before it") {
  const auto event =
      parse_event(row(), {{"a_text", "007"}, {"an_integer", "007"}, {"a_money", "000"}, {"a_site", "017"}});
  REQUIRE(event.has_value());
  CHECK(event->fields ==
        std::vector<FieldText>{{"a_text", "007"}, {"an_integer", "7"}, {"a_money", "0"}, {"a_site", "17"}});
  const auto body = encode_event(row(), *event);
  REQUIRE(body.has_value());
  const auto again = decode_event(row(), *body);
  REQUIRE(again.has_value());
  CHECK(*again == *event);
}

TEST_CASE("Event: a body over the limit is refused before it is sealed") {
  std::vector<FieldText> fields{{"a_text", std::string(limits::text_bytes_max, 'a')},
                                {"x:more", std::string(limits::text_bytes_max, 'b')}};
  const auto event = parse_event(row(), fields);
  REQUIRE(event.has_value());
  CHECK(code_of(encode_event(row(), *event)) == Code::too_large);
}

TEST_CASE("Event: fields of a newer program are kept under their number") {
  flatbuffers::FlatBufferBuilder out{256};
  const std::vector fields{
      fb::CreateField(out, 1, 0, out.CreateString("known")),
      fb::CreateField(out, 99, 0, out.CreateString("later")),
  };
  fb::FinishEventBuffer(out, fb::CreateEvent(out, out.CreateVector(fields)));
  const auto event = decode_event(row(), {reinterpret_cast<const std::byte*>(out.GetBufferPointer()), out.GetSize()});
  REQUIRE(event.has_value());
  CHECK(event->fields == std::vector<FieldText>{{"a_text", "known"}, {"x:#99", "later"}});
}

TEST_CASE("Event: a body cut or changed is damaged, or within its limits") {
  const auto event = parse_event(row(), {{"a_text", "some text"}, {"a_money", "77"}, {"x:n", "v"}});
  REQUIRE(event.has_value());
  const Bytes whole = *encode_event(row(), *event);
  for (std::size_t size = 0; size < 12; ++size) {
    CHECK(code_of(decode_event(row(), ByteView{whole}.first(size))) == Code::damaged);
  }
  sim::SeededRandom random{4};
  for (int round = 0; round < 5'000; ++round) {
    Bytes bytes = whole;
    const auto at = static_cast<std::size_t>(random.below(static_cast<std::int64_t>(bytes.size())));
    bytes[at] = static_cast<std::byte>(random.below(256));
    const auto decoded = decode_event(row(), bytes);
    if (!decoded) {
      REQUIRE(decoded.error().code == Code::damaged);
      continue;
    }
    std::size_t total = 0;
    for (const auto& [name, value] : decoded->fields) total += name.size() + value.size();
    REQUIRE(total <= limits::plain_bytes_max);
  }
}

}  // namespace redress::casework
