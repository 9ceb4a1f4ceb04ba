#include "protocol/casework/codes.h"

#include <catch2/catch.hpp>
#include <set>

#include "protocol/casework/event.h"

namespace redress::casework {
namespace {

constexpr std::string_view head = "edition e-1\nfrom 2026-01-01\nzh 例\nen example\n";

Result<CodeEdition> parsed(std::string_view rows) { return parse_code_edition(std::string{head} + std::string{rows}); }

void check_refused(std::string_view text, std::string_view reason) {
  const auto edition = parse_code_edition(text);
  INFO(text);
  REQUIRE_FALSE(edition.has_value());
  INFO(edition.error().what);
  CHECK(edition.error().what.find(reason) != std::string::npos);
}

const KindRow& classified() {
  static const Kinds kinds{shipped_kinds()};
  return *kinds.find("classified");
}

}  // namespace

TEST_CASE("Codes: an edition is read from its text, with levels on each axis", "[CLS-37]") {
  const auto edition = parsed("# a remark\nchannel|A||甲|a\nchannel|A1|A|乙|b\r\n\ncause|A||丙|c\n");
  REQUIRE(edition.has_value());
  CHECK(edition->name == "e-1");
  CHECK(edition->from == "2026-01-01");
  CHECK(edition->rows.size() == 3);
  REQUIRE(edition->find("channel", "A1") != nullptr);
  CHECK(edition->find("channel", "A1")->parent == "A");
  CHECK(edition->find("channel", "A1")->zh == "乙");
  CHECK(edition->find("cause", "A1") == nullptr);
  CHECK(edition->find("business", "A") == nullptr);
}

TEST_CASE("Codes: a text that is no edition is refused by line and reason") {
  const std::string h{head};
  check_refused("", "no edition named");
  check_refused(h, "no code");
  check_refused("edition x\nchannel|A||a|b\n", "no day");
  check_refused("edition x\nfrom 2026-02-30\nchannel|A||a|b\n", "no day");
  check_refused(h + "channel|A||a\n", "line 5: fewer");
  check_refused(h + "channel|A||a|b|c\n", "line 5: more");
  check_refused(h + "channel|A||a|b\nchannel|A||a|b\n", "line 6: a code twice");
  check_refused(h + "channel|A|B|a|b\n", "line 5: no such parent");
  check_refused(h + "channel|A|||b\n", "line 5: an empty cell");
  check_refused(h + "edition y\n", "line 5: given twice");
  check_refused(h + "colour red\n", "line 5: neither");
  check_refused(h + "channel|A||\xC0\x80|b\n", "line 5: not UTF-8");
  check_refused(h + "channel|A||" + std::string(600, 'x') + "|b\n", "line 5: over 512");
}

TEST_CASE("Codes: the shipped editions have the three axes, the eight types and what printed forms tick",
          "[CLS-01][CLS-02][CLS-03][CLS-04][CLS-05][CLS-08][CLS-09][CLS-10][CLS-14][CLS-19][CLS-30][CLS-31][CLS-32]"
          "[CLS-33][CLS-34]") {
  const auto editions = shipped_code_editions();
  std::set<std::string> names;
  for (const CodeEdition& edition : editions) CHECK(names.insert(edition.name).second);
  for (const char* name : {"jrt0169-shape-1", "cfpb-1"}) {
    const CodeEdition* edition = find_edition(editions, name);
    REQUIRE(edition != nullptr);
    std::set<std::string> axes;
    for (const CodeRow& row : edition->rows) axes.insert(row.axis);
    CHECK(axes == std::set<std::string>{"business", "cause", "channel"});
  }
  const CodeEdition* postal = find_edition(editions, "postal-1");
  REQUIRE(postal != nullptr);
  const std::vector<std::string_view> types{"工作失误", "服务态度", "内部管理", "服务产品",
                                            "服务渠道", "违规操作", "金融犯罪", "匿名投诉"};
  for (std::size_t i = 0; i < types.size(); ++i) {
    REQUIRE(postal->find("type", std::to_string(i + 1)) != nullptr);
    CHECK(postal->find("type", std::to_string(i + 1))->zh == types[i]);
    CHECK(postal->find("type", std::to_string(i + 1))->parent == (i < 3 ? "general" : i < 6 ? "complex" : "special"));
    CHECK(postal->find("channel", std::to_string(i + 1)) != nullptr);
  }
  const CodeEdition* forms = find_edition(editions, "bank-forms-1");
  REQUIRE(forms != nullptr);
  for (const char* form : {"phone", "letter", "visit", "fax", "mail", "other"}) {
    CHECK(forms->find("form", form) != nullptr);
  }
  for (const char* object : {"attitude", "quality", "product", "process", "environment", "facility", "claim"}) {
    CHECK(forms->find("object", object) != nullptr);
  }
  for (const char* conduct : {"quarrel", "slight", "force"}) CHECK(forms->find("conduct", conduct) != nullptr);
  CHECK(forms->find("cause", "front.windows") != nullptr);
  CHECK(forms->find("cause", "lobby.speed") != nullptr);
  CHECK(forms->find("cause", "topic.large") != nullptr);
  CHECK(forms->find("channel", "online.app") != nullptr);
  CHECK(find_edition(editions, "none") == nullptr);
}

TEST_CASE("Codes: a classification is refused by field if its code is not in the edition it names", "[CLS-08]") {
  const auto refused = [](const std::vector<FieldText>& fields) {
    const auto event = parse_event(classified(), fields);
    return event ? std::string{} : event.error().field + ": " + event.error().what;
  };
  CHECK(refused({{"edition", "postal-1"}, {"type_code", "2"}, {"channel_code", "1"}, {"grade", "3"}}).empty());
  CHECK(refused({{"edition", "postal-1"}, {"type_code", "9"}}) == "type_code: no code on the axis type of postal-1");
  CHECK(refused({{"edition", "postal-9"}, {"type_code", "2"}}) == "edition: no such edition of the codes");
  CHECK(refused({{"type_code", "2"}}).starts_with("edition: "));
  CHECK(refused({{"edition", "postal-1"}, {"grade", "4"}}).starts_with("grade: "));
}

TEST_CASE("Codes: a bank's own edition takes the place of the shipped ones, and old bodies stay readable") {
  auto own = parsed("cause|77||自有|own\n");
  REQUIRE(own.has_value());
  const std::vector<CodeEdition> editions{*own};
  const auto event = parse_event(classified(), {{"edition", "e-1"}, {"cause_code", "77"}}, editions);
  REQUIRE(event.has_value());
  CHECK_FALSE(parse_event(classified(), {{"edition", "e-1"}, {"cause_code", "77"}}).has_value());
  // What is written is not judged by today's tables.
  CHECK(*decode_event(classified(), *encode_event(classified(), *event)) == *event);
}

}  // namespace redress::casework
