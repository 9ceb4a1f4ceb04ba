// What a registration may say and what is refused, by the field's name and with a reason.
#include <catch2/catch.hpp>
#include <set>

#include "protocol/base/limits.h"
#include "protocol/casework/event.h"

namespace redress::casework {
namespace {

const KindRow& opening() {
  static const Kinds table{shipped_kinds()};
  return table.opening();
}

Result<Event> registered(std::vector<FieldText> fields) {
  fields.emplace_back("narrative", "The counter closed early");
  return parse_event(opening(), fields);
}

// "bad_value id_no: expected …"
std::string refusal_of(const std::vector<FieldText>& fields) {
  const auto event = registered(fields);
  if (event) return {};
  return std::to_string(static_cast<int>(event.error().code)) + " " + event.error().field + ": " + event.error().what;
}

void check_bad(const std::vector<FieldText>& fields, Code code, std::string_view field, std::string_view reason) {
  const std::string refusal = refusal_of(fields);
  INFO(refusal);
  CHECK(refusal.starts_with(std::to_string(static_cast<int>(code)) + " " + std::string{field} + ": "));
  CHECK(refusal.find(reason) != std::string::npos);
}

}  // namespace

TEST_CASE("Registration: a number of the wrong form is refused by field and reason", "[REC-01]") {
  check_bad({{"id_type", "居民身份证"}, {"id_no", "110105194912310020"}}, Code::bad_value, "id_no", "校验位不符");
  check_bad({{"id_no", "110105194912310020"}}, Code::bad_value, "id_no", "last character fits");
  check_bad({{"id_type", "身份证"}, {"id_no", "E12345678"}}, Code::bad_value, "id_no", "18");
  CHECK(refusal_of({{"id_type", "护照"}, {"id_no", "E12345678"}}).empty());
  CHECK(refusal_of({{"id_no", "E12345678"}}).empty());
  CHECK(refusal_of({{"id_type", "居民身份证"}, {"id_no", "11010519491231002X"}}).empty());
  check_bad({{"phone", "1380013800"}}, Code::bad_value, "phone", "telephone");
  check_bad({{"callback_phone", "later"}}, Code::bad_value, "callback_phone", "telephone");
  check_bad({{"email", "zhang"}}, Code::bad_value, "email", "e-mail");
  check_bad({{"card_no", "6222021234567890129"}}, Code::bad_value, "card_no", "卡号校验位不符");
  check_bad({{"account_no", "?"}}, Code::bad_value, "account_no", "account");
  check_bad({{"social_credit_code", "91350100M000100Y44"}}, Code::bad_value, "social_credit_code", "有误");
}

TEST_CASE("Registration: what came out of a table is kept as the table had it", "[REC-02]") {
  const auto event = registered({{"source", "old system"}, {"id_no", "110105194912310020"}, {"phone", "none"}});
  REQUIRE(event.has_value());
  CHECK(*event->value("phone") == "none");
}

TEST_CASE("Registration: a suggestion, praise and an enquiry are told from a complaint", "[REC-15][REC-16][CLS-40]") {
  for (const char* matter : {"complaint", "suggestion", "praise", "enquiry"}) {
    CHECK(refusal_of({{"matter", matter}}).empty());
  }
  check_bad({{"matter", "song"}}, Code::bad_value, "matter", "complaint|suggestion|praise|enquiry");
}

TEST_CASE("Registration: customer, reporter, agent, accused person, unit and outlet head stand apart",
          "[REC-03][REC-04][REC-13]") {
  const auto event = registered({{"customer_name", "甲"},
                                 {"reporter_name", "乙"},
                                 {"reporter_relation", "女儿"},
                                 {"reporter_phone", "13800138000"},
                                 {"agent_name", "丙"},
                                 {"agent_kind", "heir"},
                                 {"accused_unit", "城南支行"},
                                 {"accused_site", "12"},
                                 {"accused_person", "丁"},
                                 {"accused_staff", "77"},
                                 {"outlet_head", "戊"},
                                 {"other_contact", "己"},
                                 {"other_phone", "010-12345678"},
                                 {"reachable", "evenings"}});
  REQUIRE(event.has_value());
  const std::vector<std::string_view> apart{"customer_name", "reporter_name", "agent_name",   "accused_person",
                                            "accused_unit",  "outlet_head",   "other_contact"};
  std::set<std::string> values;
  for (const auto name : apart) values.insert(*event->value(name));
  CHECK(values.size() == apart.size());
  check_bad({{"agent_kind", "friend"}}, Code::bad_value, "agent_kind", "heir");
  check_bad({{"authority_needed", "true"}}, Code::missing_field, "authority_seen", "authority_needed");
}

TEST_CASE("Registration: a collective complaint says how many, a vulnerable customer in what way", "[CLS-26][CLS-38]") {
  check_bad({{"collective", "true"}}, Code::missing_field, "headcount", "collective");
  CHECK(refusal_of({{"collective", "true"}, {"headcount", "12"}}).empty());
  CHECK(refusal_of({{"collective", "false"}}).empty());
  check_bad({{"vulnerable", "true"}}, Code::missing_field, "vulnerability", "vulnerable");
  CHECK(refusal_of({{"importance", "key customer"}, {"vulnerable", "true"}, {"vulnerability", "老年人"}}).empty());
}

TEST_CASE("Registration: the flags of intake are flags", "[CLS-21][CLS-22][CLS-23][CLS-28][CLS-41]") {
  for (const char* flag : {"anonymous", "malicious", "repeat", "sensitive", "media", "public_figure", "reputation_risk",
                           "confidential", "recording_refused", "relistened", "urgent", "form_pending", "on_site"}) {
    INFO(flag);
    CHECK(refusal_of({{flag, "true"}}).empty());
    check_bad({{flag, "perhaps"}}, Code::bad_value, flag, "true or false");
  }
  CHECK(refusal_of({{"mood", "angry"}, {"recording", "REC/2026/11/22-17"}}).empty());
}

TEST_CASE("Registration: amounts are whole fen, each under its own name", "[REC-10][REC-11]") {
  CHECK(refusal_of({{"amount_fen", "5000001"}, {"claimed_fen", "100"}, {"loss_fen", "0"}}).empty());
  for (const char* amount : {"amount_fen", "claimed_fen", "loss_fen"}) {
    check_bad({{amount, "12.50"}}, Code::bad_value, amount, "fen");
  }
}

TEST_CASE("Registration: channel, form, minute, desk and receiver are kept", "[REC-05][CLS-01][CLS-02]") {
  const auto event = registered({{"channel", "客户意见簿"},
                                 {"acceptance_form", "来访"},
                                 {"received_at", "2026-11-22T08:05:00+08:00"},
                                 {"receiving_desk", "营业部"},
                                 {"receiver", "王经理"},
                                 {"on_site", "true"}});
  REQUIRE(event.has_value());
  CHECK(*event->value("received_at") == "2026-11-22T08:05:00+08:00");
}

TEST_CASE("Registration: what a profile adds rides as an extension", "[CLS-35][CLS-36]") {
  const auto event = registered({{"x:车牌号", "粤B12345"}, {"x:batch", "7"}});
  REQUIRE(event.has_value());
  const auto body = encode_event(opening(), *event);
  REQUIRE(body.has_value());
  CHECK(*decode_event(opening(), *body) == *event);
}

TEST_CASE("Registration: the whole form goes into a body and comes back") {
  std::vector<FieldText> all;
  for (const Field& field : opening().fields) {
    if (field.minted) continue;
    std::string value = "x";
    if (field.type == FieldType::moment) value = "2026-11-22";
    if (field.type == FieldType::integer || field.type == FieldType::money || field.type == FieldType::site)
      value = "7";
    if (field.type == FieldType::flag) value = "true";
    if (!field.choices.empty()) value = std::string{field.choices.substr(0, field.choices.find('|'))};
    all.emplace_back(std::string{field.name}, value);
  }
  CHECK(all.size() > 85);
  const auto event = parse_event(opening(), all);  // `source` is among them
  REQUIRE(event.has_value());
  const auto body = encode_event(opening(), *event);
  REQUIRE(body.has_value());
  CHECK(body->size() < limits::plain_bytes_max / 8);
  CHECK(*decode_event(opening(), *body) == *event);
}

}  // namespace redress::casework
