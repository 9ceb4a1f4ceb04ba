#include "protocol/casework/kinds.h"

#include <catch2/catch.hpp>

#include "protocol/casework/event.h"

namespace redress::casework {

TEST_CASE("Kinds: a row is found by number and by name") {
  const Kinds kinds{shipped_kinds()};
  CHECK(kinds.rows().size() == 9);
  for (const KindRow& row : kinds.rows()) {
    CHECK(kinds.find(row.kind) == kinds.find(row.name));
    CHECK(kinds.find(row.kind)->name == row.name);
  }
  CHECK(kinds.find(Kind{0}) == nullptr);
  CHECK(kinds.find("no such kind") == nullptr);
  CHECK(kinds.opening().name == "registered");
}

TEST_CASE("Kinds: numbers in bodies never change") {
  const Kinds kinds{shipped_kinds()};
  const std::vector<std::string_view> names{"registered",  "handed_over", "started",   "disposed", "replied",
                                            "called_back", "closed",      "withdrawn", "reopened"};
  for (std::size_t i = 0; i < names.size(); ++i) {
    CHECK(kinds.find(names[i])->kind == Kind{static_cast<std::uint16_t>(i + 1)});
  }
  const KindRow& opening = kinds.opening();
  CHECK(opening.field("narrative")->id == 1);
  CHECK(opening.field("amount_fen")->id == 24);
  CHECK(opening.field("sent_on")->id == 32);
  CHECK(opening.field(case_no_field)->id == 90);
  CHECK(opening.field("no such field") == nullptr);
  CHECK(opening.field(std::uint16_t{9'999}) == nullptr);
}

TEST_CASE("Kinds: each row names its rule and both languages, and only head office disposes") {
  const Kinds kinds{shipped_kinds()};
  for (const KindRow& row : kinds.rows()) {
    INFO(row.name);
    CHECK_FALSE(row.rule.empty());
    CHECK_FALSE(row.zh.empty());
    CHECK(row.when != 0);
    CHECK(row.who != 0);
    if (row.effect == Effect::dispose) CHECK(row.who == who_head_office);
    for (const Field& field : row.fields) {
      CHECK_FALSE(field.zh.empty());
      CHECK_FALSE(field.en.empty());
      CHECK((field.unless.empty() || row.field(field.unless) != nullptr));
    }
  }
}

TEST_CASE("Kinds: a hand-over must name its unit") {
  const Kinds kinds{shipped_kinds()};
  const auto refused = parse_event(*kinds.find("handed_over"), {{"reason", "capacity"}});
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().code == Code::missing_field);
  CHECK(refused.error().field == unit_field);
}

}  // namespace redress::casework
