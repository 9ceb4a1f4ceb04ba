#include "protocol/casework/number.h"

#include <catch2/catch.hpp>
#include <set>

#include "tests/sim/pair.h"

namespace redress::casework {

TEST_CASE("Number: a case id begins with its opener's milliseconds, names the opener and is unique") {
  sim::SeededRandom random{1};
  const CaseId early = mint_case_id(SiteId{9}, WallTime{1'000}, random);
  const CaseId late = mint_case_id(SiteId{7}, WallTime{1'001}, random);
  CHECK(to_hex(view_of(early)).substr(0, 20) == "8000000003e800000009");
  CHECK(early < late);
  CHECK(opener_of(early) == SiteId{9});
  std::set<CaseId> ids;
  for (int i = 0; i < 1'000; ++i) CHECK(ids.insert(mint_case_id(SiteId{9}, WallTime{5}, random)).second);
}

TEST_CASE("Number: an opener's clock may stand anywhere; an id of the older form names nobody") {
  sim::SeededRandom random{1};
  for (const std::int64_t ms : {std::int64_t{-1}, std::int64_t{0}, INT64_MAX, INT64_MIN}) {
    CHECK(opener_of(mint_case_id(SiteId{UINT32_MAX}, WallTime{ms}, random)) == SiteId{UINT32_MAX});
  }
  CaseId older;
  older.bytes = {std::byte{0x01}, std::byte{0xA2}, std::byte{0x01}, std::byte{0x5A}, std::byte{0xFF}};
  CHECK(opener_of(older) == std::nullopt);
}

TEST_CASE("Number: says site, day, serial and two characters of the id") {
  CaseId id;
  id.bytes[14] = std::byte{0xFF};
  const WallTime evening{16 * 3'600'000};
  CHECK(case_no(SiteId{17}, evening, 480, 5, id) == "17-19700102-5-ZW");
  CHECK(case_no(SiteId{17}, evening, 0, 5, id) == "17-19700101-5-ZW");
}

TEST_CASE("Number: what was minted is found again as people type it") {
  sim::SeededRandom random{2};
  for (const std::uint64_t serial : {std::uint64_t{1}, std::uint64_t{999'999}, UINT64_MAX}) {
    const CaseId id = mint_case_id(SiteId{40'000}, WallTime{77}, random);
    std::string text = case_no(SiteId{40'000}, WallTime{77}, 480, serial, id);
    for (const bool lower : {false, true}) {
      if (lower)
        std::transform(text.begin(), text.end(), text.begin(),
                       [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
      const auto parsed = parse_case_no(text);
      REQUIRE(parsed.has_value());
      CHECK(parsed->site == SiteId{40'000});
      CHECK(parsed->serial == serial);
    }
  }
}

TEST_CASE("Number: another form is none") {
  for (const char* bad :
       {"", "17", "17-20261122", "17-20261122-5", "17-20261122-5-", "17-20261122-5-A", "17-20261122-5-ABC",
        "17-2026112-5-AB", "x-20261122-5-AB", "-20261122-5-AB", "17-20261122-x-AB", "17_20261122_5_AB",
        "99999999999-20261122-5-AB", "17-20261122-99999999999999999999-AB"}) {
    INFO(bad);
    CHECK_FALSE(parse_case_no(bad).has_value());
  }
}

}  // namespace redress::casework
