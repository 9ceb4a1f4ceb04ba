#include "ops/shell/rulebook.h"

#include <catch2/catch.hpp>
#include <fstream>

#include "tests/ops/served.h"

namespace redress::shell {
namespace {

void write(const std::string& path, const std::string& text) { std::ofstream{path, std::ios::binary} << text; }

std::string refusal(const TempFolder& folder, const RulesConfig& config) {
  const auto book = open_rulebook(config, folder / "redress.toml");
  REQUIRE_FALSE(book);
  return std::string{book.error().field} + ": " + book.error().what;
}

}  // namespace

TEST_CASE("Rulebook: what is shipped is there, and what a site's files add rests on it") {
  TempFolder folder;
  write(folder / "kashi.calendar", "[calendar kashi]\ninherits = cn\nmake_up = not_worked\n");
  write(folder / "kashi.profile",
        "[profile kashi]\nversion = 1\ninherits = bank-000\ncalendar = kashi\n"
        "[limit branch_reply]\nwithin = 2 working_days\n");
  const auto book = open_rulebook({{"kashi", "cn"}, {"kashi.calendar", "kashi.profile"}}, folder / "redress.toml");
  REQUIRE(book);
  CHECK((*book).shown == std::vector<std::string>{"kashi", "cn"});
  REQUIRE((*book).calendars.find("kashi") != nullptr);
  const auto profile = (*book).profiles.in_force("kashi", *rules::parse_day("2026-03-01"));
  REQUIRE(profile.has_value());
  CHECK((*profile).limit("branch_reply")->limit.span == rules::Span{2, rules::Unit::working_days});
  CHECK((*profile).limit("pass_on")->limit.profile == "bank-000/1");
}

TEST_CASE("Rulebook: a file that is not there, is wrong, or a profile that is not known, is named") {
  TempFolder folder;
  write(folder / "bad.profile", "[profile x]\nversion = 1\n[limit y]\nwithin = soon\n");
  write(folder / "big.calendar", std::string(limits::sheet_bytes_max + 1, '\n'));
  CHECK(refusal(folder, {{}, {"none.profile"}}).find("none.profile") != std::string::npos);
  CHECK(refusal(folder, {{}, {"bad.profile"}}).starts_with("within: read rules: file=bad.profile line=4: expected"));
  CHECK(refusal(folder, {{}, {"big.calendar"}}).starts_with("file: read rules: file=big.calendar bytes="));
  CHECK(refusal(folder, {{"gone"}, {}}) == "rules.profiles: no such policy profile: gone");
}

}  // namespace redress::shell
