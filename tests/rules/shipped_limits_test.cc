// The limits of the bank's documents, T1 to T23, as the shipped profiles hold them: amount, start and end of each, and
// the blanks of the documents as blanks.
#include <catch2/catch.hpp>
#include <map>
#include <tuple>

#include "protocol/rules/shipped.h"

namespace redress::rules {
namespace {

constexpr Day today{20'790};  // in 2026

struct Row {
  std::optional<Span> span;
  std::optional<Moment> starts;
  std::optional<Moment> ends;
  friend bool operator==(const Row&, const Row&) = default;
};

// The rows of one profile by their names, of those that carry `tag`.
std::map<std::string, Row> rows(std::string_view profile, std::string_view tag) {
  const auto found = shipped_profiles().in_force(profile, today);
  REQUIRE(found.has_value());
  std::map<std::string, Row> out;
  for (const LimitRow& row : found->limits) {
    if (row.limit.tag == tag) out[row.limit.id] = {row.limit.span, row.starts, row.ends};
  }
  return out;
}

Span hours(int amount) { return {amount, Unit::hours, 0}; }
Span working_days(int amount) { return {amount, Unit::working_days, 0}; }

using Rows = std::map<std::string, Row>;

}  // namespace

TEST_CASE("Shipped limits: the bank's policy counts step by step from delivery", "[T1][T2][T3][T4][T5]") {
  using enum Moment;
  CHECK(rows("bank-000", "T1") == Rows{{"pass_on", {hours(1), delivered, handed_over}}});
  CHECK(rows("bank-000", "T2") == Rows{{"start_work", {hours(2), delivered, started}}});
  CHECK(rows("bank-000", "T3") == Rows{{"outlet_reply", {working_days(1), delivered, replied}}});
  // The number is cut from the document.
  CHECK(rows("bank-000", "T4") == Rows{{"branch_reply", {std::nullopt, delivered, replied}}});
  const Rows head_office = rows("bank-000", "T5");
  CHECK(head_office.at("head_office_reply") == Row{working_days(3), delivered, replied});
  CHECK(head_office.contains("promise"));
}

TEST_CASE("Shipped limits: head office's template passes on in a day and reports in ten", "[T11][T12]") {
  const Rows transfer = rows("head-office-002r", "T11");
  REQUIRE(transfer.size() == 1);
  CHECK(transfer.at("transfer").span == working_days(1));
  const auto profile = shipped_profiles().in_force("head-office-002r", today);
  REQUIRE(profile.has_value());
  std::size_t reports = 0;
  for (const LimitRow& row : profile->limits) {
    if (row.limit.tag != "T12") continue;
    ++reports;
    CHECK(row.limit.span == working_days(10));
    CHECK(row.limit.extension.allowed);
    CHECK(row.limit.extension.longest == working_days(15));
  }
  CHECK(reports == 1);
}

TEST_CASE("Shipped limits: what the insurer's template leaves blank stays blank until it is told",
          "[T13][T14][T15][T16][T17]") {
  const std::map<std::string, std::size_t> rows_of{{"T13", 1}, {"T14", 3}, {"T15", 3}, {"T16", 1}, {"T17", 1}};
  for (const auto& [tag, least] : rows_of) {
    const Rows found = rows("insurance-003", tag);
    INFO(tag);
    CHECK(found.size() >= least);
    for (const auto& [id, row] : found) CHECK(row.span == std::nullopt);
  }
}

TEST_CASE("Shipped limits: the savings bank counts end to end by grade", "[T18][T19][T20][T21]") {
  using enum Moment;
  CHECK(rows("psbc-004-12", "T18").at("general").span == working_days(3));
  const Rows complex = rows("psbc-004-12", "T19");
  CHECK(complex.at("complex").span == Span{10, Unit::working_days, 7});
  CHECK(complex.at("other").span == std::nullopt);
  CHECK(rows("psbc-004-12", "T20") == Rows{{"dispatch", {working_days(2), std::nullopt, handed_over}}});
  CHECK(rows("psbc-004-12", "T21").size() == 1);
  const auto profile = shipped_profiles().in_force("psbc-004-12", today);
  REQUIRE(profile.has_value());
  for (const LimitRow& row : profile->limits) {
    if (row.limit.tag != "T21") continue;
    CHECK(row.limit.span == Span{0, Unit::same_day, 0});
    CHECK(row.limit.day_ends == DayEnds::close_of_business);
  }
  // Who is late says why to the unit that took the complaint (art. 11); when the union presses is not told (art. 21).
  REQUIRE(profile->prompts.size() == 2);
  CHECK(profile->prompts[0].overdue);
  CHECK(profile->prompts[0].lead == Span{0, Unit::at_once, 0});
  CHECK(profile->prompts[0].to == std::vector{Addressee::handler, Addressee::registrar});
  CHECK(profile->prompts[1].lead == std::nullopt);
}

TEST_CASE("Shipped limits: the other bank acknowledges at once and replies by grade", "[T22][T23]") {
  const Rows reply = rows("bank-xx-004-13", "T22");
  CHECK(reply.at("general").span == working_days(1));
  CHECK(reply.at("complex").span == working_days(5));
  CHECK(rows("bank-xx-004-13", "T23").at("acknowledge").span == Span{0, Unit::at_once, 0});
}

}  // namespace redress::rules
