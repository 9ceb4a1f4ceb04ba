#include "ops/tool/field_values.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "ops/shell/process.h"
#include "ops/tool/choice_words.h"
#include "protocol/casework/codes.h"
#include "tests/tool/kinds_table.h"

namespace redress::tool {
namespace {

using nlohmann::json;

const json& row(const std::string& kind = "") {
  static const json kinds = kinds_table();
  return *row_of(kinds, kind);
}

// "what [field]" of a refusal.
template <typename T>
std::string refusal(const Result<T>& result) {
  return result ? "none" : result.error().what + " [" + result.error().field + "]";
}

std::string name(const std::string& said) {
  const auto named = field_named(row(), said);
  return named ? *named : refusal(named);
}

std::string value(const json& of, const std::string& field, const std::string& said,
                  const json& others = json::object()) {
  const auto meant = value_said(*field_of(of, field), others, said);
  return meant ? *meant : refusal(meant);
}

std::string fault(const std::string& field, const std::string& said, const json& others = json::object()) {
  return refusal(check_value(row(), *field_of(row(), field), said, others));
}

TEST_CASE("FieldValues: a field is known by its name, its Chinese and its English one") {
  CHECK(name("channel") == "channel");
  CHECK(name("投诉渠道") == "channel");
  CHECK(name("customer") == "customer_name");
  CHECK(name("x:投诉渠道") == "x:投诉渠道");
  CHECK(name("no_such") == "no_such");
  CHECK(name("天气") == "天气");
}

TEST_CASE("FieldValues: a name that could be several, or is a part of one, is answered with the candidates") {
  CHECK(name("涉及金额") ==
        "one of these is meant (请指明是哪一个): amount_fen (涉及金额（分）, amount in fen) [涉及金额]");
  CHECK(name("邮").find("email (电子邮箱, e-mail), postcode (邮政编码, postcode)") != std::string::npos);
  json twice = row();
  twice["fields"].push_back({{"name", "x:way"}, {"zh", "投诉渠道"}, {"en", "way"}});
  const auto named = field_named(twice, "投诉渠道");
  REQUIRE_FALSE(named);
  CHECK(named.error().code == Code::unknown_field);
  CHECK(named.error().what.find("channel (投诉渠道, channel), x:way (投诉渠道, way)") != std::string::npos);
}

TEST_CASE("FieldValues: a choice, a flag and a moment are said in words") {
  REQUIRE(shell::set_zone("Asia/Shanghai"));
  CHECK(value(row(), "matter", "建议") == "suggestion");
  CHECK(value(row(), "matter", "suggestion") == "suggestion");
  CHECK(value(row(), "matter", "天气") == "天气");
  CHECK(value(row(), "anonymous", "是") == "true");
  CHECK(value(row(), "anonymous", "n") == "false");
  CHECK(value(row(), "received_at", "2026-11-30 09:30") == "2026-11-30T09:30:00+08:00");
  CHECK(value(row(), "received_at", "2026-11-30") == "2026-11-30");
  CHECK(value(row(), "narrative", "2026-11-30 09:30") == "2026-11-30 09:30");
  CHECK(value(row("disposed"), "result", "支持") == "upheld");
}

TEST_CASE("FieldValues: a code is known by its name in the edition that is given, and only there") {
  const json edition{{"edition", "cfpb-1"}};
  std::size_t seen = 0;
  for (const casework::CodeRow& code : casework::find_edition(casework::shipped_code_editions(), "cfpb-1")->rows) {
    if (code.axis != "channel") continue;
    CHECK(value(row("classified"), "channel_code", code.zh, edition) == code.code);
    CHECK(value(row("classified"), "channel_code", code.zh) == code.zh);
    ++seen;
  }
  CHECK(seen > 2);
}

TEST_CASE("FieldValues: every choice of the shipped kinds has a Chinese name, and no two of a field the same") {
  const json kinds = kinds_table();
  std::size_t seen = 0;
  for (const json& kind : kinds["kinds"]) {
    for (const json& field : kind["fields"]) {
      for (const Choice& choice : choices_of(field)) {
        INFO(kind["kind"] << " " << field["name"] << " " << choice.code);
        CHECK(choice.zh != choice.code);
        CHECK(value(kind, field["name"], choice.zh) == choice.code);
        ++seen;
      }
    }
  }
  CHECK(seen > 70);
}

TEST_CASE("FieldValues: what a command line gives is turned name by name, and no field is given twice") {
  REQUIRE(shell::set_zone("Asia/Shanghai"));
  const auto fields = fields_said(
      row(),
      {{"投诉渠道", "网点"}, {"matter", "咨询"}, {"受理时间", "2026-11-30 09:30"}, {"x:色", "红"}, {"no_such", "1"}});
  REQUIRE(fields);
  CHECK(*fields == json{{"channel", "网点"},
                        {"matter", "enquiry"},
                        {"received_at", "2026-11-30T09:30:00+08:00"},
                        {"x:色", "红"},
                        {"no_such", "1"}});
  const auto twice = fields_said(row(), {{"投诉渠道", "网点"}, {"channel", "web"}});
  CHECK(refusal(twice) == "given under two names (同一字段重复) [channel]");
}

TEST_CASE("FieldValues: a value is judged by type, choices and form, without what is still missing") {
  CHECK(fault("received_at", "2026-13-30").starts_with("expected a date"));
  CHECK(fault("received_at", "2026-11-30") == "none");
  CHECK(fault("amount_fen", "-5").starts_with("expected whole fen"));
  CHECK(fault("matter", "weather") == "expected one of the choices [matter]");
  CHECK(fault("phone", "12").find("应为手机") != std::string::npos);
  CHECK(fault("phone", "13800138000") == "none");
  CHECK(fault("id_no", "110101199003070000", {{"id_type", "居民身份证"}}) != "none");
  CHECK(fault("id_no", "E12345678", {{"id_type", "护照"}}) == "none");
  CHECK(fault("narrative", std::string(40'000, 'x')).starts_with("bytes=40000"));
  CHECK(fault("headcount", "3", {{"collective", "true"}}) == "none");
}

TEST_CASE("FieldValues: a field that only the bank's profile has is judged by what the daemon says of it") {
  json more = row();
  more["fields"].push_back(
      {{"name", "x:level"}, {"zh", "级别"}, {"en", "level"}, {"type", "label"}, {"choices", {"高", "低"}}});
  const json& field = more["fields"].back();
  CHECK(refusal(check_value(more, field, "高", json::object())) == "none");
  CHECK(refusal(check_value(more, field, "中", json::object())) == "expected one of the choices [x:level]");
  CHECK(hint_of(field, true) == "高 | 低");
}

}  // namespace
}  // namespace redress::tool
