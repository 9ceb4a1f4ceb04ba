#include "protocol/casework/kinds.h"

#include <catch2/catch.hpp>

#include "protocol/casework/event.h"

namespace redress::casework {

TEST_CASE("Kinds: a row is found by number and by name") {
  const Kinds kinds{shipped_kinds()};
  CHECK(kinds.rows().size() == 80);
  for (const KindRow& row : kinds.rows()) {
    CHECK(kinds.find(row.kind) == kinds.find(row.name));
    CHECK(kinds.find(row.kind)->name == row.name);
  }
  CHECK(kinds.find(Kind{0}) == nullptr);
  CHECK(kinds.find("no such kind") == nullptr);
  CHECK(kinds.opening().name == "registered");
}

TEST_CASE("Kinds: each field is found by its name and by its number, and where it stands") {
  const Kinds kinds{shipped_kinds()};
  for (const KindRow& row : kinds.rows()) {
    std::size_t place = 0;
    for (const Field& field : row.fields) {
      CHECK(row.field(field.name) == &field);
      CHECK(row.field(field.id) == &field);
      CHECK(row.fields.place_of(field) == place++);
    }
    CHECK(row.field("nobody_has_this") == nullptr);
    CHECK(row.field("") == nullptr);
    CHECK(row.field(std::uint16_t{0}) == nullptr);
    CHECK(row.field(std::uint16_t{60'000}) == nullptr);
  }
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

TEST_CASE("Kinds: numbers of the later kinds never change either") {
  const Kinds kinds{shipped_kinds()};
  const std::vector<std::pair<unsigned, std::vector<std::string_view>>> groups{
      {10,
       {"amended", "accepted", "not_accepted", "material_awaited", "material_supplied", "accused_named",
        "accused_cleared", "linked", "unlinked"}},
      {20,
       {"classified", "classification_ruled", "validity_stated", "certified_valid", "certified_special",
        "responsibility_ruled"}},
      {30,
       {"delivered", "phone_noticed", "assistance_asked", "assisted", "mediated", "escalated", "plan_fixed",
        "dispute_ruled"}},
      {40,
       {"conflict_declared", "investigated", "proposed", "proposal_approved", "proposal_returned", "extension_asked",
        "extension_granted", "extension_denied", "extension_told", "promised", "progress_told", "time_excluded",
        "time_resumed", "facts_added", "outstanding_noted", "outstanding_settled", "unreached", "lateness_explained",
        "offer_refused"}},
      {60,
       {"instructions_asked", "instructions_given", "order_given", "order_answered", "answer_rejected",
        "reply_rejected", "regulator_reported", "regulator_answered", "media_asked", "media_consented", "media_denied",
        "media_answered", "correction_ordered", "correction_verified", "reminded", "overdue"}},
      {80,
       {"review_asked", "review_decided", "complained_again", "reissued", "withdrawal_claimed", "withdrawal_free",
        "withdrawal_pressed", "abnormal_end_asked", "abnormally_closed", "abnormal_end_denied", "passed_outside",
        "gate_passed", "archived"}}};
  std::size_t counted = 9;
  for (const auto& [first, names] : groups) {
    for (std::size_t i = 0; i < names.size(); ++i) {
      INFO(names[i]);
      REQUIRE(kinds.find(names[i]) != nullptr);
      CHECK(kinds.find(names[i])->kind.value() == first + i);
      CHECK(kinds.find(names[i])->version == 1);
      ++counted;
    }
  }
  CHECK(counted == kinds.rows().size());
}

TEST_CASE("Kinds: what head office alone decides, nobody else may record") {
  const Kinds kinds{shipped_kinds()};
  for (const char* name :
       {"disposed", "classification_ruled", "certified_valid", "certified_special", "responsibility_ruled"}) {
    CHECK(kinds.find(name)->who == who_head_office);
  }
}

TEST_CASE("Kinds: each row names its rule and both languages, and only head office disposes") {
  const Kinds kinds{shipped_kinds()};
  for (const KindRow& row : kinds.rows()) {
    INFO(row.name);
    CHECK_FALSE(row.rule.empty());
    CHECK_FALSE(row.zh.empty());
    CHECK(row.when != 0);
    CHECK(row.who != 0);
    CHECK((row.turn == Turn::none) == (row.matter == Matter::none));
    // Every rule says itself in English and in Chinese.
    std::vector<std::string_view> rules{row.rule};
    for (const Need& need : row.needs) {
      CHECK(need.matter != Matter::none);
      rules.push_back(need.rule);
    }
    for (const std::string_view rule : rules) {
      INFO(rule);
      CHECK(rule.find(": ") != std::string_view::npos);
      CHECK(rule.ends_with(")"));
    }
    if (row.effect == Effect::dispose) CHECK(row.who == who_head_office);
    for (const Field& field : row.fields) {
      CHECK_FALSE(field.zh.empty());
      CHECK_FALSE(field.en.empty());
      CHECK((field.unless.empty() || row.field(field.unless) != nullptr));
      for (const std::string_view other : {field.needed_with, field.differs_from, field.form_by}) {
        CHECK((other.empty() || row.field(other) != nullptr));
      }
      if (!field.needed_with.empty()) CHECK(row.field(field.needed_with)->type == FieldType::flag);
      CHECK((field.axis.empty() || row.field(edition_field) != nullptr));
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
