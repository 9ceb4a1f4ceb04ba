#include "protocol/casework/extensions.h"

#include <catch2/catch.hpp>

#include "protocol/rules/profile.h"

namespace redress::casework {
namespace {

const std::vector<rules::ExtraField>& extras() {
  static const std::vector<rules::ExtraField> all = [] {
    rules::Profiles profiles;
    REQUIRE(profiles
                .add("x",
                     "[profile x]\nversion = 2\n"
                     "[field house_no]\nzh = 房号\nen = house number\ntype = label\nrequired = yes\n"
                     "[field power_class]\nzh = 类别\nen = class\ntype = label\nchoices = 电网建设 | 供电服务\n"
                     "[field meter]\nzh = 表数\nen = meters\ntype = integer\n"
                     "[field paid]\nzh = 已付\nen = paid\ntype = money\n"
                     "[field since]\nzh = 自何时\nen = since\ntype = moment\n"
                     "[field rented]\nzh = 租住\nen = rented\ntype = flag\n"
                     "[field later]\nzh = 以后\nen = later\ntype = ?\n")
                .has_value());
    return profiles.in_force("x", rules::Day{20'000})->fields;
  }();
  return all;
}

std::string refusal(std::vector<FieldText> fields) {
  const redress::Status checked = check_extensions(extras(), fields);
  if (checked) return "";
  return checked.error().field + ": " + checked.error().what;
}

std::string with(const std::string& name, const std::string& value) {
  return refusal({{"x:house_no", "7"}, {name, value}});
}

}  // namespace

TEST_CASE("Extensions: what a profile adds is asked for and judged by name, type and choice", "[CLS-35][CLS-36]") {
  CHECK(refusal({{"x:house_no", "7-2-301"}}).empty());
  CHECK(refusal({}) == "x:house_no: asked for by x/2: 房号 (house number)");
  CHECK(refusal({{"x:house_no", ""}}).starts_with("x:house_no: "));
  CHECK(with("x:power_class", "供电服务").empty());
  CHECK(with("x:power_class", "其他") == "x:power_class: expected one of 电网建设|供电服务");
  CHECK(with("x:meter", "3").empty());
  CHECK(with("x:meter", "three") == "x:meter: expected a whole number from 0");
  CHECK(with("x:paid", "1.50") == "x:paid: expected whole fen (分), without a fraction");
  CHECK(with("x:since", "2026-11-22").empty());
  CHECK(with("x:since", "yesterday").starts_with("x:since: expected a date"));
  CHECK(with("x:rented", "yes") == "x:rented: expected true or false");
}

TEST_CASE("Extensions: what no profile tells of, and what is left untold, is any text") {
  CHECK(with("x:colour", "blue").empty());
  CHECK(with("x:later", "何时都行").empty());
}

TEST_CASE("Extensions: a row out of another system's table keeps what the table had") {
  CHECK(refusal({{"source", "ledger.csv"}, {"x:meter", "three"}}).empty());
}

}  // namespace redress::casework
